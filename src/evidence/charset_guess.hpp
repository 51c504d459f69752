#pragma once
// Which charset text is in that is no UTF-8 and does not say what it is, or says it wrongly: subjects and
// bodies without a charset, as older mailers of East Asia and Russia send them. Told by which bytes stand
// together and by the letters that are frequent in a language; what is not plain is left to windows-1252.

#include <string_view>

namespace dislodge::evidence {

// "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "gb18030", "big5", "windows-1251", "koi8-r", "ibm866",
// "iso-8859-7", "windows-1255", "windows-1256", "cp874", "windows-1254", "windows-1250" or "iso-8859-2";
// empty where nothing is plain. Looks at the first 64 KiB. Costs a few passes over what is no ASCII.
std::string_view guess_charset(std::string_view bytes);

// Whether bytes that are declared as a charset of one or two bytes a character are UTF-8 all the same: all of
// them are valid as it, and so many are other than ASCII that it is no accident.
bool is_utf8_after_all(std::string_view bytes);

}  // namespace dislodge::evidence

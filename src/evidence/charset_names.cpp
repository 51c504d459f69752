#include "evidence/charset_names.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/encode.hpp"

namespace dislodge::evidence::charset_names {
namespace {

struct Named {
  std::string_view name;
  const Table *table;
};
constexpr std::array kTables = {
    Named{"iso-8859-15", &charset_tables::kIso8859_15},
    Named{"iso8859-15", &charset_tables::kIso8859_15},
    Named{"latin-9", &charset_tables::kIso8859_15},
    Named{"latin9", &charset_tables::kIso8859_15},
    Named{"iso-8859-2", &charset_tables::kIso8859_2},
    Named{"iso8859-2", &charset_tables::kIso8859_2},
    Named{"latin2", &charset_tables::kIso8859_2},
    Named{"windows-1250", &charset_tables::kWindows1250},
    Named{"cp1250", &charset_tables::kWindows1250},
    Named{"windows-1251", &charset_tables::kWindows1251},
    Named{"cp1251", &charset_tables::kWindows1251},
    Named{"koi8-r", &charset_tables::kKoi8R},
    Named{"koi8r", &charset_tables::kKoi8R},
    Named{"windows-1252", &charset_tables::kWindows1252},
    Named{"cp1252", &charset_tables::kWindows1252},
    Named{"iso-8859-1", &charset_tables::kWindows1252},
    Named{"iso8859-1", &charset_tables::kWindows1252},
    Named{"iso_8859-1", &charset_tables::kWindows1252},
    Named{"latin1", &charset_tables::kWindows1252},
    Named{"latin-1", &charset_tables::kWindows1252},
    Named{"l1", &charset_tables::kWindows1252},
};

// Declared names that mean "not known", and those that ASCII-compatible text is checked for as UTF-8 first.
bool is_unknown(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kUnknown = {
      "",        "us-ascii",     "ascii",   "ansi_x3.4-1968",  "utf-8",     "utf8",     "unicode-1-1-utf-8",
      "unknown", "unknown-8bit", "default", "default_charset", "x-unknown", "iso-8859", "8bit"};
  return std::find(kUnknown.begin(), kUnknown.end(), name) != kUnknown.end();
}

Stepping stepping_of(std::string_view name) {
  if (name.starts_with("iso-2022") || name.starts_with("csiso2022")) return Stepping::iso_2022;
  if (name.starts_with("euc-") || name == "johab") return Stepping::lead_two;
  return Stepping::high_bytes;
}

// Names that mail uses and glibc does not know, or knows as something narrower than what is sent under them.
std::string_view usual_name(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 21> kNames = {
      {{"x-mac-roman", "macintosh"},
       {"macroman", "macintosh"},
       {"windows-874", "cp874"},
       {"tis-620", "cp874"},
       {"iso-8859-11", "cp874"},
       {"iso-8859-8-i", "iso-8859-8"},
       {"iso-8859-8-e", "iso-8859-8"},
       {"iso-8859-6-i", "iso-8859-6"},
       {"cp866", "ibm866"},
       {"ibm437", "cp437"},
       {"ibm850", "cp850"},
       {"ibm852", "cp852"},
       {"x-mac-cyrillic", "mac-cyrillic"},
       {"koi8-ru", "koi8-u"},
       {"x-mac-ce", "mac-centraleurope"},
       {"x-mac-centraleurroman", "mac-centraleurope"},
       {"x-mac-ukrainian", "mac-uk"},
       {"ibm737", "cp737"},
       {"ibm775", "cp775"},
       {"cp1254", "windows-1254"},
       {"cp1253", "windows-1253"}}};
  const auto *const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto &known) { return known.first == name; });
  return found == kNames.end() ? name : found->second;
}

// A name as the registry spells it: "koi8_r", "iso_8859-5", "iso8859-5", "windows1251", "win-1251",
// "x-cp1251".
std::string spelled(std::string_view name) {
  if (name.starts_with("x-")) name.remove_prefix(2);
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  const auto begins = [&](std::string_view with, std::string_view instead) {
    if (out.size() > with.size() && out.starts_with(with) && out[with.size()] >= '0' &&
        out[with.size()] <= '9') {
      out = std::string(instead) + out.substr(with.size());
      return true;
    }
    return false;
  };
  if (begins("iso8859-", "iso-8859-") || begins("iso8859", "iso-8859-") || begins("8859-", "iso-8859-"))
    return out;
  if (begins("iso-8859-", "iso-8859-")) return out.substr(0, out.find(':'));
  for (const std::string_view prefix : {"windows", "win-", "win", "cp-125", "cp125", "ansi-125"})
    if (begins(prefix, prefix.ends_with("125") ? "windows-125" : "windows-")) return out;
  if (begins("cp-", "cp")) return out;
  return out == "koi8u" ? "koi8-u" : out;
}

// "cp037", "IBM-1047", "ebcdic-cp-us": by the number of the code page.
const Ebcdic *ebcdic_named(std::string_view name) {
  std::string_view number = name;
  for (const std::string_view prefix : {"ibm", "cp", "x-ibm", "ccsid"})
    if (number.starts_with(prefix)) {
      number.remove_prefix(prefix.size());
      break;
    }
  if (number.size() == name.size()) return name.starts_with("ebcdic") ? &usual_ebcdic() : nullptr;
  while (!number.empty() && (number.front() == '-' || number.front() == '_' || number.front() == '0'))
    number.remove_prefix(1);
  for (std::size_t i = 0; i < charset_data::kEbcdicCount; ++i)
    if (charset_data::kEbcdics[i].number == number) return &charset_data::kEbcdics[i];
  return nullptr;
}

const Table *table_named(std::string_view name) {
  const std::string_view usual = usual_name(name);
  for (const Named &known : kTables)
    if (known.name == usual) return known.table;
  for (std::size_t i = 0; i < charset_data::kSingleCount; ++i)
    if (charset_data::kSingles[i].name == usual) return &charset_data::kSingles[i].upper;
  return nullptr;
}

Charset resolve(std::string_view declared) {
  Charset charset;
  charset.name = base::lower(base::trim(declared));
  const std::string &name = charset.name;
  charset.little = name.find("le") != std::string::npos;
  if (is_unknown(name)) {
    charset.kind = Charset::Kind::unknown;
  } else if (name.starts_with("utf-16") || name.starts_with("utf16") || name.starts_with("ucs-2") ||
             name == "unicode") {
    charset.kind = Charset::Kind::utf16;
  } else if (name.starts_with("utf-32") || name.starts_with("utf32")) {
    charset.kind = Charset::Kind::utf32;
  } else if (name == "utf-7" || name == "unicode-1-1-utf-7") {
    charset.kind = Charset::Kind::utf7;
  } else if (charset.ebcdic = ebcdic_named(name); charset.ebcdic != nullptr) {
    charset.kind = Charset::Kind::ebcdic;
  } else if (charset.asian = asian_charset(name); charset.asian != Asian::none) {
    charset.kind = Charset::Kind::asian;
  } else {
    charset.table = table_named(name);
    if (charset.table == nullptr) {
      const std::string again = spelled(name);
      if (again != name) {
        charset.table = table_named(again);
        if (charset.table == nullptr) charset.asian = asian_charset(again);
      }
    }
    charset.stepping = stepping_of(name);
    // Only names in the plain alphabet of the IANA registry reach iconv ("//TRANSLIT" and the like do not).
    const bool plain_name =
        name.size() <= 32 && !name.starts_with("ucs") && !name.starts_with("utf") &&
        std::all_of(name.begin(), name.end(), [](char c) {
          return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == ':';
        });
    charset.kind = charset.table != nullptr       ? Charset::Kind::single
                   : charset.asian != Asian::none ? Charset::Kind::asian
                   : plain_name                   ? Charset::Kind::iconv
                                                  : Charset::Kind::none;
  }
  return charset;
}

}  // namespace

const Charset &charset_of(std::string_view declared) {
  struct Known {
    bool filled = false;
    std::string declared;
    Charset charset;
  };
  static thread_local std::array<Known, 128> known;
  declared = declared.substr(0, 64);
  std::size_t slot = declared.size();
  for (const char c : declared) slot = slot * 31 + static_cast<unsigned char>(c);
  Known &entry = known[(slot ^ slot >> 7) % known.size()];
  if (!entry.filled || entry.declared != declared) {
    entry.filled = true;
    entry.declared = declared;
    entry.charset = resolve(declared);
  }
  return entry.charset;
}

const Ebcdic &usual_ebcdic() {
  return charset_data::kEbcdics[0];
}

}  // namespace dislodge::evidence::charset_names

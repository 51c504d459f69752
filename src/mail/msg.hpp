#pragma once
// Reads an Outlook .msg or .oft ([MS-OXMSG]): the message is taken out of its compound file and read as RFC
// 5322 (mail/mapi_message.hpp numbers its sections), so its body is `a.msg!/1` and its first attachment
// `a.msg!/2`. Attached items are nested messages; objects of OLE give one attachment a stream. Sectors that
// nothing holds any more are child items `a.msg!/~unused@OFFSET`.

#include "base/limits.hpp"
#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

// Whether a compound file is a message; others (.doc, .xls, .msi) are not for this reader.
bool is_msg(std::string_view bytes, const base::Limits &limits);

base::Result<void> read_msg(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::mail

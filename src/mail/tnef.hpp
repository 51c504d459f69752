#pragma once
// Reads TNEF ([MS-OXTNEF]), the winmail.dat that Outlook sends: the body, the attachments and attached items
// in it. Within a message its parts are child items of their own, `mail!/2!/1` the body and from `mail!/2!/2`
// on the attachments; a file by itself is read as a message. What is cut gives what lies before the cut.

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

base::Result<void> read_tnef(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::mail

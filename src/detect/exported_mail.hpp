#pragma once
// What an export of mail by the intruder held: the mailboxes over which a search of eDiscovery or Vault, an
// export request or a Takeout went. The record of an export often names no more than the search; what that
// was over stands where it was made.
//
//   add_exported_mail(view, events, detection);   // detection.mail_read grows, and `says` names the extent

#include <vector>

#include "detect/view.hpp"

namespace dislodge::detect {

// `events` of one detection of kind mail-exported, in order of time. What was exported whole is read whole;
// of what a query chose no log says which messages it was, so none is read by name.
void add_exported_mail(const View &view, const std::vector<EventIndex> &events, Detection &detection);

}  // namespace dislodge::detect

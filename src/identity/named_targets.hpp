#pragma once
// What a change was made to, where nothing but the record of the change knows it: an audit log names the kind
// and the name of each target. Without a directory an application that was given a secret is so still known
// to be an application, and has a name.
//
//   add_named_targets(events, facts);   // after all that knows principals itself, before settle()
//
// Source: learn.microsoft.com/graph/api/resources/targetresource.

#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

// Adds principals of Entra that no row of `facts` has; touches none that is there.
void add_named_targets(const log::EventTable &events, Facts &facts);

}  // namespace dislodge::identity

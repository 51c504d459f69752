#pragma once
// What code does to every string of an event, and to the events of a table one by one.

#include "log/event.hpp"

namespace dislodge::log {

// Every string of an event, once: copying, comparing and encoding walk this list.
inline constexpr base::StringId Event::*kEventStrings[] = {
    &Event::native_id,     &Event::operation,      &Event::tenant,           &Event::actor_id,
    &Event::actor_name,    &Event::actor_type,     &Event::target_id,        &Event::target_name,
    &Event::target_type,   &Event::application_id, &Event::application_name, &Event::resource_id,
    &Event::resource_name, &Event::address,        &Event::network,          &Event::country,
    &Event::agent,         &Event::client,         &Event::session,          &Event::token,
    &Event::correlation,   &Event::key_id,         &Event::mailbox,
};

// Appends the events of another table as EventTable::append does, without strings and extras that none of
// them has.
void append_used(EventTable &table, const EventTable &other);

}  // namespace dislodge::log

#pragma once
// What the records of one log say only together. EventTable::settle() calls both; the table is in order of
// time. Both are idempotent.

#include "log/event.hpp"

namespace dislodge::log {

// Hosts: lines of sudo, useradd and the like name a terminal at most; the session of sshd that was opened
// last by that account, or from that terminal, is the one in which they were done. What root's tools did is
// given to whoever had taken root's rights there. Where two sessions of an account from different places are
// open, nothing is said.
void stitch_hosts(EventTable &table);

// One account, one name. Salesforce's calls name the user by id alone; sign-ins name the id with its user
// name. Windows writes brisk\\ann, brisk.local\\ann and ann@brisk.local for one security identifier.
void name_actors(EventTable &table);

}  // namespace dislodge::log

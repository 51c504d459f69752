#pragma once
// Tickets, cases, comments and mail that a service desk or CRM exports as CSV (Zendesk, ServiceNow, Jira,
// Salesforce, Freshdesk, HubSpot and their like): each row is a message with author, audience and time. A row
// of comments, as Jira
// ("date;author;text" a cell) and ServiceNow (a journal in one cell) have it, gives each comment as a message
// of its own. Column names tell, in any order; text is given as "Column: value" lines with offsets into the
// file.

#include <string_view>

#include "base/result.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

// Whether its header names something written, who wrote it and when, and an id or subject.
bool recognises_table(std::string_view bytes);

// Messages are `item!/N`, N from 1 in the order of rows; comments of a row are `item!/N!/K`.
base::Result<void> read_table_messages(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::mail

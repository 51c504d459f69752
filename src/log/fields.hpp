#pragma once
// Fields by their native names, wherever an export put them: nested ("actor": {"alternateId": ...}), flat
// with dots ("actor.alternateId", as CSV and search systems write), objects inside text, and with or without
// underscores ("actor.alternate_id").

#include <initializer_list>
#include <string_view>

#include "base/result.hpp"
#include "log/builder.hpp"
#include "log/json.hpp"

namespace dislodge::log {

// The value at a dotted path; empty where there is none. A list on the way stands for its first element.
Json at(const Json &record, std::string_view path);
// The first of the paths at which something stands, as text; "-" and "null" stand for nothing.
std::string_view text_at(const Json &record, std::initializer_list<std::string_view> paths);

// The fields of a record of Microsoft's identity logs: under "properties" as Azure Monitor writes them (an
// object, or one as text), or at the top as Graph does.
Json entra_body(const Json &record);
// Whose log it is, by "/tenants/GUID/providers/Microsoft.aadiam"; empty for other resources.
std::string_view tenant_in_path(std::string_view resource);

// Whether two names are one but for case, blanks, underscores and dashes.
bool same_name(std::string_view a, std::string_view b);

// Sets the event's time from the first of the paths that holds one: a date, or seconds, milliseconds,
// microseconds or nanoseconds since 1970. The error says what is wrong with them.
base::Result<void> set_time_at(EventBuilder &out, const Json &record,
                               std::initializer_list<std::string_view> paths);

// "ok" for words of success, "error" for words of failure, "blocked" for refusals; none for others.
Outcome outcome_of_word(std::string_view word);

// Every scalar of an object as extras "prefix" + dotted name; at most `most` of them.
void extras_of_members(EventBuilder &out, const Json &object, std::string_view prefix, int most = 40);

}  // namespace dislodge::log

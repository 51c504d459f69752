#include "mail/tables.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "base/offset_map.hpp"
#include "base/time.hpp"
#include "evidence/charset.hpp"
#include "evidence/html_text.hpp"
#include "mail/addresses.hpp"
#include "mail/export_messages.hpp"
#include "mail/quotes.hpp"
#include "mail/table_rows.hpp"

namespace dislodge::mail {
namespace {

using evidence::PersonRole;
using evidence::Record;
using evidence::RecordId;

constexpr std::size_t kFieldMost = 4096;  // of a name, a subject, an id
constexpr std::size_t kCommentsMost = 10'000;

enum class Role : std::uint8_t {
  none,
  text,
  comments,
  author,
  address,
  to,
  cc,
  time,
  subject,
  id,
  thread,
  folder
};

struct Named {
  Role role;
  std::string_view names;  // between bars
};
// Keys as column_key() makes them; names are those of the products' own exports.
constexpr std::array kColumns = {
    Named{Role::text,
          "|description|body|text|message|content|note|notes|textbody|htmlbody|commentbody|emailbody|"
          "notebody|closenotes|"
          "ticketdescription|tasknotes|callnotes|meetingnotes|resolution|resolutionnotes|shortdescription|"
          "messagebody|"
          "plainbody|plaintextbody|feeditembody|casecomments|internalcomments|details|htmlcontent|rawbody|"},
    Named{Role::comments, "|comment|comments|worknotes|commentsandworknotes|additionalcomments|"},
    Named{Role::author,
          "|requester|requestername|reporter|creator|caller|callerid|openedby|author|from|fromname|sender|"
          "createdby|"
          "submitter|suppliedname|contactname|fullname|user|username|createdbyid|syscreatedby|"
          "activityassignedto|"
          "ticketowner|owner|contact|customer|customername|name|authorname|createdbyuser|"},
    Named{Role::address,
          "|requesteremail|email|fromaddress|fromemail|contactemail|suppliedemail|senderemail|authoremail|"
          "reporteremail|"
          "emailaddress|customeremail|submitteremail|useremail|createdbyemail|"},
    Named{Role::to,
          "|to|toaddress|toaddresses|recipients|assignee|assignedto|toemail|recipient|agent|assigneeemail|"},
    Named{Role::cc, "|cc|ccaddress|bcc|bccaddress|watchers|watchlist|"},
    Named{Role::time,
          "|created|createdat|createddate|createdtime|openedat|opened|messagedate|date|senton|sent|sentat|"
          "timestamp|"
          "createdon|syscreatedon|createdate|activitydate|datetime|time|datesent|datetimeopened|"},
    Named{Role::subject, "|subject|summary|title|ticketname|emailsubject|ticketsubject|"},
    Named{Role::id, "|messageidentifier|messageid|internetmessageid|"},
    Named{Role::thread,
          "|id|number|issuekey|key|ticketid|casenumber|caseid|parentid|ticket|ticketnumber|incident|recordid|"
          "issueid|"
          "sysid|elementid|threadidentifier|conversationid|activityid|"},
    Named{Role::folder, "|group|queue|project|projectkey|projectname|assignmentgroup|pipeline|channel|"},
};

Role role_of(std::string_view key) {
  if (key.empty()) return Role::none;
  const std::string wanted = "|" + std::string(key) + "|";
  for (const Named &named : kColumns)
    if (named.names.find(wanted) != std::string_view::npos) return named.role;
  return Role::none;
}

std::vector<Role> roles_of(const TableRows &rows) {
  std::vector<Role> roles;
  for (const std::string &key : rows.keys()) roles.push_back(role_of(key));
  return roles;
}

bool has(const std::vector<Role> &roles, std::initializer_list<Role> wanted) {
  return std::any_of(roles.begin(), roles.end(), [&](Role role) {
    return std::find(wanted.begin(), wanted.end(), role) != wanted.end();
  });
}

std::optional<int> month_of(std::string_view word) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (word.size() < 3) return std::nullopt;
  const std::size_t at = kMonths.find(base::lower(word.substr(0, 3)));
  if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  return static_cast<int>(at / 3) + 1;
}

// The forms that exports use besides RFC 3339: "2024-01-12 07:08:09", "12/Jan/24 9:05 AM" (Jira), "1/12/2024,
// 7:08 AM" (Salesforce in an American locale), "12.01.2024 07:08". All as UTC: exports do not say.
base::Time time_of(std::string_view text) {
  text = base::trim(text);
  if (const auto time = base::parse_time(text)) return *time;
  if (const auto time = base::parse_mail_date(text)) return *time;
  std::array<std::string_view, 8> parts;
  std::array<char, 8> ends{};
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size() && count < parts.size();) {
    std::size_t end = at;
    while (end < text.size() && std::string_view("/-.: ,T").find(text[end]) == std::string_view::npos) ++end;
    if (end > at) {
      parts[count] = text.substr(at, end - at);
      ends[count++] = end < text.size() ? text[end] : '\0';
    }
    at = end + 1;
  }
  const auto number = [&](std::size_t i) -> int {
    int value = -1;
    if (i >= count) return 0;
    const auto [end, error] = std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), value);
    return error == std::errc() && end == parts[i].data() + parts[i].size() ? value : -1;
  };
  if (count < 3) return base::kTimeMin;
  int year = 0;
  int month = 0;
  int day = 0;
  if (const auto named = month_of(parts[1])) {
    day = number(0), month = *named, year = number(2);
  } else if (parts[0].size() == 4) {
    year = number(0), month = number(1), day = number(2);
  } else {
    // Points stand between day, month and year; strokes between month, day and year unless that cannot be.
    const bool day_first = ends[0] == '.' || number(0) > 12;
    day = number(day_first ? 0 : 1), month = number(day_first ? 1 : 0), year = number(2);
  }
  if (year >= 0 && year < 100) year += 2000;
  int hour = number(3);
  const int minute = number(4);
  int second = 0;
  bool afternoon = false;
  bool morning = false;
  for (std::size_t i = 5; i < count; ++i) {
    if (base::equal_ignoring_case(parts[i], "pm")) afternoon = true;
    if (base::equal_ignoring_case(parts[i], "am")) morning = true;
    if (i == 5 && number(i) >= 0) second = number(i);
  }
  if (afternoon && hour < 12) hour += 12;
  if (morning && hour == 12) hour = 0;
  if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 ||
      minute < 0 || minute > 59 || second < 0 || second > 60)
    return base::kTimeMin;
  const auto two = [](int value) { return std::string(value < 10 ? "0" : "") + std::to_string(value); };
  const std::string written = std::to_string(year) + "-" + two(month) + "-" + two(day) + "T" + two(hour) +
                              ":" + two(minute) + ":" + two(second) + "Z";
  const auto time = base::parse_time(written);
  return time ? *time : base::kTimeMin;
}

// A stretch of a cell's text that is one comment.
struct Comment {
  std::size_t begin = 0;  // of its text, in the cell's text
  std::size_t end = 0;
  std::string author;
  std::string time;
};

// Jira: "12/Jan/24 9:05 AM;ada;text", in newer exports with an account id.
bool jira_comment(std::string_view text, Comment &comment) {
  const std::size_t first = text.find(';');
  if (first == std::string_view::npos || first > 40 || time_of(text.substr(0, first)) == base::kTimeMin)
    return false;
  const std::size_t second = text.find(';', first + 1);
  if (second == std::string_view::npos || second - first > 200) return false;
  comment.time = std::string(text.substr(0, first));
  comment.author = std::string(base::trim(text.substr(first + 1, second - first - 1)));
  comment.begin = second + 1;
  comment.end = text.size();
  return true;
}

// ServiceNow's journal: "2024-01-12 07:08:09 - Ada Lovelace (Work notes)" on a line of its own before each
// entry.
std::vector<Comment> journal(std::string_view text) {
  std::vector<Comment> out;
  for (std::size_t at = 0; at < text.size() && out.size() < kCommentsMost;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = base::trim(text.substr(at, end - at));
    const std::size_t dash = line.find(" - ");
    if (line.ends_with(')') && dash != std::string_view::npos && dash < 32 && line.size() < 300) {
      const std::size_t bracket = line.rfind(" (");
      if (bracket != std::string_view::npos && bracket > dash &&
          time_of(line.substr(0, dash)) != base::kTimeMin) {
        if (!out.empty()) out.back().end = at;
        Comment entry;
        entry.time = std::string(line.substr(0, dash));
        entry.author = std::string(line.substr(dash + 3, bracket - dash - 3));
        entry.begin = std::min(end + 1, text.size());
        entry.end = text.size();
        out.push_back(std::move(entry));
      }
    }
    at = end + 1;
  }
  return out;
}

class Reader {
 public:
  Reader(const evidence::ItemView &item, evidence::Sink &sink)
      : item_(item),
        sink_(sink),
        utf8_(evidence::to_utf8(item.bytes)),
        rows_(utf8_.view()),
        roles_(roles_of(rows_)) {}

  void run() {
    // The names of the columns themselves.
    std::size_t begin = 0;
    std::uint64_t number = 0;
    TableRow row;
    bool first = true;
    while (number < sink_.limits().members_max && rows_.next(row)) {
      if (first) plain(0, row.begin);
      first = false;
      begin = row.end;
      message(row, ++number);
    }
    if (first) {
      plain(0, utf8_.view().size());
    } else if (begin < utf8_.view().size() && number >= sink_.limits().members_max) {
      plain(begin, utf8_.view().size());
      sink_.unread(
          {.bytes = 0,
           .state = evidence::LedgerState::too_large,
           .reason = "more rows than members_max: the rest was read as plain text, without authors and times",
           .remedy = "raise the limit members_max with --limit",
           .child = {},
           .child_size = 0});
    }
  }

 private:
  void message(const TableRow &row, std::uint64_t number) {
    const std::string path = base::join_item(item_.path, std::to_string(number));
    Record record;
    record.kind = evidence::RecordKind::message;
    record.item = path;
    std::string author;
    std::string address;
    for (std::size_t i = 0; i < row.cells.size() && i < roles_.size(); ++i) {
      if (roles_[i] == Role::none || roles_[i] == Role::text || roles_[i] == Role::comments) continue;
      const std::string value = base::to_valid_utf8(
          std::string_view(base::trim(rows_.text_of(row.cells[i]))).substr(0, kFieldMost));
      if (value.empty()) continue;
      switch (roles_[i]) {
        case Role::author:
          if (author.empty()) author = value;
          break;
        case Role::address:
          if (address.empty()) address = value;
          break;
        case Role::to:
          people(value, PersonRole::to, record);
          break;
        case Role::cc:
          people(value, PersonRole::cc, record);
          break;
        case Role::time:
          if (record.sent == base::kTimeMin) {
            record.sent = time_of(value);
            record.sent_text = value;
          }
          break;
        case Role::subject:
          if (record.subject.empty()) record.subject = value;
          break;
        case Role::id:
          if (record.message_id.empty()) record.message_id = bare(value);
          break;
        case Role::thread:
          if (record.references.empty()) record.references.push_back(value);
          break;
        case Role::folder:
          if (record.folder.empty()) record.folder = value;
          break;
        default:
          break;
      }
    }
    if (address.empty() && author.find('@') != std::string::npos) {
      parse_addresses(author, PersonRole::from, 1, record.people);
    } else if (!author.empty() || !address.empty()) {
      record.people.insert(record.people.begin(), {PersonRole::from, author, base::lower(address)});
    }
    const Record about = record;
    const RecordId id = sink_.record(std::move(record));
    emit(row, path, id, about);
  }

  static std::string bare(std::string_view id) {
    if (id.size() > 1 && id.front() == '<' && id.back() == '>') id = id.substr(1, id.size() - 2);
    return std::string(id);
  }

  static void people(const std::string &value, PersonRole role, Record &record) {
    if (value.find('@') != std::string::npos)
      parse_addresses(value, role, 200, record.people);
    else
      record.people.push_back({role, value, {}});
  }

  // All cells of a row as one text; comments that have an author of their own are taken out of it.
  void emit(const TableRow &row, const std::string &path, RecordId id, const Record &about) {
    std::string text;
    base::OffsetMap map;
    std::size_t comments = 0;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const TableCell &cell = row.cells[i];
      if (cell.end <= cell.begin) continue;
      const Role role = i < roles_.size() ? roles_[i] : Role::none;
      if (role == Role::comments && take_comments(cell, path, about, comments)) continue;
      map.add(text.size(), cell.begin);
      if (i < rows_.columns().size() && !rows_.columns()[i].empty()) text += rows_.columns()[i] + ": ";
      rows_.append(cell, text, map);
      map.add(text.size(), cell.end);
      text += '\n';
    }
    sink_.whole_message(path, text, "text/plain; charset=utf-8");
    give(path, id, text, map);
    for (std::size_t i = 0; i < row.cells.size() && i < roles_.size(); ++i)
      if (roles_[i] == Role::text) html(row.cells[i], path, id);
  }

  bool take_comments(const TableCell &cell, const std::string &path, const Record &about,
                     std::size_t &count) {
    std::string text;
    base::OffsetMap map;
    rows_.append(cell, text, map);
    std::vector<Comment> found = journal(text);
    if (found.empty()) {
      Comment one;
      if (!jira_comment(text, one)) return false;
      found.push_back(std::move(one));
    }
    std::size_t at = 0;
    for (const Comment &comment : found) {
      Record record = about;
      record.item = base::join_item(path, std::to_string(++count));
      record.people.clear();
      record.people.push_back(
          {PersonRole::from, comment.author.find('@') == std::string::npos ? comment.author : "",
           comment.author.find('@') == std::string::npos ? "" : base::lower(comment.author)});
      for (const evidence::Person &person : about.people)
        if (person.role != PersonRole::to || !person.address.empty())
          record.people.push_back({PersonRole::to, person.name, person.address});
      record.message_id.clear();
      record.sent_text = comment.time;
      record.sent = time_of(comment.time);
      const std::string own = record.item;
      const RecordId id = sink_.record(std::move(record));
      // The line that names the author belongs to the comment.
      base::OffsetMap part;
      for (const auto &run : map.runs())
        if (run.text <= at) part = shifted_from(map, at);
      sink_.whole_message(own, std::string_view(text).substr(at, comment.end - at),
                          "text/plain; charset=utf-8");
      give(own, id, std::string_view(text).substr(at, comment.end - at), part);
      at = comment.end;
    }
    return true;
  }

  // The map of a text's end part.
  static base::OffsetMap shifted_from(const base::OffsetMap &map, std::size_t at) {
    base::OffsetMap out;
    out.add(0, map.source_of(at));
    for (const auto &run : map.runs())
      if (run.text > at) out.add(run.text - at, run.source);
    return out;
  }

  void html(const TableCell &cell, const std::string &path, RecordId id) {
    std::string text;
    base::OffsetMap map;
    rows_.append(cell, text, map);
    if (text.find('<') == std::string::npos && text.find('&') == std::string::npos) return;
    evidence::HtmlText shown = evidence::html_text(text);
    if (shown.text == text) return;
    give(path, id, shown.text, evidence::compose_maps(&map, &shown.map, shown.text.size()));
  }

  void plain(std::size_t begin, std::size_t end) {
    if (base::trim(utf8_.view().substr(begin, end - begin)).empty()) return;
    base::OffsetMap map;
    map.add(0, begin);
    give(std::string(item_.path), item_.within, utf8_.view().substr(begin, end - begin), map);
  }

  // `map` leads into the converted file.
  void give(const std::string &path, RecordId id, std::string_view text, const base::OffsetMap &map) {
    if (base::trim(text).empty()) return;
    const base::OffsetMap whole = evidence::compose_maps(utf8_.map(), &map, text.size());
    const auto quoted = quoted_spans(text);
    evidence::TextView view;
    view.item = path;
    view.text = text;
    view.map = whole.identity() ? nullptr : &whole;
    view.source = item_.bytes;
    view.quoted = quoted.empty() ? nullptr : &quoted;
    view.within = id;
    view.name = item_.name;
    sink_.text(view);
  }

  const evidence::ItemView &item_;
  evidence::Sink &sink_;
  evidence::Utf8Text utf8_;
  TableRows rows_;
  std::vector<Role> roles_;
};

}  // namespace

bool recognises_table(std::string_view bytes) {
  const evidence::Utf8Text head = evidence::to_utf8(bytes.substr(0, 64 << 10));
  TableRows rows(head.view());
  if (rows.columns().size() < 4) return false;
  const std::vector<Role> roles = roles_of(rows);
  TableRow row;
  return has(roles, {Role::text, Role::comments}) && has(roles, {Role::author, Role::address}) &&
         has(roles, {Role::time}) && has(roles, {Role::subject, Role::thread, Role::id}) && rows.next(row);
}

base::Result<void> read_table_messages(const evidence::ItemView &item, evidence::Sink &sink) {
  Reader(item, sink).run();
  return {};
}

}  // namespace dislodge::mail

#include "mail/load_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "base/time.hpp"
#include "evidence/charset.hpp"
#include "mail/table_rows.hpp"

namespace dislodge::mail {
namespace {

using evidence::PersonRole;
using evidence::Record;

constexpr std::size_t kFieldMost = 4096;

enum class Field : std::uint8_t {
  none,
  id,
  custodian,
  location,
  folder,
  path,
  sent,
  received,
  subject,
  from,
  text,
  error
};

struct Named {
  Field field;
  std::string_view names;  // between bars
};
constexpr std::array kFields = {
    Named{Field::id, "|emailmessageid|internetmessageid|rfc822messageid|messageid|emailinternetmessageid|"},
    Named{Field::custodian, "|custodian|account|mailbox|sourcemailbox|custodianemail|"},
    Named{Field::location, "|locationname|location|"},
    Named{Field::folder, "|compoundpath|originalpath|folderpath|labels|originalfolder|folder|"},
    Named{Field::path, "|exportnativepath|targetpath|filename|exportpath|nativepath|exportitempath|"},
    Named{Field::sent, "|datesent|emaildatesent|sent|sentdate|senton|"},
    Named{Field::received, "|datereceived|emaildatereceived|received|receiveddate|"},
    Named{Field::subject, "|subject|subjectortitle|subjecttitle|emailsubject|subjectatstart|"},
    Named{Field::from, "|from|sender|emailsender|senderorcreatedby|sendercreatedby|senderauthor|"},
    Named{Field::text, "|body|description|textbody|content|message|comment|"},
    Named{
        Field::error,
        "|errorcode|error|errormessage|errordetails|exporterror|downloaderror|processingstatus|decodestatus|"
        "failurereason|"},
};

Field field_of(std::string_view key) {
  if (key.empty()) return Field::none;
  const std::string wanted = "|" + std::string(key) + "|";
  for (const Named &named : kFields)
    if (named.names.find(wanted) != std::string_view::npos) return named.field;
  return Field::none;
}

base::Time time_of(const std::string &text) {
  if (const auto time = base::parse_time(text)) return *time;
  if (const auto time = base::parse_mail_date(text)) return *time;
  return base::kTimeMin;
}

// What stands in the error column of an item that came through.
bool is_no_error(std::string_view text) {
  const std::string lower = base::lower(base::trim(text));
  static constexpr std::string_view kNone =
      "||0|none|no|false|success|succeeded|ok|n/a|null|processed|completed|decoded|noerror|";
  return kNone.find("|" + lower + "|") != std::string_view::npos;
}

// One row, from whichever form of file.
class Row {
 public:
  void set(Field field, std::string_view raw) {
    const std::string value = base::to_valid_utf8(base::trim(raw).substr(0, kFieldMost));
    if (value.empty()) return;
    switch (field) {
      case Field::id:
        if (record_.message_id.empty())
          record_.message_id = value.size() > 1 && value.front() == '<' && value.back() == '>'
                                   ? value.substr(1, value.size() - 2)
                                   : value;
        break;
      case Field::custodian:
        if (custodian_.empty()) custodian_ = value;
        break;
      case Field::location:
        if (location_.empty() && value.find('@') != std::string::npos) location_ = value;
        break;
      case Field::folder:
        if (record_.folder.empty()) {
          record_.folder = value;
          std::replace(record_.folder.begin(), record_.folder.end(), '\\', '/');
        }
        break;
      case Field::path:
        if (record_.name.empty()) {
          record_.name = value;
          std::replace(record_.name.begin(), record_.name.end(), '\\', '/');
        }
        break;
      case Field::sent:
        if (record_.sent_text.empty()) record_.sent_text = value;
        break;
      case Field::received:
        if (record_.received == base::kTimeMin) record_.received = time_of(value);
        break;
      case Field::subject:
        if (record_.subject.empty()) record_.subject = value;
        break;
      case Field::error:
        if (!is_no_error(value)) error_ += (error_.empty() ? "" : ", ") + value;
        break;
      default:
        break;
    }
  }

  void give(const std::string &path, evidence::Sink &sink) {
    if (record_.message_id.empty() && record_.name.empty()) return;
    record_.kind = evidence::RecordKind::document;
    record_.media_type = kLoadFileRow;
    record_.item = path;
    record_.sent = time_of(record_.sent_text);
    // The address says more than a name; a path may begin with it.
    std::string who = location_.empty() ? custodian_ : location_;
    if (custodian_.find('@') != std::string::npos) who = custodian_;
    if (who.find('@') == std::string::npos) {
      const std::string head = record_.folder.substr(0, record_.folder.find('/'));
      if (head.find('@') != std::string::npos && head.find(' ') == std::string::npos) who = head;
    }
    if (!who.empty()) {
      const bool address = who.find('@') != std::string::npos;
      record_.people.push_back({PersonRole::delivered_to, address ? std::string() : who,
                                address ? base::lower(who) : std::string()});
    }
    if (!error_.empty())
      sink.unread({.bytes = 0,
                   .state = evidence::LedgerState::not_exported,
                   .reason = fmt::format("the export says that it did not get this item whole: {} ({})",
                                         error_, !record_.name.empty() ? record_.name : record_.message_id),
                   .remedy = "export the item again, or ask for it from the mailbox itself",
                   .child = path,
                   .child_size = 0});
    sink.record(std::move(record_));
  }

 private:
  Record record_;
  std::string custodian_;
  std::string location_;
  std::string error_;
};

bool is_xml(std::string_view text) {
  const std::string_view head = text.substr(0, 64 << 10);
  const std::size_t at = head.find('<');
  return at != std::string_view::npos && at < 8 && head.find("<Document") != std::string_view::npos &&
         head.find("TagName") != std::string_view::npos;
}

std::string unescaped(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    bool known = false;
    if (text[i] == '&')
      for (const auto &[entity, c] : kEntities)
        if (text.substr(i, entity.size()) == entity) {
          out += c;
          i += entity.size();
          known = true;
          break;
        }
    if (!known) out += text[i++];
  }
  return out;
}

// The value of name='...' or name="..." within a tag.
std::string attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    std::size_t value = at + name.size();
    if (at > 0 && tag[at - 1] != ' ' && tag[at - 1] != '\n' && tag[at - 1] != '\t') continue;
    if (value + 1 >= tag.size() || tag[value] != '=') continue;
    const char quote = tag[value + 1];
    if (quote != '\'' && quote != '"') continue;
    value += 2;
    return unescaped(tag.substr(value, std::min(tag.find(quote, value), tag.size()) - value));
  }
  return {};
}

// Where a tag ends: a value may hold ">" as it is.
std::size_t tag_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kTagMost = 1 << 16;
  const std::size_t most = std::min(text.size(), at + kTagMost);
  char quote = 0;
  for (; at < most; ++at) {
    if (quote != 0) {
      if (text[at] == quote) quote = 0;
    } else if (text[at] == '\'' || text[at] == '"') {
      quote = text[at];
    } else if (text[at] == '>') {
      return at;
    }
  }
  return most;
}

void read_xml(std::string_view text, const evidence::ItemView &item, evidence::Sink &sink) {
  Row row;
  bool open = false;
  std::uint64_t number = 0;
  std::size_t next = 0;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', next)) {
    // Declarations and comments have apostrophes that open nothing.
    if (const std::string_view two = text.substr(at, 2); two == "<!" || two == "<?") {
      next = at + 2;
      continue;
    }
    // Every byte is looked at once, tags that do not end included.
    next = std::max(tag_end(text, at), at + 1);
    const std::string_view rest = text.substr(at, next - at);
    if (rest.starts_with("<Document ") || rest.starts_with("</Document")) {
      const bool ends = rest.starts_with("</");
      if (rest.starts_with("</Documents")) continue;
      if (open) row.give(base::join_item(item.path, std::to_string(number)), sink);
      row = Row();
      open = !ends;
      if (!ends && ++number > sink.limits().members_max) return;
    } else if (open && rest.starts_with("<Tag ")) {
      row.set(field_of(column_key(attribute(rest, "TagName"))), attribute(rest, "TagValue"));
    } else if (open && rest.starts_with("<ExternalFile ")) {
      row.set(Field::path, attribute(rest, "FileName"));
    } else if (open && rest == "<Custodian") {
      const std::size_t begin = at + 11;
      row.set(Field::custodian,
              unescaped(text.substr(begin, std::min(text.find('<', begin), text.size()) - begin)));
    }
  }
  if (open) row.give(base::join_item(item.path, std::to_string(number)), sink);
}

}  // namespace

bool recognises_load_file(std::string_view bytes) {
  const evidence::Utf8Text head = evidence::to_utf8(bytes.substr(0, 64 << 10));
  if (is_xml(head.view())) return true;
  const TableRows rows(head.view());
  if (rows.columns().size() < 4) return false;
  std::array<bool, 16> seen{};
  for (const std::string &key : rows.keys()) seen[static_cast<std::size_t>(field_of(key))] = true;
  const auto has = [&](Field field) { return seen[static_cast<std::size_t>(field)]; };
  return (has(Field::id) || has(Field::path)) &&
         (has(Field::custodian) || has(Field::location) || has(Field::folder)) &&
         (has(Field::subject) || has(Field::from)) &&
         (has(Field::sent) || has(Field::received) || has(Field::id)) && !has(Field::text);
}

base::Result<void> read_load_file(const evidence::ItemView &item, evidence::Sink &sink) {
  const evidence::Utf8Text utf8 = evidence::to_utf8(item.bytes);
  if (is_xml(utf8.view())) {
    read_xml(utf8.view(), item, sink);
    return {};
  }
  TableRows rows(utf8.view());
  std::vector<Field> fields;
  for (const std::string &key : rows.keys()) fields.push_back(field_of(key));
  TableRow cells;
  for (std::uint64_t number = 1; number <= sink.limits().members_max && rows.next(cells); ++number) {
    Row row;
    for (std::size_t i = 0; i < cells.cells.size() && i < fields.size(); ++i)
      if (fields[i] != Field::none) row.set(fields[i], rows.text_of(cells.cells[i]));
    row.give(base::join_item(item.path, std::to_string(number)), sink);
  }
  return {};
}

}  // namespace dislodge::mail

#include "mail/description.hpp"

#include <algorithm>
#include <iterator>

#include "base/encode.hpp"
#include "base/time.hpp"
#include "mail/addresses.hpp"
#include "mail/message.hpp"

namespace dislodge::mail {
namespace {

using evidence::PersonRole;
using evidence::Record;

std::string first_id(std::string_view raw) {
  const std::size_t open = raw.find('<');
  const std::size_t close = open == std::string_view::npos ? open : raw.find('>', open);
  std::string storage;
  const std::string_view text =
      unfolded(close == std::string_view::npos ? raw : raw.substr(open + 1, close - open - 1), storage);
  return base::to_valid_utf8(base::trim(text));
}

std::vector<std::string> ids(std::string_view raw, std::size_t most) {
  std::vector<std::string> out;
  std::string storage;
  while (out.size() < most) {
    const std::size_t open = raw.find('<');
    const std::size_t close = open == std::string_view::npos ? open : raw.find('>', open);
    if (close == std::string_view::npos) break;
    std::string id = base::to_valid_utf8(unfolded(raw.substr(open + 1, close - open - 1), storage));
    id.erase(std::remove_if(id.begin(), id.end(), [](char c) { return c == ' ' || c == '\t'; }), id.end());
    if (!id.empty()) out.push_back(std::move(id));
    raw.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

Record describe_message(const HeaderBlock &headers, std::string_view item, std::string_view path,
                        std::size_t most) {
  Record record;
  record.kind = evidence::RecordKind::message;
  record.item = item;
  // Most messages name a handful: they are gathered where there is room, and kept in as much as they take.
  static thread_local std::vector<evidence::Person> people;
  people.clear();
  std::string_view received;
  std::string_view folder;
  for (const Field &field : headers.fields) {
    switch (field.known) {
      case FieldName::message_id:
        if (record.message_id.empty()) record.message_id = first_id(field.value);
        break;
      case FieldName::in_reply_to:
        if (record.in_reply_to.empty()) record.in_reply_to = first_id(field.value);
        break;
      case FieldName::references:
        if (record.references.empty()) record.references = ids(field.value, most);
        break;
      case FieldName::subject:
        if (record.subject.empty()) record.subject = header_text(field.value);
        break;
      case FieldName::date:
        if (record.sent_text.empty()) record.sent_text = header_text(field.value);
        break;
      case FieldName::received:
        if (received.empty()) received = field.value;
        break;
      case FieldName::from:
        parse_addresses(field.value, PersonRole::from, most, people);
        break;
      case FieldName::sender:
        parse_addresses(field.value, PersonRole::sender, most, people);
        break;
      case FieldName::reply_to:
        parse_addresses(field.value, PersonRole::reply_to, most, people);
        break;
      case FieldName::to:
        parse_addresses(field.value, PersonRole::to, most, people);
        break;
      case FieldName::cc:
        parse_addresses(field.value, PersonRole::cc, most, people);
        break;
      case FieldName::bcc:
        parse_addresses(field.value, PersonRole::bcc, most, people);
        break;
      case FieldName::delivered_to:
      case FieldName::x_original_to:
        parse_addresses(field.value, PersonRole::delivered_to, most, people);
        break;
      case FieldName::x_folder:
      case FieldName::x_gmail_labels:
        if (folder.empty()) folder = field.value;
        break;
      case FieldName::other:
        break;
    }
  }
  record.people.assign(std::make_move_iterator(people.begin()), std::make_move_iterator(people.end()));
  if (const auto sent = base::parse_mail_date(record.sent_text)) record.sent = *sent;
  const std::size_t semicolon = received.rfind(';');
  if (semicolon != std::string_view::npos)
    if (const auto time = base::parse_mail_date(received.substr(semicolon + 1))) record.received = *time;
  record.folder = folder.empty() ? folder_of_path(path) : header_text(folder);
  return record;
}

}  // namespace dislodge::mail

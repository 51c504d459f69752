#include "evidence/record.hpp"

namespace dislodge::evidence {

namespace {

// Codes come from a sandboxed worker: one that is not in the closed list becomes its first member.
template <typename Enum>
Enum enum_of(std::uint64_t code, Enum last) {
  return code <= static_cast<std::uint64_t>(last) ? static_cast<Enum>(code) : Enum{};
}

std::uint32_t number32(base::WireReader &in) {
  const std::uint64_t value = in.number();
  return value > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(value);
}

}  // namespace

void Record::encode(base::WireWriter &out) const {
  out.number(static_cast<std::uint64_t>(kind));
  out.text(item);
  out.text(message_id);
  out.text(in_reply_to);
  out.texts(references);
  out.text(subject);
  out.list(people, [&](const Person &person) {
    out.number(static_cast<std::uint64_t>(person.role));
    out.text(person.name);
    out.text(person.address);
  });
  out.time(sent);
  out.time(received);
  out.text(sent_text);
  out.text(folder);
  out.number(quoted_bytes);
  out.text(name);
  out.text(media_type);
  out.text(commit);
  out.text(path);
  out.time(committed);
  out.number(commits);
  // Last: a case of schema 3 was brought forward by adding an empty list.
  out.texts(affiliations);
}

Record Record::decode(base::WireReader &in) {
  Record record;
  record.kind = enum_of(in.number(), RecordKind::blob);
  record.item = in.text();
  record.message_id = in.text();
  record.in_reply_to = in.text();
  record.references = in.texts();
  record.subject = in.text();
  in.list([&] {
    Person person;
    person.role = enum_of(in.number(), PersonRole::committer);
    person.name = in.text();
    person.address = in.text();
    record.people.push_back(std::move(person));
  });
  record.sent = in.time();
  record.received = in.time();
  record.sent_text = in.text();
  record.folder = in.text();
  record.quoted_bytes = number32(in);
  record.name = in.text();
  record.media_type = in.text();
  record.commit = in.text();
  record.path = in.text();
  record.committed = in.time();
  record.commits = number32(in);
  record.affiliations = in.texts();
  return record;
}

}  // namespace dislodge::evidence

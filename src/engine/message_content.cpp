#include "engine/message_content.hpp"

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/secure.hpp"
#include "casefile/keys.hpp"
#include "engine/detect_rules.hpp"
#include "engine/raised_limits.hpp"
#include "engine/read_pass.hpp"
#include "engine/reopen.hpp"
#include "mail/headers.hpp"
#include "mail/message.hpp"
#include "mail/reflow.hpp"

namespace dislodge::engine {

using base::Result;

namespace {

// Appends whom the fields name that are handed on.
std::string without_our_fields(std::string_view message, const MessageRequest &request,
                               const base::Limits &limits, std::vector<std::string> &others) {
  const mail::HeaderBlock headers = mail::read_headers(message, 0, limits);
  // In the line ends that the message has itself.
  const std::string_view end = message.substr(0, headers.body).find('\r') == message.npos ? "\n" : "\r\n";
  std::string out;
  out.reserve(message.size());
  for (const mail::Field &field : headers.fields) {
    if (!is_handed_on(field.name)) continue;
    std::string_view value = field.value;
    while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
    if (field.known == mail::FieldName::references || field.known == mail::FieldName::in_reply_to) {
      if (const std::string ids = ids_of_sides(value, request.sides); !ids.empty())
        out.append(field.name).append(": ").append(ids).append(end);
      continue;
    }
    if (field.known != mail::FieldName::message_id) add_others(request, mail::header_text(value), others);
    out.append(field.name).append(":").append(value).append(end);
  }
  out += end;
  out += message.substr(std::min(headers.body, message.size()));
  return out;
}

}  // namespace

UnitMessage hand_on(const MessageRequest &request, std::string_view item, std::string_view bytes,
                    std::string_view media_type, const base::Limits &limits) {
  UnitMessage given;
  given.item = item;
  given.media_type = media_type;
  given.original = base::to_hex(base::sha256(bytes));
  given.bytes = bytes.size();
  if (bytes.size() > kHandedOnMax) return given;
  std::string text;
  if (media_type.starts_with("message/rfc822")) {
    given.media_type = "message/rfc822";
    if (media_type == mail::kMessageFromMbox)
      if (auto plain = mail::reflow(bytes, {.from_quoted = true})) text = std::move(plain->text);
    std::string written =
        without_our_fields(text.empty() ? bytes : std::string_view(text), request, limits, given.others);
    base::wipe(text);
    text = std::move(written);
  } else {
    text = bytes;
  }
  given.bytes = text.size();
  given.sha256 = base::to_hex(base::sha256(text));
  given.sealed = casefile::seal(request.seal_to, text);
  base::wipe(text);
  return given;
}

MessageBeingRead::MessageBeingRead(std::string_view item, std::string_view bytes, std::string_view media_type)
    : item_(item), bytes_(bytes), media_type_(media_type) {}

MessageBeingRead::~MessageBeingRead() {
  base::wipe(bytes_);
  for (std::string &value : values_) base::wipe(value);
}

bool MessageBeingRead::holds(std::string_view item) const {
  return item.starts_with(item_) &&
         (item.size() == item_.size() || item.substr(item_.size()).starts_with("!/"));
}

PartSeen &MessageBeingRead::part_of(std::string_view item, bool &within) {
  within = false;
  if (item.size() <= item_.size()) return parts_[""];
  const std::string_view rest = item.substr(item_.size() + 2);
  const std::size_t end = rest.find("!/");
  within = end != rest.npos;
  return parts_[std::string(rest.substr(0, end))];
}

void MessageBeingRead::names_others(std::string_view item) {
  bool within = false;
  PartSeen &part = part_of(item, within);
  if (within)
    part.closed = disclose::kOthersNamedHere;
  else
    part.others = true;
}

void MessageBeingRead::unread(std::string_view item) {
  bool within = false;
  part_of(item, within).closed = kPartUnread;
}

void MessageBeingRead::secret(std::string_view item, std::uint64_t line, std::uint64_t offset,
                              std::uint64_t length, bool in_bytes, const std::string &why,
                              std::string_view value) {
  found_.emplace(item, line);
  values_.emplace_back(value);
  bool within = false;
  PartSeen &part = part_of(item, within);
  if (!within && in_bytes) {
    part.secrets.push_back({offset, offset + length, why});
    return;
  }
  // "~base64@120" in the part's own text: where that begins is known.
  const std::string_view rest =
      within ? item.substr(item.find("!/", item_.size() + 2) + 2) : std::string_view();
  const std::size_t sign = rest.find('@');
  if (rest.starts_with('~') && rest.find("!/") == rest.npos && sign != rest.npos) {
    std::uint64_t at = 0;
    for (const char c : rest.substr(sign + 1))
      at = c >= '0' && c <= '9' ? at * 10 + static_cast<std::uint64_t>(c - '0') : at;
    part.secrets.push_back({at, at + 1, why});
    return;
  }
  part.closed = why;
}

void MessageBeingRead::finish(const MessageRequest &request, const base::Limits &limits,
                              UnitMessage &message) {
  if (media_type_.find("message/rfc822") != 0 || bytes_.size() > kHandedOnMax) return;
  std::size_t expected = 0;
  for (auto place = request.not_given.lower_bound(item_);
       place != request.not_given.end() && place->first.starts_with(item_); ++place)
    if (holds(place->first)) expected += place->second.size();
  // A secret that was not seen again is one that cannot be taken out.
  if (found_.size() < expected) return;
  if (expected == 0 && message.others.empty() && !message.unread) return;
  auto given =
      without_parts(bytes_, media_type_ == mail::kMessageFromMbox, parts_, request.sides, values_, limits);
  if (!given) return;
  message.given_sha256 = base::to_hex(base::sha256(given->text));
  message.given_sealed = casefile::seal(request.seal_to, given->text);
  message.given_bytes = given->text.size();
  message.cuts = std::move(given->cuts);
  base::wipe(given->text);
}

Result<void> read_messages(casefile::Case &the_case, const Options &options,
                           std::shared_ptr<const MessageRequest> request,
                           const std::set<std::int64_t> &evidence,
                           const std::function<Result<void>(UnitMessage)> &deliver) {
  DISLODGE_TRY_ASSIGN(const auto rules, load_secret_rules(options));
  DISLODGE_TRY_ASSIGN(const auto rows, load_evidence(the_case));
  DISLODGE_TRY_ASSIGN(const auto units, load_units(the_case, false));
  std::map<std::int64_t, const EvidenceRow *> wanted;
  for (const EvidenceRow &row : rows)
    if (evidence.contains(row.id)) wanted[row.id] = &row;
  std::vector<Job> jobs;
  for (const UnitRow &unit : units) {
    const auto row = wanted.find(unit.evidence);
    if (row == wanted.end()) continue;
    auto job = job_of(*row->second, unit);
    if (job) jobs.push_back(std::move(*job));
  }
  if (jobs.empty()) return {};
  // What was opened in reading the case is opened again.
  DISLODGE_TRY_ASSIGN(evidence::Unlock unlock, kept_unlock(the_case));
  DISLODGE_TRY_ASSIGN(evidence::Unlock found, found_passwords(the_case));
  unlock.append(found);
  found.wipe();
  Options with = options;
  DISLODGE_TRY_ASSIGN(with.limits, kept_limits(the_case, options.limits));
  with.unlock = std::make_shared<const evidence::Unlock>(std::move(unlock));
  WorkerPool pool = make_pool(*rules, with, the_case.keys().public_key(), false, std::move(request));
  return pool.run(std::move(jobs), [&](std::size_t, Result<UnitResult> result) -> Result<void> {
    if (!result) return {};
    for (UnitMessage &message : result->messages) DISLODGE_TRY(deliver(std::move(message)));
    return {};
  });
}

}  // namespace dislodge::engine

#include "engine/message_content.hpp"

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/secure.hpp"
#include "casefile/keys.hpp"
#include "engine/detect_rules.hpp"
#include "engine/read_pass.hpp"
#include "engine/reopen.hpp"
#include "mail/headers.hpp"
#include "mail/message.hpp"
#include "mail/reflow.hpp"

namespace dislodge::engine {

using base::Result;

namespace {

// What the people who wrote to each other see. Not Bcc, which only the sender's copy has.
bool handed_on(std::string_view field) {
  static constexpr std::string_view kFields[] = {
      "date",    "from",        "sender",     "reply-to", "to",       "cc",          "message-id",
      "subject", "in-reply-to", "references", "keywords", "comments", "mime-version"};
  const std::string name = base::lower(field);
  return name.starts_with("content-") ||
         std::find(std::begin(kFields), std::end(kFields), name) != std::end(kFields);
}

std::string without_our_fields(std::string_view message, const base::Limits &limits) {
  const mail::HeaderBlock headers = mail::read_headers(message, 0, limits);
  // In the line ends that the message has itself.
  const std::string_view end = message.substr(0, headers.body).find('\r') == message.npos ? "\n" : "\r\n";
  std::string out;
  out.reserve(message.size());
  for (const mail::Field &field : headers.fields) {
    if (!handed_on(field.name)) continue;
    std::string_view value = field.value;
    while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
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
    std::string written = without_our_fields(text.empty() ? bytes : std::string_view(text), limits);
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
  with.unlock = std::make_shared<const evidence::Unlock>(std::move(unlock));
  WorkerPool pool = make_pool(*rules, with, the_case.keys().public_key(), false, std::move(request));
  return pool.run(std::move(jobs), [&](std::size_t, Result<UnitResult> result) -> Result<void> {
    if (!result) return {};
    for (UnitMessage &message : result->messages) DISLODGE_TRY(deliver(std::move(message)));
    return {};
  });
}

}  // namespace dislodge::engine

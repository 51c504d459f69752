#include "engine/inputs.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <set>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "engine/listing_times.hpp"
#include "evict/situation.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;
using casefile::Case;

Result<RuleTexts> load_rule_texts(const Options &options) {
  RuleTexts texts;
  if (options.rules_folder.empty()) {
    const auto embedded = base::embedded_rules();
    texts.files.assign(embedded.begin(), embedded.end());
    return texts;
  }
  std::error_code error;
  std::vector<std::filesystem::path> files = {options.rules_folder};
  if (std::filesystem::is_directory(options.rules_folder, error)) {
    DISLODGE_TRY_ASSIGN(files, base::files_under(options.rules_folder));
  }
  texts.storage.reserve(files.size() * 2);  // the views point into the strings
  for (const std::filesystem::path &file : files) {
    if (file.extension() != ".toml" && file.extension() != ".yml" && file.extension() != ".yaml") continue;
    DISLODGE_TRY_ASSIGN(std::string text, base::read_file(file));
    texts.storage.push_back("rules/" + file.lexically_relative(options.rules_folder).generic_string());
    const std::string_view path = texts.storage.back();
    texts.storage.push_back(std::move(text));
    texts.files.push_back({path, texts.storage.back()});
  }
  // What the folder says nothing about stays as it ships: a folder of secrets' rules leaves the detections.
  const auto part = [](std::string_view path) { return path.substr(0, path.find('/', path.find('/') + 1)); };
  std::set<std::string_view> brought;
  for (const base::EmbeddedRule &file : texts.files) brought.insert(part(file.path));
  for (const base::EmbeddedRule &file : base::embedded_rules())
    if (brought.count(part(file.path)) == 0) texts.files.push_back(file);
  return texts;
}

std::vector<log::DeclaredFile> declared_files(const std::vector<EvidenceRow> &evidence,
                                              const log::EventTable &events,
                                              const std::map<std::int64_t, std::uint64_t> &rows,
                                              const std::vector<evidence::LedgerRow> &ledger) {
  std::map<std::string_view, const evidence::LedgerRow *> unread;
  for (const evidence::LedgerRow &row : ledger) {
    using enum evidence::LedgerState;
    if (row.state != read && row.state != not_held && row.state != not_exported)
      unread.emplace(row.item, &row);
  }
  const auto why_unread = [&](const std::string &file) {
    for (auto row = unread.lower_bound(file); row != unread.end() && row->first.starts_with(file); ++row) {
      const std::string_view rest = row->first.substr(file.size());
      if (rest.empty() || rest.starts_with("!/") || rest.starts_with(':')) return row->second->reason;
    }
    return std::string();
  };
  std::vector<log::DeclaredFile> declared;
  for (const std::string &file : events.files)
    for (const EvidenceRow &row : evidence)
      // An archive's members are declared by the archive.
      if (row.collection && (file == row.root || file.rfind(row.root + "!/", 0) == 0)) {
        const auto counted = rows.find(row.id);
        // The rows of an archive cannot be told apart by member.
        std::optional<std::uint64_t> records;
        if (counted != rows.end() && file == row.root) records = counted->second;
        declared.push_back({file, *row.collection, records, why_unread(file)});
        break;
      }
  return declared;
}

void index_picture(Picture &picture) {
  picture.principal_index.clear();
  for (std::size_t i = 0; i < picture.facts.principals.size(); ++i)
    picture.principal_index[picture.facts.principals[i].id] = i;
  std::string id;
  for (std::size_t i = 0; i < picture.sightings.size(); ++i) {
    const SightingTable::Row row = picture.sightings.row(i);
    if (!row.sighting.rejected.empty()) continue;
    id.assign("secret:").append(row.secret);
    picture.masks.try_emplace(id, row.sighting.mask);
  }
}

const identity::SecretFact *Picture::secret(std::string_view id) const {
  const auto found = std::lower_bound(
      secrets.begin(), secrets.end(), id,
      [](const identity::SecretFact &fact, std::string_view wanted) { return fact.id < wanted; });
  return found != secrets.end() && found->id == id ? &*found : nullptr;
}

std::string Picture::name_of(std::string_view id) const {
  // What only a plan knows: what an unbound secret opens, and the secret that takes another's place.
  if (id.starts_with(evict::kUnknownPrincipal))
    return "whatever " + name_of(fmt::format("secret:{}", id.substr(evict::kUnknownPrincipal.size()))) +
           " opens";
  if (const std::size_t fresh = id.find("/new/");
      fresh != std::string_view::npos && id.starts_with("secret:"))
    return "the new secret of " + name_of(id.substr(fresh + 5));
  if (const auto found = principal_index.find(id); found != principal_index.end()) {
    const identity::Principal &principal = facts.principals[found->second];
    for (const std::string &name : principal.names)
      if (name.find('@') != std::string::npos) return name;
    if (!principal.name.empty()) return principal.name;
  }
  if (const identity::SecretFact *fact = secret(id)) {
    const auto mask = masks.find(fact->id);
    return fact->kind + (mask == masks.end() ? "" : " " + mask->second);
  }
  for (const identity::Resource &resource : facts.resources)
    if (resource.id == id && !resource.name.empty()) return resource.name;
  return std::string(id);
}

namespace {

// What is reached before what is not, the account of a directory before one elsewhere.
using NameRank = std::pair<bool, bool>;

std::vector<std::pair<NameRank, std::string>> ranked(const Picture &picture, std::string_view name) {
  const std::string wanted = base::lower(name);
  std::set<std::string> found;
  for (const identity::Principal &principal : picture.facts.principals) {
    bool matches = base::lower(principal.name) == wanted;
    for (const std::string &other : principal.names) matches = matches || base::lower(other) == wanted;
    if (matches) found.insert(principal.id);
  }
  // An account and its mailbox have one name. Where the account is not reached, the mailbox may be.
  const bool account_reached =
      std::any_of(picture.reach.rows.begin(), picture.reach.rows.end(), [&](const reach::ReachRow &row) {
        return row.grade != detect::Grade::excluded && found.contains(row.id);
      });
  if (!account_reached) {
    for (const identity::Resource &resource : picture.facts.resources)
      if (base::lower(resource.name) == wanted ||
          (resource.id.size() > wanted.size() && resource.id.ends_with("/" + wanted)))
        found.insert(resource.id);
    for (const identity::SecretFact &secret : picture.secrets)
      if (wanted.size() >= 6 && secret.id.rfind("secret:" + wanted, 0) == 0) found.insert(secret.id);
  }
  std::set<std::string_view> reached;
  if (found.size() > 1)
    for (const reach::ReachRow &row : picture.reach.rows) reached.insert(row.id);
  std::vector<std::pair<NameRank, std::string>> things;
  for (const std::string &id : found) {
    const bool directory = id.starts_with("principal:entra/") || id.starts_with("principal:ad/");
    things.push_back({{reached.count(id) == 0, !directory}, id});
  }
  std::sort(things.begin(), things.end());
  return things;
}

}  // namespace

std::vector<std::string> things_named(const Picture &picture, std::string_view name) {
  std::vector<std::string> ids;
  for (auto &[rank, id] : ranked(picture, name)) ids.push_back(std::move(id));
  return ids;
}

std::string Picture::names_of(const std::vector<std::string> &ids, std::size_t most) const {
  std::map<std::string, std::size_t> times;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ids.size() && i < most; ++i) ++times[names.emplace_back(name_of(ids[i]))];
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ", ";
    out += names[i];
    if (times[names[i]] < 2) continue;
    // An application and its service principal have one name.
    const auto found = principal_index.find(ids[i]);
    if (found != principal_index.end())
      out += fmt::format(" ({})", identity::name_of(facts.principals[found->second].kind));
    else
      out += fmt::format(" ({})", ids[i]);
  }
  return out;
}

std::string resolve_name(const Picture &picture, std::string_view thing) {
  if (thing.find(':') != std::string_view::npos) return base::lower(thing);
  const auto things = ranked(picture, thing);
  const bool one = things.size() == 1 || (things.size() > 1 && things[0].first < things[1].first);
  return one ? things.front().second : std::string(thing);
}

void merge_detections(std::vector<detect::Detection> &all, std::vector<detect::Detection> more) {
  std::set<std::string> known;
  for (const detect::Detection &detection : all) known.insert(detection.id);
  for (detect::Detection &detection : more)
    if (known.insert(detection.id).second) all.push_back(std::move(detection));
  std::stable_sort(all.begin(), all.end(), [](const detect::Detection &a, const detect::Detection &b) {
    return std::tie(a.first, a.kind, a.id) < std::tie(b.first, b.kind, b.id);
  });
}

detect::KnownSince known_since(const reach::Reach &reach) {
  detect::KnownSince since;
  for (std::size_t node = 0; node < reach.program.nodes.size(); ++node) {
    const reach::Node &what = reach.program.nodes[node];
    if (what.type != reach::NodeType::secret && what.type != reach::NodeType::principal) continue;
    const base::Time time = reach.possible.since(static_cast<reach::NodeId>(node));
    if (time != base::kTimeMax) since[std::string(reach.program.id(static_cast<reach::NodeId>(node)))] = time;
  }
  return since;
}

base::Time first_access(const std::vector<detect::Detection> &detections) {
  base::Time first = base::kTimeMax;
  for (const detect::Detection &detection : detections) {
    if (!detection.intruder) continue;
    for (const detect::Foothold &foothold : detection.footholds)
      first = std::min(first, foothold.interval.from);
    for (const detect::MailRead &read : detection.mail_read) first = std::min(first, read.time);
    for (const detect::Planted &planted : detection.planted) first = std::min(first, planted.since);
  }
  return first;
}

// Addresses are the intruder's where they gave a password or a key from them. Mail that is read through
// Graph, and changes that a service makes for somebody, show Microsoft's own front ends; an address from
// which others of the case sign in as well says nothing.
identity::Attribution attribution_of(const std::vector<detect::Detection> &detections,
                                     const std::vector<detect::Session> &sessions) {
  identity::Attribution attribution;
  std::set<std::string, std::less<>> shared;
  for (const detect::Session &session : sessions)
    if (!session.intruder) shared.insert(session.addresses.begin(), session.addresses.end());
  const std::set<std::string_view> of_signins = {"spray", "brute-force", "success-after-spray",
                                                 "success-after-guessing", "stolen-secret-used"};
  for (const detect::Detection &detection : detections) {
    if (!detection.intruder) continue;
    for (const detect::Foothold &foothold : detection.footholds)
      attribution.intruder.insert(foothold.principal);
    if (of_signins.count(detection.kind) == 0) continue;
    for (const std::string &address : detection.addresses)
      if (shared.count(address) == 0) attribution.intruder_addresses.insert(address);
  }
  return attribution;
}

std::vector<reach::Unseen> unseen_credentials(const Picture &picture, const identity::Rights &rights,
                                              const std::vector<identity::Sweep> &sweeps) {
  reach::Witness witness = reach::witness_of(picture.coverage, sweeps);
  witness.listed = listing_times(picture.evidence);
  return reach::unseen_credentials(picture.reach, picture.facts, rights, witness);
}

std::string unseen_text(const reach::Unseen &unseen) {
  std::string by;
  for (std::size_t i = 0; i < unseen.by.size() && i < 3; ++i) by += (i == 0 ? "" : ", ") + unseen.by[i];
  if (unseen.by_count > 3) by += fmt::format(" and {} more", unseen.by_count - 3);
  const bool still = unseen.when.until == base::kTimeMax;
  const std::string when =
      (unseen.when.from == base::kTimeMin ? std::string("at any time")
                                          : "from " + base::format_time(unseen.when.from)) +
      (still ? std::string(" on") : " to " + base::format_time(unseen.when.until));
  return fmt::format(
      "{} account{} of {} could have been given a credential that nobody saw, {} (as {}); "
      "{} of their slots are shown to be clean",
      unseen.principals, unseen.principals == 1 ? "" : "s", unseen.name, when, by, unseen.cleared);
}

std::vector<std::string> not_covered(const Picture &picture) {
  std::vector<std::string> open;
  const LedgerTotals &totals = picture.totals;
  if (totals.partial())
    open.push_back(fmt::format("{} % of the evidence is not read yet", 100 - totals.percent_read()));
  if (totals.unread_items > 0)
    open.push_back(base::counted(totals.unread_items, "item") +
                   " that could not be read (dislodge ledger --unread)");
  if (totals.not_held > 0)
    open.push_back(fmt::format(
        "{} that {} read by the intruder and {} not held", base::counted(totals.not_held, "message"),
        base::choice(totals.not_held, "was", "were"), base::choice(totals.not_held, "is", "are")));
  if (totals.named_not_held > 0)
    open.push_back(base::counted(totals.named_not_held, "message") +
                   " that message traces or load files name and nobody handed in");
  if (totals.not_exported > 0)
    open.push_back(fmt::format("{} that {} read and never exported",
                               base::counted(totals.not_exported, "mailbox", "mailboxes"),
                               base::choice(totals.not_exported, "was", "were")));
  if (totals.linked_files > 0)
    open.push_back(base::counted(totals.linked_files, "file") +
                   " that mail links to with cloud services, not handed in");
  if (picture.events.events.empty() && picture.coverage.empty())
    open.push_back("no log was handed in: nothing shows what was read, used or set (dislodge collect)");
  if (picture.directories.empty())
    open.push_back("no directory was handed in: who holds which right is not known (dislodge collect)");
  for (const reach::MissingEvidence &missing : picture.reach.missing) {
    open.push_back(fmt::format("{}: readable by the intruder, not handed in", missing.name));
    if (open.size() > 40) break;
  }
  for (const detect::TipReport &tip : picture.tips) {
    const std::string who = tip.source.from.empty() ? tip.source.file : tip.source.from;
    if (tip.source.signature == detect::TipSignature::broken)
      open.push_back(fmt::format("{} of {}: its signature does not fit: it was changed, or is not theirs",
                                 tip.source.file, who));
    if (tip.match.listed > tip.match.held)
      open.push_back(fmt::format("{} that {} says {} stolen {} not held here (dislodge tips)",
                                 base::counted(tip.match.listed - tip.match.held, "message"), who,
                                 base::choice(tip.match.listed - tip.match.held, "was", "were"),
                                 base::choice(tip.match.listed - tip.match.held, "is", "are")));
    // Whoever looked at it has seen the rest; what it touches since then is new.
    if (tip.judged && tip.judged->holds) continue;
    if (tip.match.listed > 0 && tip.source.verified_by.empty())
      open.push_back(fmt::format("the notice of {}: nobody confirmed out of band that it is theirs", who));
    if (tip.match.listed == 0 && tip.match.matched > 0)
      open.push_back(
          fmt::format("{} of {} that the evidence answers to and nobody has judged (dislodge tips)",
                      base::counted(tip.match.matched, "tip"), who));
    if (!tip.match.places_new.empty())
      open.push_back(fmt::format("{} where {} saw a secret and we did not (dislodge tips)",
                                 base::counted(tip.match.places_new.size(), "place"), who));
  }
  std::set<std::string> throttled;
  for (const detect::Detection &one : picture.detections)
    for (const detect::MailRead &read : one.mail_read)
      if (one.intruder && read.throttled) throttled.insert(read.mailbox);
  if (!throttled.empty())
    open.push_back(fmt::format(
        "what else was read of {}: the log of its reading was throttled for a day "
        "while the intruder was in it{}",
        *throttled.begin(),
        throttled.size() == 1 ? std::string()
                              : fmt::format(", and {}", base::counted(throttled.size() - 1, "mailbox more",
                                                                      "mailboxes more"))));
  std::size_t gaps = 0;
  std::set<std::string> classes;
  for (const log::Coverage &coverage : picture.coverage) {
    gaps += coverage.gaps.size();
    for (const std::string &note : coverage.notes)
      if (note.find("not held: ") != std::string::npos)
        classes.insert(fmt::format("the log {}: {}", log::name_of(coverage.source), note));
  }
  open.insert(open.end(), classes.begin(), classes.end());
  if (gaps > 0) open.push_back(base::counted(gaps, "gap") + " in the logs (dislodge coverage)");
  for (const detect::CannotSay &unknown : picture.cannot_say)
    open.push_back(fmt::format(
        "what happened to {}{}{}: {}",
        picture.name_of(unknown.secret.empty() ? unknown.principal : unknown.secret),
        unknown.interval.from == base::kTimeMin ? "" : " from " + base::format_time(unknown.interval.from),
        unknown.interval.until == base::kTimeMax
            ? std::string(unknown.interval.from == base::kTimeMin ? " at any time" : " on")
            : " until " + base::format_time(unknown.interval.until),
        unknown.why));
  std::size_t unattributed = 0;
  for (const identity::Change &change : picture.changes)
    if (change.owner == identity::ChangeOwner::unknown) ++unattributed;
  if (unattributed > 0)
    open.push_back(fmt::format("{} since first access that nobody has claimed: {} as the intruder's",
                               base::counted(unattributed, "change"),
                               base::choice(unattributed, "it counts", "they count")));
  // What the logs show and nobody is blamed for: the plan takes none of it as the intruder's.
  const auto open_to_judge = [](const detect::Detection &one) {
    // What others say has points of its own; of what a person has claimed nothing is left (claims.hpp).
    return !one.intruder && one.confidence > 0 && one.grade != detect::Grade::excluded &&
           one.kind != "tip-matched" && one.kind != "notice-of-stolen-mail" && one.kind != "linked-case";
  };
  const auto first = std::find_if(picture.detections.begin(), picture.detections.end(), open_to_judge);
  if (first != picture.detections.end()) {
    const auto count = std::count_if(first, picture.detections.end(), open_to_judge);
    open.push_back(
        fmt::format("{} in the logs that {} nobody's, so that no action follows from {}, first {} at {} "
                    "(dislodge detections)",
                    base::counted(static_cast<std::uint64_t>(count), "finding"),
                    base::choice(static_cast<std::uint64_t>(count), "is", "are"),
                    base::choice(static_cast<std::uint64_t>(count), "it", "them"), first->kind,
                    base::format_time(first->first)));
  }
  // Tenants that act in the case without a directory export, and the age of each export.
  std::set<std::string> exported, seen;
  for (const EvidenceRow &row : picture.evidence)
    if (is_directory_export(row)) {
      if (!row.collection->tenant.empty()) exported.insert(base::lower(row.collection->tenant));
      if (row.collection->collected_at != base::kTimeMin)
        open.push_back(fmt::format("{}: rights as of {}, and only of the kinds that its collector sees",
                                   row.root, base::format_time(row.collection->collected_at)));
    }
  for (const reach::ReachRow &row : picture.reach.rows) {
    const std::string_view prefix = "principal:entra/";
    if (row.grade == detect::Grade::excluded || row.id.rfind(prefix, 0) != 0) continue;
    const std::string tenant = row.id.substr(prefix.size(), row.id.find('/', prefix.size()) - prefix.size());
    if (exported.count(tenant) != 0 || !seen.insert(tenant).second) continue;
    open.push_back("tenant " + tenant + ": the intruder acted there and " +
                   (picture.directories.contains("entra/" + tenant)
                        ? "nothing declares when its directory export was made, nor that it is whole"
                        : "no directory export was handed in"));
  }
  return open;
}

}  // namespace dislodge::engine

// The table of contents: what is done to a case, pass by pass, in the order in which evidence flows.

#include "engine/investigate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "detect/basis.hpp"
#include "detect/detect.hpp"
#include "detect/joined.hpp"
#include "detect/left_behind.hpp"
#include "detect/stolen_secret.hpp"
#include "detect/words.hpp"
#include "disclose/parties.hpp"
#include "engine/claims.hpp"
#include "engine/correspondence.hpp"
#include "engine/decisions.hpp"
#include "engine/detect_rules.hpp"
#include "engine/first_things.hpp"
#include "engine/in_effect.hpp"
#include "engine/inputs.hpp"
#include "engine/links.hpp"
#include "engine/listing_times.hpp"
#include "engine/load_case.hpp"
#include "engine/load_files.hpp"
#include "engine/opened_items.hpp"
#include "engine/planning.hpp"
#include "engine/poisoned.hpp"
#include "engine/question.hpp"
#include "engine/raised_limits.hpp"
#include "engine/read_pass.hpp"
#include "engine/readers.hpp"
#include "engine/reopen.hpp"
#include "engine/secrets_pass.hpp"
#include "engine/split_secrets.hpp"
#include "engine/stolen_pass.hpp"
#include "engine/tips_pass.hpp"
#include "engine/traced_mail.hpp"
#include "engine/unchanged.hpp"
#include "identity/bindings.hpp"
#include "identity/ended_keys.hpp"
#include "identity/given_elsewhere.hpp"
#include "identity/gone_secrets.hpp"
#include "identity/history.hpp"
#include "identity/link.hpp"
#include "identity/named_accounts.hpp"
#include "identity/named_targets.hpp"
#include "identity/object_tenants.hpp"
#include "identity/owner.hpp"
#include "identity/policies.hpp"
#include "identity/rights.hpp"
#include "identity/session_bindings.hpp"
#include "identity/sweeps.hpp"
#include "identity/written_rights.hpp"
#include "log/gather.hpp"
#include "log/networks.hpp"
#include "log/tenant.hpp"
#include "reach/code_read.hpp"
#include "reach/files_read.hpp"
#include "reach/program.hpp"
#include "reach/watched.hpp"

namespace dislodge::engine {

using base::Result;
using base::Timings;
using casefile::Case;

namespace {

constexpr int kReopenRounds =
    4;  // an archive in an archive in an archive, each with a password from the last

// Reads these units into the case, by the readers of the digest `readers`; `key` is that with what is tried
// to open what is encrypted. A unit whose file is not there any more keeps what was read of it before, if
// `keep_missing`; else its row says so.
Result<void> read_units(Case &the_case, const std::vector<UnitRow> &units, const SecretRules &rules,
                        const Options &options, const std::string &readers, const std::string &key,
                        bool keep_missing, base::Progress &progress, Timings::Scope &timing) {
  DISLODGE_TRY_ASSIGN(const auto evidence, load_evidence(the_case));
  std::map<std::int64_t, const EvidenceRow *> rows;
  for (const EvidenceRow &row : evidence) rows[row.id] = &row;

  std::vector<Job> jobs;
  std::vector<const UnitRow *> job_units;
  std::uint64_t bytes = 0;
  std::map<std::int64_t, Result<void>> unchanged;  // by evidence, whose units share the answer
  for (const UnitRow &unit : units) {
    const EvidenceRow &row = *rows.at(unit.evidence);
    auto known = unchanged.find(unit.evidence);
    if (known == unchanged.end()) known = unchanged.emplace(unit.evidence, still_as_added(row)).first;
    Result<Job> job = known->second ? job_of(row, unit) : tl::unexpected(known->second.error());
    if (!job) {
      if (!keep_missing) DISLODGE_TRY(store_failure(the_case, row, unit, job.error()));
      continue;
    }
    DISLODGE_TRY_ASSIGN(job->poisoned, poisoned_items(the_case, unit, readers));
    jobs.push_back(std::move(*job));
    job_units.push_back(&unit);
    bytes += unit.end - unit.begin;
  }
  if (jobs.empty()) return {};
  progress.stage("reading", bytes);
  ValueJoiner joiner(the_case);
  WorkerPool pool = make_pool(rules, options, the_case.keys().public_key());
  return pool.run(std::move(jobs), [&](std::size_t number, Result<UnitResult> result) -> Result<void> {
    const UnitRow &unit = *job_units[number];
    progress.advance(unit.end - unit.begin);
    timing.bytes += unit.end - unit.begin;
    if (!result) {
      DISLODGE_TRY(store_failure(the_case, *rows.at(unit.evidence), unit, result.error()));
      // A file that is not there may be there next time; what these readers could not read they will not.
      if (result.error().kind == base::ErrorKind::io) return {};
      return keep_failed(the_case, unit, key);
    }
    timing.items_in += result->items;
    timing.items_out += result->sightings.size() + result->event_count + result->fact_count;
    if (options.unlock) name_passwords(result->ledger, *options.unlock, the_case.keys());
    return store_result(the_case, unit, key, *result, joiner);
  });
}

}  // namespace

Result<void> read_evidence(Case &the_case, const Options &options, base::Progress &progress,
                           Timings &timings) {
  Timings::Scope timing(timings, "read");
  DISLODGE_TRY_ASSIGN(const auto rules, load_secret_rules(options));
  Options with = options;
  DISLODGE_TRY_ASSIGN(with.limits, kept_limits(the_case, options.limits));
  const std::string key = readers_digest(rules->digest, with.limits);
  if (options.unlock) DISLODGE_TRY(keep_unlock(the_case, *options.unlock));
  DISLODGE_TRY_ASSIGN(evidence::Unlock supplied, kept_unlock(the_case));
  const auto key_with = [&](const evidence::Unlock &unlock) {
    return unlock.empty() ? key : key + "+" + unlock_digest(the_case.keys(), unlock);
  };
  // What was read with other rules or limits is read again, but for what no raised limit can change; what is
  // known under this key is not.
  DISLODGE_TRY(take_over_unlimited(the_case, with.limits, rules->digest));
  DISLODGE_TRY(refresh_units(the_case, key));
  if (options.retry_poisoned) DISLODGE_TRY(reopen_poisoned(the_case));
  with.unlock = std::make_shared<const evidence::Unlock>(supplied);
  // Logs and directories first: they say whose mail comes next.
  DISLODGE_TRY_ASSIGN(const auto first, units_of_logs(the_case));
  if (!first.empty()) {
    DISLODGE_TRY(read_units(the_case, first, *rules, with, key, key_with(supplied), false, progress, timing));
    DISLODGE_TRY(put_administrators_first(the_case));
  }
  DISLODGE_TRY_ASSIGN(const auto pending, load_units(the_case, true));
  DISLODGE_TRY(read_units(the_case, pending, *rules, with, key, key_with(supplied), false, progress, timing));
  // What stayed encrypted is tried with passwords that turned up anywhere in the case, until none opens more.
  for (int round = 0; round < kReopenRounds; ++round) {
    evidence::Unlock unlock = supplied;
    DISLODGE_TRY_ASSIGN(evidence::Unlock found, found_passwords(the_case));
    unlock.append(found);
    found.wipe();
    if (unlock.empty()) break;
    DISLODGE_TRY_ASSIGN(const auto closed, encrypted_units(the_case, unlock_digest(the_case.keys(), unlock)));
    if (closed.empty()) break;
    const std::string tried = key_with(unlock);
    with.unlock = std::make_shared<const evidence::Unlock>(std::move(unlock));
    DISLODGE_TRY(read_units(the_case, closed, *rules, with, key, tried, true, progress, timing));
  }
  return {};
}

namespace {

Result<LedgerTotals> totals_of(Case &the_case, const std::vector<EvidenceRow> &evidence,
                               const std::vector<evidence::LedgerRow> &ledger) {
  LedgerTotals totals;
  for (const EvidenceRow &row : evidence) totals.handed_in += row.size;
  for (const evidence::LedgerRow &row : ledger) {
    if (row.parent.empty()) {
      totals.read += row.read;
      totals.unread += row.size - row.read;
    }
    if (row.state == evidence::LedgerState::not_exported)
      ++totals.linked_files;
    else if (row.state != evidence::LedgerState::read && row.state != evidence::LedgerState::read_in_part)
      ++totals.unread_items, totals.unread_within += row.parent.empty() ? 0 : row.size - row.read;
  }
  DISLODGE_TRY_ASSIGN(const auto units, load_units(the_case, true));
  for (const UnitRow &unit : units) totals.pending += unit.end - unit.begin;
  return totals;
}

}  // namespace

namespace {

// For `--if missing-log:SOURCE`: the events of some logs are taken out before anything is made of them. Gives
// the files they were in: what is declared of these must go as well, since a complete log without an event
// says that nothing happened.
Result<std::set<std::string>> leave_out_logs(log::EventTable &events, const std::vector<std::string> &names) {
  std::set<std::string> gone;
  for (const std::string &name : names) {
    std::set<std::string> known;
    const auto matches = [&](const log::Event &event) {
      const std::string &file = events.files[event.file];
      known.emplace(log::name_of(event.source));
      const bool left_out = log::name_of(event.source) == name || file == name ||
                            (!name.empty() && file.find(name) != std::string::npos);
      if (left_out) gone.insert(file);
      return left_out;
    };
    const std::size_t before = events.events.size();
    std::erase_if(events.events, matches);
    if (events.events.size() != before) continue;
    std::string list;
    for (const std::string &one : known) list += (list.empty() ? "" : ", ") + one;
    return base::fail(base::ErrorKind::usage,
                      fmt::format("no log \"{}\" in this case; there are {}, or give part of a file's name",
                                  name, list.empty() ? "none" : list));
  }
  return gone;
}

// What a table that was thinned means for whoever reads the answers.
void tell_thinned(const log::Gathered &all, Picture &picture) {
  picture.notes.push_back(
      fmt::format("{} events: of everyday ones, the first of {} that says the same is looked at; of those "
                  "whom a detection or a tip names, all; coverage counts every one "
                  "(an event that two files hold counts twice); dislodge events prints them",
                  all.events, log::spoken_period(all.level)));
  if (all.dropped > 0)
    picture.notes.push_back(
        fmt::format("{} everyday events are counted and were not looked at: they are too unlike "
                    "each other; investigate a shorter time in a case of its own",
                    all.dropped));
  if (!all.common_words.empty()) {
    std::string list;
    for (const std::string &word : all.common_words) list += (list.empty() ? "" : ", ") + word;
    picture.notes.push_back("named by a detection or a tip, and in too many events to look at each: " + list);
  }
}

// Names the pass that begins; the one before it was the last where somebody said stop.
Result<void> next_pass(base::Progress &progress, std::string_view name) {
  if (progress.stopped())
    return base::fail(base::ErrorKind::usage, fmt::format("stopped before the pass {}", name));
  progress.stage(name);
  return {};
}

}  // namespace

Result<Picture> derive(Case &the_case, const Options &options, base::Progress &progress, Timings &timings) {
  return derive_without(the_case, options, {}, progress, timings);
}

namespace {

// Of how many rounds the search for those who matter consists at most, where the logs are too many to keep
// whole.
constexpr int kGatherRoundsMax = 4;

std::set<std::string> ids_of(const std::vector<detect::Detection> &detections) {
  std::set<std::string> ids;
  for (const detect::Detection &one : detections) ids.insert(one.id);
  return ids;
}

// The passes up to reach, over a table of events in which all is kept of those whom `words` name.
struct Seen {
  Picture picture;
  bool whole = true;  // its table holds every event
};
Result<Seen> see(Case &the_case, const RuleTexts &rule_texts, const identity::Rights &rights,
                 const std::vector<std::string> &without_logs, const std::set<std::string> &words,
                 base::Progress &progress, Timings &timings) {
  Seen seen;
  Picture &picture = seen.picture;
  // Everything below comes from the case file: from here on no evidence is read.
  DISLODGE_TRY(next_pass(progress, "loading"));
  std::vector<evidence::LedgerRow> missing;  // named by load files, not held
  SecretLengths lengths;
  {
    Timings::Scope timing(timings, "load");
    DISLODGE_TRY_ASSIGN(picture.evidence, load_evidence(the_case));
    DISLODGE_TRY_ASSIGN(picture.ledger, load_ledger(the_case));
    DISLODGE_TRY_ASSIGN(picture.totals, totals_of(the_case, picture.evidence, picture.ledger));
    DISLODGE_TRY_ASSIGN(CaseContent content, load_case(the_case));
    picture.records = std::move(content.records);
    picture.sightings = std::move(content.sightings);
    picture.facts = std::move(content.facts);
    lengths = std::move(content.lengths);
    timing.bytes += content.fact_bytes;
    missing = join_load_files(picture);
    // Up to here nothing but directories has said who there is.
    const auto realm_of = [&](std::string_view id) {
      const std::size_t colon = id.find(':'), slash = id.find('/');
      if (colon == id.npos || slash == id.npos || colon > slash) return;
      picture.directories.emplace(id.substr(colon + 1, slash - colon - 1));
      if (const std::size_t end = id.find('/', slash + 1); end != id.npos && slash + 1 < end)
        picture.directories.emplace(id.substr(colon + 1, end - colon - 1));
    };
    for (const identity::Principal &one : picture.facts.principals)
      if (!one.attributes.empty()) realm_of(one.id);
    for (const identity::Grant &one : picture.facts.grants)
      if (one.to.starts_with("resource:")) realm_of(one.to);
    timing.items_out = picture.records.size() + picture.sightings.size();
  }

  // One table of events from all logs, in order of time, each event once.
  DISLODGE_TRY(next_pass(progress, "log"));
  {
    Timings::Scope timing(timings, "log");
    std::map<std::int64_t, std::uint64_t> rows;
    log::GatherOptions gathering;
    gathering.words = words;
    // What others name is looked at each time it stands in a log, too.
    DISLODGE_TRY_ASSIGN(const std::vector<KeptTip> told, kept_tips(the_case));
    std::vector<const detect::TipFile *> told_files;
    for (const KeptTip &one : told) told_files.push_back(&one.file);
    const detect::TipFinder finder(told_files);
    if (!finder.empty()) gathering.names = [&](std::string_view text) { return finder.names(text); };
    const auto tables = [&](const log::EachTable &each) {
      return load_blocks(the_case, "events", [&](const Block &block) -> Result<void> {
        DISLODGE_TRY_ASSIGN(const log::EventTable events, log::EventTable::decode(block.body));
        timing.bytes += block.body.size();
        timing.items_in += events.events.size();
        rows[block.evidence] += block.count;
        return each(events);
      });
    };
    DISLODGE_TRY_ASSIGN(log::Gathered all, log::gather(tables, gathering));
    picture.events = std::move(all.table);
    seen.whole = all.whole;
    log::fill_tenants(picture.events, identity::ObjectTenants(picture.facts));
    log::forget_uniform_networks(picture.events);
    DISLODGE_TRY_ASSIGN(const std::set<std::string> gone, leave_out_logs(picture.events, without_logs));
    const auto declared_of = [&](const log::EventTable &files) {
      std::vector<log::DeclaredFile> declared = declared_files(picture.evidence, files, rows, picture.ledger);
      std::erase_if(declared, [&](const log::DeclaredFile &one) { return gone.contains(one.item); });
      return declared;
    };
    if (all.whole) {
      picture.coverage = log::coverage_of(picture.events, declared_of(picture.events));
    } else {
      for (const std::string &log : without_logs) all.coverage.leave_out(log);
      log::EventTable files;  // of every log, those too of which no event was kept
      for (const std::string &file : all.coverage.files()) files.files.push_back(file);
      picture.coverage = all.coverage.rows(picture.events, declared_of(files));
      tell_thinned(all, picture);
    }
    timing.items_out = picture.events.events.size();
  }

  // Who is who, and which right holds when: directories say what is, audit events since when.
  DISLODGE_TRY(next_pass(progress, "identity"));
  std::vector<identity::Disabled> disabled;
  {
    Timings::Scope timing(timings, "identity");
    std::vector<std::string> testimony = listings_in(picture.facts);
    testimony.insert(testimony.end(), picture.events.files.begin(), picture.events.files.end());
    identity::add_history(picture.events, rights, picture.facts);
    identity::add_named_targets(picture.events, picture.facts);
    identity::add_named_accounts(picture.events, picture.facts);
    identity::add_given_elsewhere(picture.events, picture.facts);
    for (std::string &note : identity::read_written_rights(picture.facts, rights))
      picture.notes.push_back(std::move(note));
    identity::link_facts(picture.facts, rights);
    const std::vector<std::int64_t> logs =
        logs_among(picture.evidence, picture.records, picture.sightings, testimony);
    const Held held =
        hold_evidence(picture.evidence, picture.records, picture.facts, logs, mailboxes_read(picture.events));
    // Which secrets there are, whose they are, whom they authenticate, where they lie.
    join_split_secrets(picture.sightings, picture.records);
    DISLODGE_TRY_ASSIGN(const auto opened, load_opened(the_case));
    tell_words_that_opened(opened, picture.sightings);
    picture.secrets = assemble_secrets(picture.sightings, picture.records, held, lengths);
    lengths = SecretLengths();
    std::vector<std::string> custodians;
    for (const auto &[id, custodian] : held.custodian) custodians.push_back(custodian);
    const identity::Ourselves us = identity::ourselves(picture.facts, custodians, &picture.events);
    picture.our_domains.assign(us.domains.begin(), us.domains.end());
    identity::end_removed_keys(picture.events, picture.facts);
    picture.unbound = identity::bind_secrets(picture.secrets, picture.facts, &picture.events);
    identity::bind_sessions(
        picture.secrets, picture.events,
        [&](std::string_view value) { return "secret:" + the_case.keys().fingerprint(value); }, picture.facts,
        picture.unbound);
    const identity::ListingTime listed = listing_times(picture.evidence);
    disabled = identity::disabled_accounts(picture.events, picture.facts,
                                           identity::RealmAccounts(picture.facts), listed);
    identity::end_gone_secrets(picture.secrets, picture.events, disabled, listed, picture.facts);
    lock_presences(opened, picture.facts);
    for (const identity::Unlock &unlock : picture.facts.unlocks)
      std::erase_if(picture.unbound, [&](const auto &one) { return one.secret == unlock.key; });
    // Whom a secret opens says most about whose it is.
    identity::tell_owners(picture.secrets, picture.facts, us);
    identity::mark_use(picture.events, picture.facts);
    add_exposures(picture.evidence, held, picture.facts);
    picture.custodians = held.custodian;
    picture.notes.insert(picture.notes.end(), held.inferred.begin(), held.inferred.end());
    index_picture(picture);
    timing.items_out =
        picture.facts.principals.size() + picture.facts.grants.size() + picture.facts.bindings.size();
  }

  DISLODGE_TRY_ASSIGN(const std::vector<Claim> claims, claims_of(the_case));
  DISLODGE_TRY_ASSIGN(const auto shared_options, load_detect_options(rule_texts.files));
  const detect::DetectOptions &detect_options = *shared_options;
  // What the events mean: how they came in, what they set, read and used. Detection uses direct exposure
  // only; whether a use of a stolen secret was the intruder's is told from what reach says they could know.
  DISLODGE_TRY(next_pass(progress, "detect"));
  std::optional<detect::Basis> shown;
  std::vector<detect::Detection> told;  // by others: tips and linked cases
  {
    Timings::Scope timing(timings, "detect");
    picture.detections =
        detect::detect(shown.emplace(picture.events, picture.facts, detect_options, words_of(claims)));
    const std::set<std::string> ids = ids_of(picture.detections);
    // What others say is matched against all of it, and says whose word it is.
    DISLODGE_TRY(apply_tips(the_case, picture));
    DISLODGE_TRY(apply_links(the_case, picture));
    std::copy_if(picture.detections.begin(), picture.detections.end(), std::back_inserter(told),
                 [&](const detect::Detection &one) { return ids.count(one.id) == 0; });
    // Last, what people say of all that: they know what no log does.
    apply_claims(claims, picture);
    timing.items_in = picture.events.events.size();
    timing.items_out = picture.detections.size();
  }
  const detect::Basis &basis = *shown;

  // What they could hold, since when. Uses of stolen secrets are new footholds, so the two repeat until there
  // is nothing new; each round adds a use or ends.
  DISLODGE_TRY(next_pass(progress, "reach"));
  reach::ProgramOptions program_options;
  program_options.sweeps = identity::sweeps_of(picture.events, picture.facts);
  program_options.disabled = std::move(disabled);
  add_shut_when_handed_in(picture.evidence, picture.facts, program_options.disabled);
  program_options.requirements = identity::requirements_of(picture.facts, &picture.events);
  program_options.reused_passwords = true;
  program_options.set_credentials = detect::set_credentials(basis);
  program_options.watched = reach::watched_mailboxes(picture.events, picture.coverage, picture.facts);
  for (const identity::SecretFact &secret : picture.secrets)
    program_options.secret_names[secret.id] = picture.name_of(secret.id);
  {
    Timings::Scope timing(timings, "reach");
    std::vector<detect::Detection> uses;
    const auto exposed = static_cast<std::ptrdiff_t>(picture.facts.exposures.size());
    for (int round = 0; round < kRoundsMax; ++round) {
      picture.facts.exposures.erase(picture.facts.exposures.begin() + exposed, picture.facts.exposures.end());
      reach::add_code_read(picture.events, picture.detections, picture.facts);
      reach::add_files_read(picture.events, picture.detections, picture.facts);
      picture.reach = reach::compute_reach(picture.facts, rights, picture.detections, program_options);
      const std::set<std::string> ids = ids_of(picture.detections);
      std::vector<detect::Detection> fresh =
          detect::detect_secret_use(basis, picture.detections, known_since(picture.reach));
      std::erase_if(fresh, [&](const detect::Detection &one) { return ids.count(one.id) != 0; });
      if (fresh.empty()) break;
      apply_claims(claims, picture, fresh);
      const bool leads_on =
          std::any_of(fresh.begin(), fresh.end(), [](const detect::Detection &one) { return one.intruder; });
      merge_detections(uses, std::move(fresh));
      // Whoever came in by it did what was done there, and every pass must say so.
      if (leads_on) {
        picture.detections = detect::detect(basis, uses);
        merge_detections(picture.detections, told);
      }
      merge_detections(picture.detections, uses);
      apply_claims(claims, picture);
    }
    // What two rules say of one act is told once: a stolen secret's use is also the risky sign-in that a rule
    // saw.
    DISLODGE_TRY_ASSIGN(const auto general, detect::load_general_kinds(rule_texts.files));
    detect::join_acts(picture.detections, general);
    apply_claims(claims, picture);
    picture.unseen = unseen_credentials(picture, rights, program_options.sweeps);
    picture.sessions = detect::sessions(basis, picture.detections);
    picture.cannot_say =
        detect::cannot_say(basis.view, picture.detections, picture.coverage, known_since(picture.reach));
    picture.first_access = first_access(picture.detections);
    identity::Attribution attribution = attribution_of(picture.detections, picture.sessions);
    attribution.claimed = claimed_changes(claims, picture.detections);
    picture.changes = identity::changes_since(picture.events, picture.facts, picture.first_access,
                                              base::kTimeMax, attribution);
    name_changes(claims, picture.changes);
    tell_stolen(picture);
    tell_missing(missing, picture);
    tell_missing(traced_and_not_held(picture), picture);
    timing.items_in = picture.reach.program.edges.size();
    timing.items_out = picture.reach.rows.size();
  }

  return seen;
}

}  // namespace

Result<Picture> derive_without(Case &the_case, const Options &options,
                               const std::vector<std::string> &without_logs, base::Progress &progress,
                               Timings &timings) {
  DISLODGE_TRY_ASSIGN(const RuleTexts rule_texts, load_rule_texts(options));
  DISLODGE_TRY_ASSIGN(const identity::Rights rights, identity::load_rights(rule_texts.files));
  DISLODGE_TRY_ASSIGN(const evict::Actions actions, evict::load_actions(rule_texts.files));

  // What the evidence says. Where the logs are too many, once more with all that is logged of those who
  // turned out to matter, until there is nobody new.
  std::set<std::string> words;
  Picture picture;
  for (int round = 0; round < kGatherRoundsMax; ++round) {
    picture = Picture();  // two of them do not fit
    DISLODGE_TRY_ASSIGN(Seen seen, see(the_case, rule_texts, rights, without_logs, words, progress, timings));
    picture = std::move(seen.picture);
    if (seen.whole) break;
    const std::size_t known = words.size();
    words.merge(detect::words_about(picture.detections, picture.facts));
    if (words.size() == known) break;
  }

  // How to get them out, in which order, and what shows that it holds.
  DISLODGE_TRY(next_pass(progress, "evict"));
  {
    Timings::Scope timing(timings, "evict");
    DISLODGE_TRY_ASSIGN(const auto recorded, recorded_actions(the_case));
    picture.contradicted = contradictions(picture, recorded);
    DISLODGE_TRY_ASSIGN(const evict::PlanOptions plan_options, plan_options_of(the_case, picture, {}));
    picture.plan = evict::make_plan(picture.reach, actions, plan_options);
    // The plan is made from all that they reached; what people are told ends where an action ended it.
    DISLODGE_TRY(end_what_is_cut(picture, actions, plan_options.previous));
    timing.items_out = picture.plan.actions.size();
  }

  // Whom to tell, about what, by when.
  DISLODGE_TRY(next_pass(progress, "disclose"));
  {
    Timings::Scope timing(timings, "disclose");
    picture.parties = parties_of(picture);
    DISLODGE_TRY_ASSIGN(picture.duties, duties_of(the_case, picture, rule_texts));
    timing.items_out = picture.parties.size() + picture.duties.size();
  }
  progress.clear();
  return picture;
}

Result<Picture> investigate(Case &the_case, const Options &options, base::Progress &progress,
                            Timings &timings) {
  DISLODGE_TRY(read_evidence(the_case, options, progress, timings));
  DISLODGE_TRY_ASSIGN(Picture picture, derive(the_case, options, progress, timings));
  base::JsonWriter json;
  json.object([&] {
    json.field("read", picture.totals.read);
    json.field("unread", picture.totals.unread);
    json.field("secrets", static_cast<std::uint64_t>(picture.secrets.size()));
    json.field("detections", static_cast<std::uint64_t>(picture.detections.size()));
  });
  DISLODGE_TRY(the_case.journal().append("investigate", json.text()));
  DISLODGE_TRY(remember_actions(the_case, picture.plan));
  return picture;
}

}  // namespace dislodge::engine

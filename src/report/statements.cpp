#include "report/statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include <simdjson.h>

#include <utility>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "report/bindings.hpp"
#include "report/text.hpp"
#include "report/timeline.hpp"

namespace dislodge::report {
namespace {

using engine::Picture;

class Register {
 public:
  void question(int number) {
    question_ = number;
    place_ = 0;
  }
  // What the following statement is about.
  Register &about(std::string subject) {
    subject_ = std::move(subject);
    return *this;
  }
  void say(std::string says, std::string_view grade, std::vector<std::string> evidence = {},
           std::string limits = {}) {
    Statement one;
    one.number = fmt::format("{}.{}", question_, ++place_);
    one.subject = std::exchange(subject_, {});
    if (one.subject.empty()) one.subject = "question-" + one.number;
    one.says = std::move(says);
    one.grade = grade;
    if (evidence.size() > kEvidenceShown) evidence.resize(kEvidenceShown);
    one.evidence = std::move(evidence);
    one.limits = std::move(limits);
    std::string basis = one.says + '\n' + one.grade;
    for (const std::string &item : one.evidence) basis += '\n' + item;
    one.basis = base::to_hex(base::sha256(basis)).substr(0, 16);
    list_.push_back(std::move(one));
  }
  std::vector<Statement> take() { return std::move(list_); }

 private:
  std::string subject_;
  int question_ = 0, place_ = 0;
  std::vector<Statement> list_;
};

std::string moment(base::Time time) {
  if (time == base::kTimeMin) return "an unknown time";
  if (time == base::kTimeMax) return "an open end";
  return base::format_time(time);
}

std::vector<std::string> places(const std::vector<detect::EventReference> &events) {
  std::vector<std::string> out;
  for (const detect::EventReference &event : events) {
    out.push_back(event.place());
    if (out.size() == kEvidenceShown) break;
  }
  return out;
}

// The lines of the logs that show a mailbox read by the intruder: single messages, and whole folders.
struct Readings {
  std::vector<std::string> messages, folders;
};
std::map<std::string, Readings> readings_of(const Picture &picture) {
  std::map<std::pair<std::string, std::int64_t>, std::pair<bool, bool>> wanted;  // mailbox, when
  for (const detect::Detection &detection : picture.detections) {
    if (!detection.intruder) continue;
    for (const detect::MailRead &read : detection.mail_read) {
      auto &[messages, folders] = wanted[{base::lower(read.mailbox), read.time.us}];
      (read.message_id.empty() ? folders : messages) = true;
    }
  }
  std::map<std::string, Readings> readings;
  const log::EventTable &table = picture.events;
  for (const log::Event &event : table.events) {
    if (event.mailbox == 0) continue;
    const std::string mailbox = base::lower(table.text(event.mailbox));
    const auto found = wanted.find({mailbox, event.time.us});
    if (found == wanted.end()) continue;
    const std::string place =
        detect::EventReference{table.files[event.file], event.line, event.column}.place();
    Readings &one = readings[mailbox];
    if (found->second.first && one.messages.size() < kEvidenceShown) one.messages.push_back(place);
    if (found->second.second && one.folders.size() < kEvidenceShown) one.folders.push_back(place);
  }
  return readings;
}

// Why it counts as readable: what reach says of the mailbox, with the evidence of the step that has some.
std::pair<std::vector<std::string>, std::string> readable_because(const Picture &picture,
                                                                  const std::string &mailbox) {
  for (const reach::ReachRow &row : picture.reach.rows) {
    if (row.type != "resource" || row.grade == detect::Grade::excluded || base::lower(row.name) != mailbox)
      continue;
    const auto shown = std::find_if(row.because.rbegin(), row.because.rend(),
                                    [](const reach::Because &step) { return !step.evidence.empty(); });
    if (shown != row.because.rend())
      return {shown->evidence, shown->says + "; no event says which of them was opened, or excludes it"};
  }
  return {{},
          "nothing excludes it: it is exposed as it was handed in, and no log says which of them was opened"};
}

void stolen(Register &out, const Picture &picture) {
  out.question(1);
  std::map<std::string, Readings> readings = readings_of(picture);
  const engine::LedgerTotals &totals = picture.totals;
  const std::string unread =
      totals.unread == 0 && totals.unread_items == 0
          ? std::string("all of it was read")
          : fmt::format("{} were read, {} in {} were not", bytes_text(totals.read), bytes_text(totals.unread),
                        base::counted(totals.unread_items, "item"));
  out.say(fmt::format("{} were handed in: {}.", bytes_text(totals.handed_in),
                      totals.partial() ? bytes_text(totals.read) + " were read until now" : unread),
          "inventory", {}, totals.partial() ? fmt::format("partial: {} % read", totals.percent_read()) : "");
  for (const auto &[mailbox, counts] : picture.stolen) {
    if (counts.seen_accessed > 0)
      out.about("seen-accessed:" + mailbox)
          .say(
              fmt::format("{} of {} {} accessed; an event names each{}.",
                          base::counted(counts.seen_accessed, "message", "messages"), mailbox,
                          counts.seen_accessed == 1 ? "was" : "were",
                          counts.throttled ? ", and there may be more: the log was throttled for a day" : ""),
              "confirmed", readings[mailbox].messages);
    if (counts.in_accessed_folder > 0)
      out.about("in-folder:" + mailbox)
          .say(fmt::format(
                   "{} of {} lay in a folder when it was synchronised{}; take {} for read.",
                   base::counted(counts.in_accessed_folder, "message", "messages"), mailbox,
                   counts.folder_unknown == 0
                       ? std::string()
                       : fmt::format(", or may have: of {} the export says no folder", counts.folder_unknown),
                   counts.in_accessed_folder == 1 ? "it" : "them"),
               "possible", readings[mailbox].folders,
               "the event names the folder, not the messages: which of them were taken is not known");
    auto because = counts.could_be_read > 0 ? readable_because(picture, mailbox)
                                            : std::pair<std::vector<std::string>, std::string>();
    if (counts.could_be_read > 0)
      out.about("could-be-read:" + mailbox)
          .say(fmt::format("{}{} of {} {} held and could be read.",
                           base::counted(counts.could_be_read, "message", "messages"),
                           counts.seen_accessed > 0 ? " besides these" : "", mailbox,
                           counts.could_be_read == 1 ? "is" : "are"),
               "possible", std::move(because.first), std::move(because.second));
  }
  if (totals.not_held > 0)
    out.about("not-held")
        .say(fmt::format(
                 "{} accessed and {} not in the evidence.",
                 totals.not_held == 1 ? "1 message was" : fmt::format("{} messages were", totals.not_held),
                 totals.not_held == 1 ? "is" : "are"),
             "unknown", {},
             "their content is not held: unknown, because they are not in what was exported: deleted, moved, "
             "or "
             "left out by its filter or range");
  if (totals.named_not_held > 0)
    out.about("named-not-held")
        .say(fmt::format("{} named by message traces or load files and {} not in the evidence.",
                         base::counted(totals.named_not_held, "message is", "messages are"),
                         totals.named_not_held == 1 ? "is" : "are"),
             "unknown", {},
             "they lay in a mailbox that could be read, or in an export: nothing shows that they were read, "
             "and "
             "their content is not held");
  if (totals.not_exported > 0) {
    constexpr std::string_view kMailbox = "mailbox:";
    std::string names;
    std::size_t named = 0;
    std::vector<std::string> events;
    for (const evidence::LedgerRow &row : picture.ledger) {
      if (row.state != evidence::LedgerState::not_exported || !row.item.starts_with(kMailbox)) continue;
      const std::string mailbox = row.item.substr(kMailbox.size());
      for (const auto &list : {readings[mailbox].messages, readings[mailbox].folders})
        events.insert(events.end(), list.begin(), list.end());
      if (++named <= kNamed) names += (names.empty() ? "" : ", ") + mailbox;
    }
    if (named > kNamed) names += fmt::format(" and {} more", named - kNamed);
    out.about("not-exported")
        .say(fmt::format("{} read and {} not exported{}{}.",
                         base::counted(totals.not_exported, "mailbox was", "mailboxes were"),
                         totals.not_exported == 1 ? "was" : "were", names.empty() ? "" : ": ", names),
             "unknown", std::move(events), "unknown, because what is in it was never handed in");
  }
}

void secrets(Register &out, const Picture &picture) {
  out.question(2);
  std::map<std::string, std::size_t> kinds;
  for (const identity::SecretFact &secret : picture.secrets) ++kinds[secret.kind];
  std::string text;
  for (const auto &[kind, count] : kinds)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, kind);
  out.say(fmt::format("{} found{}{}.",
                      picture.secrets.size() == 1
                          ? "1 distinct secret was"
                          : fmt::format("{} distinct secrets were", picture.secrets.size()),
                      text.empty() ? "" : ": ", text),
          "inventory");
  const BindingsBySecret bindings(picture);
  for (const identity::SecretFact &secret : picture.secrets) {
    const auto mask = picture.masks.find(secret.id);
    std::vector<std::string> evidence, opens;
    for (const auto &place : secret.places) {
      evidence.push_back(fmt::format("{}:line {}", place.item, place.line));
      if (evidence.size() == kEvidenceShown) break;
    }
    for (const identity::Binding *binding : bindings.of(secret.id))
      opens.push_back(fmt::format("{} ({})", picture.name_of(binding->principal), binding->why));
    std::string behind;
    for (const std::string &one : opens) behind += (behind.empty() ? "" : "; ") + one;
    out.about(secret.id).say(
        fmt::format("{} {}{} stands at {}; it {}; {}.",
                    std::string_view("aeio").find(secret.kind.front()) == std::string_view::npos ? "A" : "An",
                    secret.kind, mask == picture.masks.end() ? "" : " " + mask->second,
                    base::counted(secret.places.size(), "place", "places"),
                    secret.owner.empty() ? "has no known owner" : "belongs to " + secret.owner,
                    behind.empty() ? "what it opens is not known" : "it opens " + behind),
        behind.empty() ? "unknown" : "possible", std::move(evidence),
        !secret.owner.empty() ? secret.owner_why
        : behind.empty()      ? "unknown, because nothing beside it names an account, a host or an owner"
                              : "its owner is unknown, because nothing beside it says whose it is");
  }
}

void intrusion(Register &out, const Picture &picture) {
  out.question(3);
  // A log that nobody handed in is no evidence.
  const auto held = [&](const std::string &source) {
    return std::any_of(picture.evidence.begin(), picture.evidence.end(), [&](const engine::EvidenceRow &row) {
      return source == row.root || source.rfind(row.root + "!/", 0) == 0;
    });
  };
  for (const detect::Detection &detection : picture.detections) {
    // Most of them say when themselves.
    std::string when = moment(detection.first);
    std::replace(when.begin(), when.end(), 'T', ' ');
    const bool dated = detection.says.find(when.substr(0, 16)) != std::string::npos;
    out.about(detection.id)
        .say(dated ? detection.says : fmt::format("{}: {}", moment(detection.first), detection.says),
             detect::name_of(detection.grade), places(detection.events), detection.because);
  }
  for (const detect::CannotSay &unknown : picture.cannot_say)
    out.about("cannot-say:" + unknown.principal + unknown.secret + "@" + unknown.source)
        .say(fmt::format(
                 "Whether {} was used{}{} cannot be said.",
                 picture.name_of(unknown.secret.empty() ? unknown.principal : unknown.secret),
                 unknown.interval.from == base::kTimeMin ? "" : " from " + moment(unknown.interval.from),
                 unknown.interval.until != base::kTimeMax  ? " until " + moment(unknown.interval.until)
                 : unknown.interval.from != base::kTimeMin ? std::string(" on")
                                                           : std::string()),
             "unknown",
             held(unknown.source) ? std::vector<std::string>{unknown.source} : std::vector<std::string>{},
             "unknown, because " + unknown.why);
  if (key_acts(picture, 1).empty())
    out.say("How the intruder got in is unknown.", "unknown", {},
            "unknown, because " + no_acts_because(picture));
}

// A principal is acted as, a resource read, a secret known.
std::string held_as(const reach::ReachRow &row, bool did, bool denied) {
  const std::string_view verb = row.type == "principal" ? "act as" : row.type == "resource" ? "read" : "know";
  const std::string_view past = row.type == "principal"  ? "acted as"
                                : row.type == "resource" ? "read"
                                                         : "knew";
  return fmt::format("The intruder {} {}",
                     denied ? fmt::format("did not {}", verb)
                     : did  ? std::string(past)
                            : fmt::format("could {}", verb),
                     row.name);
}

void reached(Register &out, const Picture &picture) {
  out.question(4);
  for (const reach::ReachRow &row : picture.reach.rows) {
    if (row.grade == detect::Grade::excluded) {
      out.about("reach:" + row.id)
          .say(held_as(row, false, true) + ".", detect::name_of(row.grade), {},
               row.because.empty() ? "" : row.because.back().says);
      continue;
    }
    // The last step often follows from those before it alone: then the one that evidence shows is told with
    // it.
    const auto shown = std::find_if(row.because.rbegin(), row.because.rend(),
                                    [](const reach::Because &step) { return !step.evidence.empty(); });
    std::string how = row.because.empty() ? std::string() : row.because.back().says;
    if (shown != row.because.rend() && shown != row.because.rbegin()) how = shown->says + "; " + how;
    out.about("reach:" + row.id)
        .say(fmt::format("{} since {}{}.", held_as(row, row.grade == detect::Grade::confirmed, false),
                         moment(row.since),
                         row.intervals.last() == base::kTimeMax ? std::string()
                                                                : " until " + moment(row.intervals.last())),
             detect::name_of(row.grade),
             shown == row.because.rend() ? std::vector<std::string>{} : shown->evidence, std::move(how));
  }
  for (const reach::MissingEvidence &missing : picture.reach.missing)
    out.about("missing:" + missing.resource)
        .say(fmt::format("{} could be read since {} and has not been handed in.", missing.name,
                         moment(missing.since)),
             "unknown", {}, missing.why);
}

void plan(Register &out, const Picture &picture) {
  out.question(5);
  out.about("verdict").say(
      picture.plan.verdict.says, picture.plan.verdict.closed ? "possible" : "unknown", {},
      picture.plan.verdict.closed ? "against the evidence held, and no other"
                                  : "the statements that follow name what it does not cover");
  for (const std::string &open : picture.plan.verdict.does_not_cover)
    out.about("not-covered:" + open)
        .say("The verdict does not cover: " + open, "unknown", {},
             "unknown, because nothing that was handed in settles it");
  std::map<int, std::size_t> waves;
  for (const evict::PlannedAction &action : picture.plan.actions) ++waves[action.wave];
  for (const auto &[wave, actions] : waves)
    out.about("wave:" + std::to_string(wave))
        .say(fmt::format("Wave {} has {}.", wave, base::counted(actions, "action")), "inventory");
  for (const evict::Leak &leak : picture.plan.leaks)
    out.about("leak:" + leak.thing)
        .say(fmt::format("After {} the intruder would still hold {}.", leak.after_wave,
                         picture.name_of(leak.thing)),
             "possible", {}, leak.why);
}

// What a statement says holds on another day too: dates, not days from now.
std::string lasting_status(const disclose::Duty &duty) {
  if (duty.due && duty.trigger_time)
    return fmt::format("{} at {}, due {}", duty.trigger, moment(*duty.trigger_time), moment(*duty.due));
  const std::string_view begin = "not started: discovered ";
  if (!duty.status.starts_with(begin)) return duty.status;
  const std::size_t comma = duty.status.find(", ", begin.size());
  return comma == std::string::npos ? duty.status : "not started: " + duty.status.substr(comma + 2);
}

void told(Register &out, const Picture &picture) {
  out.question(6);
  for (const disclose::Party &party : picture.parties) {
    if (party.free_mail || (party.secrets.empty() && party.uses.empty())) continue;
    std::vector<std::string> evidence;
    for (const disclose::PartySecret &secret : party.secrets)
      if (!secret.places.empty()) evidence.push_back(secret.places.front());
    out.about("party:" + party.organisation)
        .say(fmt::format("{} is to be told: {} of its own and {} with it were exposed; {} of {} seen.",
                         party.organisation, base::counted(party.secrets.size(), "secret", "secrets"),
                         base::counted(party.messages, "message", "messages"),
                         party.uses.empty() ? std::string("no use") : base::counted(party.uses.size(), "use"),
                         fmt::format("{} {}", party.secrets.size() == 1 ? "that secret" : "those secrets",
                                     party.uses.size() > 1 ? "were" : "was")),
             party.uses.empty() ? "possible" : "confirmed", std::move(evidence),
             party.uses.empty() ? "what their own logs show is unknown, because they are not held here" : "");
  }
  for (const disclose::Duty &duty : picture.duties) {
    if (duty.trigger.empty()) continue;
    out.about("duty:" + duty.regime)
        .say(fmt::format("{}: {}.", duty.name, lasting_status(duty)), duty.running ? "confirmed" : "unknown",
             duty.running
                 ? std::vector<std::string>{fmt::format("journal: the decision \"{}\"", duty.trigger)}
                 : std::vector<std::string>{},
             duty.source);
  }
}

}  // namespace

std::vector<std::string> gathered(const std::vector<std::string> &points) {
  const auto ending = [](const std::string &point) {
    const std::size_t colon = point.find(": ");
    return colon == point.npos ? std::string_view() : std::string_view(point).substr(colon);
  };
  std::map<std::string_view, std::vector<std::string_view>> alike;
  for (const std::string &point : points)
    if (const std::string_view end = ending(point); !end.empty())
      alike[end].push_back(std::string_view(point).substr(0, point.size() - end.size()));
  std::vector<std::string> out;
  for (const std::string &point : points) {
    const auto found = alike.find(ending(point));
    if (found == alike.end() || found->second.size() <= kNamed) {
      out.push_back(point);
      continue;
    }
    const std::vector<std::string_view> &names = found->second;
    if (names.empty() || names.front() != std::string_view(point).substr(0, names.front().size())) continue;
    if (std::string_view(point).size() != names.front().size() + found->first.size()) continue;
    std::string text;
    for (std::size_t i = 0; i < kNamed; ++i) (text += i == 0 ? "" : ", ") += names[i];
    out.push_back(fmt::format("{} and {} more{}", text, names.size() - kNamed, found->first));
  }
  return out;
}

std::vector<Statement> statements(const Picture &picture) {
  Register out;
  stolen(out, picture);
  secrets(out, picture);
  intrusion(out, picture);
  reached(out, picture);
  plan(out, picture);
  told(out, picture);
  return out.take();
}

std::vector<Statement> statements_after(const Picture &picture, const std::vector<Statement> &before) {
  std::vector<Statement> list;
  for (const Statement &one : before)
    if (one.number < "5") list.push_back(one);
  Register out;
  plan(out, picture);
  told(out, picture);
  for (Statement &one : out.take()) list.push_back(std::move(one));
  return list;
}

std::string tell_details(const Statement &statement, std::string_view to, std::string_view by,
                         std::string_view at) {
  base::JsonWriter json;
  json.object([&] {
    json.field("subject", statement.subject);
    json.field("says", statement.says);
    json.field("basis", statement.basis);
    json.field("to", to);
    json.field("by", by);
    json.field("told_at", at);
  });
  return json.take();
}

std::vector<Told> told(const std::vector<Statement> &statements, const std::vector<std::string> &journal) {
  std::unordered_map<std::string_view, const Statement *> now;
  for (const Statement &one : statements) now.emplace(one.subject, &one);
  std::vector<Told> list;
  simdjson::dom::parser parser;
  for (const std::string &entry : journal) {
    simdjson::dom::element row;
    std::string_view what;
    if (parser.parse(entry).get(row) != simdjson::SUCCESS || row["what"].get(what) != simdjson::SUCCESS ||
        what != "tell")
      continue;
    const auto text = [&](const char *key) {
      std::string_view value;
      return row["details"][key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
    };
    Told one{text("subject"), text("says"),    text("basis"),     text("to"),
             text("by"),      text("told_at"), Told::State::gone, {}};
    if (const auto found = now.find(one.subject); found != now.end()) {
      one.state = found->second->basis == one.basis ? Told::State::holds : Told::State::changed;
      if (one.state == Told::State::changed) one.now = found->second->says;
    }
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace dislodge::report

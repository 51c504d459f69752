#include "detect/visit.hpp"

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "detect/new_home.hpp"
#include "detect/passes.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::EventClass;

constexpr double kWeightMin = 5;
constexpr std::int64_t kCarried = 12 * base::kHour;
constexpr std::size_t kRefusedMin = 3;
constexpr std::size_t kMailboxesNew = 5;
constexpr std::size_t kTurnsMin = 2;         // a journey has one
constexpr std::uint64_t kMessagesMin = 200;  // in a day, and kTimesUsual
constexpr std::size_t kRepositoriesNew = 8;
// The code of an organisation taken away: so many that it never read, and so many times what it read in a
// day.
constexpr std::size_t kRepositoriesEmptied = 20;
constexpr std::size_t kTimesEmptiedCode = 5;
constexpr std::size_t kFilesMin = 20;       // and
constexpr std::size_t kTimesUsual = 3;      // so many times what the subject read on any day before
constexpr std::uint64_t kRowsMin = 10'000;  // rows of a table, likewise
// A whole table taken away: the product is emptied, by whom its tables were hardly read before.
constexpr std::uint64_t kRowsEmptied = 100'000;
constexpr std::uint64_t kTimesEmptied = 50;
constexpr std::size_t kFilesEmptied = 500;  // and kTimesEmptied, of those that no synchronisation fetched

enum class Weight : std::uint8_t { change, suspect, evidence, hiding };

class Weigher {
 public:
  Weigher(const View &view, Traits &traits, const Visit &visit, const Habit &habit)
      : view_(view), traits_(traits), visit_(visit), habit_(habit) {}

  std::optional<Weighed> run() {
    const Acts acts = acts_of();
    Weighed out;
    std::string acted;
    const auto also = [](std::string &list, const std::string &what) {
      list += (list.empty() ? "" : ", ") + what;
    };
    out.why = "from a network where it had never been and an address where nobody had been";
    out.weight = habit_.machine() ? 3 : 1;
    if (habit_.machine()) also(out.why, "after weeks in its own");
    const bool abroad = !habit_.countries.empty() && !visit_.countries.empty() &&
                        std::none_of(visit_.countries.begin(), visit_.countries.end(),
                                     [&](StringId country) { return habit_.countries.count(country) != 0; });
    if (abroad) {
      const bool both = visit_.in_use || visit_.turns >= kTurnsMin;
      out.weight += both ? 2 : 1;
      also(out.why, both ? "in another country, while it was used at home" : "in another country");
    }
    const bool program = !habit_.programs.empty() &&
                         std::any_of(visit_.programs.begin(), visit_.programs.end(),
                                     [&](std::uint32_t one) { return habit_.programs.count(one) == 0; });
    if (program) {
      out.weight += 1;
      also(out.why, "by a program that it never had");
    }
    for (const std::string_view way : acts.ways) {
      out.weight += 1;
      also(out.why, "with " + std::string(way));
    }
    if (visit_.refused >= kRefusedMin) {
      out.weight += 2;
      also(out.why, "after " + std::to_string(visit_.refused) + " refusals of the second factor");
    }
    if (acts.risky) {
      out.weight += 1;
      also(out.why, "by a sign-in that was found risky");
    }

    double weight = 0;
    std::size_t changes = 0, suspects = 0;
    for (const auto &[kind, one] : acts.kinds) {
      also(acted, std::string(kind));
      suspects += one == Weight::change ? 0 : 1;
      if (one != Weight::change)
        weight += one == Weight::hiding                                                         ? 3
                  : one == Weight::evidence || (kind == "forwarding-set" && acts.leads_outside) ? 2
                                                                                                : 1;
      else if (kind != "inbox-rule" || acts.kinds.size() == 1)
        ++changes;  // newsletters are sorted beside whatever else is done
    }
    const auto rule = acts.kinds.find("inbox-rule");
    const bool hidden = rule != acts.kinds.end() && rule->second != Weight::change;
    if (acts.sent_and_deleted > 0 || (hidden && acts.kinds.count("forwarding-set") != 0)) {
      weight += 1;
      if (acts.sent_and_deleted > 0)
        also(acted, counted(acts.sent_and_deleted, "message", "messages") + " sent and deleted");
    }
    weight += static_cast<double>(std::min<std::size_t>(changes, weight > 0 ? 2 : 1));
    // Who is asked until they give in lets somebody in: that is the act.
    const bool gave_in = visit_.refused >= kRefusedMin;
    const double of_changes = weight;
    if (gave_in) also(acted, "the second factor was granted in the end");
    bool act = weight > 0 || gave_in;
    // Nobody takes a session that was begun at home to another country within half a day, signs in to nothing
    // there and does what they had never done.
    if (abroad && suspects > 0 && carried()) {
      out.weight += 2;
      also(out.why, "in a session that was in use at home within half a day before, without a new sign-in");
    }
    if (acts.mail_by_new_program || acts.mailboxes.size() >= kMailboxesNew) {
      // A new program reads mail: that it is new was weighed above.
      act = true;
      weight += program && acts.mailboxes.size() < kMailboxesNew ? 0 : 1;
      also(acted, "mail read (" + counted(acts.messages, "message", "messages") + ")");
    }
    std::uint64_t most_read = 0;
    for (const auto &[day, count] : acts.messages_of_day) most_read = std::max(most_read, count);
    if (most_read >= std::max(kMessagesMin, kTimesUsual * habit_.messages_a_day)) {
      act = true;
      weight += 1;
      also(acted, std::to_string(most_read) + " messages read in a day, more than ever");
    }
    if (acts.repositories.size() >= kRepositoriesNew) {
      weight += acts.repositories.size() >=
                        std::max(kRepositoriesEmptied, kTimesEmptiedCode * habit_.repositories_a_day)
                    ? 3
                    : 1;
      also(acted, counted(acts.repositories.size(), "repository", "repositories") + " read");
    }
    std::size_t files = 0;
    for (const auto &[day, count] : acts.files) files = std::max(files, count);
    if (files >= std::max(kFilesMin, kTimesUsual * habit_.files_a_day)) {
      weight +=
          acts.fetched >= std::max<std::uint64_t>(kFilesEmptied, kTimesEmptied * habit_.files_a_day) ? 3 : 1;
      also(acted, counted(files, "file", "files") + " read");
    }
    if (acts.rows >= std::max(kRowsMin, kTimesUsual * habit_.rows_a_day)) {
      weight += acts.rows >= std::max(kRowsEmptied, kTimesEmptied * habit_.rows_a_day) ? 3 : 1;
      also(acted, std::to_string(acts.rows) + " rows read");
    }
    if ((!act && weight <= 0) || out.weight + weight < kWeightMin) return std::nullopt;
    out.taken = gave_in || acts.sent_and_deleted > 0 || weight > of_changes;
    out.weight += weight;
    out.acts = acted;
    return out;
  }

 private:
  struct Acts {
    std::map<std::string_view, Weight> kinds;
    std::set<std::string_view> ways;
    bool risky = false;
    bool mail_by_new_program = false;
    std::size_t messages = 0;
    std::set<StringId> mailboxes, repositories;
    std::map<std::int64_t, std::size_t> files;
    std::map<std::int64_t, std::uint64_t> messages_of_day;
    std::uint64_t fetched = 0;  // files, one by one
    std::uint64_t rows = 0;
    std::set<std::string_view> sent;  // messages
    bool leads_outside = false;       // mail, from then on
    std::size_t sent_and_deleted = 0;
  };

  // Whether the visit goes on with a session that had been seen at home just before.
  bool carried() const {
    return std::any_of(visit_.sessions.begin(), visit_.sessions.end(), [&](StringId session) {
      const auto at_home = habit_.sessions.find(session);
      return at_home != habit_.sessions.end() && at_home->second <= visit_.begin &&
             visit_.begin.us - at_home->second.us <= kCarried;
    });
  }

  // Mail that was sent from here and deleted here is mail that its owner was not to find.
  void sent_and_deleted(const Event &event, Acts &acts) const {
    if (event.source != log::Source::m365_audit && event.source != log::Source::exchange_audit) return;
    const std::string operation = log::canonical_operation(view_.text(event.operation));
    const bool sends = operation == "send" || operation == "sendas" || operation == "sendonbehalf";
    const bool deletes =
        operation == "harddelete" || operation == "softdelete" || operation == "movetodeleteditems";
    if (!sends && !deletes) return;
    for (const std::string_view message : view_.table().extras_of(event, "message-id"))
      if (sends)
        acts.sent.insert(message);
      else
        acts.sent_and_deleted += acts.sent.count(message);
  }

  Acts acts_of() {
    Acts acts;
    for (const EventIndex index : visit_.events) {
      const Event &event = view_.event(index);
      acts.leads_outside = acts.leads_outside || leads_outside(view_, event);
      traits_.each(
          event,
          [&](const SigmaOwn &own, bool signin) {
            if (signin || own.kind == "risky-signin") {
              acts.risky = acts.risky || own.weight == "suspect" || own.weight == "evidence" ||
                           (own.weight == "unusual" && habit_.kinds.count(own.kind) == 0);
              return;
            }
            if (habit_.kinds.count(own.kind) != 0) return;
            const Weight weight = own.weight == "hiding"     ? Weight::hiding
                                  : own.weight == "evidence" ? Weight::evidence
                                  : own.weight == "change"   ? Weight::change
                                                             : Weight::suspect;
            Weight &known = acts.kinds.try_emplace(own.kind, weight).first->second;
            known = std::max(known, weight);
          },
          [&](std::string_view way) {
            if (habit_.ways.count(way) == 0) acts.ways.insert(way);
          });
      const Act act = view_.act(index);
      if (act == Act::credential && habit_.kinds.count("app-credential-added") == 0)
        acts.kinds["app-credential-added"] = Weight::suspect;
      if (const std::uint64_t messages = traits_.messages_of(event); messages > 0) {
        acts.messages += messages;
        acts.messages_of_day[event.time.us / base::kDay] += messages;
        const std::uint32_t program = traits_.program_of(event);
        acts.mail_by_new_program =
            acts.mail_by_new_program || (program != 0 && habit_.programs.count(program) == 0);
        const StringId mailbox = event.mailbox != 0 ? event.mailbox : event.target_id;
        if (mailbox != 0 && habit_.mailboxes.count(mailbox) == 0) acts.mailboxes.insert(mailbox);
      }
      if (event.event_class == EventClass::code_access && event.resource_name != 0 &&
          habit_.repositories.count(event.resource_name) == 0)
        acts.repositories.insert(event.resource_name);
      if (event.event_class == EventClass::file_access) {
        ++acts.files[event.time.us / base::kDay];
        // A new machine of the owner fetches everything as well.
        acts.fetched += base::contains_ignoring_case(view_.text(event.operation), "sync") ? 0 : 1;
      }
      acts.rows += traits_.rows_of(event);
      sent_and_deleted(event, acts);
    }
    // A repository that is read is one of the rules' kinds too; many are told below.
    acts.kinds.erase("repository-cloned");
    return acts;
  }

  const View &view_;
  Traits &traits_;
  const Visit &visit_;
  const Habit &habit_;
};

}  // namespace

std::optional<Weighed> weigh(const View &view, Traits &traits, const Visit &visit, const Habit &habit) {
  return Weigher(view, traits, visit, habit).run();
}

}  // namespace dislodge::detect

// What a person does from the page. Each act is one JSON object in, one out, and an entry of the journal;
// `who` is asked for by the page and is a word of honour: the page has one user.
//
//   tick         {keys[], state, who, evidence, at}              actions of the plan; the plan is solved
//   again decide       {fact, at, who, reason}                         a clock fact, by a named person tell
//   {number, basis, to, by, at}                     a statement that was told to somebody mark {thing, name,
//   star, tags, comment, who}         star, tags and comments on anything reveal-ask   {secret, reason, who}
//   first step: gives a ticket reveal       {ticket, digits}                                second step: the
//   value, after the journal has it checkpoint   {holder}                                        a signed
//   note of the journal for somebody else investigate  {}                                              reads
//   what is pending and derives, as an errand package      {organisation, released_by[], seal_to, ...} writes
//   a party's package, as an errand stop         {}                                              stops the
//   errand, or the derivation that runs derive       {}                                              after
//   one that was stopped

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <set>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "engine/claims.hpp"
#include "engine/decisions.hpp"
#include "engine/inputs.hpp"
#include "engine/planning.hpp"
#include "engine/tips_pass.hpp"
#include "report/statements.hpp"
#include "serve/desk.hpp"

namespace dislodge::serve {

using base::ErrorKind;
using base::JsonWriter;
using base::Result;
using casefile::Case;

namespace {

constexpr std::size_t kTextMax = 4000, kTagsMax = 20, kTicksMax = 500, kAskedMax = 16;
constexpr auto kTicketLives = std::chrono::seconds(120);
constexpr std::size_t kDigitsTyped = 4;

// The fields of an act, checked for size once.
class Fields {
 public:
  static Result<std::unique_ptr<Fields>> from(std::string_view body) {
    auto fields = std::make_unique<Fields>();
    if (fields->parser_.parse(body.data(), body.size()).get(fields->root_) != simdjson::SUCCESS ||
        !fields->root_.is_object())
      return base::fail(ErrorKind::usage, "an act is a JSON object");
    return fields;
  }
  Result<std::string> text(std::string_view name) const {
    std::string_view value;
    if (root_[name].get(value) != simdjson::SUCCESS) return std::string();
    if (value.size() > kTextMax)
      return base::fail(ErrorKind::usage, fmt::format("{} takes at most {} bytes", name, kTextMax));
    return std::string(base::trim(value));
  }
  Result<std::string> needed(std::string_view name, std::string_view why) const {
    DISLODGE_TRY_ASSIGN(std::string value, text(name));
    if (value.empty()) return base::fail(ErrorKind::usage, std::string(why));
    return value;
  }
  // Now where it is not given.
  Result<base::Time> time(std::string_view name) const {
    DISLODGE_TRY_ASSIGN(const std::string value, text(name));
    if (value.empty()) return base::kTimeMin;
    const auto time = base::parse_time(value);
    if (!time)
      return base::fail(ErrorKind::usage, fmt::format("{}: write a time as 2026-03-01T08:00:00Z", value));
    return *time;
  }
  Result<std::vector<std::string>> list(std::string_view name) const {
    DISLODGE_TRY_ASSIGN(std::vector<std::string> values, as_given(name, kTagsMax));
    std::vector<std::string> out;
    for (const std::string &value : values)
      if (const std::string_view trimmed = base::trim(value); !trimmed.empty()) out.emplace_back(trimmed);
    return out;
  }
  Result<std::vector<std::string>> as_given(std::string_view name, std::size_t most) const {
    std::vector<std::string> out;
    simdjson::dom::array values;
    if (root_[name].get(values) != simdjson::SUCCESS) return out;
    for (const simdjson::dom::element value : values) {
      std::string_view text;
      if (value.get(text) != simdjson::SUCCESS || text.size() > kTextMax || out.size() >= most)
        return base::fail(ErrorKind::usage, fmt::format("{} takes at most {} short texts", name, most));
      out.emplace_back(text);
    }
    return out;
  }
  bool has(std::string_view name) const { return root_[name].error() == simdjson::SUCCESS; }
  bool flag(std::string_view name) const {
    bool value = false;
    return root_[name].get(value) == simdjson::SUCCESS && value;
  }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
};

std::string done() {
  return "{\"schema\":1,\"done\":true}";
}

}  // namespace

// The acts, with the desk's insides.
class Acts {
 public:
  Acts(Desk &desk, const Fields &fields) : desk_(desk), fields_(fields) {}

  Result<std::string> tick() {
    DISLODGE_TRY_ASSIGN(const auto keys, fields_.as_given("keys", kTicksMax));
    if (keys.empty()) return base::fail(ErrorKind::usage, "which action is it?");
    engine::Tick said;
    said.action = keys.front();
    DISLODGE_TRY_ASSIGN(said.state, fields_.text("state"));
    DISLODGE_TRY_ASSIGN(said.who, fields_.text("who"));
    DISLODGE_TRY_ASSIGN(said.evidence, fields_.text("evidence"));
    DISLODGE_TRY_ASSIGN(said.at, fields_.time("at"));
    if (said.who.empty()) return base::fail(ErrorKind::usage, "who says so? A record names a person");
    if (said.state == "in-effect" && said.evidence.empty())
      return base::fail(ErrorKind::usage,
                        "in effect needs evidence: what shows it? Somebody's word alone makes it claimed");
    DISLODGE_TRY(engine::check_tick(said));
    std::set<std::string> unknown(keys.begin(), keys.end());
    evict::Plan shown;  // whoever ticks has seen its ids
    Result<void> when;
    desk_.look([&](const engine::Picture &picture, const Views &) {
      shown = picture.plan;
      for (const evict::PlannedAction &action : picture.plan.actions) {
        unknown.erase(evict::key_of(action));
        if (when && std::find(keys.begin(), keys.end(), evict::key_of(action)) != keys.end())
          when = engine::check_when(picture, action, said);
      }
    });
    DISLODGE_TRY(when);
    if (!unknown.empty())
      return base::fail(ErrorKind::usage, "the plan has changed and no longer has this action: look again");
    DISLODGE_TRY_ASSIGN(const auto the_case, desk_.writer());
    DISLODGE_TRY(engine::remember_actions(*the_case, shown));
    for (const std::string &key : keys) DISLODGE_TRY(engine::record_tick(*the_case, key, said));
    return done();
  }

  Result<std::string> decide() {
    DISLODGE_TRY_ASSIGN(const std::string fact, fields_.needed("fact", "which fact was decided?"));
    DISLODGE_TRY_ASSIGN(const std::string who, fields_.needed("who", "a decision is made by a named person"));
    DISLODGE_TRY_ASSIGN(const std::string reason,
                        fields_.needed("reason", "a decision rests on stated facts"));
    DISLODGE_TRY_ASSIGN(base::Time at, fields_.time("at"));
    if (at == base::kTimeMin) at = base::now();
    if (at > base::now()) return base::fail(ErrorKind::usage, "a decision is not made in the future");
    DISLODGE_TRY_ASSIGN(const engine::RuleTexts texts, engine::load_rule_texts(desk_.source_.engine));
    DISLODGE_TRY_ASSIGN(const disclose::DutyRules rules, disclose::load_duty_rules(texts.files));
    const std::vector<std::string> facts = disclose::clock_facts(rules);
    if (!std::binary_search(facts.begin(), facts.end(), fact))
      return base::fail(ErrorKind::usage, fmt::format("\"{}\" starts no clock", fact));
    std::map<std::string, std::string> shown;
    desk_.look([&](const engine::Picture &picture, const Views &) { shown = engine::known_facts(picture); });
    DISLODGE_TRY_ASSIGN(const auto the_case, desk_.writer());
    DISLODGE_TRY(engine::record_decision(*the_case, shown, fact, at, who, reason));
    return done();
  }

  Result<std::string> claim() {
    engine::Claim said;
    DISLODGE_TRY_ASSIGN(said.thing, fields_.needed("thing", "what is claimed?"));
    DISLODGE_TRY_ASSIGN(const std::string whose, fields_.needed("whose", "whose is it?"));
    DISLODGE_TRY_ASSIGN(said.who, fields_.needed("who", "a claim is a named person's word"));
    DISLODGE_TRY_ASSIGN(said.reason, fields_.needed("reason", "a claim has a reason"));
    if (whose != "ours" && whose != "intruder" && whose != "open")
      return base::fail(ErrorKind::usage, "whose is it: ours, intruder or open?");
    said.whose = whose == "ours"       ? engine::Whose::ours
                 : whose == "intruder" ? engine::Whose::intruder
                                       : engine::Whose::open;
    DISLODGE_TRY_ASSIGN(const auto the_case, desk_.writer());
    Result<void> recorded;
    desk_.look([&](const engine::Picture &picture, const Views &) {
      recorded = engine::record_claim(*the_case, picture, said);
    });
    DISLODGE_TRY(recorded);
    return done();
  }

  // Somebody has looked at what a tip touches.
  Result<std::string> judge() {
    DISLODGE_TRY_ASSIGN(const std::string file, fields_.needed("file", "which tip was looked at?"));
    DISLODGE_TRY_ASSIGN(const std::string who, fields_.needed("who", "a tip is judged by a named person"));
    DISLODGE_TRY_ASSIGN(const std::string reason, fields_.needed("reason", "what was found?"));
    DISLODGE_TRY_ASSIGN(const auto the_case, desk_.writer());
    Result<void> recorded;
    desk_.look([&](const engine::Picture &picture, const Views &) {
      recorded = engine::judge_tip(*the_case, picture, file, who, reason);
    });
    DISLODGE_TRY(recorded);
    return done();
  }

  Result<std::string> tell() {
    DISLODGE_TRY_ASSIGN(const std::string number, fields_.needed("number", "which statement was told?"));
    DISLODGE_TRY_ASSIGN(const std::string basis, fields_.text("basis"));
    DISLODGE_TRY_ASSIGN(const std::string to, fields_.needed("to", "to whom was it told?"));
    DISLODGE_TRY_ASSIGN(const std::string by, fields_.needed("by", "by whom was it told?"));
    DISLODGE_TRY_ASSIGN(base::Time at, fields_.time("at"));
    if (at == base::kTimeMin) at = base::now();
    std::string details;
    desk_.look([&](const engine::Picture &, const Views &views) {
      for (const report::Statement &one : *views.statements)
        if (one.number == number && one.basis == basis)
          details = report::tell_details(one, to, by, base::format_time(at));
    });
    if (details.empty())
      return base::fail(ErrorKind::usage, "the statement has changed since the page showed it: look again");
    DISLODGE_TRY_ASSIGN(const auto the_case, desk_.writer());
    DISLODGE_TRY(the_case->journal().append("tell", details));
    return done();
  }

  Result<std::string> mark() {
    DISLODGE_TRY_ASSIGN(const std::string thing, fields_.needed("thing", "what is marked?"));
    DISLODGE_TRY_ASSIGN(const std::string name, fields_.text("name"));
    DISLODGE_TRY_ASSIGN(const std::string comment, fields_.text("comment"));
    DISLODGE_TRY_ASSIGN(const std::string who, fields_.text("who"));
    if (!comment.empty() && who.empty()) return base::fail(ErrorKind::usage, "a comment has a name to it");
    DISLODGE_TRY_ASSIGN(const auto tags, fields_.list("tags"));
    JsonWriter json;
    json.object([&] {
      json.field("thing", thing);
      if (!name.empty()) json.field("name", name);
      if (fields_.has("star")) json.field("star", fields_.flag("star"));
      if (fields_.has("tags")) json.list_field("tags", tags);
      if (!comment.empty()) json.field("comment", comment);
      if (!who.empty()) json.field("who", who);
    });
    DISLODGE_TRY_ASSIGN(const auto the_case, desk_.writer());
    DISLODGE_TRY(the_case->journal().append("mark", json.text()));
    return done();
  }

  Result<std::string> reveal_ask() {
    DISLODGE_TRY_ASSIGN(const std::string secret, fields_.needed("secret", "which secret?"));
    DISLODGE_TRY_ASSIGN(const std::string reason, fields_.needed("reason", "why must it be seen?"));
    DISLODGE_TRY_ASSIGN(const std::string who, fields_.needed("who", "who looks at it?"));
    static constexpr std::string_view kPrefix = "secret:";
    bool known = false;
    desk_.look(
        [&](const engine::Picture &picture, const Views &) { known = picture.secret(secret) != nullptr; });
    if (!known || !secret.starts_with(kPrefix))
      return base::fail(ErrorKind::usage, "the case has no secret of this id");
    DISLODGE_TRY_ASSIGN(const auto the_case, desk_.writer());
    JsonWriter entry;
    entry.object([&] {
      entry.field("secret", secret.substr(kPrefix.size()));
      entry.field("reason", reason);
      entry.field("who", who);
      entry.field("step", "asked");
    });
    DISLODGE_TRY(the_case->journal().append("reveal", entry.text()));
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(desk_.asked_, [&](const auto &one) { return one.second.until < now; });
    if (desk_.asked_.size() >= kAskedMax) desk_.asked_.clear();
    const std::string ticket = base::to_hex(base::SecretBytes::random(16).view());
    const std::string digits = secret.substr(kPrefix.size(), kDigitsTyped);
    desk_.asked_[ticket] = {secret.substr(kPrefix.size()), reason, who, digits, now + kTicketLives};
    JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("ticket", ticket);
      json.field("digits", digits);
      json.field("seconds", static_cast<std::int64_t>(kTicketLives.count()));
    });
    return json.take();
  }

  Result<std::string> reveal() {
    DISLODGE_TRY_ASSIGN(const std::string ticket, fields_.text("ticket"));
    DISLODGE_TRY_ASSIGN(const std::string digits, fields_.text("digits"));
    const auto asked = desk_.asked_.find(ticket);
    if (asked == desk_.asked_.end() || asked->second.until < std::chrono::steady_clock::now())
      return base::fail(ErrorKind::usage, "this was not asked for, or too long ago: begin again");
    if (asked->second.code != digits)
      return base::fail(ErrorKind::usage, "the digits are not those of this secret");
    const Desk::Asked one = asked->second;
    desk_.asked_.erase(asked);
    DISLODGE_TRY_ASSIGN(const auto the_case, desk_.writer());
    DISLODGE_TRY_ASSIGN(auto query, the_case->database().prepare("SELECT sealed FROM secret WHERE id = ?"));
    query.bind(1, one.secret);
    DISLODGE_TRY_ASSIGN(const bool row, query.step());
    if (!row) return base::fail(ErrorKind::usage, "the case has no secret of this id");
    DISLODGE_TRY_ASSIGN(const base::SecretBytes value, the_case->keys().open(query.text(0)));
    query.reset();
    // The entry stands before the value is shown: what cannot be journalled is not revealed.
    JsonWriter entry;
    entry.object([&] {
      entry.field("secret", one.secret);
      entry.field("reason", one.reason);
      entry.field("who", one.who);
      entry.field("step", "shown");
    });
    DISLODGE_TRY(the_case->journal().append("reveal", entry.text()));
    JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("value", value.view());
    });
    return json.take();
  }

  Result<std::string> checkpoint() {
    DISLODGE_TRY_ASSIGN(
        const std::string holder,
        fields_.needed("holder", "who keeps it? A checkpoint that nobody else has proves nothing"));
    DISLODGE_TRY_ASSIGN(const auto the_case, desk_.writer());
    DISLODGE_TRY_ASSIGN(const casefile::Checkpoint made, the_case->journal().checkpoint(holder));
    JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("note", made.note());
    });
    return json.take();
  }

  Result<std::string> errand(std::string what, std::vector<std::string> arguments) {
    if (!desk_.reader_) return base::fail(ErrorKind::usage, "there is no case behind this page");
    const std::lock_guard lock(desk_.mutex_);
    if (desk_.errand_ && desk_.errand_->state().running)
      return base::fail(ErrorKind::usage,
                        desk_.errand_->state().what + " is still running: wait for it, or stop it");
    arguments.insert(arguments.end(), desk_.source_.arguments.begin(), desk_.source_.arguments.end());
    DISLODGE_TRY_ASSIGN(desk_.errand_,
                        Errand::start(std::move(what), std::move(arguments), desk_.source_.unlock));
    return done();
  }

  Result<std::string> investigate() {
    return errand("investigate", {"investigate", desk_.reader_ ? desk_.reader_->folder().string() : ""});
  }

  // Beside the case: a folder a party and a time, so that nothing is written over.
  Result<std::string> package() {
    DISLODGE_TRY_ASSIGN(const std::string organisation, fields_.needed("organisation", "for which party?"));
    DISLODGE_TRY_ASSIGN(const auto released_by, fields_.list("released_by"));
    if (released_by.size() < 2 || base::equal_ignoring_case(released_by[0], released_by[1]))
      return base::fail(ErrorKind::usage, "two different people release a package: name both");
    if (organisation.starts_with('-'))
      return base::fail(ErrorKind::usage, "a party's name does not begin with a dash");
    if (!desk_.reader_) return base::fail(ErrorKind::usage, "there is no case behind this page");
    std::string name = organisation;
    for (char &c : name)
      if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '.' &&
          c != '-')
        c = '_';
    std::string stamp = base::format_time(base::now()).substr(0, 19);
    std::erase(stamp, ':');
    const std::filesystem::path folder = desk_.reader_->folder();
    const std::filesystem::path out =
        folder.parent_path() / (folder.stem().string() + ".packages") / (name + "-" + stamp);
    std::vector<std::string> arguments{"package", folder.string(), organisation, "-o", out.string()};
    for (const std::string &one : released_by) {
      arguments.push_back("--released-by=" + one);
    }
    for (const auto &[field, option] :
         {std::pair("seal_to", "--seal-to"), std::pair("contact_name", "--contact-name"),
          std::pair("contact_channel", "--contact-channel"), std::pair("verify_at", "--verify-at")}) {
      DISLODGE_TRY_ASSIGN(const std::string value, fields_.text(field));
      if (value.empty()) continue;
      arguments.push_back(fmt::format("{}={}", option, value));
    }
    if (fields_.flag("content")) arguments.push_back("--content");
    return errand("package for " + organisation, std::move(arguments));
  }

  Result<std::string> stop() {
    const std::lock_guard lock(desk_.mutex_);
    if (desk_.errand_) desk_.errand_->stop();
    if (desk_.deriving_ != nullptr) desk_.deriving_->stop();
    return done();
  }

  Result<std::string> derive() {
    const std::lock_guard lock(desk_.mutex_);
    desk_.again_ = desk_.look_now_ = true;
    return done();
  }

 private:
  Desk &desk_;
  const Fields &fields_;
};

Result<std::string> Desk::act(std::string_view name, std::string_view body) {
  struct Act {
    std::string_view name;
    Result<std::string> (Acts::*run)();
    bool at_once;  // does not wait for another act
  };
  static constexpr Act kActs[] = {
      {"tick", &Acts::tick, false},
      {"decide", &Acts::decide, false},
      {"tell", &Acts::tell, false},
      {"claim", &Acts::claim, false},
      {"judge", &Acts::judge, false},
      {"mark", &Acts::mark, false},
      {"reveal-ask", &Acts::reveal_ask, false},
      {"reveal", &Acts::reveal, false},
      {"checkpoint", &Acts::checkpoint, false},
      {"investigate", &Acts::investigate, false},
      {"package", &Acts::package, false},
      {"stop", &Acts::stop, true},
      {"derive", &Acts::derive, true},
  };
  for (const Act &one : kActs) {
    if (one.name != name) continue;
    DISLODGE_TRY_ASSIGN(const auto fields, Fields::from(body));
    Acts acts(*this, *fields);
    if (one.at_once) {
      auto result = (acts.*one.run)();
      changed();
      return result;
    }
    const std::lock_guard lock(acting_);
    auto result = (acts.*one.run)();
    changed();
    return result;
  }
  return base::fail(ErrorKind::unsupported, "there is no act of this name");
}

}  // namespace dislodge::serve

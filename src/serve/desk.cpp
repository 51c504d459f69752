#include "serve/desk.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include "base/json_writer.hpp"
#include "engine/decisions.hpp"
#include "engine/inputs.hpp"
#include "engine/planning.hpp"

namespace dislodge::serve {

using base::Result;
using casefile::Case;
using engine::Picture;

namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(500);

Result<std::vector<std::string>> journal_of(Case &the_case) {
  DISLODGE_TRY_ASSIGN(const auto entries, the_case.journal().entries());
  std::vector<std::string> lines;
  for (const casefile::JournalEntry &entry : entries) lines.push_back(entry.json);
  return lines;
}

// What of the picture hangs on an entry of the journal. What is not known here may have changed anything.
Touched touched_by(std::string_view entry) {
  const auto is = [&](std::string_view what) {
    return entry.find("\"what\":\"" + std::string(what) + "\"") != entry.npos;
  };
  if (is("tick")) return Touched::plan;
  if (is("decide")) return Touched::duties;
  for (const char *what :
       {"serve", "mark", "look", "reveal", "tell", "package", "reconcile", "checkpoint", "report"})
    if (is(what)) return Touched::journal;
  return Touched::everything;
}

// What the journal's kinds of change come to together.
struct Change {
  bool everything = false, plan = false, duties = false;
  void add(Touched touched) {
    everything = everything || touched == Touched::everything;
    plan = plan || touched == Touched::plan;
    duties = duties || touched == Touched::duties;
  }
};

}  // namespace

Desk::Desk(Picture picture, const std::vector<std::string> &journal)
    : picture_(std::make_unique<Picture>(std::move(picture))) {
  show(make_views(*picture_, timings_, journal, nullptr, Touched::everything), Touched::everything);
}

Desk::Desk(Source source, std::unique_ptr<Case> reader)
    : source_(std::move(source)), reader_(std::move(reader)) {}

Desk::~Desk() {
  stop();
}

void Desk::count(Touched touched) {
  const std::lock_guard lock(mutex_);
  ++version_;
  ++touched_[static_cast<std::size_t>(touched)];
}

void Desk::show(std::shared_ptr<const Views> views, Touched touched) {
  {
    const std::unique_lock lock(picture_mutex_);
    views_ = std::move(views);
  }
  count(touched);
}

void Desk::follow() {
  while (true) {
    const auto before = views_;
    const auto done = reader_ ? update() : Result<void>();
    std::unique_lock lock(mutex_);
    failed_ = done ? "" : done.error().message;
    stage_.clear();
    // The page has it already; only what is asked next comes sooner for this.
    if (views_ != before) {
      lock.unlock();
      views_->prepare();
      // Deriving takes twice what is kept; the rest goes back to the machine.
      ::malloc_trim(0);
      lock.lock();
    }
    wake_.wait_for(lock, kLookEvery, [&] { return stopped_ || look_now_ || !looks_to_write_.empty(); });
    if (stopped_) return;
    look_now_ = false;
    const bool looks = !looks_to_write_.empty();
    lock.unlock();
    if (looks) journal_looks();
  }
}

void Desk::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (deriving_ != nullptr) deriving_->stop();
  if (errand_) errand_->stop();
  wake_.notify_all();
}

void Desk::changed() {
  const std::lock_guard lock(mutex_);
  look_now_ = true;
  wake_.notify_all();
}

Result<void> Desk::update() {
  bool again = false;
  std::string failed;
  {
    const std::lock_guard lock(mutex_);
    again = again_;
    again_ = false;
    failed = failed_;
  }
  DISLODGE_TRY_ASSIGN(const auto count, reader_->database().integer("SELECT count(*) FROM journal"));
  const std::uint64_t entries = static_cast<std::uint64_t>(count.value_or(0));
  // What failed or was stopped is not tried again by itself.
  if (!failed.empty() && entries == entries_ && !again) return base::fail(base::ErrorKind::usage, failed);
  if (views_ && entries == entries_ && !again) return {};
  DISLODGE_TRY_ASSIGN(const std::vector<std::string> journal, journal_of(*reader_));
  Change change;
  change.everything = !views_ || again;
  for (std::size_t i = entries_; i < journal.size(); ++i) change.add(touched_by(journal[i]));
  entries_ = journal.size();
  if (change.everything) return derive_all(journal);
  if (change.plan) DISLODGE_TRY(plan_anew(journal));
  if (change.duties) DISLODGE_TRY(duties_anew(journal));
  if (!change.plan && !change.duties)
    show(make_views(*picture_, timings_, journal, views_.get(), Touched::journal), Touched::journal);
  return {};
}

Result<void> Desk::derive_all(const std::vector<std::string> &journal) {
  base::Progress progress(source_.show_progress && !views_);
  progress.watch([this](const base::Step &step) {
    const std::lock_guard lock(mutex_);
    if (stage_ != step.stage) stage_since_ = std::chrono::steady_clock::now();
    stage_ = step.stage;
  });
  {
    const std::lock_guard lock(mutex_);
    deriving_ = &progress;
    if (stopped_) progress.stop();
  }
  base::Timings timings;
  auto picture = engine::derive(*reader_, source_.engine, progress, timings);
  std::shared_ptr<const Views> views;
  std::unique_ptr<Picture> made;
  if (picture) {
    made = std::make_unique<Picture>(std::move(*picture));
    views = make_views(*made, timings, journal, nullptr, Touched::everything);
  }
  progress.clear();
  {
    const std::lock_guard lock(mutex_);
    deriving_ = nullptr;
  }
  if (!picture) return tl::unexpected(std::move(picture).error());
  {
    const std::unique_lock lock(picture_mutex_);
    picture_.swap(made);
    views_ = std::move(views);
    timings_ = std::move(timings);
  }
  count(Touched::everything);
  return {};
}

Result<void> Desk::plan_anew(const std::vector<std::string> &journal) {
  {
    const std::lock_guard lock(mutex_);
    stage_ = "evict";
    stage_since_ = std::chrono::steady_clock::now();
  }
  // The follower alone writes the picture, so it may read it without the lock.
  DISLODGE_TRY_ASSIGN(evict::Plan plan, engine::plan_again(*reader_, *picture_, {}, source_.engine));
  {
    const std::unique_lock lock(picture_mutex_);
    picture_->plan = std::move(plan);
  }
  show(make_views(*picture_, timings_, journal, views_.get(), Touched::plan), Touched::plan);
  return {};
}

Result<void> Desk::duties_anew(const std::vector<std::string> &journal) {
  DISLODGE_TRY_ASSIGN(const engine::RuleTexts texts, engine::load_rule_texts(source_.engine));
  DISLODGE_TRY_ASSIGN(auto duties, engine::duties_of(*reader_, *picture_, texts));
  {
    const std::unique_lock lock(picture_mutex_);
    picture_->duties = std::move(duties);
  }
  show(make_views(*picture_, timings_, journal, views_.get(), Touched::duties), Touched::duties);
  return {};
}

Result<std::unique_ptr<Case>> Desk::writer() {
  if (!reader_)
    return base::fail(base::ErrorKind::usage, "there is no case behind this page: nothing can be recorded");
  return reader_->again(Case::Access::write);
}

void Desk::looked_at(const std::string &secret) {
  const std::lock_guard lock(mutex_);
  if (!reader_ || !looked_.insert(secret).second) return;
  looks_to_write_.insert(secret);
  wake_.notify_all();
}

void Desk::journal_looks() {
  std::set<std::string> looks;
  {
    const std::lock_guard lock(mutex_);
    looks = looks_to_write_;
  }
  const std::lock_guard acting(acting_);
  const auto the_case = writer();
  if (the_case) {
    for (const std::string &secret : looks) {
      base::JsonWriter json;
      json.object([&] { json.field("secret", secret); });
      if (!(*the_case)->journal().append("look", json.text())) break;
      const std::lock_guard lock(mutex_);
      looks_to_write_.erase(secret);
    }
    return;
  }
  // Another process is the writer: it is tried again when it is done.
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, kLookEvery, [&] { return stopped_; });
}

std::map<std::pair<std::string, std::uint64_t>, std::string> Desk::contexts(std::string_view secret,
                                                                            std::size_t most) {
  if (!reader_) return {};
  const auto again = reader_->again(Case::Access::read);
  if (!again) return {};
  auto contexts = engine::load_contexts(**again, secret, most);
  return contexts ? std::move(*contexts) : std::map<std::pair<std::string, std::uint64_t>, std::string>{};
}

std::string Desk::state_json() const {
  bool views = false;
  {
    const std::shared_lock lock(picture_mutex_);
    views = views_ != nullptr;
  }
  const std::lock_guard lock(mutex_);
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("version", version_);
    json.object_field("versions", [&] {
      for (const auto &[name, touched] :
           {std::pair("everything", Touched::everything), std::pair("plan", Touched::plan),
            std::pair("duties", Touched::duties), std::pair("journal", Touched::journal)})
        json.field(name, touched_[static_cast<std::size_t>(touched)]);
    });
    json.field("opening", !views);
    if (stage_.empty()) {
      json.field("stage", nullptr);
      json.field("seconds", nullptr);
    } else {
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - stage_since_;
      json.field("stage", stage_);
      json.field("seconds", took.count());
    }
    if (failed_.empty())
      json.field("failed", nullptr);
    else
      json.field("failed", failed_);
    json.field("can_write", reader_ != nullptr);
    if (!reader_)
      json.field("case", nullptr);
    else
      json.field("case", reader_->folder().filename().string());
    json.key("errand");
    if (!errand_) {
      json.value(nullptr);
      return;
    }
    const Errand::State state = errand_->state();
    json.object([&] {
      json.field("what", state.what);
      json.field("stage", state.stage);
      json.field("done", state.done);
      json.field("total", state.total);
      json.field("items", state.items);
      json.field("seconds", state.seconds);
      json.field("running", state.running);
      json.field("stopped", state.stopped);
      json.field("code", state.code);
      json.field("output", state.output);
    });
  });
  return json.take();
}

}  // namespace dislodge::serve

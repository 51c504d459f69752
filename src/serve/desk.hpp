#pragma once
// The case as the page works on it: the picture and its views, kept up with the case as it changes, whoever
// changes it; what a person does from the page; errands that take long.
//
//   Desk desk(Desk::Source{...}, std::move(reader));
//   std::thread follower([&] { desk.follow(); });     // until stop()
//   desk.look([&](const engine::Picture &picture, const Views &views) { ... });
//
// The case is held open for reading. The one writer's lock is taken for the time of an act alone, so that
// commands beside the page work; where another process holds it, the act is refused and says which (a
// decision record compares this with holding the lock). What changed is told by the journal: every change of
// a case is an entry there, and the kind of the entry says what of the picture hangs on it.
//
// Thread-safe: look(), act() and state_json() may be called from any thread.

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "casefile/case.hpp"
#include "engine/investigate.hpp"
#include "engine/options.hpp"
#include "engine/picture.hpp"
#include "serve/errand.hpp"
#include "serve/views.hpp"

namespace dislodge::serve {

class Desk {
 public:
  struct Source {
    casefile::Unlock unlock;  // for errands
    engine::Options engine;
    std::vector<std::string> arguments;  // for errands: rules, workers
    bool show_progress = false;          // of the first derivation, on the terminal
  };

  // A picture that does not change and takes no acts.
  explicit Desk(engine::Picture picture, const std::vector<std::string> &journal = {});
  // A case, open for reading; nothing is derived before follow().
  Desk(Source source, std::unique_ptr<casefile::Case> reader);
  ~Desk();
  Desk(const Desk &) = delete;
  Desk &operator=(const Desk &) = delete;

  // Derives, then keeps up with the case, until stop().
  void follow();
  void stop();

  // Calls `use` with the picture and its views, which do not change meanwhile; false where there is none yet.
  template <typename Use>
  bool look(Use &&use) const {
    const std::shared_lock lock(picture_mutex_);
    if (!views_) return false;
    use(*picture_, *views_);
    return true;
  }

  // {"schema":1,"version":n,"versions":{"everything":n,"plan":n,"duties":n,"journal":n},"opening":bool,"stage":...,"seconds":...,"failed":...,"case":...,"can_write":bool,
  //  "errand":{what, stage, done, total, seconds, running, stopped, code, output} or null}
  std::string state_json() const;

  // What a person does, by name, with a JSON object; gives a JSON object. serve/acts.cpp says which there
  // are.
  base::Result<std::string> act(std::string_view name, std::string_view body);

  // Somebody looked at a secret's page: journalled once a run, when the lock is free.
  void looked_at(const std::string &secret);
  // What stands around a secret, masked; empty without a case.
  std::map<std::pair<std::string, std::uint64_t>, std::string> contexts(std::string_view secret,
                                                                        std::size_t most);

 private:
  friend class Acts;
  base::Result<std::unique_ptr<casefile::Case>> writer();
  void changed();  // an act wrote: look at the journal at once
  base::Result<void> update();
  base::Result<void> derive_all(const std::vector<std::string> &journal);
  base::Result<void> plan_anew(const std::vector<std::string> &journal);
  base::Result<void> duties_anew(const std::vector<std::string> &journal);
  void show(std::shared_ptr<const Views> views, Touched touched);
  void count(Touched touched);
  void journal_looks();

  Source source_;
  std::unique_ptr<casefile::Case> reader_;   // used by the follower alone, but for its keys and folder
  mutable std::shared_mutex picture_mutex_;  // over the two below: written by the follower alone
  std::unique_ptr<engine::Picture> picture_;
  std::shared_ptr<const Views> views_;
  base::Timings timings_;
  std::uint64_t entries_ = 0;  // of the journal, that the views show; the follower's

  mutable std::mutex mutex_;  // over what follows
  std::condition_variable wake_;
  bool stopped_ = false, look_now_ = false, again_ = false;
  std::uint64_t version_ = 0;
  std::array<std::uint64_t, 4> touched_{};  // by Touched: how often that alone changed
  std::string stage_, failed_;
  std::chrono::steady_clock::time_point stage_since_{};
  base::Progress *deriving_ = nullptr;
  std::unique_ptr<Errand> errand_;
  std::set<std::string> looked_, looks_to_write_;

  std::mutex acting_;  // one act at a time
  struct Asked {
    std::string secret, reason, who, code;
    std::chrono::steady_clock::time_point until;
  };
  std::map<std::string, Asked> asked_;  // reveals that wait for their second step, by ticket; under acting_
};

}  // namespace dislodge::serve

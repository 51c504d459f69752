#pragma once
// View: the settled events with what every pass asks of them: who acted, as a principal id; which change of
// the directory it was; which application stands behind a principal. Built once; borrowed by the passes.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/detect.hpp"
#include "identity/realm_accounts.hpp"

namespace dislodge::detect {

// Changes of the directory that detections are made of.
enum class Act : std::uint8_t {
  none,
  credential,
  application,
  service_principal,
  user,
  consent,
  app_role,
  password_reset,
};

using EventIndex = std::uint32_t;

class View {
 public:
  View(const log::EventTable &table, const identity::Facts &facts, const DetectOptions &options);

  const log::EventTable &table() const { return table_; }
  const identity::Facts &facts() const { return facts_; }
  const DetectOptions &options() const { return options_; }
  const log::Event &event(EventIndex index) const { return table_.events[index]; }
  std::string_view text(base::StringId id) const { return table_.text(id); }
  std::size_t size() const { return table_.events.size(); }

  // Indexes in order of time.
  const std::vector<EventIndex> &user_signins() const { return user_signins_; }  // each sign-in once
  const std::vector<EventIndex> &service_signins() const {
    return service_signins_;
  }                                                                    // managed identities too
  const std::vector<EventIndex> &changes() const { return changes_; }  // act(index) != none
  const std::vector<EventIndex> &mail() const { return mail_; }

  Act act(EventIndex index) const;
  // The same of systems other than Entra (identity/realm_accounts.hpp), where it worked: accounts that were
  // made, passwords that were set, credentials that were handed out. act() and changes() do not have these.
  Act act_elsewhere(EventIndex index) const;
  // "principal:entra/TENANT/OBJECT"; "principal:account/NAME" for a user of whom no source tells the object
  // id; "" where nobody is named.
  std::string actor(const log::Event &event) const;
  std::string target(const log::Event &event) const;
  std::string user(std::string_view tenant, std::string_view name) const;  // by user name; "" where unknown
  // A name for a sentence: user name, display name, or the id.
  std::string name_of(const std::string &principal) const;
  // The application id behind an application object or service principal; "" where unknown.
  std::string_view application_of(const std::string &principal) const;
  // Application objects and service principals of an application id, in every tenant; sorted.
  std::vector<std::string> principals_of(std::string_view application) const;
  // The service principal of an application in a tenant; "" where unknown.
  std::string service_principal(std::string_view tenant, std::string_view application) const;
  EventReference reference(EventIndex index) const;

 private:
  void learn_names();
  void learn_applications();
  void sort_out_events();

  const log::EventTable &table_;
  const identity::Facts &facts_;
  const DetectOptions &options_;
  identity::RealmAccounts accounts_;
  std::vector<EventIndex> user_signins_, service_signins_, changes_, mail_;
  std::unordered_map<base::StringId, Act> acts_;                             // by operation
  std::map<std::pair<std::string, std::string>, std::string> user_by_name_;  // tenant, name -> object id
  std::map<std::string, std::string, std::less<>> name_by_principal_;
  std::map<std::string, std::string, std::less<>> application_by_principal_;
  std::map<std::string, std::vector<std::string>, std::less<>> principals_by_application_;
};

std::string entra_id(std::string_view tenant, std::string_view object);

// True for an authentication: ok, or stopped after the secret was accepted.
bool secret_was_right(log::Outcome outcome);
// True for a try that failed on the secret or was refused for too many of them.
bool is_failed_try(const log::Event &event);

// "2025-10-02 01:19:31 UTC", for sentences.
std::string spoken(base::Time time);

// Fills {name} places of a template.
std::string fill(std::string_view text, const std::map<std::string, std::string> &values);

// A detection of a kind with its techniques, times, event references and id; `events` in order of time.
Detection make_detection(const View &view, std::string_view kind, const std::vector<EventIndex> &events);

}  // namespace dislodge::detect

#pragma once
// What the smaller drills share: the company of the first drill, mailboxes, repositories, logs and
// directories that are handed in, secrets planted in them, and the answers that follow when a mailbox could
// be read.
//
//   Scene scene(options, "har-theft");
//   scene.mailbox("stefan.vogel", 60);
//   scene.plant("portal-session", "jwt", value, "harborline.example");
//   scene.deliver("stefan.vogel", message);
//   return scene.finish();

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drill/answers.hpp"
#include "drill/git_writer.hpp"
#include "drill/legacy_app.hpp"
#include "drill/mail_habits.hpp"
#include "drill/organisation.hpp"

namespace dislodge::drill {

class Scene {
 public:
  Scene(const DrillOptions &options, std::string_view kind);

  Organisation company;
  Answers answers;
  Random random;
  MailHabits habits;
  base::Time first_access;  // from here on the mailboxes could be read

  std::size_t scale() const;  // 1, 8, 64, 512
  Address person(std::string_view user) const { return company.person(user).address(); }
  std::string sign(std::string_view user) const { return habits.signature(company.person(user)); }
  std::string entra(std::string_view user) const;  // principal id in the corporate tenant
  std::string box(std::string_view user) const;    // resource id of a mailbox
  base::Time on(int month, int day);               // a working hour of 2025

  // A mailbox that is handed in, with everyday mail (times the scale).
  void mailbox(std::string_view user, std::size_t everyday);
  // Owner: a domain; empty: unknown. Principal: whom it opens; empty: nobody says.
  PlantedSecret &plant(std::string name, std::string kind, std::string value, std::string owner,
                       std::string principal = {}, std::vector<std::string> companions = {});
  const std::string &value(std::string_view name) { return answers.value(name); }
  void deliver(std::string_view user, Message message, bool planted = true);
  // A repository as a bundle. `readers`: principals who read it; nobody: not exposed.
  void repository(const std::string &name, const GitWriter &git,
                  const std::vector<std::string> &readers = {});
  void file(std::string path, std::string bytes, const Declaration *says = nullptr);
  // A principal reached beside those whom planted secrets open.
  void reached(const std::string &id, const std::string &name, base::Time since, const std::string &why);

  // Renders and settles everything, and writes evidence and answers.
  base::Result<void> finish();

 private:
  struct Box {
    const Person *owner = nullptr;
    std::vector<Message> messages;
  };
  struct Repository {
    std::string resource;
    std::vector<std::string> readers;
  };
  void render_mail();
  void hand_in_users();
  void settle();
  void settle_secret(PlantedSecret &one);
  void plan();
  base::Time since_reading(const std::string &resource) const;

  DrillOptions options_;
  std::map<std::string, Box> boxes_;
  std::vector<Repository> repositories_;
  std::vector<EvidenceFile> files_;
};

// The mbox of messages in their order; fills the places of what is planted.
std::string write_mbox(const std::vector<Message> &messages, const std::string &path,
                       const std::string &resource, Answers &answers);

base::Result<void> write_har_theft(const DrillOptions &options);
base::Result<void> write_signing_key(const DrillOptions &options);
base::Result<void> write_ci_vendor(const DrillOptions &options);
base::Result<void> write_cloned_repository(const DrillOptions &options);
base::Result<void> write_missed_token(const DrillOptions &options);
base::Result<void> write_metadata_only(const DrillOptions &options);
base::Result<void> write_password_reuse(const DrillOptions &options);

}  // namespace dislodge::drill

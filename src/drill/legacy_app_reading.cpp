// Which messages the intruder reads and when, and the mailboxes as files: mboxrd for one, .eml for the other.

#include <algorithm>
#include <array>

#include "drill/legacy_app.hpp"
#include "drill/mime_writer.hpp"
#include "drill/scene.hpp"

namespace dislodge::drill {
namespace {

using base::time_of;

std::string mbox_line(const Message &message) {
  const std::string date = mail_date(message.date, 0);  // "Thu, 12 Jun 2025 09:01:22 +0000"
  const std::size_t comma = date.find(',');
  std::string day = date.substr(comma + 2, date.find(' ', comma + 2) - comma - 2);
  const std::size_t month = date.find(' ', comma + 2) + 1;
  if (day.size() == 1) day.insert(day.begin(), ' ');
  return "From " + message.from.mail + " " + date.substr(0, comma) + " " + date.substr(month, 3) + " " + day +
         " " + date.substr(month + 9, 8) + " " + date.substr(month + 4, 4) + "\n";
}

// mboxrd: a line of zero or more ">" and "From " gets one more ">".
std::string mbox_escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    end = end == std::string_view::npos ? text.size() : end + 1;
    const std::string_view line = text.substr(at, end - at);
    const std::size_t mark = line.find_first_not_of('>');
    if (mark != std::string_view::npos && line.substr(mark).starts_with("From ")) out += '>';
    out += line;
    at = end;
  }
  return out;
}

// What must be seen read, and read early; of the rest some, by chance.
constexpr std::array<std::string_view, 11> kMust = {"Deployment account after the reset",
                                                    "FW: Access for the booking interface",
                                                    "Handover for the platform review",
                                                    "Release automation: token inventory",
                                                    "Disaster recovery plan v7 for signature",
                                                    "Gdansk handover documents",
                                                    "Live figures on your phone",
                                                    "Monitoring question",
                                                    "Orders portal: your token",
                                                    "Customer mailing is ready",
                                                    "Password policy from October"};
// What must not be, so that its secrets stay at grade possible.
constexpr std::array<std::string_view, 3> kNever = {"Billing database review", "FW: Alert bot",
                                                    "Zugang zum \xC3\x9C"
                                                    "bergabeserver / transfer server"};

class ReadingPlan {
 public:
  explicit ReadingPlan(LegacyApp &story)
      : story_(story), acts_(story.acts), random_(story.seed, "reading"), nights_{acts_.read_from} {
    for (const std::int64_t days : {2, 5, 8, 11, 13, 20, 24})
      nights_.push_back(acts_.read_from + days * base::kDay + random_.between(-50, 50) * base::kMinute);
    nights_.push_back(acts_.read_until);
  }

  void run() {
    choose();
    of_counsel();
    const Person &executive = story_.company.executive();
    access(executive, nights_[1] + 41 * base::kMinute, {story_.deleted_id}, "Inbox");
    access(story_.company.security(), acts_.synced, {}, story_.synced_folder).sync = true;
    access(executive, acts_.throttled, {}, "Inbox").throttled = true;
    // After the throttled record the log is silent about binds of that mailbox for a day.
    std::erase_if(story_.reader_access, [&](const MailAccess &one) {
      return one.mailbox == executive.mail && !one.throttled && !one.sync && one.time > acts_.throttled &&
             one.time < acts_.throttled + base::kDay;
    });
    join();
    note_seen();
  }

 private:
  MailAccess &access(const Person &owner, base::Time time, std::vector<std::string> ids,
                     const std::string &folder) {
    MailAccess one;
    one.time = time;
    one.id = random_.uuid();
    one.tenant = story_.company.corporate.id;
    one.domain = story_.company.corporate.domain;
    set_mailbox(one, owner);
    one.user = one.user_key = "ServicePrincipal_" + story_.reader.service_id;
    one.user_type = 5;
    one.app_id = story_.reader.app_id;
    one.client = "Client=WebServices;ExchangeServicesClient/15.00.0913.015;";
    // Some reads show a front end of the service instead of the intruder's address.
    one.ip = random_.chance(30) ? cat({"2001:db8:365:", random_.hex(2), "::", random_.hex(3)})
                                : random_.pick(story_.hosted_ips);
    one.folder = "\\" + folder;
    one.message_ids = std::move(ids);
    return story_.reader_access.emplace_back(std::move(one));
  }

  void choose() {
    const auto is_in = [](const auto &list, const std::string &subject) {
      return std::find(list.begin(), list.end(), subject) != list.end();
    };
    for (const Mailbox *box : {&story_.executive, &story_.security}) {
      // Few enough in any size that the log is throttled only where the story says so.
      const std::uint64_t percent = box == &story_.executive ? 22 : 35;
      for (const Message &message : box->messages) {
        if (is_in(kNever, message.subject)) continue;
        if (box == &story_.security && message.folder == story_.synced_folder) continue;
        if (is_in(kMust, message.subject))
          read(*box->owner, message, true);
        else if (!message.holds_planted &&
                 random_.below(100 * story_.scale()) < percent * std::min<std::size_t>(story_.scale(), 16))
          read(*box->owner, message, false);
      }
    }
  }

  // The first night after it arrived, or any later one; what must be read is read before it is tried.
  void read(const Person &owner, const Message &message, bool early) {
    std::vector<base::Time> fitting;
    for (const base::Time night : nights_) {
      if (night > message.date && (!early || night < acts_.deploy_tried - base::kDay))
        fitting.push_back(night);
    }
    if (fitting.empty()) return;
    const base::Time night =
        early ? fitting.front() + random_.between(0, 30) * base::kMinute : random_.pick(fitting);
    const base::Time time = night + random_.between(0, 80 * 60) * base::kSecond;
    access(owner, std::min(time, acts_.read_until), {message.id}, message.folder);
  }

  // Mails that others hold too, and mails that nobody has handed in.
  void of_counsel() {
    const Person &counsel = story_.company.counsel();
    const auto time = [&] {
      const base::Time night = nights_[1 + random_.below(5)];
      return night + random_.between(0, 5000) * base::kSecond;
    };
    for (const std::string &id : story_.counsel_ids) access(counsel, time(), {id}, "Inbox");
    for (const Message &message : story_.executive.messages) {
      if (message.from.mail == counsel.mail && message.subject == kPrivileged)
        access(counsel, time(), {message.id}, "Sent Items");
    }
  }

  // Binds of one folder within two minutes come as one record.
  void join() {
    std::stable_sort(story_.reader_access.begin(), story_.reader_access.end(),
                     [](const MailAccess &a, const MailAccess &b) { return a.time < b.time; });
    std::vector<MailAccess> joined;
    for (MailAccess &one : story_.reader_access) {
      MailAccess *same = nullptr;
      for (auto other = joined.rbegin();
           other != joined.rend() && one.time.us - other->time.us < 2 * base::kMinute; ++other) {
        if (other->mailbox == one.mailbox && other->folder == one.folder && !other->sync && !other->throttled)
          same = &*other;
      }
      if (one.sync || one.throttled || same == nullptr)
        joined.push_back(std::move(one));
      else
        same->message_ids.insert(same->message_ids.end(), one.message_ids.begin(), one.message_ids.end());
    }
    story_.reader_access = std::move(joined);
  }

  // When each message was first seen read: by a record that names it, or in a folder that was synchronised.
  void note_seen() {
    const auto seen = [&](const std::string &id, base::Time time) {
      const auto [at, fresh] = story_.read_at.try_emplace(id, time);
      if (!fresh) at->second = std::min(at->second, time);
    };
    for (const MailAccess &one : story_.reader_access) {
      for (const std::string &id : one.message_ids) seen(id, one.time);
    }
    for (const Message &message : story_.security.messages) {
      if (message.folder == story_.synced_folder && message.date < acts_.synced)
        seen(message.id, acts_.synced);
    }
  }

  LegacyApp &story_;
  const Acts &acts_;
  Random random_;
  std::vector<base::Time> nights_;
};

}  // namespace

void plan_reading(LegacyApp &story) {
  ReadingPlan(story).run();
}

static void note_items(Answers &answers, const Message &message, const std::string &path,
                       const std::string &resource, const std::vector<RenderedItem> &items) {
  if (!message.holds_planted) return;
  for (const RenderedItem &item : items)
    answers.look_into(path + "!/" + item.step, item.bytes, item.extracted, resource, message.id,
                      message.date);
}

std::string write_mbox(const std::vector<Message> &messages, const std::string &path,
                       const std::string &resource, Answers &answers) {
  std::string mbox;
  std::size_t number = 0;
  for (const Message &message : messages) {
    std::vector<RenderedItem> items;
    const std::string text = render(message, "\n", &items);
    mbox += mbox_line(message) + mbox_escaped(text) + (text.ends_with('\n') ? "\n" : "\n\n");
    note_items(answers, message, path + "!/" + std::to_string(++number), resource, items);
  }
  return mbox;
}

std::vector<EvidenceFile> mail_files(LegacyApp &story) {
  std::vector<EvidenceFile> files;
  const base::Time collected = time_of({2025, 11, 9}, 18, 30, 0);
  {
    const std::string path = "mail/helen.marsh.mbox";
    std::string mbox = write_mbox(story.executive.messages, "evidence/" + path,
                                  story.mailbox(*story.executive.owner), story.answers);
    const std::size_t number = story.executive.messages.size();
    files.push_back({path, std::move(mbox)});
    files.push_back(declaration(path, {"mailbox",
                                       story.company.corporate.id,
                                       story.executive.owner->mail,
                                       "mei.tan@northwind.example (eDiscovery, all folders)",
                                       "",
                                       collected,
                                       {},
                                       {},
                                       number,
                                       true}));
  }
  {
    const std::string folder = "mail/omar.reyes";
    std::map<std::string, std::size_t> numbers;
    std::size_t count = 0;
    for (const Message &message : story.security.messages) {
      std::vector<RenderedItem> items;
      std::string text = render(message, "\r\n", &items);
      std::string number = std::to_string(++numbers[message.folder]);
      number.insert(0, number.size() < 4 ? 4 - number.size() : 0, '0');
      const std::string path = folder + "/" + message.folder + "/" + number + ".eml";
      note_items(story.answers, message, "evidence/" + path, story.mailbox(*story.security.owner), items);
      files.push_back({path, std::move(text)});
      ++count;
    }
    files.push_back(declaration(folder, {"mailbox",
                                         story.company.corporate.id,
                                         story.security.owner->mail,
                                         "mei.tan@northwind.example (eDiscovery, all folders)",
                                         "",
                                         collected + 20 * base::kMinute,
                                         {},
                                         {},
                                         count,
                                         true}));
  }
  return files;
}

}  // namespace dislodge::drill

#include "mail/export_messages.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/encode.hpp"
#include "mail/addresses.hpp"

namespace dislodge::mail {
namespace {

constexpr std::size_t kDepthMax = 200;        // deeper values are passed over
constexpr std::size_t kRunsMax = 10'000;      // of one text
constexpr std::size_t kKeptMax = 200;         // people and headers remembered of one object
constexpr std::size_t kFieldBytesMax = 4096;  // of a name, a subject, an id

enum class Key {
  other,
  text,
  author,
  bot,
  name,
  address,
  time,
  id,
  reply_to,
  subject,
  channel,
  audience,
  blob,
  file,
  type,
  value,
  headers,
  payload,
};

// Keys without "_" and "-", in lower case, as the exports of Slack, Teams, Graph, Gmail, Zendesk, Jira,
// Freshdesk, ServiceNow, Salesforce and HubSpot have them.
Key key_of(std::string_view raw) {
  std::string key;
  for (const char c : raw.substr(0, 40))
    if (c != '_' && c != '-' && c != ' ') key += static_cast<char>(c >= 'A' && c <= 'Z' ? c | 32 : c);
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), key) != names.end();
  };
  if (is({"text",      "body",       "content",         "message",     "description", "comment", "snippet",
          "plainbody", "htmlbody",   "bodypreview",     "commentbody", "note",        "notes",   "textbody",
          "bodytext",  "uniquebody", "longdescription", "closenotes",  "worknotes",   "comments"}))
    return Key::text;
  if (is({"user", "username", "from", "author", "authorname", "sender", "createdby", "requester", "submitter",
          "reporter", "userprofile", "creator", "caller", "openedby", "fromemail", "fromname", "updateauthor",
          "imdisplayname"}))
    return Key::author;
  if (is({"botid"})) return Key::bot;  // of Slack: the author where nobody else is
  if (is({"name", "displayname", "realname", "fullname"})) return Key::name;
  if (is({"email", "address", "emailaddress", "mail", "userprincipalname", "mailaddress"}))
    return Key::address;
  if (is({"ts", "createddatetime", "sentdatetime", "receiveddatetime", "createdat", "created", "createdon",
          "timestamp", "date", "datetime", "sentat", "internaldate", "time", "sent", "createddate",
          "syscreatedon", "openedat", "originalarrivaltime", "composetime"}))
    return Key::time;
  if (is({"internetmessageid", "messageid"})) return Key::id;
  if (is({"inreplyto", "replytoid"})) return Key::reply_to;
  if (is({"subject", "title", "summary", "topic", "shortdescription"})) return Key::subject;
  if (is({"channel", "channelname", "channelid", "chatid", "conversation", "queue", "project",
          "parentfolderid"}))
    return Key::channel;
  if (is({"to", "torecipients", "cc", "ccrecipients", "bccrecipients", "recipients", "members",
          "participants"}))
    return Key::audience;
  if (is({"contentbytes", "raw", "data"})) return Key::blob;
  if (is({"filename"})) return Key::file;
  if (is({"mimetype", "contenttype"})) return Key::type;
  if (is({"value"})) return Key::value;
  if (is({"headers", "internetmessageheaders"})) return Key::headers;
  if (is({"payload"})) return Key::payload;  // Gmail's: the structure of a message, not one itself
  return Key::other;
}

struct Who {
  std::string name;
  std::string address;
  bool empty() const { return name.empty() && address.empty(); }
};

// What is known of an object, or of an array's elements together.
struct Frame {
  std::size_t begin = 0;
  bool object = false;
  Key key = Key::other;  // under which it stands in the object around it
  std::string_view last_key = {};
  bool wants_key = false;
  Who author = {};
  std::string bot = {};
  Who self = {};  // its own name and address
  std::string time = {};
  std::string id = {};
  std::string reply_to = {};
  std::string subject = {};
  std::string channel = {};
  std::string file = {};
  std::string type = {};
  std::string value = {};
  std::vector<Who> audience = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::vector<std::string_view> texts = {};
  std::vector<ExportedBlob> blobs = {};
  std::string_view run = {};                     // an object's own text, where it is one run of a text
  bool run_kind = false;                         // it says of what kind of run it is
  bool joins = false;                            // an array whose elements make one text
  std::vector<std::string_view> open_runs = {};  // its last elements, all of them runs
  std::vector<std::vector<std::string_view>> runs = {};
};

// Arrays whose elements make one text. What else is called "text" in an array ("attachments", "messages",
// "comments") are texts of their own.
bool holds_runs(std::string_view key) {
  static constexpr std::array<std::string_view, 9> kKeys = {
      "elements", "content", "inlines", "text", "text_entities", "rich_text", "ops", "children", "runs"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}
// Under which an object has the text of a run.
bool is_run_text(std::string_view key) {
  return key == "text" || key == "insert" || key == "plain_text";
}

base::Time time_of_text(const std::string &text) {
  if (text.empty()) return base::kTimeMin;
  // Slack counts seconds with a fraction, Gmail milliseconds.
  if (text.find_first_not_of("0123456789.") == std::string::npos) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 1e8 || number > 1e16) return base::kTimeMin;
    const double seconds = number > 1e14 ? number / 1e6 : number > 1e11 ? number / 1e3 : number;
    return base::Time{static_cast<std::int64_t>(seconds * 1e6)};
  }
  if (const auto time = base::parse_time(text)) return *time;
  if (const auto time = base::parse_mail_date(text)) return *time;
  return base::kTimeMin;
}

class Finder {
 public:
  Finder(std::string_view json, std::size_t most) : json_(json), most_(most) {}

  ExportedMessages run() {
    while (at_ < json_.size()) {
      const char c = json_[at_];
      switch (c) {
        case '{':
        case '[':
          open(c == '{');
          break;
        case '}':
        case ']':
          ++at_;
          close();
          break;
        case '"':
          string();
          break;
        case ',':
          if (!frames_.empty()) frames_.back().wants_key = frames_.back().object;
          ++at_;
          break;
        default:
          plain();
          break;
      }
    }
    out_.broken = out_.broken || !frames_.empty() || skipped_ > 0;
    // What the cut left open is as much of a message as there is.
    while (!frames_.empty()) close();
    out_.read = json_.size();
    std::sort(out_.messages.begin(), out_.messages.end(),
              [](const ExportedMessage &a, const ExportedMessage &b) {
                return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
              });
    return std::move(out_);
  }

 private:
  void open(bool object) {
    if (frames_.size() >= kDepthMax) {
      ++skipped_;
      ++at_;
      return;
    }
    Frame frame;
    frame.begin = at_++;
    frame.object = frame.wants_key = object;
    if (!frames_.empty()) {
      Frame &around = frames_.back();
      // An array's elements stand for what the array is called.
      frame.key = around.object ? key_of(around.last_key) : around.key;
      frame.joins = !object && around.object && holds_runs(around.last_key);
    }
    frames_.push_back(std::move(frame));
  }

  void string() {
    const std::size_t begin = ++at_;
    while (at_ < json_.size() && json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, json_.size());
    const std::string_view raw = json_.substr(begin, at_ - begin);
    if (at_ < json_.size())
      ++at_;
    else
      out_.broken = true;
    if (frames_.empty()) return;
    Frame &frame = frames_.back();
    if (frame.object && frame.wants_key) {
      frame.last_key = raw;
      frame.wants_key = false;
      return;
    }
    scalar(raw, true);
  }

  // A number, a word, a colon, a blank.
  void plain() {
    const std::size_t begin = at_;
    while (at_ < json_.size() &&
           std::string_view("{}[]\",: \t\r\n").find(json_[at_]) == std::string_view::npos)
      ++at_;
    if (at_ == begin) {
      ++at_;
      return;
    }
    if (!frames_.empty()) scalar(json_.substr(begin, at_ - begin), false);
  }

  static void keep(std::string &to, std::string_view raw) {
    if (to.empty()) to = unescape_json(raw.substr(0, kFieldBytesMax));
  }

  // A run of the text that an array's elements make; an element that is none ends it. One run by itself is
  // what its own text says already.
  static void add_run(Frame &array, std::string_view run) {
    if (!run.empty()) {
      if (array.open_runs.size() < kRunsMax) array.open_runs.push_back(run);
      return;
    }
    if (array.open_runs.size() > 1 && array.runs.size() < kKeptMax)
      array.runs.push_back(std::move(array.open_runs));
    array.open_runs.clear();
  }

  void scalar(std::string_view raw, bool is_string) {
    Frame &frame = frames_.back();
    if (frame.object) {
      if (is_string && is_run_text(frame.last_key)) frame.run = raw;
      // Texts of Slack's older blocks are whole by themselves.
      frame.run_kind = frame.run_kind || frame.last_key == "insert" || frame.last_key == "plain_text" ||
                       (frame.last_key == "type" && raw != "mrkdwn" && raw != "plain_text");
    } else if (is_string && frame.joins) {
      add_run(frame, raw);
    }
    const Key key = frame.object ? key_of(frame.last_key) : frame.key;
    if (!is_string && key != Key::time) return;
    if (raw.empty()) return;
    switch (key) {
      case Key::text:
        frame.texts.push_back(raw);
        break;
      case Key::author:
        who(frame.author, unescape_json(raw.substr(0, kFieldBytesMax)));
        break;
      case Key::bot:
        keep(frame.bot, raw);
        break;
      case Key::name:
        keep(frame.self.name, raw);
        break;
      case Key::address:
        keep(frame.self.address, raw);
        break;
      case Key::time:
        if (frame.time.empty() || time_of_text(frame.time) == base::kTimeMin) {
          frame.time.clear();
          keep(frame.time, raw);
        }
        break;
      case Key::id:
        keep(frame.id, raw);
        break;
      case Key::reply_to:
        keep(frame.reply_to, raw);
        break;
      case Key::subject:
        keep(frame.subject, raw);
        break;
      case Key::channel:
        keep(frame.channel, raw);
        break;
      case Key::audience:
        if (frame.audience.size() < kKeptMax)
          who(frame.audience.emplace_back(), unescape_json(raw.substr(0, kFieldBytesMax)));
        break;
      case Key::blob:
        if (raw.size() >= 8) frame.blobs.push_back({raw, {}, {}});
        break;
      case Key::file:
        keep(frame.file, raw);
        break;
      case Key::type:
        keep(frame.type, raw);
        break;
      case Key::value:
        keep(frame.value, raw);
        break;
      case Key::headers:
      case Key::payload:
      case Key::other:
        break;
    }
  }

  // "Ada <ada@a.example>", an address, or a name.
  static void who(Who &to, const std::string &text) {
    if (!to.empty()) return;
    if (text.find('@') == std::string::npos) {
      to.name = text;
      return;
    }
    std::vector<evidence::Person> people;
    parse_addresses(text, evidence::PersonRole::from, 1, people);
    if (people.empty()) return;
    to = {people[0].name, people[0].address};
  }

  void close() {
    if (skipped_ > 0) {
      --skipped_;
      return;
    }
    if (frames_.empty()) {
      out_.broken = true;
      return;
    }
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    add_run(frame, {});
    for (ExportedBlob &blob : frame.blobs) {
      if (blob.name.empty()) blob.name = frame.file.empty() ? frame.self.name : frame.file;
      if (blob.media_type.empty()) blob.media_type = frame.type;
    }
    if (frame.object && emit(frame)) return;
    if (!frames_.empty()) pass_on(frame, frames_.back());
  }

  // What an inner value says of the object around it.
  static void pass_on(Frame &inner, Frame &outer) {
    const auto append = [](auto &to, auto &from) {
      for (auto &one : from)
        if (to.size() < 10 * kKeptMax) to.push_back(std::move(one));
    };
    append(outer.blobs, inner.blobs);
    if (outer.joins) add_run(outer, inner.object && inner.run_kind ? inner.run : std::string_view());
    append(outer.runs, inner.runs);
    if (inner.object && inner.key == Key::headers && !inner.value.empty()) {
      if (outer.headers.size() < kKeptMax)
        outer.headers.emplace_back(base::lower(inner.self.name), inner.value);
      return;
    }
    append(outer.headers, inner.headers);
    const Who &one = inner.author.empty() ? inner.self : inner.author;
    if (!outer.object) {  // an array: gathers for the object around it
      append(outer.texts, inner.texts);
      append(outer.audience, inner.audience);
      if (inner.key == Key::audience && !one.empty() && outer.audience.size() < kKeptMax)
        outer.audience.push_back(one);
      if (outer.author.empty() && inner.key == Key::author) outer.author = one;
      return;
    }
    if (inner.key == Key::author) {
      if (outer.author.empty()) outer.author = one;
    } else if (inner.key == Key::audience) {
      append(outer.audience, inner.audience);
      if (inner.object && !one.empty() && outer.audience.size() < kKeptMax) outer.audience.push_back(one);
    } else if (inner.key == Key::address) {  // {"emailAddress": {"name", "address"}}
      if (outer.self.empty()) outer.self = one;
    }
    if (inner.key == Key::text || !inner.texts.empty()) append(outer.texts, inner.texts);
  }

  bool emit(Frame &frame) {
    if (frame.key == Key::payload) return false;
    for (const auto &[name, value] : frame.headers) {
      if (name == "from") who(frame.author, value);
      if (name == "subject" && frame.subject.empty()) frame.subject = value;
      if (name == "date" && frame.time.empty()) frame.time = value;
      if (name == "message-id" && frame.id.empty()) frame.id = value;
      if (name == "in-reply-to" && frame.reply_to.empty()) frame.reply_to = value;
    }
    if (frame.author.empty()) frame.author.name = frame.bot;
    const base::Time time = time_of_text(frame.time);
    const bool timed = time != base::kTimeMin;
    if (frame.texts.empty() && (frame.blobs.empty() || frame.headers.empty())) return false;
    if (!timed && frame.author.empty()) return false;
    // A person's card has a name and a note, and is no message.
    if (frame.key == Key::author || frame.key == Key::audience) return false;
    if (out_.messages.size() >= most_) {
      out_.broken = true;
      return true;
    }
    ExportedMessage message;
    message.begin = frame.begin;
    message.end = at_;
    message.sure = !frame.texts.empty() && timed && !frame.author.empty();
    message.texts = std::move(frame.texts);
    message.blobs = std::move(frame.blobs);
    message.runs = std::move(frame.runs);
    evidence::Record &record = message.record;
    record.kind = evidence::RecordKind::message;
    const auto bare = [](std::string id) {
      const std::string_view trimmed = base::trim(id);
      const bool bracketed = trimmed.size() > 2 && trimmed.front() == '<' && trimmed.back() == '>';
      return std::string(bracketed ? trimmed.substr(1, trimmed.size() - 2) : trimmed);
    };
    record.message_id = bare(frame.id);
    record.in_reply_to = bare(frame.reply_to);
    record.subject = frame.subject;
    record.folder = frame.channel;
    record.sent = time;
    record.sent_text = frame.time;
    const auto person = [&](evidence::PersonRole role, const Who &one) {
      if (!one.empty()) record.people.push_back({role, one.name, base::lower(one.address)});
    };
    person(evidence::PersonRole::from, frame.author);
    for (const Who &one : frame.audience) person(evidence::PersonRole::to, one);
    for (const auto &[name, value] : frame.headers)
      if (name == "to" || name == "cc")
        parse_addresses(value, name == "to" ? evidence::PersonRole::to : evidence::PersonRole::cc, kKeptMax,
                        record.people);
    out_.messages.push_back(std::move(message));
    return true;
  }

  std::string_view json_;
  std::size_t most_;
  std::size_t at_ = 0;
  std::size_t skipped_ = 0;
  std::vector<Frame> frames_;
  ExportedMessages out_;
};

}  // namespace

std::string unescape_json(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 >= raw.size()) {
      out += raw[i];
      continue;
    }
    const char c = raw[++i];
    switch (c) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case 'b':
      case 'f':
        out += ' ';
        break;
      case 'u': {
        const auto unit_at = [&](std::size_t at) -> std::uint32_t {
          std::uint32_t unit = 0xFFFFFFFF;
          if (at + 4 > raw.size()) return unit;
          const auto [end, error] = std::from_chars(raw.data() + at, raw.data() + at + 4, unit, 16);
          return error == std::errc() && end == raw.data() + at + 4 ? unit : 0xFFFFFFFF;
        };
        std::uint32_t unit = unit_at(i + 1);
        if (unit == 0xFFFFFFFF) {
          out += 'u';
          break;
        }
        i += 4;
        if (unit >= 0xD800 && unit < 0xDC00 && i + 2 < raw.size() && raw[i + 1] == '\\' &&
            raw[i + 2] == 'u') {
          const std::uint32_t low = unit_at(i + 3);
          if (low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
          }
        }
        base::append_utf8(out, unit);
        break;
      }
      default:
        out += c;
        break;
    }
  }
  // A field that was cut may end within a character.
  return base::to_valid_utf8(out);
}

ExportedMessages find_exported_messages(std::string_view json, std::size_t most) {
  return Finder(json, most).run();
}

}  // namespace dislodge::mail

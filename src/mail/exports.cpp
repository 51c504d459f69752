#include "mail/exports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string>
#include <vector>

#include "base/item_path.hpp"
#include "base/offset_map.hpp"
#include "evidence/charset.hpp"
#include "evidence/html_text.hpp"
#include "mail/base64.hpp"
#include "mail/export_messages.hpp"
#include "mail/quotes.hpp"

namespace dislodge::mail {
namespace {

using evidence::RecordId;

constexpr std::size_t kSample = 1u << 20;

// JSON with the escapes of its strings undone, and where each byte came from.
struct Plain {
  std::string text;
  base::OffsetMap map;
};

bool is_unit(std::string_view text) {
  return text.size() >= 6 && text[0] == '\\' && text[1] == 'u' &&
         std::all_of(text.begin() + 2, text.begin() + 6,
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// Length of the escape at the start of `text`. What is no escape is a lone backslash: what follows it may be
// a character of several bytes, which must not be cut.
std::size_t escape_length(std::string_view text) {
  if (is_unit(text)) {
    // A pair of surrogates is one character.
    const bool high = (text[2] == 'd' || text[2] == 'D') && std::strchr("89abAB", text[3]) != nullptr;
    return high && is_unit(text.substr(6)) ? 12 : 6;
  }
  return text.size() >= 2 && static_cast<unsigned char>(text[1]) < 0x80 ? 2 : 1;
}

// `begin` is where `json` begins in its item.
void add_plain(std::string_view json, std::size_t begin, Plain &out) {
  out.map.add(out.text.size(), begin);
  std::size_t at = 0;
  while (at < json.size()) {
    const std::size_t slash = std::min(json.find('\\', at), json.size());
    out.text += json.substr(at, slash - at);
    if (slash == json.size()) return;
    const std::size_t length = escape_length(json.substr(slash));
    const std::string_view escape = json.substr(slash, length);
    out.map.add(out.text.size(), begin + slash);
    out.text += unescape_json(escape);
    at = slash + escape.size();
    out.map.add(out.text.size(), begin + at);
  }
}

class Reader {
 public:
  Reader(const evidence::ItemView &item, evidence::Sink &sink) : item_(item), sink_(sink) {}

  void run() {
    const std::string_view bytes = item_.bytes;
    ExportedMessages found = find_exported_messages(bytes, sink_.limits().members_max);
    std::vector<RecordId> records;
    for (std::size_t i = 0; i < found.messages.size(); ++i) {
      ExportedMessage &message = found.messages[i];
      message.record.item = path_of(i);
      if (message.record.folder.empty()) message.record.folder = folder();
      records.push_back(sink_.record(std::move(message.record)));
      sink_.whole_message(path_of(i), bytes.substr(message.begin, message.end - message.begin),
                          "application/json");
    }
    // Every stretch belongs to the innermost message around it.
    std::vector<std::size_t> open;
    std::vector<Plain> plains;  // of the open messages
    Plain outside;
    std::size_t at = 0;
    std::size_t next = 0;
    const auto take = [&](std::size_t until) {
      // Offsets count from the beginning of the message, or of the file outside of messages.
      const std::size_t from = open.empty() ? 0 : found.messages[open.back()].begin;
      if (until > at)
        add_plain(bytes.substr(at, until - at), at - from, open.empty() ? outside : plains.back());
      at = std::max(at, until);
    };
    while (next < found.messages.size() || !open.empty()) {
      const bool closes = !open.empty() && (next == found.messages.size() ||
                                            found.messages[open.back()].end <= found.messages[next].begin);
      if (closes) {
        take(found.messages[open.back()].end);
        finish(found.messages[open.back()], open.back(), records[open.back()], plains.back());
        open.pop_back();
        plains.pop_back();
      } else {
        take(found.messages[next].begin);
        open.push_back(next++);
        plains.emplace_back();
      }
    }
    take(bytes.size());
    emit(item_.path, outside, item_.within, nullptr);
    if (found.broken)
      sink_.unread({.bytes = 0,
                    .state = evidence::LedgerState::damaged,
                    .reason = "the JSON ends early or is broken; what is there was read",
                    .remedy = "export it again",
                    .child = {},
                    .child_size = 0});
  }

 private:
  std::string path_of(std::size_t index) const {
    return base::join_item(item_.path, std::to_string(index + 1));
  }

  // Slack keeps a channel's days in a folder of its name.
  std::string folder() const {
    std::string_view path = item_.path;
    const std::size_t file = path.rfind('/');
    if (file == std::string_view::npos) return {};
    path = path.substr(0, file);
    if (path.ends_with('!')) path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    return base::unescape_step(slash == std::string_view::npos ? path : path.substr(slash + 1));
  }

  void finish(const ExportedMessage &message, std::size_t index, RecordId record, const Plain &plain) {
    const std::string path = path_of(index);
    emit(path, plain, record, &message);
    std::size_t number = 0;
    for (const ExportedBlob &blob : message.blobs) {
      std::string decoded;
      const Base64Result result = decode_base64(blob.value, decoded);
      // "data" and "raw" hold other things as well: those were read as text.
      if (decoded.empty() || result.junk > 0) continue;
      const std::string child_path = base::join_item(path, fmt::format("attachment-{}", ++number));
      evidence::ItemView view;
      view.path = child_path;
      view.bytes = decoded;
      view.name = blob.name;
      view.media_type = blob.media_type;
      view.depth = item_.depth + 2;
      view.within = record;
      sink_.child(view);
    }
  }

  void emit(std::string_view path, const Plain &plain, RecordId record, const ExportedMessage *message) {
    if (plain.text.empty()) return;
    const auto spans = quoted_spans(plain.text);
    const std::string_view own =
        message == nullptr ? item_.bytes : item_.bytes.substr(message->begin, message->end - message->begin);
    text(path, plain, own, record, &spans);
    if (message == nullptr) return;
    joined_runs(path, plain, own, record, *message);
    for (const std::string_view raw : message->texts) {
      if (raw.find('<') == std::string_view::npos && raw.find('&') == std::string_view::npos) continue;
      Plain source;
      add_plain(raw, static_cast<std::size_t>(raw.data() - item_.bytes.data()) - message->begin, source);
      evidence::HtmlText html = evidence::html_text(source.text);
      if (html.text == source.text) continue;
      Plain shown;
      shown.map = evidence::compose_maps(&source.map, &html.map, html.text.size());
      shown.text = std::move(html.text);
      text(path, shown, own, record, &html.quoted);
    }
  }

  // Texts in runs, where a run ends within a word: what the value as a whole is stands in none of them.
  void joined_runs(std::string_view path, const Plain &plain, std::string_view own, RecordId record,
                   const ExportedMessage &message) {
    Plain joined;
    for (const std::vector<std::string_view> &runs : message.runs) {
      Plain one;
      for (const std::string_view raw : runs)
        add_plain(raw, static_cast<std::size_t>(raw.data() - item_.bytes.data()) - message.begin, one);
      // Slack writes most texts a second time, as one.
      if (plain.text.find(one.text) != std::string::npos) continue;
      for (const auto &run : one.map.runs()) joined.map.add(joined.text.size() + run.text, run.source);
      joined.text += one.text;
      joined.text += '\n';
    }
    if (joined.text.empty()) return;
    const auto spans = quoted_spans(joined.text);
    text(path, joined, own, record, &spans);
  }

  void text(std::string_view path, const Plain &plain, std::string_view own, RecordId record,
            const std::vector<evidence::QuotedSpan> *quoted) {
    evidence::TextView view;
    view.item = path;
    view.text = plain.text;
    view.map = &plain.map;
    view.source = own;
    view.quoted = quoted != nullptr && !quoted->empty() ? quoted : nullptr;
    view.within = record;
    view.name = item_.name;
    sink_.text(view);
  }

  const evidence::ItemView &item_;
  evidence::Sink &sink_;
};

}  // namespace

bool recognises_export(std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, kSample);
  const std::size_t valid = evidence::valid_utf8_prefix(sample);
  if (valid + 3 < sample.size()) return false;
  if (sample.size() == bytes.size() && valid != bytes.size()) return false;
  const ExportedMessages found = find_exported_messages(sample, 1000);
  return std::any_of(found.messages.begin(), found.messages.end(),
                     [](const ExportedMessage &message) { return message.sure; }) &&
         evidence::valid_utf8_prefix(bytes) == bytes.size();
}

base::Result<void> read_export(const evidence::ItemView &item, evidence::Sink &sink) {
  Reader(item, sink).run();
  return {};
}

}  // namespace dislodge::mail

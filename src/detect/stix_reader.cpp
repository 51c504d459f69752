#include "detect/stix_reader.hpp"

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "detect/object_lines.hpp"
#include "detect/tip_collector.hpp"

namespace dislodge::detect {
namespace {

using simdjson::dom::element;

// What a STIX object path or cyber-observable names, where evidence has something like it.
bool kind_of_path(std::string_view path, TipKind &kind) {
  static constexpr std::pair<std::string_view, TipKind> kPaths[] = {
      {"ipv4-addr:value", TipKind::address},
      {"ipv6-addr:value", TipKind::address},
      {"network-traffic:src_ref.value", TipKind::address},
      {"network-traffic:dst_ref.value", TipKind::address},
      {"domain-name:value", TipKind::domain},
      {"url:value", TipKind::domain},
      {"email-addr:value", TipKind::email},
      {"email-message:from_ref.value", TipKind::email},
      {"email-message:sender_ref.value", TipKind::email},
      {"email-message:message_id", TipKind::message},
      {"user-account:user_id", TipKind::account},
      {"user-account:account_login", TipKind::account},
      {"software:name", TipKind::application},
  };
  for (const auto &[known, of] : kPaths) {
    if (path == known) {
      kind = of;
      return true;
    }
  }
  if (path.starts_with("file:hashes") && path.find("256") != path.npos) {
    kind = TipKind::file_hash;
    return true;
  }
  if (path.starts_with("network-traffic:extensions") && base::contains_ignoring_case(path, "user-agent")) {
    kind = TipKind::agent;
    return true;
  }
  return false;
}

// How the comparisons of a pattern hang together.
struct PatternShape {
  bool all = false, any = false, ordered = false;  // AND; OR; FOLLOWEDBY, WITHIN, REPEATS, START
  std::size_t observations = 0;
};
PatternShape pattern_shape(std::string_view pattern) {
  PatternShape shape;
  std::string word;
  for (std::size_t at = 0; at <= pattern.size(); ++at) {
    const char c = at < pattern.size() ? pattern[at] : ' ';
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
      word += static_cast<char>(c & ~0x20);
      continue;
    }
    shape.all |= word == "AND";
    shape.any |= word == "OR";
    shape.ordered |= word == "FOLLOWEDBY" || word == "WITHIN" || word == "REPEATS" || word == "START";
    word.clear();
    shape.observations += c == '[' ? 1 : 0;
    if (c != '\'') continue;
    for (++at; at < pattern.size() && pattern[at] != '\''; ++at)
      if (pattern[at] == '\\') ++at;
  }
  return shape;
}

// Whether an event may show it beside others.
bool of_events(TipKind kind) {
  return kind == TipKind::address || kind == TipKind::account || kind == TipKind::application ||
         kind == TipKind::agent || kind == TipKind::key_id;
}

// The comparisons of a pattern that demand a value: path = 'x', path IN ('x', 'y'), path LIKE and MATCHES are
// left out and said. Comparisons under NOT are none that we may take. What holds only together (AND) is taken
// where one event can show all of it; a part taken for the whole would blame whoever happens to share it.
void read_pattern(TipCollector &to, std::string_view pattern, const std::string &label) {
  const PatternShape shape = pattern_shape(pattern);
  if (shape.ordered) {
    to.leave_out("patterns of observations in an order or a time (FOLLOWEDBY, WITHIN, REPEATS)");
    return;
  }
  if (shape.all && (shape.any || shape.observations > 1)) {
    to.leave_out("patterns that join AND with OR, or several observations");
    return;
  }
  bool any = false, other = false, several = false;
  std::vector<Tip> together;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t quote = pattern.find('\'', at);
    if (quote == pattern.npos) break;
    // The value, with \' and \\ undone.
    std::string value;
    std::size_t end = quote + 1;
    for (; end < pattern.size() && pattern[end] != '\''; ++end) {
      if (pattern[end] == '\\' && end + 1 < pattern.size()) ++end;
      value += pattern[end];
    }
    // Before the quote: path, operator. Within a list the path stands before the parenthesis.
    std::string_view before = pattern.substr(0, quote);
    const std::size_t open = before.rfind('(');
    if (open != before.npos && before.find(')', open) == before.npos) {
      const std::string_view head = base::trim(before.substr(0, open));
      if (head.size() > 3 && base::equal_ignoring_case(head.substr(head.size() - 3), " IN")) before = head;
    }
    std::string_view words = base::trim(before);
    bool takes = false;
    std::string_view path;
    if (words.size() > 3 && base::equal_ignoring_case(words.substr(words.size() - 3), " IN")) {
      path = base::trim(words.substr(0, words.size() - 3));
      takes = true;
    } else if (words.ends_with('=') && !words.ends_with("!=") && !words.ends_with(">=") &&
               !words.ends_with("<=")) {
      path = base::trim(words.substr(0, words.size() - 1));
      takes = true;
    } else if (words.size() > 9 && base::equal_ignoring_case(words.substr(words.size() - 9), " ISSUBSET")) {
      path = base::trim(words.substr(0, words.size() - 9));
      takes = true;
    }
    if (takes && path.size() > 4 && base::equal_ignoring_case(path.substr(path.size() - 4), " NOT"))
      takes = false;
    const std::size_t begin = path.find_last_of(" [(");
    if (begin != path.npos) path.remove_prefix(begin + 1);
    TipKind kind = TipKind::address;
    if (takes && kind_of_path(path, kind)) {
      if (shape.all) {
        together.push_back(tip_of_value(kind, path, value, label));
        other |= !of_events(kind);
        several |= words.size() > 3 && base::equal_ignoring_case(words.substr(words.size() - 3), " IN");
      } else {
        add_value(to, kind, path, value, label);
      }
      any = true;
    } else {
      other = true;
    }
    at = end + 1;
  }
  if (shape.all) {
    if (!any || other || several) {
      to.leave_out("patterns of which one event here cannot show every part");
      return;
    }
    const std::uint64_t number = to.next_group();
    for (Tip &tip : together) {
      tip.group = together.size() > 1 ? number : 0;
      to.add(std::move(tip));
    }
    return;
  }
  if (!any || other)
    to.leave_out(any ? "comparisons that nothing held here answers to"
                     : "patterns that nothing held here answers to");
}

}  // namespace

base::Result<TipFile> read_stix(element root, TipFile file) {
  file.format = "STIX 2.1";
  TipCollector to(file);
  simdjson::dom::array objects;
  if (root["objects"].get(objects) != simdjson::SUCCESS) return file;
  std::map<std::string, std::string> names;  // identity -> name
  for (const element object : objects)
    if (text_of(object, "type") == "identity") names[text_of(object, "id")] = text_of(object, "name");
  for (const element object : objects) {
    const std::string type = text_of(object, "type");
    if (file.from.empty())
      if (const auto name = names.find(text_of(object, "created_by_ref")); name != names.end())
        file.from = name->second;
    const std::string label = text_of(object, "name");
    if (type == "indicator") {
      bool revoked = false;
      if (object["revoked"].get(revoked) == simdjson::SUCCESS && revoked) {
        to.leave_out("revoked");
        continue;
      }
      const std::string language = text_of(object, "pattern_type");
      if (!language.empty() && language != "stix")
        to.leave_out("indicators in " + language);
      else
        read_pattern(to, text_of(object, "pattern"), label);
      continue;
    }
    TipKind kind = TipKind::address;
    if (kind_of_path(type + ":value", kind)) {
      add_value(to, kind, type, text_of(object, "value"), label);
    } else if (type == "user-account") {
      for (const char *key : {"user_id", "account_login"})
        add_value(to, TipKind::account, "", text_of(object, key), label);
    } else if (type == "file") {
      element hashes;
      if (object["hashes"].get(hashes) == simdjson::SUCCESS)
        add_value(to, TipKind::file_hash, "", text_of(hashes, "SHA-256"), label);
    }
  }
  if (file.from.empty() && !names.empty()) file.from = names.begin()->second;
  to.finish();
  return file;
}

}  // namespace dislodge::detect

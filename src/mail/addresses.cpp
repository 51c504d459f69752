#include "mail/addresses.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "mail/find.hpp"
#include "mail/headers.hpp"

namespace dislodge::mail {
namespace {

// One mailbox while it is being read.
struct Mailbox {
  std::string phrase;  // words and quoted strings before the bracket, or the bare address
  std::string comment;
  std::string address;  // between brackets
  bool bracket = false;

  bool empty() const { return phrase.empty() && address.empty() && comment.empty(); }
  void clear() {
    phrase.clear();
    comment.clear();
    address.clear();
    bracket = false;
  }
};

// What ends a run of ordinary characters.
constexpr std::array<bool, 256> make_specials() {
  std::array<bool, 256> specials{};
  for (const char c : {'"', '(', '<', ',', ';', ':'}) specials[static_cast<unsigned char>(c)] = true;
  return specials;
}
constexpr auto kSpecials = make_specials();

// Without blanks around it and with single ones within; `storage` holds it where some had to go.
std::string_view collapsed(std::string_view text, std::string &storage) {
  text = base::trim(text);
  bool single = true;  // no tab, no two blanks
  for (std::size_t i = 0; i < text.size() && single; ++i)
    single = text[i] != '\t' && (text[i] != ' ' || text[i + 1] != ' ');
  if (single) return text;
  storage.clear();
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && !storage.empty() && storage.back() == ' ') continue;
    storage += blank ? ' ' : c;
  }
  return storage;
}

std::string collapse(std::string_view text) {
  std::string storage;
  return std::string(collapsed(text, storage));
}

std::string address_of(std::string_view text) {
  text = base::trim(text);
  // "<@relay.example:user@example.com>" is a route; only its end is the address.
  if (text.starts_with('@')) {
    const std::size_t colon = text.rfind(':');
    if (colon != std::string_view::npos) text.remove_prefix(colon + 1);
  }
  if (text.size() > 7 && base::equal_ignoring_case(text.substr(0, 7), "mailto:")) text.remove_prefix(7);
  while (!text.empty() && (text.front() == '\'' || text.front() == '"' || text.front() == '<'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == '\'' || text.back() == '"' || text.back() == '>'))
    text.remove_suffix(1);
  std::string out(text);
  char *to = out.data();
  bool ascii = true;
  for (const char c : text) {
    ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    *to = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
    to += c != ' ' && c != '\t';
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return ascii ? out : base::lower(evidence::to_utf8(out).view());
}

// What is written before the bracket, as a name.
std::string name_of(std::string_view phrase) {
  std::string name = header_text(phrase);
  std::string storage;
  if (const std::string_view single = collapsed(name, storage); single != name) name = std::string(single);
  while (name.size() >= 2 && name.front() == '\'' && name.back() == '\'')
    name = name.substr(1, name.size() - 2);
  return name;
}

void add(std::string name, std::string address, evidence::PersonRole role,
         std::vector<evidence::Person> &people) {
  if (name.empty() && address.empty()) return;
  people.push_back({role, std::move(name), std::move(address)});
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// `"Name" <address>`, `Name <address>` or an address alone, up to a comma or the end, with nothing in it that
// has to be taken apart: nearly every mailbox. Where it ends, or npos where it is none of these.
std::size_t plain_mailbox(std::string_view text, std::size_t at, evidence::PersonRole role,
                          std::vector<evidence::Person> &people) {
  constexpr std::size_t kNone = std::string_view::npos;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at == text.size()) return kNone;
  std::string_view phrase;
  if (text[at] == '"') {
    const std::size_t begin = ++at;
    while (at < text.size() && text[at] != '"' && text[at] != '\\') ++at;
    if (at == text.size() || text[at] != '"') return kNone;
    phrase = text.substr(begin, at - begin);
    for (++at; at < text.size() && is_blank(text[at]);) ++at;
    if (at == text.size() || text[at] != '<') return kNone;
  } else {
    const std::size_t begin = at;
    while (at < text.size() && !kSpecials[static_cast<unsigned char>(text[at])]) ++at;
    phrase = text.substr(begin, at - begin);
    if (at == text.size() || text[at] == ',') {
      const std::string_view word = base::trim(phrase);
      if (word.find('@') == kNone || word.find_first_of(" \t") != kNone) return kNone;
      add({}, address_of(word), role, people);
      return at;
    }
    if (text[at] != '<') return kNone;
  }
  const std::size_t begin = ++at;
  while (at < text.size() && text[at] != '>' && text[at] != '<') ++at;
  if (at == text.size() || text[at] != '>') return kNone;
  const std::string_view address = text.substr(begin, at - begin);
  for (++at; at < text.size() && is_blank(text[at]);) ++at;
  if (at < text.size() && text[at] != ',') return kNone;
  std::string storage;
  add(name_of(collapsed(phrase, storage)), address_of(address), role, people);
  return at;
}

void emit(Mailbox &box, evidence::PersonRole role, std::vector<evidence::Person> &people) {
  if (!box.empty()) {
    const std::string phrase = collapse(box.phrase);
    const std::string_view words = phrase;
    if (box.bracket) {
      add(name_of(words.empty() ? std::string_view(box.comment) : words), address_of(box.address), role,
          people);
    } else if (words.find('@') != std::string_view::npos) {
      // "Ann Example ann@example.com" lacks its brackets: the last word with an "@" is the address.
      const std::size_t at_sign = words.rfind('@');
      const std::size_t blank = words.rfind(' ', at_sign);
      const std::size_t begin = blank == std::string_view::npos ? 0 : blank + 1;
      add(name_of(begin == 0 ? std::string_view(box.comment) : words.substr(0, begin)),
          address_of(words.substr(begin, words.find(' ', at_sign) - begin)), role, people);
    } else {
      add(name_of(words.empty() ? std::string_view(box.comment) : words), {}, role, people);
    }
  }
  box.clear();
}

void parse(std::string_view text, evidence::PersonRole role, std::size_t most,
           std::vector<evidence::Person> &people) {
  Mailbox box;
  bool fresh = true;  // nothing of a mailbox has been read yet
  for (std::size_t i = 0; i < text.size() && people.size() < most; ++i) {
    if (std::exchange(fresh, false)) {
      const std::size_t end = plain_mailbox(text, i, role, people);
      if (end != std::string_view::npos) {
        i = end;  // a comma, or the end
        fresh = true;
        continue;
      }
    }
    const char c = text[i];
    if (c == '"') {
      const std::size_t begin = box.phrase.size();
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        box.phrase += text[i];
      }
      // "local part"@example.com keeps its quotes away; a quoted name may be followed by a word without
      // blank.
      if (i + 1 < text.size() && text[i + 1] != '@' && begin != box.phrase.size()) box.phrase += ' ';
    } else if (c == '(') {
      int depth = 1;
      if (!box.comment.empty()) box.comment += ' ';
      for (++i; i < text.size() && depth > 0; ++i) {
        if (text[i] == '\\' && i + 1 < text.size())
          ++i;
        else if (text[i] == '(')
          ++depth;
        else if (text[i] == ')' && --depth == 0)
          break;
        box.comment += text[i];
      }
    } else if (c == '<') {
      // The next bracket is where it ends; a comma does if that one opens another address.
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != '<' && text[end] != '>') ++end;
      box.bracket = true;
      if (end == text.size() || text[end] == '<') {
        const std::size_t comma = std::min(text.find(',', i), text.size());
        box.address = text.substr(i + 1, comma - i - 1);
        i = comma - 1;
      } else {
        box.address = text.substr(i + 1, end - i - 1);
        i = end;
      }
    } else if (c == ',' || c == ';') {
      emit(box, role, people);
      fresh = true;
    } else if (c == ':' && !box.bracket && box.phrase.find('@') == std::string::npos &&
               !box.phrase.starts_with('/') && collapse(box.phrase) != "mailto") {
      box.clear();  // the name of a group; its members follow up to ";"
    } else {
      std::size_t end = i + 1;
      while (end < text.size() && !kSpecials[static_cast<unsigned char>(text[end])]) ++end;
      box.phrase.append(text, i, end - i);
      i = end - 1;
    }
  }
  if (people.size() < most) emit(box, role, people);
}

// A mailbox has few correspondents, and their addresses stand in field after field as they did before. What
// is seen for the second time is remembered.
struct KnownField {
  std::uint64_t seen = 0;
  std::string written;
  std::vector<evidence::Person> people;
};
constexpr std::size_t kKnownBytesMax = 300;

std::uint64_t hash_of(std::string_view written) {
  std::uint64_t hash = written.size() + 1;
  for (std::size_t i = 0; i < written.size(); i += 8) {
    std::uint64_t piece = 0;
    std::memcpy(&piece, written.data() + i, std::min<std::size_t>(8, written.size() - i));
    hash = (hash ^ piece) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

void parse_addresses(std::string_view raw_value, evidence::PersonRole role, std::size_t most,
                     std::vector<evidence::Person> &people) {
  const std::string_view written = base::trim(raw_value);
  std::string storage;
  // What is written as it is read costs no more to read than to remember.
  const bool plain =
      find_bytes(written, "=?") == std::string_view::npos && base::ascii_prefix(written) == written.size();
  if (plain || written.size() > kKnownBytesMax || people.size() + kKnownBytesMax > most) {
    parse(unfolded(written, storage), role, most, people);
    return;
  }
  static thread_local std::array<KnownField, 1024> all;
  const std::uint64_t hash = hash_of(written);
  KnownField &known = all[hash % all.size()];
  if (known.seen != hash) {
    known.seen = hash;
    known.written.clear();
    parse(unfolded(written, storage), role, most, people);
    return;
  }
  if (known.written != written) {
    known.people.clear();
    parse(unfolded(written, storage), role, most, known.people);
    known.written = written;
  }
  for (const evidence::Person &person : known.people) {
    people.push_back(person);
    people.back().role = role;
  }
}

}  // namespace dislodge::mail

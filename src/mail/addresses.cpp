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
#include "mail/short_text.hpp"

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

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Without blanks around it and with single ones within; `storage` holds it where some had to go.
std::string_view collapsed(std::string_view text, std::string &storage) {
  text = base::trim(text);
  if (has_single_blanks(text)) return text;
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

// `ascii`: it is known to be.
std::string address_of(std::string_view text, bool ascii) {
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
  if (has_blank(text)) std::erase_if(out, is_blank);
  lower_to(out, out.data());
  return ascii || base::ascii_prefix(out) == out.size() ? out : base::lower(evidence::to_utf8(out).view());
}

// What is written before the bracket, as a name. `ascii`: it is known to be, unfolded and without controls.
std::string name_of(std::string_view phrase, bool ascii) {
  std::string name;
  if (!ascii)
    name = header_text(phrase);
  else if (phrase = base::trim(phrase); find_bytes(phrase, "=?") == std::string_view::npos)
    name = phrase;
  else
    decode_encoded_words(phrase, name, nullptr);
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

// `"Name" <address>`, `Name <address>` or an address alone, up to a comma or the end, with nothing in it that
// has to be taken apart: nearly every mailbox. Where it ends, or npos where it is none of these.
std::size_t plain_mailbox(std::string_view text, std::size_t at, evidence::PersonRole role, bool ascii,
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
    at = next_special(text, at);
    phrase = text.substr(begin, at - begin);
    if (at == text.size() || text[at] == ',') {
      const std::string_view word = base::trim(phrase);
      if (word.find('@') == kNone || has_blank(word)) return kNone;
      add({}, address_of(word, ascii), role, people);
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
  add(name_of(collapsed(phrase, storage), ascii), address_of(address, ascii), role, people);
  return at;
}

void emit(Mailbox &box, evidence::PersonRole role, bool ascii, std::vector<evidence::Person> &people) {
  if (!box.empty()) {
    const std::string phrase = collapse(box.phrase);
    const std::string_view words = phrase;
    if (box.bracket) {
      add(name_of(words.empty() ? std::string_view(box.comment) : words, ascii),
          address_of(box.address, ascii), role, people);
    } else if (words.find('@') != std::string_view::npos) {
      // "Ann Example ann@example.com" lacks its brackets: the last word with an "@" is the address.
      const std::size_t at_sign = words.rfind('@');
      const std::size_t blank = words.rfind(' ', at_sign);
      const std::size_t begin = blank == std::string_view::npos ? 0 : blank + 1;
      add(name_of(begin == 0 ? std::string_view(box.comment) : words.substr(0, begin), ascii),
          address_of(words.substr(begin, words.find(' ', at_sign) - begin), ascii), role, people);
    } else {
      add(name_of(words.empty() ? std::string_view(box.comment) : words, ascii), {}, role, people);
    }
  }
  box.clear();
}

// `ascii`: it is known to be, and without controls.
void parse(std::string_view text, evidence::PersonRole role, std::size_t most, bool ascii,
           std::vector<evidence::Person> &people) {
  Mailbox box;
  bool fresh = true;  // nothing of a mailbox has been read yet
  for (std::size_t i = 0; i < text.size() && people.size() < most; ++i) {
    if (std::exchange(fresh, false)) {
      const std::size_t end = plain_mailbox(text, i, role, ascii, people);
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
      emit(box, role, ascii, people);
      fresh = true;
    } else if (c == ':' && !box.bracket && box.phrase.find('@') == std::string::npos &&
               !box.phrase.starts_with('/') && collapse(box.phrase) != "mailto") {
      box.clear();  // the name of a group; its members follow up to ";"
    } else {
      const std::size_t end = next_special(text, i + 1);
      box.phrase.append(text, i, end - i);
      i = end - 1;
    }
  }
  if (people.size() < most) emit(box, role, ascii, people);
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
  const ShortKind kind = kind_of(written);
  std::string storage;
  const auto read = [&](std::vector<evidence::Person> &to) {
    parse(kind.folded || kind.control ? unfolded(written, storage) : written, role, most, kind.ascii(), to);
  };
  // What is written as it is read costs no more to read than to remember.
  const bool plain = !kind.words && !kind.high;
  if (plain || written.size() > kKnownBytesMax || people.size() + kKnownBytesMax > most) {
    read(people);
    return;
  }
  static thread_local std::array<KnownField, 1024> all;
  const std::uint64_t hash = hash_of(written);
  KnownField &known = all[hash % all.size()];
  if (known.seen != hash) {
    known.seen = hash;
    known.written.clear();
    read(people);
    return;
  }
  if (known.written != written) {
    known.people.clear();
    read(known.people);
    known.written = written;
  }
  for (const evidence::Person &person : known.people) {
    people.push_back(person);
    people.back().role = role;
  }
}

}  // namespace dislodge::mail

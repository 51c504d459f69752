#include "mail/addresses.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
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

std::string collapse(std::string_view text) {
  text = base::trim(text);
  bool single = true;  // no tab, no two blanks
  for (std::size_t i = 0; i < text.size() && single; ++i)
    single = text[i] != '\t' && (text[i] != ' ' || text[i + 1] != ' ');
  if (single) return std::string(text);
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && !out.empty() && out.back() == ' ') continue;
    out += blank ? ' ' : c;
  }
  return out;
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

void emit(Mailbox &box, evidence::PersonRole role, std::vector<evidence::Person> &people) {
  if (!box.empty()) {
    evidence::Person person;
    person.role = role;
    const std::string phrase = collapse(box.phrase);
    if (box.bracket) {
      person.address = address_of(box.address);
      person.name = header_text(phrase.empty() ? box.comment : phrase);
    } else if (phrase.find('@') != std::string::npos) {
      // "Ann Example ann@example.com" lacks its brackets: the last word with an "@" is the address.
      const std::size_t at_sign = phrase.rfind('@');
      const std::size_t blank = phrase.rfind(' ', at_sign);
      const std::size_t begin = blank == std::string::npos ? 0 : blank + 1;
      person.address = address_of(std::string_view(phrase).substr(begin, phrase.find(' ', at_sign) - begin));
      person.name =
          header_text(begin == 0 ? std::string_view(box.comment) : std::string_view(phrase).substr(0, begin));
    } else {
      person.name = header_text(phrase.empty() ? box.comment : phrase);
    }
    if (person.name.find_first_of(" \t") != std::string::npos) person.name = collapse(person.name);
    while (person.name.size() >= 2 && person.name.front() == '\'' && person.name.back() == '\'')
      person.name = person.name.substr(1, person.name.size() - 2);
    if (!person.name.empty() || !person.address.empty()) people.push_back(std::move(person));
  }
  box.clear();
}

}  // namespace

namespace {

void parse(std::string_view text, evidence::PersonRole role, std::size_t most,
           std::vector<evidence::Person> &people) {
  Mailbox box;
  for (std::size_t i = 0; i < text.size() && people.size() < most; ++i) {
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

// A mailbox has few correspondents, and their addresses stand in field after field as they did before.
struct KnownField {
  std::string written;
  std::vector<evidence::Person> people;
};
constexpr std::size_t kKnownBytesMax = 300;

KnownField &known_field(std::string_view written) {
  static thread_local std::array<KnownField, 1024> known;
  std::uint64_t hash = written.size();
  for (std::size_t i = 0; i < written.size(); i += 8) {
    std::uint64_t piece = 0;
    std::memcpy(&piece, written.data() + i, std::min<std::size_t>(8, written.size() - i));
    hash = (hash ^ piece) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  return known[hash % known.size()];
}

}  // namespace

void parse_addresses(std::string_view raw_value, evidence::PersonRole role, std::size_t most,
                     std::vector<evidence::Person> &people) {
  const std::string_view written = base::trim(raw_value);
  std::string storage;
  if (written.size() > kKnownBytesMax || people.size() + kKnownBytesMax > most) {
    parse(unfolded(written, storage), role, most, people);
    return;
  }
  KnownField &known = known_field(written);
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

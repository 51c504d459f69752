#include "secret/context.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/encode.hpp"
#include "secret/prose_text.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {

namespace {

constexpr std::string_view kMask = "•••";
constexpr std::size_t kKeyLike = 16;  // bytes of a run of letters and digits from which on it may be a key

constexpr std::array<bool, 256> word_bytes() {
  std::array<bool, 256> in{};
  for (std::size_t c = 0; c < in.size(); ++c)
    in[c] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '+' ||
            c == '/' || c == '_' || c == '=' || c == '~' || c >= 0x80;
  return in;
}
constexpr std::array<bool, 256> kWordBytes = word_bytes();

bool is_word(char c) {
  return kWordBytes[static_cast<unsigned char>(c)];
}

// Long, and not a word of a language: digits with letters, or capitals in the middle of it. Paths and
// addresses have their words apart from each other by dots, dashes and slashes.
bool looks_like_a_key(std::string_view run) {
  if (run.size() < kKeyLike) return false;
  std::size_t digits = 0, lower = 0, upper = 0, turns = 0;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const char c = run[i];
    if (c >= '0' && c <= '9')
      ++digits;
    else if (c >= 'a' && c <= 'z')
      ++lower;
    else if (c >= 'A' && c <= 'Z')
      ++upper;
    if (i > 0 && ((run[i - 1] >= 'a' && run[i - 1] <= 'z' && c >= 'A' && c <= 'Z') ||
                  ((run[i - 1] < '0' || run[i - 1] > '9') && c >= '0' && c <= '9')))
      ++turns;
  }
  return (digits > 0 && lower + upper > 0 && turns >= 2) || (digits >= kKeyLike) || turns >= 4;
}

// What stands behind a word that announces a secret is hidden to the end of the word.
constexpr std::array<std::string_view, 9> kAnnounces = {"password", "passwd", "pwd",  "secret", "passphrase",
                                                        "kennwort", "token",  "pass", "pin"};

void hide_announced(std::string_view text, TextSpan window, std::vector<TextSpan> &hidden) {
  static const WordSet kWords(kAnnounces);
  const std::string_view shown = text.substr(window.begin, window.end - window.begin);
  kWords.each(shown, [&](std::size_t, std::size_t from) {
    if (from >= shown.size() || (shown[from] != ':' && shown[from] != '=')) {
      // "password is Orange7": only with a sign or a verb between, else every sentence on passwords is
      // hidden.
      if (!starts_at(shown, from, " is ")) return;
      from += 3;
    } else {
      ++from;
    }
    while (from < shown.size() && (shown[from] == ' ' || shown[from] == '"' || shown[from] == '\'')) ++from;
    std::size_t until = from;
    while (until < shown.size() && static_cast<unsigned char>(shown[until]) > ' ' && shown[until] != '"')
      ++until;
    if (until > from) hidden.push_back({window.begin + from, window.begin + until});
  });
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// To the line's begin where it is near, else to the begin of a character.
TextSpan window_of(std::string_view text, TextSpan around) {
  TextSpan window{around.begin > kContextBefore ? around.begin - kContextBefore : 0,
                  std::min(text.size(), around.end + kContextAfter)};
  if (window.begin > 0) {
    const std::size_t line = text.substr(0, around.begin).find('\n', window.begin);
    if (line != text.npos) window.begin = line + 1;
  }
  if (window.end < text.size()) {
    const void *line = ::memrchr(text.data() + around.end, '\n', window.end + 1 - around.end);
    if (line != nullptr) window.end = static_cast<std::size_t>(static_cast<const char *>(line) - text.data());
  }
  while (window.begin < around.begin && continues(text[window.begin])) ++window.begin;
  while (window.end > around.end && window.end < text.size() && continues(text[window.end])) --window.end;
  return window;
}

// As a person would make a password, or as a program draws one.
bool of_a_passwords_make(std::string_view word) {
  bool lower = false, upper = false, digit = false, sign = false;
  for (const char c : word) {
    lower |= c >= 'a' && c <= 'z';
    upper |= c >= 'A' && c <= 'Z';
    digit |= c >= '0' && c <= '9';
    sign |= std::string_view("!#$%&*+=?^~|\\").find(c) != std::string_view::npos;
  }
  return (word.size() >= 6 && (lower || upper) && digit && sign) ||
         (word.size() >= 10 && lower && upper && digit);
}

// Where the word that begins at `at` ends: at a space, at the brackets of markup, and behind the name of an
// attribute (`onerror=`), so that a subject that is a script is seen for what it is.
std::size_t end_of_word(std::string_view text, std::size_t at) {
  bool name = true;
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '<' || c == '>' || (c == '=' && name && i > at)) return i;
    name = name && c >= 'a' && c <= 'z';
  }
  return text.size();
}

}  // namespace

std::string masked_context(std::string_view text, TextSpan around, std::vector<TextSpan> hidden) {
  around.end = std::min(around.end, text.size());
  if (around.begin >= around.end) return {};
  const TextSpan window = window_of(text, around);
  std::erase_if(hidden, [&](const TextSpan &one) {
    return one.end <= window.begin || one.begin >= window.end || one.begin >= one.end;
  });
  // A word that the window's edge cuts may be the end of a key: it goes whole.
  std::size_t edge = window.begin;
  if (edge > 0 && is_word(text[edge - 1]))
    while (edge < around.begin && is_word(text[edge])) ++edge;
  if (edge > window.begin) hidden.push_back({window.begin, edge});
  edge = window.end;
  if (edge < text.size() && is_word(text[edge]))
    while (edge > around.end && is_word(text[edge - 1])) --edge;
  if (edge < window.end) hidden.push_back({edge, window.end});
  for (std::size_t at = window.begin; at < window.end;) {
    if (!is_word(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < window.end && is_word(text[end])) ++end;
    if (looks_like_a_key(text.substr(at, end - at))) hidden.push_back({at, end});
    at = end;
  }
  hide_announced(text, window, hidden);
  std::sort(hidden.begin(), hidden.end(),
            [](const TextSpan &a, const TextSpan &b) { return a.begin < b.begin; });

  std::string out;
  out.reserve(window.end - window.begin + 4 * kMask.size());
  const auto copy = [&](std::size_t from, std::size_t until) {
    for (; from < until; ++from) {
      const char c = text[from];
      if (c == '\r' || (c == kContextHere)) continue;
      if (c == '\n' && (out.empty() || out.back() == '\n')) continue;
      if ((c == ' ' || c == '\t') && !out.empty() && (out.back() == ' ' || out.back() == '\n')) continue;
      out += c == '\t' ? ' ' : c;
    }
  };
  const auto part = [&](std::size_t from, std::size_t until) {
    for (const TextSpan &one : hidden) {
      if (one.end <= from || one.begin >= until) continue;
      if (one.begin > from) copy(from, one.begin);
      if (!out.ends_with(kMask)) out += kMask;
      from = std::max(from, std::min(one.end, until));
    }
    if (from < until) copy(from, until);
  };
  part(window.begin, around.begin);
  out += kContextHere;
  part(around.end, window.end);
  return base::to_valid_utf8(out);
}

std::string without_likely_secrets(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_word(text, at);
    const std::string_view word = text.substr(at, end - at);
    out += of_a_passwords_make(word) ? kMask : word;
    if (end < text.size()) out += text[end];
    at = end + 1;
  }
  return out;
}

}  // namespace dislodge::secret

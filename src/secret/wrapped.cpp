#include "secret/wrapped.hpp"

#include <algorithm>
#include <cstring>

#include "secret/common_words.hpp"
#include "secret/prose_text.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kFirstMin = 12;  // characters of a token before the cut
constexpr std::size_t kSecondMin = 3;  // and after it
constexpr std::size_t kLineMin = 38;   // a shorter line was not cut by a mail program
constexpr std::size_t kReach = 400;    // bytes of a line that are looked at
constexpr std::size_t kBodyLine = 60;  // lines of nothing but such characters, this long: an encoded body
constexpr std::size_t kLinesMax = 4;
constexpr double kWords = 0.8;  // the next line begins with a word of the sentence

bool is_token(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '+' || c == '/' || c == '=' ||
         c == '.' || c == '~' || c == '%';
}

// Where the text of the next line begins, behind its quote marks.
std::size_t behind_marks(std::string_view text, std::size_t at) {
  const std::size_t stop = std::min(text.size(), at + 24);
  while (at < stop && (text[at] == '>' || text[at] == ' ' || text[at] == '\t' || text[at] == '|')) ++at;
  return at;
}

std::size_t token_end(std::string_view text, std::size_t at) {
  const std::size_t stop = std::min(text.size(), at + kReach);
  while (at < stop && is_token(text[at])) ++at;
  return at;
}

// The end of the line's text, without the line break.
std::size_t line_end(std::string_view text, std::size_t newline) {
  return newline > 0 && text[newline - 1] == '\r' ? newline - 1 : newline;
}

}  // namespace

std::vector<WrappedRun> find_wrapped_runs(std::string_view text) {
  std::vector<WrappedRun> out;
  std::size_t start = 0;  // of the line
  for (std::size_t at = 0; at < text.size() && out.size() < kWrappedMax;) {
    const void *found = std::memchr(text.data() + at, '\n', text.size() - at);
    if (found == nullptr) break;
    const auto newline = static_cast<std::size_t>(static_cast<const char *>(found) - text.data());
    const std::size_t line = start;
    start = at = newline + 1;
    const std::size_t end = line_end(text, newline);
    if (end < line + kLineMin || end - line > 4 * kReach || !is_token(text[end - 1])) continue;
    std::size_t first = end;
    bool digit = false;
    while (first > line && end - first < kReach && is_token(text[first - 1]))
      digit = is_digit(text[--first]) || digit;
    if (end - first < kFirstMin || !digit) continue;
    const std::size_t second = behind_marks(text, start);
    const std::size_t second_end = token_end(text, second);
    if (second_end - second < kSecondMin || word_coverage(text.substr(second, second_end - second)) > kWords)
      continue;
    if (end - first >= kBodyLine && first == line && second_end - second >= kBodyLine) continue;
    if (!out.empty() && out.back().end >= end) continue;  // the third line of what is joined already
    WrappedRun run;
    run.begin = line;
    run.seam = end;
    run.end = second_end;
    // A long token goes on over more lines, each filled by it.
    for (std::size_t lines = 2; lines < kLinesMax && run.end < text.size(); ++lines) {
      std::size_t next = run.end;
      if (text[next] == '\r') ++next;
      if (next >= text.size() || text[next] != '\n') break;
      next = behind_marks(text, next + 1);
      const std::size_t next_end = token_end(text, next);
      if (next_end - next < kSecondMin) break;
      run.end = next_end;
    }
    out.push_back(run);
  }
  return out;
}

JoinedText join_wrapped(std::string_view text, const WrappedRun &run) {
  JoinedText out;
  for (std::size_t at = run.begin; at < run.end;) {
    const std::size_t newline = std::min(text.find('\n', at), run.end);
    const std::size_t end = newline < run.end ? line_end(text, newline) : newline;
    out.map.add(out.text.size(), at);
    out.text += text.substr(at, end - at);
    at = newline < run.end ? behind_marks(text, newline + 1) : run.end;
  }
  return out;
}

}  // namespace dislodge::secret

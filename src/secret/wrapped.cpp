#include "secret/wrapped.hpp"

#include <algorithm>
#include <cstring>

#include "secret/common_words.hpp"
#include "secret/prose_text.hpp"
#include "secret/text_masks.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kFirstMin = 12;           // characters of a token before the cut
constexpr std::size_t kSecondMin = 3;           // and after it
constexpr std::size_t kLineMin = 38;            // a shorter line was not cut by a mail program
constexpr std::size_t kReach = 400;             // bytes of a line that are looked at
constexpr std::size_t kWholeLine = 4 * kReach;  // a longer line was not written by hand
constexpr std::size_t kBodyLine = 60;  // lines of nothing but such characters, this long: an encoded body
constexpr std::size_t kLinesMax = 4;
constexpr double kWords = 0.8;  // the next line begins with a word of the sentence

constexpr CharacterTable kTokens =
    character_table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=.~%");
bool is_token(char c) {
  return static_cast<unsigned char>(c) < kTokens.size() && kTokens[static_cast<unsigned char>(c)] != 0;
}
static_assert(kFirstMin == 12, "find_line_ends() asks for as many");

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
  const TextRange whole{0, text.size()};
  return find_wrapped_runs(text, {&whole, 1});
}

std::vector<WrappedRun> find_wrapped_runs(std::string_view text, std::span<const TextRange> where) {
  std::vector<WrappedRun> out;
  const auto consider = [&](std::size_t line, std::size_t newline) {
    const std::size_t start = newline + 1;
    const std::size_t end = line_end(text, newline);
    if (end < line + kLineMin || end - line > kWholeLine || !is_token(text[end - 1])) return;
    std::size_t first = end;
    bool digit = false;
    while (first > line && end - first < kReach && is_token(text[first - 1]))
      digit = is_digit(text[--first]) || digit;
    if (end - first < kFirstMin || !digit) return;
    const std::size_t second = behind_marks(text, start);
    const std::size_t second_end = token_end(text, second);
    if (second_end - second < kSecondMin || word_coverage(text.substr(second, second_end - second)) > kWords)
      return;
    if (end - first >= kBodyLine && first == line && second_end - second >= kBodyLine) return;
    if (!out.empty() && out.back().end >= end) return;  // the third line of what is joined already
    WrappedRun run;
    run.begin = line;
    run.seam = end;
    run.end = second_end;
    // A long token goes on over more lines, each filled by it.
    std::size_t filled = second;
    for (std::size_t lines = 2; lines < kLinesMax && run.end < text.size(); ++lines) {
      if (run.end - filled < kLineMin) break;  // a line that has room left was ended by its writer
      std::size_t next = run.end;
      if (text[next] == '\r') ++next;
      if (next >= text.size() || text[next] != '\n') break;
      next = behind_marks(text, next + 1);
      const std::size_t next_end = token_end(text, next);
      if (next_end - next < kSecondMin) break;
      filled = next;
      run.end = next_end;
    }
    out.push_back(run);
  };
  for (const TextRange &range : where) {
    if (!wide_masks()) break;
    const std::string_view stretch = text.substr(range.begin, range.end - range.begin);
    for (const std::size_t in_stretch : find_line_ends(stretch, kTokens)) {
      const std::size_t newline = range.begin + in_stretch;
      if (out.size() >= kWrappedMax) break;
      // A line that begins further away is too long anyway.
      const std::size_t low = newline - std::min(newline, kWholeLine + 2);
      const std::size_t before = text.substr(low, newline - low).rfind('\n');
      if (before == std::string_view::npos && low > 0) continue;
      consider(before == std::string_view::npos ? 0 : low + before + 1, newline);
    }
  }
  if (wide_masks()) return out;
  for (const TextRange &range : where) {
    for (std::size_t start = range.begin; start < range.end && out.size() < kWrappedMax;) {
      const void *found = std::memchr(text.data() + start, '\n', range.end - start);
      if (found == nullptr) break;
      const auto newline = static_cast<std::size_t>(static_cast<const char *>(found) - text.data());
      consider(start, newline);
      start = newline + 1;
    }
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

#include "disclose/withhold.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "base/encode.hpp"
#include "base/words.hpp"

namespace dislodge::disclose {
namespace {

constexpr std::string_view kMark = "[withheld: ";
constexpr std::size_t kHeadLines = 8;  // From, Sent, To, Cc, Subject, Importance, and what is folded

struct Line {
  std::size_t begin = 0, end = 0;  // behind its line end
  std::uint32_t depth = 0;
  bool blank = false;
};

bool is_blank(std::string_view line) {
  return line.find_first_not_of("> \t\r\n") == line.npos;
}

std::vector<Line> lines_of(std::string_view text, const std::vector<evidence::QuotedSpan> &quoted) {
  std::vector<Line> lines;
  auto span = quoted.begin();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    while (span != quoted.end() && span->end <= at) ++span;
    const std::uint32_t depth = span != quoted.end() && span->begin < end ? span->depth : 0;
    lines.push_back({at, end, depth, is_blank(text.substr(at, end - at))});
    at = end;
  }
  return lines;
}

class Finder {
 public:
  explicit Finder(const WithholdInput &input)
      : input_(input), lines_(lines_of(input.text, input.quoted)), why_(lines_.size()) {}

  std::vector<Stretch> run() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const std::uint32_t before = i == 0 ? 0 : lines_[i - 1].depth;
      if (lines_[i].depth > before) quoted_message(i);
    }
    for (std::size_t i = 0; i < lines_.size();) {
      const std::size_t end = paragraph_end(i);
      if (why_[i].empty() && names_others(i, end)) mark(i, end, kOthersNamedHere);
      i = end;
    }
    // A secret says more than a name: its reason is the one that is told.
    for (const Stretch &secret : input_.secrets) {
      std::size_t i = line_of(secret.begin);
      const std::size_t last = line_of(secret.end > secret.begin ? secret.end - 1 : secret.begin);
      const auto joined_to = [&](std::size_t line, std::size_t next) {
        return !lines_[line].blank && !lines_[next].blank && lines_[next].depth == lines_[line].depth;
      };
      for (std::size_t n = 0; i > 0 && joined_to(i, i - 1) && (!input_.of_page || n < kLinesAround); ++n) --i;
      std::size_t end = std::min(last + 1, lines_.size());
      for (std::size_t n = 0;
           end > 0 && end < lines_.size() && joined_to(end - 1, end) && (!input_.of_page || n < kLinesAround);
           ++n)
        ++end;
      mark(i, end, secret.why);
    }
    return joined();
  }

 private:
  // Behind the last line of the paragraph, or of the one blank line, that begins at `i`.
  std::size_t paragraph_end(std::size_t i) const {
    std::size_t end = i + 1;
    if (lines_[i].blank || input_.of_page) return end;
    while (end < lines_.size() && !lines_[end].blank && lines_[end].depth == lines_[i].depth) ++end;
    return end;
  }
  // The same of what stands over a quoted message: on a page, its first lines.
  std::size_t block_end(std::size_t i) const {
    std::size_t end = i + 1;
    while (end < lines_.size() && end - i < kHeadLines && !lines_[end].blank &&
           lines_[end].depth == lines_[i].depth)
      ++end;
    return end;
  }
  std::string_view text_of(std::size_t first, std::size_t end) const {
    if (first >= end) return {};
    return input_.text.substr(lines_[first].begin, lines_[end - 1].end - lines_[first].begin);
  }
  bool names_others(std::size_t first, std::size_t end) const {
    std::vector<std::string> named;
    add_others_named(text_of(first, end), input_.sides, named);
    return !named.empty();
  }
  std::size_t line_of(std::size_t at) const {
    const auto after =
        std::upper_bound(lines_.begin(), lines_.end(), at,
                         [](std::size_t place, const Line &line) { return place < line.begin; });
    return after == lines_.begin() ? 0 : static_cast<std::size_t>(after - lines_.begin()) - 1;
  }
  void mark(std::size_t first, std::size_t end, std::string_view why) {
    for (std::size_t i = first; i < end && i < lines_.size(); ++i) why_[i] = why;
  }

  // A quoted message begins at `i`. Its head is its first paragraph, as Outlook writes it and forwards have
  // it, or the line over it that says who wrote.
  void quoted_message(std::size_t i) {
    std::size_t end = i + 1;
    while (end < lines_.size() && lines_[end].depth >= lines_[i].depth) ++end;
    std::size_t head = i;
    while (head > 0 && lines_[head - 1].blank && lines_[head - 1].depth < lines_[i].depth) --head;
    const std::size_t behind = head;
    while (head > 0 && !lines_[head - 1].blank && lines_[head - 1].depth < lines_[i].depth) --head;
    // Only what ends with a colon introduces what follows; anything else is the author's own.
    const bool introduces = base::trim(text_of(head, behind)).ends_with(':');
    if (!introduces) head = i;
    std::size_t first = i;
    while (first < end && lines_[first].blank) ++first;
    std::size_t first_end = first < end ? std::min(block_end(first), end) : end;
    // "Forwarded message" stands over the head by itself.
    if (first_end == first + 1 && first_end < end &&
        text_of(first, first_end).find("---") != std::string_view::npos) {
      std::size_t next = first_end;
      while (next < end && lines_[next].blank) ++next;
      if (next < end) first_end = std::min(block_end(next), end);
    }
    const bool block = is_head(first, first_end);
    if ((introduces && names_others(head, behind)) || (block && names_others(first, first_end)))
      mark(head, end, kMailOfOthers);
  }

  // "From: ...", "Sent: ...": two of its lines at least are a word and a colon.
  bool is_head(std::size_t first, std::size_t end) const {
    std::size_t named = 0;
    for (std::size_t i = first; i < end; ++i) {
      std::string_view line = text_of(i, i + 1);
      while (!line.empty() && (line.front() == '>' || line.front() == ' ' || line.front() == '*'))
        line.remove_prefix(1);
      const std::size_t colon = line.find(':');
      named += colon != line.npos && colon > 0 && colon <= 24;
    }
    return named >= 2;
  }

  std::vector<Stretch> joined() const {
    std::vector<Stretch> out;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (why_[i].empty()) continue;
      // Blank lines between two of one reason are nothing to give.
      std::size_t before = i;
      while (before > 0 && lines_[before - 1].blank && why_[before - 1].empty()) --before;
      if (!out.empty() && out.back().why == why_[i] && out.back().end == lines_[before].begin)
        out.back().end = lines_[i].end;
      else
        out.push_back({lines_[i].begin, lines_[i].end, std::string(why_[i])});
    }
    return out;
  }

  const WithholdInput &input_;
  std::vector<Line> lines_;
  std::vector<std::string_view> why_;  // of each line; empty: it may be given
};

}  // namespace

std::vector<Stretch> stretches_to_withhold(const WithholdInput &input) {
  return Finder(input).run();
}

std::string without(std::string_view text, const std::vector<Stretch> &stretches, std::vector<CutOut> &cuts) {
  std::string out;
  std::size_t at = 0;
  for (const Stretch &stretch : stretches) {
    out += text.substr(at, stretch.begin - at);
    CutOut cut;
    cut.why = stretch.why;
    cut.text = text.substr(stretch.begin, stretch.end - stretch.begin);
    cut.lines = static_cast<std::size_t>(std::count(cut.text.begin(), cut.text.end(), '\n')) +
                (cut.text.empty() || cut.text.back() == '\n' ? 0 : 1);
    out += fmt::format("{}{}; {}]\n", kMark, cut.why, base::counted(cut.lines, "line"));
    cuts.push_back(std::move(cut));
    at = stretch.end;
  }
  out += text.substr(std::min(at, text.size()));
  return out;
}

bool says_anything(std::string_view given) {
  for (std::size_t at = 0; at < given.size();) {
    const std::size_t end = std::min(given.find('\n', at), given.size());
    const std::string_view line = given.substr(at, end - at);
    if (!is_blank(line) && !line.starts_with(kMark)) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace dislodge::disclose

#include "mail/closings.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/encode.hpp"
#include "mail/closing_words.hpp"

namespace dislodge::mail {
namespace {

using evidence::QuotedSpan;

constexpr std::size_t kHeadReach = 1200;     // of a segment's beginning, for warnings that stand first
constexpr std::size_t kSignatureLines = 16;  // no signature is longer, a delimited one apart
constexpr std::size_t kDelimitedLines = 60;  // under "-- "
constexpr std::size_t kSignatureLineBytes = 120;
constexpr std::size_t kNoticeBytesMin = 40;

struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;    // behind its line end
  std::string_view text;  // without "> " marks and blanks around
  bool blank() const { return text.empty(); }
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::vector<Line> lines_of(std::string_view text, std::size_t begin, std::size_t end) {
  std::vector<Line> lines;
  while (begin < end) {
    const void *found = std::memchr(text.data() + begin, '\n', end - begin);
    const std::size_t stop =
        found == nullptr ? end : static_cast<std::size_t>(static_cast<const char *>(found) - text.data()) + 1;
    Line line{begin, stop, text.substr(begin, stop - begin)};
    while (!line.text.empty() && (line.text.back() == '\n' || is_blank(line.text.back())))
      line.text.remove_suffix(1);
    while (!line.text.empty() && (line.text.front() == '>' || is_blank(line.text.front())))
      line.text.remove_prefix(1);
    if (line.text == "\xC2\xA0") line.text = {};
    lines.push_back(line);
    begin = stop;
  }
  return lines;
}

// ---- notices

// The table by first byte, so that a word is compared with few.
struct NoticeTable {
  std::array<std::vector<const NoticeWord *>, 256> by_first;
  NoticeTable() {
    for (const NoticeWord &word : kNoticeWords)
      by_first[static_cast<unsigned char>(word.begins[0])].push_back(&word);
  }
};

class NoticeMarks {
 public:
  // Words that begin in the line.
  void add(std::string_view line) {
    static const NoticeTable table;
    bool inside = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const auto byte = static_cast<unsigned char>(line[i]);
      const unsigned char low = byte >= 'A' && byte <= 'Z' ? byte | 32 : byte;
      const bool letter = (low >= 'a' && low <= 'z') || byte >= 0x80;
      // Chinese has no blanks: each of its characters may begin a word.
      if (letter && (!inside || byte >= 0xE3)) {
        for (const NoticeWord *word : table.by_first[low]) {
          if (!base::equal_ignoring_case(line.substr(i, word->begins.size()), word->begins)) continue;
          marks_[word->group] |= static_cast<std::uint16_t>(1u << word->mark);
        }
      }
      inside = letter;
    }
    bytes_ += line.size();
  }
  bool notice() const {
    if (bytes_ < kNoticeBytesMin) return false;
    for (std::size_t group = 0; group < marks_.size(); ++group) {
      std::size_t count = 0;
      for (std::uint16_t bits = marks_[group]; bits != 0; bits &= static_cast<std::uint16_t>(bits - 1))
        ++count;
      if (count >= kNoticeMarks[group]) return true;
    }
    return false;
  }

 private:
  std::array<std::uint16_t, kNoticeMarks.size()> marks_{};
  std::size_t bytes_ = 0;
};

// "______", "=====", "* * *": a rule above or below a notice.
bool is_rule(std::string_view line) {
  return line.size() >= 3 && line.find_first_not_of("-_=*#~ .+") == std::string_view::npos;
}

// ---- signatures

bool begins_with_any(std::string_view line, std::size_t count, const std::string_view *list) {
  return std::any_of(list, list + count, [&](std::string_view start) {
    return line.size() >= start.size() && base::equal_ignoring_case(line.substr(0, start.size()), start);
  });
}

bool is_sent_from(std::string_view line) {
  if (line.size() > kSignatureLineBytes) return false;
  if (line.starts_with('<') && line.ends_with('>')) line = line.substr(1, line.size() - 2);
  return begins_with_any(line, std::size(kSentFrom), kSentFrom);
}

std::size_t words_in(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) count += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
  return count;
}

// "Ann", "Dr. Ann Example", "ann", as people write their names: few words and no sentence.
bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 60 || words_in(text) > 5) return false;
  if (text.back() == '?' || text.back() == '!' || text.back() == ':') return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '=' || c == ':' || c == ';' || c == '<' || c == '@' || c == '/';
  });
}

bool capital(std::string_view text) {
  return !text.empty() && ((text[0] >= 'A' && text[0] <= 'Z') || static_cast<unsigned char>(text[0]) >= 0x80);
}

bool is_sign_off(std::string_view line) {
  if (line.empty() || line.size() > 60) return false;
  std::string_view whole = line;
  while (!whole.empty() &&
         (whole.back() == ',' || whole.back() == '.' || whole.back() == '!' || whole.back() == ' '))
    whole.remove_suffix(1);
  const auto known = [](std::string_view text) {
    return std::any_of(std::begin(kSignOffs), std::end(kSignOffs),
                       [&](std::string_view one) { return base::equal_ignoring_case(text, one); });
  };
  if (known(whole)) return true;
  // "Best, Ann": the name on the same line.
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos || comma + 2 >= line.size()) return false;
  const std::string_view name = base::trim(line.substr(comma + 1));
  return capital(name) && words_in(name) <= 3 && is_name(name) && known(line.substr(0, comma));
}

std::size_t digits_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

// A telephone number, address or page of the author: what only signatures are full of.
bool is_contact(std::string_view line) {
  if (line.empty() || line.size() > kSignatureLineBytes) return false;
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && colon <= 12) {
    std::string_view key = base::trim(line.substr(0, colon));
    while (!key.empty() && (key.front() == '*' || key.front() == '|')) key.remove_prefix(1);
    if (std::any_of(std::begin(kContactKeys), std::end(kContactKeys),
                    [&](std::string_view one) { return base::equal_ignoring_case(key, one); }))
      return true;
  }
  // Seven digits and more with nothing but what telephone numbers are written with between them.
  std::size_t run = 0;
  std::size_t digits = 0;
  for (const char c : line) {
    if (c >= '0' && c <= '9') {
      ++digits;
      run = std::max(run, digits);
    } else if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.' && c != '/' && c != '+') {
      digits = 0;
    }
  }
  if (run >= 7 && run <= 16 && digits_in(line) <= 34 && line.find('=') == std::string_view::npos) return true;
  const std::size_t at = line.find('@');
  if (at != std::string_view::npos && at > 0 && line.find('.', at) != std::string_view::npos &&
      words_in(line) <= 5 && line.find("://") == std::string_view::npos)
    return true;
  return words_in(line) <= 4 &&
         (base::contains_ignoring_case(line.substr(0, 40), "www.") ||
          line.substr(0, 12).find("http") != std::string_view::npos) &&
         line.find('?') == std::string_view::npos && line.find('@') == std::string_view::npos;
}

// Words in which a line that assigns something is no part of a signature, though it stands under the name.
bool assigns(std::string_view line) {
  for (const std::string_view word :
       {"passw", "passphrase", "pwd", "secret", "token", "api key", "apikey", "kennwort", "mot de passe",
        "contraseña", "senha", "пароль", "wachtwoord", "hasło", "parola"})
    if (base::contains_ignoring_case(line, word)) return true;
  return line.find('=') != std::string_view::npos && line.find("://") == std::string_view::npos;
}

bool begins_postscript(std::string_view line) {
  return base::equal_ignoring_case(line.substr(0, 4), "p.s.") ||
         base::equal_ignoring_case(line.substr(0, 3), "ps:") ||
         base::equal_ignoring_case(line.substr(0, 3), "ps ");
}

// A line that may stand under a name: a title, a firm, a street, a number.
bool may_be_signature(std::string_view line) {
  if (line.empty()) return true;
  if (line.size() > kSignatureLineBytes || begins_postscript(line) || assigns(line)) return false;
  if (is_contact(line) || is_rule(line)) return true;
  if (line.find('|') != std::string_view::npos || line.find("•") != std::string_view::npos) return true;
  if (words_in(line) > 9) return false;
  const char last = line.back();
  return last != '?' && last != '!' && last != ':' && last != ';';
}

class Segment {
 public:
  Segment(std::string_view text, std::size_t begin, std::size_t end, bool under_quote,
          std::vector<ClosingSpan> &out)
      : text_(text), begin_(begin), end_(end), under_quote_(under_quote), out_(out) {}

  void run() {
    const std::size_t from = end_ - begin_ > kClosingReach ? end_ - kClosingReach : begin_;
    lines_ = lines_of(text_, from, end_);
    if (from > begin_ && !lines_.empty()) lines_.erase(lines_.begin());  // cut in its middle
    kinds_.assign(lines_.size(), Closing::none);
    std::size_t stop = lines_.size();
    if (under_quote_) stop = before_attribution(stop);
    const std::size_t delimiter = find_delimiter(stop);
    if (delimiter < stop)
      std::fill(kinds_.begin() + static_cast<std::ptrdiff_t>(delimiter),
                kinds_.begin() + static_cast<std::ptrdiff_t>(stop), Closing::signature);
    std::size_t low = notices(stop);
    if (delimiter >= stop) signature(low);
    head(from);
    gather();
  }

 private:
  // "On ... wrote:" belongs to what it introduces.
  std::size_t before_attribution(std::size_t stop) const {
    std::size_t at = stop;
    while (at > 0 && lines_[at - 1].blank()) --at;
    if (at == 0 || !lines_[at - 1].text.ends_with(':')) return stop;
    --at;
    if (at > 0 && !lines_[at - 1].blank() && digits_in(lines_[at - 1].text) > 0 &&
        lines_[at - 1].text.find(' ') != std::string_view::npos && digits_in(lines_[at].text) == 0)
      --at;
    return at;
  }

  // "-- " alone (RFC 3676 section 4.3), also without its blank.
  std::size_t find_delimiter(std::size_t stop) const {
    const std::size_t low = stop > kDelimitedLines ? stop - kDelimitedLines : 0;
    for (std::size_t i = stop; i-- > low;)
      if (lines_[i].text == "--") return i;
    return stop;
  }

  // Notices at the end, upwards, with rules and "Sent from my phone" between them; where they begin.
  std::size_t notices(std::size_t stop) {
    std::size_t at = stop;
    while (true) {
      std::size_t last = at;
      while (last > 0 && lines_[last - 1].blank()) --last;
      std::size_t first = last;
      NoticeMarks marks;
      while (first > 0 && !lines_[first - 1].blank()) marks.add(lines_[--first].text);
      if (first == last) return at;
      bool only_rules = true;
      for (std::size_t i = first; i < last; ++i) only_rules = only_rules && is_rule(lines_[i].text);
      if (marks.notice()) {
        mark(first, last, Closing::disclaimer);
      } else if (is_sent_from(lines_[first].text) && last - first <= 2) {
        mark(first, last, Closing::signature);
      } else if (!only_rules || at == stop) {
        return at;
      }
      at = first;
    }
  }

  void mark(std::size_t first, std::size_t last, Closing kind) {
    for (std::size_t i = first; i < last; ++i) kinds_[i] = kind;
  }

  void signature(std::size_t stop) {
    while (stop > 0 && lines_[stop - 1].blank()) --stop;
    const std::size_t low = stop > kSignatureLines ? stop - kSignatureLines : 0;
    // A sign-off, a name under it, and nothing below that is a sentence; a postscript ends it.
    std::size_t end = stop;
    for (std::size_t i = stop; i-- > low;) {
      if (begins_postscript(lines_[i].text)) end = i;
      if (!is_sign_off(lines_[i].text)) continue;
      std::size_t next = i + 1;
      while (next < end && lines_[next].blank()) ++next;
      bool all = next == end || (is_name(lines_[next].text) && next <= i + 3);
      for (std::size_t j = next; j < end && all; ++j) all = may_be_signature(lines_[j].text);
      // "Thanks," at the top of a short message is followed by what the author wants.
      if (all) mark(i, end, Closing::signature);
      if (all || end != stop) return;
    }
    // A block of name and telephone numbers, without any greeting.
    std::size_t first = stop;
    std::size_t strong = 0;
    while (first > low && !lines_[first - 1].blank() && may_be_signature(lines_[first - 1].text))
      strong += is_contact(lines_[--first].text);
    const bool whole = first == 0 || lines_[first - 1].blank();
    if (whole && strong >= 2 && strong * 3 >= stop - first && first > 0)
      mark(first, stop, Closing::signature);
  }

  // A warning that the mail system put above the text.
  void head(std::size_t from) {
    if (from > begin_) {
      const std::vector<Line> top = lines_of(text_, begin_, std::min(begin_ + kHeadReach, from));
      head_of(top, [&](std::size_t first, std::size_t last) {
        out_.push_back({top[first].begin, top[last - 1].end, Closing::disclaimer});
      });
      return;
    }
    head_of(lines_, [&](std::size_t first, std::size_t last) { mark(first, last, Closing::disclaimer); });
  }
  template <typename Mark>
  static void head_of(const std::vector<Line> &lines, Mark mark) {
    std::size_t first = 0;
    for (int paragraph = 0; paragraph < 2; ++paragraph) {
      while (first < lines.size() && lines[first].blank()) ++first;
      std::size_t last = first;
      NoticeMarks marks;
      while (last < lines.size() && !lines[last].blank() && lines[last].end - lines[first].begin < kHeadReach)
        marks.add(lines[last++].text);
      if (last == first || !marks.notice()) return;
      mark(first, last);
      first = last;
    }
  }

  void gather() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (kinds_[i] == Closing::none) continue;
      if (!out_.empty() && out_.back().end == lines_[i].begin && out_.back().kind == kinds_[i])
        out_.back().end = lines_[i].end;
      else
        out_.push_back({lines_[i].begin, lines_[i].end, kinds_[i]});
    }
  }

  std::string_view text_;
  std::size_t begin_, end_;
  bool under_quote_;
  std::vector<ClosingSpan> &out_;
  std::vector<Line> lines_;
  std::vector<Closing> kinds_;
};

}  // namespace

std::vector<ClosingSpan> closing_spans(std::string_view text, const std::vector<QuotedSpan> &quoted) {
  std::vector<ClosingSpan> out;
  std::size_t at = 0;
  for (const QuotedSpan &span : quoted) {
    const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(span.begin, text.size()));
    const auto end = static_cast<std::size_t>(std::min<std::uint64_t>(span.end, text.size()));
    if (begin > at) Segment(text, at, begin, true, out).run();
    at = std::max(at, begin);
    if (end > at) Segment(text, at, end, &span != &quoted.back(), out).run();
    at = std::max(at, end);
  }
  if (at < text.size()) Segment(text, at, text.size(), false, out).run();
  return out;
}

Closing closing_at(const std::vector<ClosingSpan> &spans, std::uint64_t offset) {
  const auto next = std::partition_point(spans.begin(), spans.end(),
                                         [offset](const ClosingSpan &span) { return span.end <= offset; });
  return next != spans.end() && next->begin <= offset ? next->kind : Closing::none;
}

std::uint64_t closing_size(const std::vector<ClosingSpan> &spans) {
  std::uint64_t size = 0;
  for (const ClosingSpan &span : spans) size += span.end - span.begin;
  return size;
}

}  // namespace dislodge::mail

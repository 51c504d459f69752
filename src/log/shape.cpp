#include "log/shape.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/encode.hpp"

namespace dislodge::log {

namespace {

using evidence::LedgerState;

// Arrays within arrays before records begin: [[{...}]] is the most that an exporter writes.
constexpr std::size_t kNestingMax = 8;
// How often reading starts anew a line further on after a record that never closed. Each attempt may look at
// the rest of the file, so the number is small.
constexpr int kRestartsMax = 16;
// How much of what comes next is fetched from memory beforehand, in bytes.
constexpr std::uint64_t kAheadMax = 8 << 10;

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Stops inside a string: quote, backslash, line feed.
constexpr std::array<bool, 256> kStringStops = [] {
  std::array<bool, 256> stops{};
  stops['"'] = stops['\\'] = stops['\n'] = true;
  return stops;
}();

// How deep the list of a page may lie: {"response": {"authlogs": [...]}}, {"hits": {"hits": [...]}}.
constexpr std::uint64_t kPageDepthMax = 2;
// {"tables": [{"columns": [...], "rows": [[...]]}]}
constexpr std::uint64_t kTableDepthMax = 3;

class Splitter {
 public:
  Splitter(std::string_view bytes, const SplitOptions &options, const RecordSeen &record, const BadSeen &bad)
      : bytes_(bytes), options_(options), record_(record), bad_(bad), lines_(bytes) {}

  SplitResult run() {
    if (options_.begin > 0 || options_.end < bytes_.size()) {
      run_lines_in_range();
      return result_;
    }
    while (true) {
      skip_between();
      if (at_end()) break;
      if (lines_only_) {
        take_line();
        continue;
      }
      const char c = bytes_[position_];
      if (c == '{')
        take_object(0);
      else if (c == '[')
        enter_array();
      else if (c == ']' && arrays_open_ > 0)
        leave_array();
      else
        skip_garbage();
    }
    if (arrays_open_ > 0 && !tail_reported_)
      report(bytes_.size(), 0, LedgerState::damaged, "the array is not closed: the file is cut off");
    return result_;
  }

 private:
  bool at_end() const { return position_ >= bytes_.size(); }

  void skip_between() {
    while (!at_end()) {
      const char c = bytes_[position_];
      if (is_blank(c) || c == ',' || c == '\x1E')
        ++position_;  // RFC 7464 puts a record separator before each
      else if (bytes_.substr(position_, 3) == "\xEF\xBB\xBF")
        position_ += 3;
      else
        break;
    }
  }

  void enter_array() {
    if (arrays_open_ >= kNestingMax) {
      skip_garbage();
      return;
    }
    ++arrays_open_;
    ++position_;
  }
  void leave_array() {
    --arrays_open_;
    ++position_;
  }

  // ---- one record a line ----

  void take_line() {
    const std::uint64_t start = position_;
    std::uint64_t end = bytes_.find('\n', start);
    if (end == std::string_view::npos) end = bytes_.size();
    position_ = end;
    next_line_ = UINT64_MAX;
    std::uint64_t last = end;
    while (last > start && (is_blank(bytes_[last - 1]) || bytes_[last - 1] == ',')) --last;
    const char open = bytes_[start];
    if (last - start > options_.limits.line_bytes_max) {
      report(start, last - start, LedgerState::too_large, "the line is longer than line_bytes_max");
    } else if (open == '{' && bytes_[last - 1] == '}') {
      expect_more(end, last - start);
      give(start, last - start);
      next_line_ = end + 1;
    } else if (open == '{' && end < bytes_.size() && !next_line_opens(end)) {
      // An indented record among one-line records.
      position_ = start;
      take_object(0);
    } else if ((open == '[' || open == ']') && !in_range_) {
      lines_only_ = false;
      position_ = start;
    } else if (open == '{' && end == bytes_.size()) {
      report(start, last - start, LedgerState::damaged, "the file ends in the middle of this record");
    } else {
      report(start, last - start, LedgerState::damaged,
             open == '{' ? "the line ends in the middle of this record" : "the line is no JSON object");
    }
  }

  // The next record, which will be about as long as this one, comes from memory while this one is read.
  void expect_more(std::uint64_t end, std::uint64_t length) const {
    const std::uint64_t until = std::min<std::uint64_t>(end + std::min(length, kAheadMax), bytes_.size());
    for (std::uint64_t at = end; at < until; at += 64) __builtin_prefetch(bytes_.data() + at, 0, 2);
  }

  bool next_line_opens(std::uint64_t line_feed) const {
    std::uint64_t next = line_feed + 1;
    while (next < bytes_.size() && (bytes_[next] == '\r' || bytes_[next] == '\n')) ++next;
    return next >= bytes_.size() || bytes_[next] == '{' || bytes_[next] == '[';
  }

  // A range owns the lines that begin in it; lines are the only boundary that can be found from within.
  void run_lines_in_range() {
    position_ = std::min<std::uint64_t>(options_.begin, bytes_.size());
    std::uint64_t line = options_.first_line;
    if (line == 0)
      line = 1 + static_cast<std::uint64_t>(std::count(
                     bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(position_), '\n'));
    lines_ = LineCounter(bytes_, position_, line);
    if (position_ > 0 && bytes_[position_ - 1] != '\n') {
      const std::size_t next = bytes_.find('\n', position_);
      position_ = next == std::string_view::npos ? bytes_.size() : next + 1;
    }
    lines_only_ = in_range_ = true;
    while (true) {
      skip_between();
      if (at_end() || position_ >= options_.end) return;
      take_line();
    }
  }

  // ---- any shape ----

  // Reads the object at the position: a record is given, a page is opened and its records are given. Arrays
  // of a page hold records only, so a page within a page is a record that no source will recognise.
  void take_object(std::size_t depth_of_pages) {
    const std::uint64_t start = position_;
    std::uint64_t depth = 0;
    std::string_view key;     // last string near the top: a name when a colon follows
    std::string_view parent;  // the name at depth 1 under which we are
    Columns columns;
    bool is_page = false;
    bool continues = false;
    while (!at_end()) {
      const char c = bytes_[position_];
      if (c == '"') {
        const std::uint64_t open = position_;
        if (!skip_string()) {
          broken(start, is_page, "a line ends within a text");
          return;
        }
        if (depth <= kTableDepthMax) key = bytes_.substr(open + 1, position_ - open - 2);
        continue;
      }
      if (c == ':' && depth <= kTableDepthMax) {
        ++position_;
        if (names_next_page(key, depth, parent)) continues = true;
        if (depth_of_pages != 0) continue;
        if (is_page_key(key, depth, parent) && opens_list_of('{')) {
          is_page = true;
          ++result_.pages;
          if (!take_page_records()) return;
        } else if (base::equal_ignoring_case(key, "columns") && opens_list_of('{')) {
          if (!note_columns(columns, depth)) {
            unclosed(start, is_page);
            return;
          }
        } else if (base::equal_ignoring_case(key, "rows") && columns.depth == depth && opens_list_of('[')) {
          is_page = true;
          ++result_.pages;
          if (!take_rows(columns)) return;
        }
        continue;
      }
      if (depth == 1 && c == '{') parent = key;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++position_;
      if (depth == 0) {
        if (is_page)
          result_.last_page_continues = continues;
        else
          finish(start);
        return;
      }
    }
    unclosed(start, is_page);
  }

  // After the colon: an array that is empty or begins with an object, or with another array.
  bool opens_list_of(char what) const {
    std::uint64_t ahead = after_blanks(position_);
    if (ahead >= bytes_.size() || bytes_[ahead] != '[') return false;
    ahead = after_blanks(ahead + 1);
    return ahead >= bytes_.size() || bytes_[ahead] == what || bytes_[ahead] == ']';
  }
  std::uint64_t after_blanks(std::uint64_t at) const {
    while (at < bytes_.size() && is_blank(bytes_[at])) ++at;
    return at;
  }

  // A link to a next page, with something in it; in an answer to a $batch it stands in the body.
  bool names_next_page(std::string_view key, std::uint64_t depth, std::string_view parent) const {
    if (depth > 2 || (depth == 2 && parent != "body")) return false;
    if (!base::equal_ignoring_case(key, "@odata.nextLink") && key != "nextPageToken" && key != "NextToken")
      return false;
    const std::uint64_t ahead = after_blanks(position_);
    return ahead + 1 < bytes_.size() && bytes_[ahead] == '"' && bytes_[ahead + 1] != '"';
  }

  // ---- tables: columns, then rows that are arrays ----

  struct Columns {
    std::uint64_t offset = 0, length = 0;
    std::uint64_t depth = 0;  // of the name; 0: none yet
  };

  // Past the array at the position. False where the file or a line ends within it.
  bool skip_array() {
    std::uint64_t depth = 0;
    while (!at_end()) {
      const char c = bytes_[position_];
      if (c == '"') {
        if (!skip_string()) return false;
        continue;
      }
      ++position_;
      if (c == '[' || c == '{') ++depth;
      if ((c == ']' || c == '}') && --depth == 0) return true;
    }
    return false;
  }

  bool note_columns(Columns &columns, std::uint64_t depth) {
    position_ = after_blanks(position_);
    columns.offset = position_;
    columns.depth = depth;
    const bool whole = skip_array();
    columns.length = position_ - columns.offset;
    return whole;
  }

  // The rows of a table, up to the bracket that closes them. False at the end of the file.
  bool take_rows(const Columns &columns) {
    position_ = after_blanks(position_) + 1;  // opens_list_of() saw it
    while (true) {
      skip_between();
      if (!at_end() && bytes_[position_] == ']') {
        ++position_;
        return true;
      }
      const std::uint64_t start = position_;
      if (at_end() || (bytes_[position_] == '[' && !skip_array() && at_end())) {
        report(start, bytes_.size() - start, LedgerState::damaged,
               "the table is not closed: the file is cut off");
        position_ = bytes_.size();
        tail_reported_ = true;
        return false;
      }
      if (bytes_[start] != '[')
        skip_garbage();
      else if (position_ - start > options_.limits.line_bytes_max)
        report(start, position_ - start, LedgerState::too_large, "the row is longer than line_bytes_max");
      else
        give(start, position_ - start, columns.offset, columns.length);
    }
  }

  // The records of a page, up to its closing bracket. False at the end of the file.
  bool take_page_records() {
    while (bytes_[position_] != '[') ++position_;  // opens_records() saw it
    ++position_;
    while (true) {
      skip_between();
      if (at_end()) {
        report(bytes_.size(), 0, LedgerState::damaged, "the page is not closed: the file is cut off");
        tail_reported_ = true;
        return false;
      }
      if (bytes_[position_] == ']') {
        ++position_;
        return true;
      }
      if (bytes_[position_] == '{')
        take_object(1);
      else
        skip_garbage();
    }
  }

  // Past the string at the position. False where a raw line feed or the end of the file comes first; the
  // position is then there.
  bool skip_string() {
    ++position_;
    while (!at_end()) {
      while (!at_end() && !kStringStops[static_cast<unsigned char>(bytes_[position_])]) ++position_;
      if (at_end()) return false;
      if (bytes_[position_] == '\n') return false;
      if (bytes_[position_] == '"') {
        ++position_;
        return true;
      }
      position_ += 2;  // a backslash and what it escapes
    }
    position_ = bytes_.size();
    return false;
  }

  void finish(std::uint64_t start) {
    const std::uint64_t length = position_ - start;
    if (length > options_.limits.line_bytes_max) {
      report(start, length, LedgerState::too_large, "the record is longer than line_bytes_max");
      return;
    }
    give(start, length);
    if (!first_seen_ && arrays_open_ == 0 && result_.pages == 0) lines_only_ = stands_alone_on_line(start);
    first_seen_ = true;
  }

  // The first record decides: whole on its line, and nothing else there.
  bool stands_alone_on_line(std::uint64_t start) const {
    std::uint64_t after = position_;
    while (after < bytes_.size() &&
           (bytes_[after] == ' ' || bytes_[after] == '\t' || bytes_[after] == '\r' || bytes_[after] == ','))
      ++after;
    if (after < bytes_.size() && bytes_[after] != '\n') return false;
    return bytes_.substr(start, position_ - start).find('\n') == std::string_view::npos;
  }

  // A record that holds a raw line feed within a text is lost up to there; the next line may begin another.
  void broken(std::uint64_t start, bool is_page, const char *why) {
    if (at_end()) {
      unclosed(start, is_page);
      return;
    }
    const std::uint64_t from = is_page ? position_ : start;
    report(from, position_ - from, LedgerState::damaged, std::string("the record is broken: ") + why);
  }

  // The file ended before the object did. If the next line begins an object, it was this line that was cut,
  // and reading goes on there.
  void unclosed(std::uint64_t start, bool is_page) {
    const std::size_t line_feed = bytes_.find('\n', start);
    if (!is_page && line_feed != std::string_view::npos && line_feed + 1 < bytes_.size() &&
        next_line_opens(line_feed) && bytes_[line_feed + 1] != '\n' && restarts_ < kRestartsMax) {
      ++restarts_;
      report(start, line_feed - start, LedgerState::damaged, "the line ends in the middle of this record");
      position_ = line_feed;
      return;
    }
    position_ = bytes_.size();
    tail_reported_ = true;
    if (is_page)
      report(bytes_.size(), 0, LedgerState::damaged, "the page is not closed: the file is cut off");
    else if (bytes_.size() - start > options_.limits.line_bytes_max)
      report(start, bytes_.size() - start, LedgerState::too_large,
             "the record is longer than line_bytes_max");
    else
      report(start, bytes_.size() - start, LedgerState::damaged,
             "the file ends in the middle of this record");
  }

  void skip_garbage() {
    const std::uint64_t start = position_;
    // A stray bracket costs itself only; anything else its line, up to where a record might begin.
    ++position_;
    while (!at_end() && bytes_[position_] != '\n') ++position_;
    report(start, position_ - start,
           position_ - start > options_.limits.line_bytes_max ? LedgerState::too_large : LedgerState::damaged,
           position_ - start > options_.limits.line_bytes_max ? "the line is longer than line_bytes_max"
                                                              : "the line is no JSON object");
  }

  void give(std::uint64_t start, std::uint64_t length, std::uint64_t columns_offset = 0,
            std::uint64_t columns_length = 0) {
    RecordSpan span;
    span.columns_offset = columns_offset;
    span.columns_length = columns_length;
    span.offset = start;
    span.length = length;
    // A record right behind the line of the last one: its line is known without looking for it again.
    span.line = start == next_line_ ? last_line_ + 1 : lines_.line_at(start);
    if (span.line == last_line_)
      span.column =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(start - lines_.line_start() + 1, UINT32_MAX));
    last_line_ = span.line;
    record_(span);
  }

  void report(std::uint64_t start, std::uint64_t length, LedgerState state, std::string reason) {
    BadSpan span;
    span.offset = start;
    span.length = length;
    span.line = lines_.line_at(std::min<std::uint64_t>(start, bytes_.size()));
    span.state = state;
    span.reason = std::move(reason);
    bad_(span);
  }

  std::string_view bytes_;
  const SplitOptions &options_;
  const RecordSeen &record_;
  const BadSeen &bad_;
  LineCounter lines_;
  SplitResult result_;
  std::uint64_t position_ = 0;
  std::uint64_t last_line_ = 0;
  std::uint64_t next_line_ = UINT64_MAX;  // offset of the line behind a record that was alone on its own
  std::size_t arrays_open_ = 0;
  int restarts_ = 0;
  bool first_seen_ = false;
  bool lines_only_ = false;
  bool in_range_ = false;
  bool tail_reported_ = false;
};

}  // namespace

bool is_page_key(std::string_view key, std::uint64_t depth, std::string_view parent) {
  if (depth == 2 && parent == "body") return key == "value";
  if (depth > kPageDepthMax) return false;
  if (depth == 1) {
    if (key == "responses") return true;  // Graph, $batch: the pages are in their bodies
    // Graph and OData; Azure Monitor, CloudTrail and Salesforce.
    if (base::equal_ignoring_case(key, "value") || base::equal_ignoring_case(key, "records")) return true;
    // aws cloudtrail lookup-events writes Events; Workspace's activities have events within a record.
    if (key == "Events" || key == "items" || key == "entries" || key == "results" || key == "data")
      return true;
  }
  return key == "authlogs" || key == "adminlogs" || key == "hits" || key == "logEvents";
}

std::uint64_t LineCounter::line_at(std::uint64_t offset) {
  const std::uint64_t end = std::min<std::uint64_t>(offset, bytes_.size());
  while (offset_ < end) {
    const void *found = std::memchr(bytes_.data() + offset_, '\n', end - offset_);
    if (found == nullptr) {
      offset_ = end;
      break;
    }
    offset_ = static_cast<std::uint64_t>(static_cast<const char *>(found) - bytes_.data()) + 1;
    line_start_ = offset_;
    ++line_;
  }
  return line_;
}

SplitResult split_json(std::string_view bytes, const SplitOptions &options, const RecordSeen &record,
                       const BadSeen &bad) {
  return Splitter(bytes, options, record, bad).run();
}

}  // namespace dislodge::log

#include "log/csv.hpp"

#include <algorithm>
#include <cstring>

#include "base/encode.hpp"

namespace dislodge::log {

namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::size_t kColumnsMax = 10'000;
// How often reading starts anew after a quote that never closed; each attempt may look far ahead.
constexpr int kRestartsMax = 64;
// A range that begins somewhere in a file takes the reading (inside a quoted field or not) under which this
// many rows fit the header.
constexpr int kRowsToTrust = 8;

}  // namespace

CsvTable::CsvTable(std::string_view bytes, const base::Limits &limits, std::string_view header,
                   std::uint64_t begin, std::uint64_t end, std::uint64_t first_line)
    : bytes_(bytes), limits_(limits), end_(end), lines_(bytes) {
  std::uint64_t start = 0;
  if (bytes_.starts_with(kMark)) start = kMark.size();
  if (!header.empty()) {
    read_header(header);
  } else {
    // The first line that is neither empty nor PowerShell's type information nor what Excel wants to be told.
    while (start < bytes_.size()) {
      const std::size_t line_feed = std::min(bytes_.find('\n', start), bytes_.size());
      const std::string_view line = base::trim(bytes_.substr(start, line_feed - start));
      if (!line.empty() && !line.starts_with("#TYPE") && !(line.starts_with("sep=") && line.size() <= 5))
        break;
      start = line_feed + 1;
    }
    if (start < bytes_.size()) {
      const std::size_t line_feed = std::min(bytes_.find('\n', start), bytes_.size());
      read_header(bytes_.substr(start, std::min<std::size_t>(line_feed - start, 1 << 20)));
      start = line_feed + (line_feed < bytes_.size() ? 1 : 0);
    }
  }
  position_ = start;
  if (begin > start) {
    position_ = first_row_at(begin);
    std::uint64_t line = first_line;
    if (line == 0) {
      line = LineCounter(bytes_).line_at(position_);
      lines_ = LineCounter(bytes_, position_, line);
    } else {
      lines_ = LineCounter(bytes_, begin, line);
    }
  }
}

void CsvTable::read_header(std::string_view text) {
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  header_line_ = std::string(text);
  // The separator is the one that occurs most often outside quotes.
  std::size_t counts[3] = {};
  constexpr char kSeparators[3] = {',', ';', '\t'};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    for (int i = 0; i < 3; ++i) counts[i] += c == kSeparators[i];
  }
  separator_ = kSeparators[std::max_element(counts, counts + 3) - counts];

  std::string name;
  quoted = false;
  for (std::size_t i = 0; i <= text.size() && columns_.size() < kColumnsMax; ++i) {
    if (i == text.size() || (text[i] == separator_ && !quoted)) {
      columns_.emplace_back(base::trim(name));
      name.clear();
    } else if (text[i] == '"') {
      if (quoted && i + 1 < text.size() && text[i + 1] == '"')
        name += text[++i];
      else
        quoted = !quoted;
    } else {
      name += text[i];
    }
  }
}

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (base::equal_ignoring_case(columns_[i], name)) return i;
  return std::nullopt;
}

// Reads one row. `after` is where the next one begins; for unclosed and too_large, where reading stopped.
CsvTable::Scan CsvTable::scan(std::uint64_t start, CsvRow &row, std::uint64_t &after) {
  row.fields.clear();
  row.offset = start;
  buffer_.clear();
  // Fields are collected as places in the buffer first: it may move while it grows.
  struct Piece {
    std::size_t begin, size;
    bool in_buffer;
  };
  std::vector<Piece> pieces;
  std::uint64_t at = start;
  const std::uint64_t limit = std::min<std::uint64_t>(bytes_.size(), start + limits_.line_bytes_max);
  Scan result = Scan::row;
  while (true) {
    if (at < limit && bytes_[at] == '"') {
      const std::size_t begin = buffer_.size();
      ++at;
      while (true) {
        const void *found = at < limit ? std::memchr(bytes_.data() + at, '"', limit - at) : nullptr;
        if (found == nullptr) {
          after = limit;
          return limit < bytes_.size() ? Scan::too_large : Scan::unclosed;
        }
        const auto quote = static_cast<std::uint64_t>(static_cast<const char *>(found) - bytes_.data());
        buffer_.append(bytes_, at, quote - at);
        at = quote + 1;
        if (at < bytes_.size() && bytes_[at] == '"') {
          buffer_ += '"';
          ++at;
          continue;
        }
        break;
      }
      // What stands between the closing quote and the separator belongs to the field, as spreadsheets have
      // it.
      while (at < limit && bytes_[at] != separator_ && bytes_[at] != '\n' && bytes_[at] != '\r')
        buffer_ += bytes_[at++];
      pieces.push_back({begin, buffer_.size() - begin, true});
    } else {
      const std::uint64_t begin = at;
      while (at < limit && bytes_[at] != separator_ && bytes_[at] != '\n') ++at;
      std::uint64_t size = at - begin;
      if (size > 0 && (at >= bytes_.size() || bytes_[at] == '\n') && bytes_[at - 1] == '\r') --size;
      pieces.push_back({begin, size, false});
    }
    if (at < limit && bytes_[at] == separator_ && pieces.size() < kColumnsMax) {
      ++at;
      continue;
    }
    break;
  }
  while (at < bytes_.size() && bytes_[at] != '\n') {
    if (at >= limit) result = Scan::too_large;
    ++at;
  }
  row.length = at - start;
  if (row.length > 0 && bytes_[at - 1] == '\r') --row.length;
  after = std::min<std::uint64_t>(at + 1, bytes_.size());
  for (const Piece &piece : pieces)
    row.fields.push_back(
        (piece.in_buffer ? std::string_view(buffer_) : bytes_).substr(piece.begin, piece.size));
  return result;
}

bool CsvTable::rows_fit(std::uint64_t start) {
  CsvRow row;
  for (int i = 0; i < kRowsToTrust && start < bytes_.size(); ++i) {
    std::uint64_t after = start;
    if (scan(start, row, after) != Scan::row || row.fields.size() != columns_.size()) return false;
    start = after;
  }
  return true;
}

// The first row that begins at or after `begin`. A line feed in a quoted field is no row's end, and whether
// `begin` lies in one cannot be seen locally: both readings are tried, and if both or neither fit the header
// the quotes from the start of the file are counted.
std::uint64_t CsvTable::first_row_at(std::uint64_t begin) {
  if (begin >= bytes_.size()) return bytes_.size();
  const auto next_row = [&](std::uint64_t from, bool quoted) {
    for (std::uint64_t at = from; at < bytes_.size(); ++at) {
      if (bytes_[at] == '"')
        quoted = !quoted;
      else if (bytes_[at] == '\n' && !quoted)
        return at + 1;
    }
    return static_cast<std::uint64_t>(bytes_.size());
  };
  // Begin one byte earlier: a row that begins exactly here is ours.
  const std::uint64_t outside = next_row(begin - 1, false);
  const std::uint64_t inside = next_row(begin - 1, true);
  if (outside == inside) return outside;
  const bool outside_fits = rows_fit(outside);
  if (outside_fits != rows_fit(inside)) return outside_fits ? outside : inside;
  const auto quotes =
      std::count(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin - 1), '"');
  return quotes % 2 == 0 ? outside : inside;
}

bool CsvTable::next(CsvRow &row, const BadSeen &bad) {
  while (position_ < bytes_.size() && position_ < end_) {
    if (bytes_[position_] == '\n' || bytes_[position_] == '\r') {  // an empty line
      ++position_;
      continue;
    }
    std::uint64_t after = position_;
    const Scan found = scan(position_, row, after);
    row.line = lines_.line_at(position_);
    if (found == Scan::row) {
      position_ = after;
      return true;
    }
    // Lost: up to the next line from which rows fit the header again.
    BadSpan span;
    span.offset = position_;
    span.line = row.line;
    std::uint64_t resume = bytes_.size();
    std::uint64_t line_feed = position_;
    while (restarts_ < kRestartsMax) {
      ++restarts_;
      line_feed = bytes_.find('\n', line_feed);
      if (line_feed == std::string_view::npos) break;
      ++line_feed;
      if (line_feed < bytes_.size() && rows_fit(line_feed)) {
        resume = line_feed;
        break;
      }
    }
    span.length = resume - position_;
    if (found == Scan::too_large) {
      span.state = evidence::LedgerState::too_large;
      span.reason = "the row is longer than line_bytes_max";
    } else {
      span.reason = resume == bytes_.size() ? "the file ends in the middle of this row"
                                            : "a quote in this row is never closed";
    }
    position_ = resume;
    bad(span);
  }
  return false;
}

}  // namespace dislodge::log

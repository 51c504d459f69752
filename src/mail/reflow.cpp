#include "mail/reflow.hpp"

#include <algorithm>

#include "mail/find.hpp"

namespace dislodge::mail {
namespace {

// ">From ", ">>From ", ...
bool is_quoted_from(std::string_view line) {
  const std::size_t marks = std::min(line.find_first_not_of('>'), line.size());
  return marks > 0 && line.substr(marks).starts_with("From ");
}

bool worth_it(std::string_view text, const Reflow &how) {
  if (how.from_quoted && find_bytes(text, ">From ") != std::string_view::npos) return true;
  if (how.flowed && (find_bytes(text, " \n") != std::string_view::npos ||
                     find_bytes(text, " \r\n") != std::string_view::npos))
    return true;
  return how.unfold &&
         (text.find('\\') != std::string_view::npos || find_bytes(text, "\n ") != std::string_view::npos ||
          find_bytes(text, "\n\t") != std::string_view::npos);
}

std::size_t quote_depth(std::string_view line) {
  return std::min(line.find_first_not_of('>'), line.size());
}

}  // namespace

std::optional<ReflowedText> reflow(std::string_view text, const Reflow &how) {
  if (!worth_it(text, how)) return std::nullopt;
  ReflowedText out;
  out.text.reserve(text.size());
  const auto copy = [&](std::size_t begin, std::size_t end) {
    if (end <= begin) return;
    out.map.add(out.text.size(), begin);
    out.text += text.substr(begin, end - begin);
  };
  // "\\n" is a line end, and a comma, a semicolon and a backslash are written behind one (RFC 5545
  // section 3.3.11).
  const auto copy_unescaped = [&](std::size_t begin, std::size_t end) {
    for (std::size_t at = text.find('\\', begin); at < end && at + 1 < end; at = text.find('\\', at)) {
      const char next = text[at + 1];
      if (next != 'n' && next != 'N' && next != ',' && next != ';' && next != '\\') {
        ++at;
        continue;
      }
      copy(begin, at);
      out.map.add(out.text.size(), at);
      out.text += next == 'n' || next == 'N' ? '\n' : next;
      begin = at = at + 2;
    }
    copy(begin, end);
  };
  bool joined = false;  // the line before ended softly
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t found = text.find('\n', at);
    const std::size_t next = found == std::string_view::npos ? text.size() : found + 1;
    std::size_t stop = found == std::string_view::npos ? text.size() : found;
    if (stop > at && text[stop - 1] == '\r') --stop;
    std::size_t begin = at;
    const std::string_view line = text.substr(at, stop - at);
    if (how.from_quoted && is_quoted_from(line)) ++begin;
    bool soft = false;
    if (how.flowed) {
      const std::size_t depth = quote_depth(line);
      if (joined) begin = at + depth;
      if (joined && begin < stop && text[begin] == ' ') ++begin;  // stuffing
      const std::string_view content = line.substr(depth);
      const bool signature = content == "-- " || content == " -- ";
      const std::string_view following = text.substr(next);
      // A paragraph goes on only at the same quote depth.
      soft = !signature && line.ends_with(' ') && !following.empty() &&
             quote_depth(following.substr(0, 1000)) == depth;
      if (soft && how.delete_space) --stop;
      copy(begin, soft ? stop : next);
      joined = soft;
    } else if (how.unfold) {
      const bool continues = next < text.size() && (text[next] == ' ' || text[next] == '\t');
      copy_unescaped(joined ? at + 1 : at, continues ? stop : next);
      joined = continues;
    } else {
      copy(begin, next);
    }
    at = next;
  }
  return out;
}

}  // namespace dislodge::mail

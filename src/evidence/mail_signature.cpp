#include "evidence/mail_signature.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/encode.hpp"

namespace dislodge::evidence {
namespace {

// The line that starts at `at`, without its line end; `next` is where the following one starts.
std::string_view line_at(std::string_view bytes, std::size_t at, std::size_t &next) {
  const void *end = at < bytes.size() ? std::memchr(bytes.data() + at, '\n', bytes.size() - at) : nullptr;
  std::size_t stop =
      end == nullptr ? bytes.size() : static_cast<std::size_t>(static_cast<const char *>(end) - bytes.data());
  next = end == nullptr ? bytes.size() : stop + 1;
  if (stop > at && bytes[stop - 1] == '\r') --stop;
  return bytes.substr(std::min(at, bytes.size()), stop - std::min(at, bytes.size()));
}

bool is_one_of(std::string_view word, std::string_view three_letter_names) {
  if (word.size() != 3) return false;
  for (std::size_t i = 0; i < three_letter_names.size(); i += 3)
    if (base::equal_ignoring_case(word, three_letter_names.substr(i, 3))) return true;
  return false;
}

// "Thu Jan  1" or "Thu, 01 Jan", anywhere in the line.
bool has_date(std::string_view line) {
  std::array<std::string_view, 3> last;  // a window of three tokens
  std::size_t seen = 0;
  for (std::size_t i = 0; i < line.size() && seen < 64;) {
    if (line[i] == ' ' || line[i] == '\t' || line[i] == ',') {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < line.size() && line[end] != ' ' && line[end] != '\t' && line[end] != ',') ++end;
    last = {last[1], last[2], line.substr(i, end - i)};
    ++seen;
    i = end;
    if (!is_one_of(last[0], "MonTueWedThuFriSatSun")) continue;
    const auto day = [](std::string_view word) {
      return !word.empty() && word.size() <= 2 &&
             std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (is_one_of(last[1], kMonths) && day(last[2])) return true;
    if (day(last[1]) && is_one_of(last[2], kMonths)) return true;
  }
  return false;
}

// What may stand behind a separator: a header, a folded one whose first line was lost, another separator's
// remains, or nothing at all.
bool message_may_start(std::string_view bytes, std::size_t at) {
  if (at >= bytes.size()) return true;
  std::size_t next = 0;
  const std::string_view line = line_at(bytes, at, next);
  if (line.empty()) return true;
  if (line.starts_with(">From ") || line.starts_with("From ")) return true;
  if (line.front() == ' ' || line.front() == '\t') {
    std::size_t after = 0;
    return header_name_length(line_at(bytes, next, after)) > 0;
  }
  return header_name_length(line) > 0;
}

constexpr std::array<std::string_view, 28> kKnownFields = {"from",
                                                           "to",
                                                           "cc",
                                                           "bcc",
                                                           "subject",
                                                           "date",
                                                           "message-id",
                                                           "received",
                                                           "return-path",
                                                           "reply-to",
                                                           "sender",
                                                           "mime-version",
                                                           "content-type",
                                                           "content-transfer-encoding",
                                                           "delivered-to",
                                                           "references",
                                                           "in-reply-to",
                                                           "dkim-signature",
                                                           "authentication-results",
                                                           "list-id",
                                                           "importance",
                                                           "thread-topic",
                                                           "thread-index",
                                                           "x-mailer",
                                                           "user-agent",
                                                           "x-from",
                                                           "x-original-to",
                                                           "envelope-to"};
// One of these is in every mail; YAML and HTTP may have "content-type" and "date".
constexpr std::array<std::string_view, 7> kMailFields = {
    "from", "subject", "message-id", "received", "return-path", "delivered-to", "x-from"};

template <typename List>
bool listed(std::string_view name, const List &list) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view known) { return base::equal_ignoring_case(name, known); });
}

}  // namespace

std::size_t header_name_length(std::string_view line) {
  static constexpr auto kInName = [] {
    std::array<bool, 256> in{};
    for (unsigned c = ' ' + 1; c < 0x7F; ++c) in[c] = c != ':';
    return in;
  }();
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; at + 16 <= line.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(line.data() + at));
    // Signed: what is over 0x7F is below the blank too.
    const __m128i other = _mm_or_si128(
        _mm_cmplt_epi8(bytes, _mm_set1_epi8(' ' + 1)),
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(':')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F))));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(other));
    if (found == 0) continue;
    at += static_cast<std::size_t>(std::countr_zero(found));
    break;
  }
#endif
  while (at < line.size() && kInName[static_cast<unsigned char>(line[at])]) ++at;
  const std::size_t name = at;
  while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
  return name > 0 && at < line.size() && line[at] == ':' ? name : 0;
}

std::size_t mbox_separator_length(std::string_view bytes, std::size_t at) {
  if (bytes.substr(at, 5) != "From ") return 0;
  std::size_t next = 0;
  const std::string_view line = line_at(bytes, at, next);
  if (line.size() > 2000) return 0;
  if (has_date(line)) return message_may_start(bytes, next) ? next - at : 0;
  // Broken over two lines: the second is indented and has the date.
  if (next >= bytes.size() || (bytes[next] != ' ' && bytes[next] != '\t')) return 0;
  std::size_t after = 0;
  const std::string_view second = line_at(bytes, next, after);
  if (second.size() > 2000 || !has_date(second) || after >= bytes.size()) return 0;
  std::size_t third_end = 0;
  return header_name_length(line_at(bytes, after, third_end)) > 0 ? after - at : 0;
}

std::size_t mbox_counted_end(std::string_view bytes, std::size_t at) {
  constexpr std::size_t kHeaderMost = 256 << 10;
  const std::string_view header = bytes.substr(0, std::min(bytes.size(), at + kHeaderMost));
  std::uint64_t length = UINT64_MAX;
  while (true) {
    if (at >= header.size()) return 0;
    std::size_t next = 0;
    const std::string_view line = line_at(header, at, next);
    at = next;
    if (line.empty()) break;
    const std::size_t name = header_name_length(line);
    if (!base::equal_ignoring_case(line.substr(0, name), "content-length")) continue;
    const std::string_view value = base::trim(line.substr(line.find(':', name) + 1));
    if (value.empty() || value.size() > 15 || value.find_first_not_of("0123456789") != std::string_view::npos)
      return 0;
    length = 0;
    for (const char c : value) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (length > bytes.size() - at) return 0;
  at += static_cast<std::size_t>(length);
  for (int blanks = 0; blanks < 2; ++blanks) {
    if (at >= bytes.size()) return bytes.size();
    if (bytes[at - 1] == '\n' && mbox_separator_length(bytes, at) > 0) return at;
    if (bytes[at] == '\r' && at + 1 < bytes.size()) ++at;
    if (bytes[at] != '\n') return 0;
    ++at;
  }
  return at >= bytes.size() ? bytes.size() : mbox_separator_length(bytes, at) > 0 ? at : 0;
}

bool mbox_counts_lengths(std::string_view bytes) {
  const std::size_t at = bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const std::size_t length = mbox_separator_length(bytes, at);
  return length > 0 && mbox_counted_end(bytes, at + length) > 0;
}

bool looks_like_mbox(std::string_view bytes) {
  std::size_t at = bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (at < bytes.size() && at < 64 && (bytes[at] == '\n' || bytes[at] == '\r')) ++at;
  return mbox_separator_length(bytes, at) > 0;
}

EmlxSpan emlx_span(std::string_view bytes) {
  std::size_t next = 0;
  const std::string_view line = base::trim(line_at(bytes.substr(0, 64), 0, next));
  if (line.empty() || line.size() > 12 || line.find_first_not_of("0123456789") != std::string_view::npos)
    return {};
  std::size_t size = 0;
  for (const char c : line) size = size * 10 + static_cast<std::size_t>(c - '0');
  // A header must follow: a first line of digits alone says little.
  std::size_t after = 0;
  if (size == 0 || header_name_length(line_at(bytes.substr(0, 1 << 16), next, after)) == 0) return {};
  return {next, std::min(size, bytes.size() - next)};
}

bool looks_like_message(std::string_view bytes, bool named) {
  bytes = bytes.substr(0, 64 << 10);
  if (const EmlxSpan emlx = emlx_span(bytes); emlx.size > 0) bytes = bytes.substr(emlx.begin);
  std::size_t at = bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (at < bytes.size() && at < 64 && (bytes[at] == '\n' || bytes[at] == '\r')) ++at;
  std::size_t known = 0;
  bool mail = false;
  bool any = false;
  // A MIME entity by itself, as a server gives out a part or a body that was saved without its header.
  bool typed = false;
  bool multipart = false;
  bool encoded = false;
  std::string_view last;
  while (at < bytes.size()) {
    std::size_t next = 0;
    const std::string_view line = line_at(bytes, at, next);
    at = next;
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') {
      multipart = multipart || (base::equal_ignoring_case(last, "content-type") &&
                                base::contains_ignoring_case(line, "boundary="));
      continue;
    }
    const std::size_t length = header_name_length(line);
    if (length == 0) {
      if (!any && (line.starts_with("From ") || line.starts_with(">From "))) continue;
      break;
    }
    any = true;
    const std::string_view name = line.substr(0, length);
    last = name;
    if (listed(name, kKnownFields)) ++known;
    if (listed(name, kMailFields)) mail = true;
    if (base::equal_ignoring_case(name, "content-type") && line.find('/', length) != std::string_view::npos) {
      typed = true;
      multipart = multipart || base::contains_ignoring_case(line, "boundary=");
    }
    encoded = encoded || base::equal_ignoring_case(name, "content-transfer-encoding") ||
              base::equal_ignoring_case(name, "mime-version");
  }
  if (named && (known >= 1 || typed)) return true;
  return (mail && known >= 2) || (typed && (multipart || encoded));
}

}  // namespace dislodge::evidence

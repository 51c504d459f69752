#include "mail/headers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <map>
#include <optional>

#include "base/encode.hpp"
#include "base/percent.hpp"
#include "evidence/charset.hpp"
#include "evidence/mail_signature.hpp"
#include "mail/base64.hpp"
#include "mail/find.hpp"
#include "mail/short_text.hpp"
#include "mail/transfer.hpp"

namespace dislodge::mail {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::size_t line_end(std::string_view text, std::size_t at) {
  const void *end = std::memchr(text.data() + at, '\n', text.size() - at);
  return end == nullptr ? text.size()
                        : static_cast<std::size_t>(static_cast<const char *>(end) - text.data()) + 1;
}

std::string_view without_line_end(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool holds_line_end(std::string_view text, std::size_t begin, std::size_t end) {
  return std::memchr(text.data() + begin, '\n', end - begin) != nullptr;
}

// RFC 2047 allows 75 characters and senders do not keep to it; without a bound, a header full of words that
// do not end would be searched to its end for each of them.
constexpr std::size_t kWordMax = 4096;

// Where "?=" stands at or behind `from`.
std::size_t word_end(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('?', from); at != kNone; at = text.find('?', at + 1))
    if (at + 1 < text.size() && text[at + 1] == '=') return at;
  return kNone;
}

// =?charset?B?text?= at the start of `text`. The text may hold blanks although it must not.
struct EncodedWord {
  std::string_view charset;  // without the language that RFC 2231 allows
  char encoding = 'q';
  std::string_view content;
  std::size_t length = 0;
};
std::optional<EncodedWord> encoded_word_at(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  text = text.substr(0, kWordMax);
  const std::size_t charset_end = text.substr(0, 80).find('?', 2);
  if (charset_end == kNone || charset_end == 2 || charset_end + 2 >= text.size()) return std::nullopt;
  const char encoding = static_cast<char>(text[charset_end + 1] | 32);
  if ((encoding != 'b' && encoding != 'q') || text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t content = charset_end + 3;
  // A word never spans two lines.
  std::size_t stop = word_end(text, content);
  if (stop == kNone || holds_line_end(text, content, stop)) return std::nullopt;
  // A Q word may hold "?=41" where the "?" is content: the word goes on if hex and another "?=" follow.
  while (encoding == 'q' && stop + 3 < text.size() &&
         std::isxdigit(static_cast<unsigned char>(text[stop + 2])) &&
         std::isxdigit(static_cast<unsigned char>(text[stop + 3]))) {
    const std::size_t next = word_end(text, stop + 2);
    if (next == kNone || holds_line_end(text, stop, next) ||
        text.substr(stop, next - stop).find(' ') != kNone)
      break;
    stop = next;
  }
  EncodedWord word;
  word.charset = text.substr(2, charset_end - 2);
  word.charset = word.charset.substr(0, word.charset.find('*'));
  word.encoding = encoding;
  word.content = text.substr(content, stop - content);
  word.length = stop + 2;
  return word;
}

void decode_content(const EncodedWord &word, std::string &bytes) {
  std::array<char, kWordMax + 128> decoded;
  const std::string_view content = word.content.substr(0, kWordMax);
  const std::size_t size = word.encoding == 'b' ? decode_base64_to(content, decoded.data()).size
                                                : decode_q_words_to(content, decoded.data());
  bytes.append(decoded.data(), size);
}

// A run of encoded words and what it says.
struct DecodedWords {
  std::string written;
  std::string text;

  // Whether `words` begins with this run and with nothing that would go on with it: no "=?" behind blanks,
  // and no hex digit right behind, with which a word in Q may go on.
  bool covers(std::string_view words) const {
    return !written.empty() && words.starts_with(written) && ends_at(words, written.size());
  }
  static bool ends_at(std::string_view words, std::size_t after) {
    if (after < words.size() && std::isxdigit(static_cast<unsigned char>(words[after]))) return false;
    while (after < words.size() && is_blank(words[after])) ++after;
    return !words.substr(after).starts_with("=?");
  }
  void keep(std::string_view run, std::string_view decoded) {
    if (run.size() > 1024) return;
    written = run;
    text = decoded;
  }
};

// Where the run that `words` begin with is remembered, if it is: by as many bytes as tell most words apart,
// so that one that is known need not be taken apart to be found.
DecodedWords &decoded_words_at(std::string_view words) {
  constexpr std::size_t kTelling = 40;
  static thread_local std::array<DecodedWords, 512> known;
  const std::string_view key = words.substr(0, kTelling);
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < key.size(); i += 8) {
    std::uint64_t piece = 0;
    std::memcpy(&piece, key.data() + i, std::min<std::size_t>(8, key.size() - i));
    hash = (hash ^ piece) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  return known[hash % known.size()];
}

std::string decoded_words(std::string_view utf8) {
  if (find_bytes(utf8, "=?") == kNone) return std::string(utf8);
  std::string out;
  decode_encoded_words(utf8, out, nullptr);
  return out;
}

// One value as it is written: quoted or bare.
std::string parameter_value(std::string_view text, std::size_t &at, bool is_name) {
  std::string value;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at < text.size() && text[at] == '"') {
    ++at;
    const std::size_t quote = std::min(text.find('"', at), text.size());
    if (text.substr(at, quote - at).find('\\') == kNone) {
      value = text.substr(at, quote - at);
      at = quote;
    }
    while (at < text.size() && text[at] != '"') {
      // A backslash quotes the next character, except where it is plainly a Windows path of an old client.
      if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')) ++at;
      value += text[at++];
    }
    if (at < text.size()) ++at;
    while (at < text.size() && text[at] != ';') ++at;
    return value;
  }
  const std::size_t begin = at;
  while (at < text.size() && text[at] != ';') ++at;
  std::string_view bare = base::trim(text.substr(begin, at - begin));
  // Unquoted file names hold blanks; elsewhere a blank or comment ends the value.
  if (!is_name) {
    const std::size_t cut = bare.find_first_of(" \t\r\n(");
    bare = bare.substr(0, cut);
  }
  value = bare;
  return value;
}

struct Piece {
  std::string text;
  bool percent = false;
};

}  // namespace

std::string_view HeaderBlock::find(std::string_view name) const {
  for (const Field &field : fields)
    if (base::equal_ignoring_case(field.name, name)) return field.value;
  return {};
}

std::vector<std::string_view> HeaderBlock::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field &field : fields)
    if (base::equal_ignoring_case(field.name, name)) values.push_back(field.value);
  return values;
}

HeaderBlock read_headers(std::string_view message, std::size_t begin, const base::Limits &limits) {
  HeaderBlock block;
  block.fields.reserve(24);
  std::size_t at = begin;
  bool any = false;
  bool open = false;  // whether a folded line continues the last field
  const auto finish = [&](std::size_t end, std::size_t body) {
    block.bytes = message.substr(begin, end - begin);
    block.body = body;
    return std::move(block);
  };
  while (at < message.size()) {
    const std::size_t next = line_end(message, at);
    const char first = message[at];
    if (first == '\n' || (first == '\r' && next - at == 2)) return finish(at, next);
    if (first == ' ' || first == '\t') {
      // A line of blanks alone ends some senders' headers; it only does so if what follows is no header.
      if (base::trim(message.substr(at, next - at)).empty() && next < message.size() && any) {
        const std::string_view following =
            without_line_end(message.substr(next, line_end(message, next) - next));
        if (evidence::header_name_length(following) == 0 && !following.starts_with(' ') &&
            !following.starts_with('\t'))
          return finish(at, next);
      }
      if (open) {
        Field &field = block.fields.back();
        const std::size_t value = static_cast<std::size_t>(field.value.data() - message.data());
        field.value = message.substr(value, next - value);
      }
      any = true;
      at = next;
      continue;
    }
    if (first == '-' && message.substr(at, 2) == "--") return finish(at, at);
    const std::string_view line = without_line_end(message.substr(at, next - at));
    const std::size_t name = evidence::header_name_length(line);
    if (name == 0) {
      const bool separator = line.starts_with("From ") || line.starts_with(">From ");
      bool junk = separator;
      if (!junk && any && next < message.size()) {
        // One broken line among headers is skipped; otherwise the blank line is missing and the body begins.
        const std::string_view following =
            without_line_end(message.substr(next, line_end(message, next) - next));
        const std::size_t length = evidence::header_name_length(following);
        static constexpr std::array<std::string_view, 12> kSure = {"from",
                                                                   "to",
                                                                   "subject",
                                                                   "date",
                                                                   "message-id",
                                                                   "received",
                                                                   "mime-version",
                                                                   "content-type",
                                                                   "content-transfer-encoding",
                                                                   "cc",
                                                                   "content-disposition",
                                                                   "return-path"};
        junk = length > 0 && std::any_of(kSure.begin(), kSure.end(), [&](std::string_view sure) {
                 return base::equal_ignoring_case(following.substr(0, length), sure);
               });
      }
      if (!junk) return finish(at, at);
      open = false;
      at = next;
      continue;
    }
    any = true;
    if (block.fields.size() >= limits.headers_max || at - begin > limits.header_bytes_max) {
      block.cut = true;
      open = false;
    } else {
      const std::size_t colon = line[name] == ':' ? at + name : message.find(':', at + name);
      const std::string_view called = line.substr(0, name);
      block.fields.push_back({called, message.substr(colon + 1, next - colon - 1), field_name(called)});
      open = true;
    }
    at = next;
  }
  return finish(message.size(), message.size());
}

FieldName field_name(std::string_view name) {
  struct Known {
    std::string_view name;
    FieldName field;
  };
  // No two share length and last letter.
  static constexpr std::array<Known, 16> kKnown = {{{"message-id", FieldName::message_id},
                                                    {"in-reply-to", FieldName::in_reply_to},
                                                    {"references", FieldName::references},
                                                    {"subject", FieldName::subject},
                                                    {"date", FieldName::date},
                                                    {"received", FieldName::received},
                                                    {"from", FieldName::from},
                                                    {"sender", FieldName::sender},
                                                    {"reply-to", FieldName::reply_to},
                                                    {"to", FieldName::to},
                                                    {"cc", FieldName::cc},
                                                    {"bcc", FieldName::bcc},
                                                    {"delivered-to", FieldName::delivered_to},
                                                    {"x-original-to", FieldName::x_original_to},
                                                    {"x-folder", FieldName::x_folder},
                                                    {"x-gmail-labels", FieldName::x_gmail_labels}}};
  // By length and last letter; -1 where there is none.
  static constexpr auto kSlots = [] {
    std::array<std::array<std::int8_t, 32>, 16> slots{};
    for (auto &row : slots) row.fill(-1);
    for (std::size_t i = 0; i < kKnown.size(); ++i)
      slots[kKnown[i].name.size()][kKnown[i].name.back() & 31] = static_cast<std::int8_t>(i);
    return slots;
  }();
  if (name.empty() || name.size() >= kSlots.size()) return FieldName::other;
  const int slot = kSlots[name.size()][name.back() & 31];
  if (slot < 0) return FieldName::other;
  const Known &known = kKnown[static_cast<std::size_t>(slot)];
  return base::equal_ignoring_case(name, known.name) ? known.field : FieldName::other;
}

std::string_view unfolded(std::string_view raw, std::string &storage) {
  raw = base::trim(raw);
  if (next_break(raw, 0) == raw.size()) return raw;
  storage = unfold(raw);
  return storage;
}

std::string unfold(std::string_view raw) {
  raw = base::trim(raw);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    const std::size_t end = next_break(raw, at);
    out.append(raw, at, end - at);
    if (end < raw.size() && raw[end] == '\0') out += ' ';
    at = end;
  }
  return out;
}

bool decode_encoded_words(std::string_view text, std::string &out, base::OffsetMap *map) {
  bool any = false;
  std::size_t at = 0;
  const auto copy = [&](std::size_t end) {
    if (end <= at) return;
    if (map != nullptr) map->add(out.size(), at);
    out += text.substr(at, end - at);
    at = end;
  };
  std::size_t search = 0;
  while (true) {
    const std::size_t found = find_bytes(text, "=?", search);
    if (found == kNone) break;
    // The same words stand in a message several times (its people, its header as text) and in its neighbours.
    DecodedWords &known = decoded_words_at(text.substr(found));
    if (known.covers(text.substr(found))) {
      copy(found);
      any = true;
      if (map != nullptr) map->add(out.size(), found);
      out += known.text;
      at = search = found + known.written.size();
      continue;
    }
    auto word = encoded_word_at(text.substr(found));
    if (!word) {
      search = found + 2;
      continue;
    }
    copy(found);
    any = true;
    if (map != nullptr) map->add(out.size(), found);
    // Neighbours in the same charset are decoded as one: senders split characters between words.
    static thread_local std::string bytes;
    bytes.clear();
    const std::string_view charset = word->charset;
    std::size_t end = found;
    while (true) {
      decode_content(*word, bytes);
      end += word->length;
      std::size_t after = end;
      while (after < text.size() && is_blank(text[after])) ++after;
      const auto next = encoded_word_at(text.substr(after));
      if (!next) break;
      if (!base::equal_ignoring_case(next->charset, charset)) {
        // The blanks between two words are dropped; the next one starts a conversion of its own.
        end = after;
        break;
      }
      end = after;
      word = next;
    }
    // Raw 8-bit characters in a word are wrong, and then mostly UTF-8, whatever the word says.
    const std::string_view written = text.substr(found, end - found);
    const bool raw = base::ascii_prefix(written) != written.size();
    const bool believed = !raw || evidence::valid_utf8_prefix(bytes) != bytes.size();
    const std::size_t before = out.size();
    evidence::append_as_utf8(out, bytes, believed ? charset : std::string_view{});
    if (DecodedWords::ends_at(text, end)) known.keep(written, std::string_view(out).substr(before));
    at = end;
    search = end;
  }
  copy(text.size());
  return any;
}

std::string header_text(std::string_view raw_value) {
  raw_value = base::trim(raw_value);
  const ShortKind kind = kind_of(raw_value);
  if (kind.plain()) return std::string(raw_value);
  std::string storage;
  const std::string_view flat = kind.folded || kind.control ? unfolded(raw_value, storage) : raw_value;
  if (kind.ascii()) return decoded_words(flat);
  return decoded_words(evidence::to_utf8(flat).view());
}

std::string_view ParameterField::get(std::string_view name) const {
  for (const auto &[key, held] : parameters)
    if (key == name) return held;
  return {};
}

ParameterField parse_parameters(std::string_view raw_value, const base::Limits &limits) {
  ParameterField out;
  if (raw_value.size() > (1u << 20)) raw_value = raw_value.substr(0, 1u << 20);
  std::string storage;
  const std::string_view text = unfolded(raw_value, storage);
  std::size_t at = std::min(text.find(';'), text.size());
  std::string_view main = base::trim(std::string_view(text).substr(0, at));
  const std::size_t main_end = main.find_first_of(" \t(");
  if (main_end != kNone) {
    // "text/plain charset=utf-8": the semicolon is missing.
    if (main.find('=', main_end) != kNone)
      at = static_cast<std::size_t>(main.data() - text.data()) + main_end;
    main = main.substr(0, main_end);
  }
  if (main.find('=') != kNone) {  // no value at all, parameters only
    main = {};
    at = 0;
  }
  out.value = base::lower(main);
  if (out.value.size() >= 2 && out.value.front() == '"' && out.value.back() == '"')
    out.value = out.value.substr(1, out.value.size() - 2);

  std::map<std::string, std::map<std::uint32_t, Piece>> pieces;  // RFC 2231 parts by base name
  out.parameters.reserve(2);
  std::uint32_t count = 0;
  std::uint32_t parameters = 0;
  while (at < text.size() && parameters < limits.parameter_pieces_max * 2) {
    while (at < text.size() && (text[at] == ';' || is_blank(text[at]))) ++at;
    const std::size_t name_begin = at;
    while (at < text.size() && text[at] != '=' && text[at] != ';') ++at;
    std::string name = base::lower(base::trim(std::string_view(text).substr(name_begin, at - name_begin)));
    if (at >= text.size() || text[at] == ';' || name.empty()) {
      if (at < text.size()) ++at;
      continue;
    }
    ++at;
    ++parameters;
    const bool is_name = name.starts_with("name") || name.starts_with("filename");
    std::string value = parameter_value(text, at, is_name);
    const std::size_t star = name.find('*');
    if (star == std::string::npos) {
      // Encoded words do not belong in parameters, and every other client writes them there.
      if (kind_of(value).plain()) {
        out.parameters.emplace_back(std::move(name), std::move(value));
        continue;
      }
      std::string decoded;
      const auto utf8 = evidence::to_utf8(value);
      decode_encoded_words(utf8.view(), decoded, nullptr);
      out.parameters.emplace_back(std::move(name), std::move(decoded));
      continue;
    }
    if (++count > limits.parameter_pieces_max) continue;
    Piece piece;
    piece.percent = name.back() == '*';
    piece.text = std::move(value);
    std::uint32_t index = 0;
    for (std::size_t i = star + 1; i < name.size() && name[i] >= '0' && name[i] <= '9' && index < 1'000'000;
         ++i)
      index = index * 10 + static_cast<std::uint32_t>(name[i] - '0');
    pieces[name.substr(0, star)].emplace(index, std::move(piece));
  }
  for (auto &[name, parts] : pieces) {
    std::string bytes;
    std::string charset;
    bool first = true;
    for (auto &[index, piece] : parts) {
      std::string_view rest = piece.text;
      if (first && piece.percent) {
        const std::size_t one = rest.find('\'');
        const std::size_t two = one == kNone ? kNone : rest.find('\'', one + 1);
        if (two != kNone) {
          charset = rest.substr(0, one);
          rest = rest.substr(two + 1);
        }
      }
      bytes += piece.percent ? base::percent_decoded(rest) : std::string(rest);
      first = false;
    }
    // The extended form wins over a plain one of the same name: it is the one that is right (RFC 5987 4.3).
    std::string value(evidence::to_utf8(bytes, charset).view());
    const auto plain = std::find_if(out.parameters.begin(), out.parameters.end(),
                                    [&](const auto &known) { return known.first == name; });
    if (plain != out.parameters.end())
      plain->second = std::move(value);
    else
      out.parameters.emplace_back(name, std::move(value));
  }
  return out;
}

}  // namespace dislodge::mail

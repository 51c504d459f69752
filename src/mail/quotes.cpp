#include "mail/quotes.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstring>

#include "base/encode.hpp"

namespace dislodge::mail {
namespace {

using evidence::QuotedSpan;

constexpr std::uint32_t kDepthMax = 100;

bool one_of(std::string_view word, std::string_view bar_separated) {
  if (word.empty()) return false;
  while (true) {
    const std::size_t bar = bar_separated.find('|');
    if (base::equal_ignoring_case(word, bar_separated.substr(0, bar))) return true;
    if (bar == std::string_view::npos) return false;
    bar_separated.remove_prefix(bar + 1);
  }
}

// Depth by "> " marks; 0 where there are none.
std::uint32_t marks(std::string_view line) {
  std::uint32_t count = 0;
  std::size_t blanks = 0;
  for (const char c : line) {
    if (c == '>') {
      ++count;
      blanks = 0;
      if (count == kDepthMax) break;
    } else if ((c == ' ' || c == '\t') && blanks < 2) {
      ++blanks;
    } else {
      break;
    }
  }
  return count;
}

// "-----Original Message-----", "________________________________" alone is no sign.
bool is_original_message(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  if (!line.starts_with("--")) return false;
  line = base::trim(line);
  if (line.size() < 10 || line.size() > 120 || !line.starts_with("--")) return false;
  while (!line.empty() && (line.front() == '-' || line.front() == ' ')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == '-' || line.back() == ' ' || line.back() == ':'))
    line.remove_suffix(1);
  return one_of(
      line,
      "Original Message|Original message|Forwarded message|Forwarded Message|Original Appointment|"
      "Ursprüngliche Nachricht|Originalnachricht|Original-Nachricht|Weitergeleitete Nachricht|"
      "Ursprünglicher Termin|Message d'origine|Message d’origine|Message original|Message transféré|"
      "Mensaje original|Mensaje reenviado|Mensagem original|Mensagem encaminhada|Messaggio originale|"
      "Messaggio inoltrato|Oorspronkelijk bericht|Doorgestuurd bericht|Wiadomość oryginalna|"
      "Oryginalna wiadomość|Wiadomość przekazana|Ursprungligt meddelande|Originalmeddelande|"
      "Vidarebefordrat meddelande|Oprindelig meddelelse|Original meddelelse|Videresendt meddelelse|"
      "Opprinnelig melding|Alkuperäinen viesti|Původní zpráva|Reply Message|Reply message");
}

// The words that end an attribution line: "On Fri, Jan 12, 2024, Ann <ann@example.com> wrote:".
constexpr std::array<std::string_view, 20> kAttributionEnds = {
    "wrote",      "schrieb",    "a écrit", "écrit",   "escribió", "escreveu", "ha scritto",
    "scritto",    "geschreven", "schreef", "napisał", "napisała", "pisze",    "napisał(a)",
    "schrieb am", "kirjoitti",  "написал", "пишет",   "napsal",   "skrev"};
// "Am 12.01.2024 um 07:08 schrieb Ann:" and "Op 12 jan 2024 schreef Ann:" end with the name.
constexpr std::array<std::string_view, 6> kAttributionMiddles = {" schrieb ", " schreef ",    " skrev ",
                                                                 " napisał ", " napisał(a) ", " a écrit "};
bool ends_attribution(std::string_view line) {
  line = base::trim(line);
  if (!line.ends_with(':')) return false;
  line.remove_suffix(1);
  line = base::trim(line);
  for (const std::string_view end : kAttributionEnds)
    if (line.size() >= end.size() && base::equal_ignoring_case(line.substr(line.size() - end.size()), end))
      return true;
  return std::any_of(kAttributionMiddles.begin(), kAttributionMiddles.end(),
                     [&](std::string_view middle) { return base::contains_ignoring_case(line, middle); });
}

constexpr std::array<std::string_view, 42> kAttributionStarts = {
    "On ", "Am ",  "Le ", "El ", "Em ",  "Il ", "Op ",  "W dniu ", "Dnia ", "Den ", "A ",
    "At ", "pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz.",  "fre",   "mån",  "tis",
    "ons", "tors", "lör", "sön", "man",  "tir", "lør",  "søn",     "Mon",   "Tue",  "Wed",
    "Thu", "Fri",  "Sat", "Sun", "20",   "Lør", "Pe ",  "Dne ",    "V "};

unsigned char folded(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte | 32) : byte;
}

std::size_t pair_of(char first, char second) {
  return static_cast<std::size_t>(folded(first)) << 8 | folded(second);
}

// The first two bytes of a line decide almost always that it begins no attribution.
const std::bitset<65536> &attribution_pairs() {
  static const std::bitset<65536> pairs = [] {
    std::bitset<65536> set;
    for (const std::string_view start : kAttributionStarts) set.set(pair_of(start[0], start[1]));
    return set;
  }();
  return pairs;
}

// And that it is nothing else that marks a quote: no ">", no dashes, no key of Outlook's block, no blank that
// may stand before one of these.
const std::bitset<65536> &marking_pairs() {
  static const std::bitset<65536> pairs = [] {
    std::bitset<65536> set = attribution_pairs();
    for (const char first : {'>', ' ', '\t', '*', '-', '\r', '\n'})
      for (unsigned second = 0; second < 256; ++second) set.set(pair_of(first, static_cast<char>(second)));
    for (const std::string_view key : {"Fr", "Vo", "De", "Da", "Va", "Od", "L\xC3", "\xD0\x9E", "\xD0\xBE"})
      set.set(pair_of(key[0], key[1]));
    return set;
  }();
  return pairs;
}

bool starts_attribution(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  if (line.size() < 8 || !attribution_pairs()[pair_of(line[0], line[1])]) return false;
  return std::any_of(kAttributionStarts.begin(), kAttributionStarts.end(), [&](std::string_view start) {
    return base::equal_ignoring_case(line.substr(0, start.size()), start);
  });
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Outlook's block: which of its lines this is.
enum class BlockLine : std::uint8_t { none, from, sent, other };
BlockLine block_line(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t' || line.front() == '*'))
    line.remove_prefix(1);  // "*From:*" is bold, as text
  const std::size_t colon = line.substr(0, 40).find(':');
  if (colon == std::string_view::npos) return BlockLine::none;
  std::string_view key = line.substr(0, colon);
  while (!key.empty() && (key.back() == '*' || key.back() == ' ')) key.remove_suffix(1);
  if (key.ends_with("\xC2\xA0")) key.remove_suffix(2);  // French sets a fixed blank before its colon
  if (one_of(key, "From|Von|De|Da|Van|Od|Från|Fra|Frá|Lähettäjä|От")) return BlockLine::from;
  if (one_of(key,
             "Sent|Date|Gesendet|Datum|Envoyé|Date d'envoi|Enviado|Enviado el|Enviado "
             "em|Fecha|Data|Inviato|Verzonden|"
             "Wysłane|Wysłano|Skickat|Sendt|Dato|Lähetetty|Отправлено|Дата"))
    return BlockLine::sent;
  if (one_of(key,
             "To|An|À|A|Para|Naar|Aan|Do|Till|Til|Cc|Kopie|Subject|Betreff|Objet|Asunto|Assunto|Oggetto|"
             "Onderwerp|"
             "Temat|Ämne|Emne|Aihe|Importance|Attachments|Кому|Тема"))
    return BlockLine::other;
  return BlockLine::none;
}

struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;  // behind its line end
  std::string_view text;
};

class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text) {}

  std::vector<QuotedSpan> run() {
    Line line;
    const std::bitset<65536> &marking = marking_pairs();
    while (next(line)) {
      if (line.text.size() >= 2 && !marking[pair_of(line.text[0], line.text[1])]) {
        follows_marker_ = false;
        if (below_ > 0) add(line, below_);
        continue;
      }
      std::uint32_t depth = marks(line.text);
      if (depth == 0) {
        if (is_original_message(line.text) || starts_block(line)) {
          // Outlook writes both: the block right under the dashes belongs to them.
          if (!(follows_marker_ && block_line(line.text) == BlockLine::from)) ++below_;
          below_ = std::min(below_, kDepthMax);
          follows_marker_ = is_original_message(line.text);
        } else if (attribution(line)) {
          ++below_;
          below_ = std::min(below_, kDepthMax);
          follows_marker_ = false;
        } else if (!base::trim(line.text).empty()) {
          follows_marker_ = false;
        }
      }
      depth += below_;
      if (depth > 0) add(line, depth);
    }
    return std::move(spans_);
  }

 private:
  bool line_at(std::size_t at, Line &line) const {
    if (at >= text_.size()) return false;
    const void *end = std::memchr(text_.data() + at, '\n', text_.size() - at);
    line.begin = at;
    line.end = end == nullptr ? text_.size()
                              : static_cast<std::size_t>(static_cast<const char *>(end) - text_.data()) + 1;
    line.text = text_.substr(at, std::min<std::size_t>(line.end - at, 1000));
    while (!line.text.empty() && (line.text.back() == '\n' || line.text.back() == '\r'))
      line.text.remove_suffix(1);
    return true;
  }
  bool next(Line &line) {
    if (!line_at(at_, line)) return false;
    at_ = line.end;
    return true;
  }

  // A From line with Sent and one more of the block within the next lines.
  bool starts_block(const Line &line) const {
    // Most lines begin with none of the first letters of "From" in any of the languages.
    const std::size_t start = line.text.find_first_not_of(" \t*");
    if (start == std::string_view::npos || start > 8) return false;
    static constexpr std::string_view kFirst = "FVDOLfvdol\xD0";
    if (kFirst.find(line.text[start]) == std::string_view::npos) return false;
    if (block_line(line.text) != BlockLine::from) return false;
    bool sent = false;
    bool other = false;
    std::size_t at = line.end;
    Line following;
    for (int i = 0; i < 8 && line_at(at, following); ++i) {
      at = following.end;
      const BlockLine kind = block_line(following.text);
      if (kind == BlockLine::from) break;
      sent = sent || kind == BlockLine::sent;
      other = other || kind == BlockLine::other;
    }
    return sent && other;
  }

  // "On ... wrote:", on up to three lines, with no "> " lines under it: those count for themselves.
  bool attribution(const Line &line) const {
    if (line.text.size() < 8 || !starts_attribution(line.text)) return false;
    Line last = line;
    bool digits = has_digit(line.text);
    int lines = 1;
    while (!ends_attribution(last.text)) {
      if (++lines > 3 || base::trim(last.text).empty() || !line_at(last.end, last)) return false;
      digits = digits || has_digit(last.text);
    }
    if (!digits) return false;
    Line following = last;
    for (int i = 0; i < 3; ++i) {
      if (!line_at(following.end, following)) return false;
      if (!base::trim(following.text).empty()) break;
    }
    return marks(following.text) == 0;
  }

  void add(const Line &line, std::uint32_t depth) {
    if (!spans_.empty() && spans_.back().end == line.begin && spans_.back().depth == depth)
      spans_.back().end = line.end;
    else
      spans_.push_back({line.begin, line.end, depth});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t below_ = 0;  // markers passed: everything from here on is quoted this often
  bool follows_marker_ = false;
  std::vector<QuotedSpan> spans_;
};

}  // namespace

std::vector<QuotedSpan> quoted_spans(std::string_view text) {
  // Most text quotes nothing. Every mark above has a ">" at a line's start or a colon or dashes at its end.
  return Finder(text).run();
}

std::vector<QuotedSpan> merge_quoted(const std::vector<QuotedSpan> &a, const std::vector<QuotedSpan> &b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  std::vector<std::uint64_t> cuts;
  for (const auto *list : {&a, &b})
    for (const QuotedSpan &span : *list) {
      cuts.push_back(span.begin);
      cuts.push_back(span.end);
    }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<QuotedSpan> out;
  std::size_t i = 0;
  std::size_t j = 0;
  for (std::size_t k = 0; k + 1 < cuts.size(); ++k) {
    const std::uint64_t begin = cuts[k];
    while (i < a.size() && a[i].end <= begin) ++i;
    while (j < b.size() && b[j].end <= begin) ++j;
    std::uint32_t depth = 0;
    if (i < a.size() && a[i].begin <= begin) depth = a[i].depth;
    if (j < b.size() && b[j].begin <= begin) depth = std::max(depth, b[j].depth);
    if (depth == 0) continue;
    if (!out.empty() && out.back().end == begin && out.back().depth == depth)
      out.back().end = cuts[k + 1];
    else
      out.push_back({begin, cuts[k + 1], depth});
  }
  return out;
}

std::uint64_t quoted_size(const std::vector<QuotedSpan> &spans) {
  std::uint64_t size = 0;
  for (const QuotedSpan &span : spans) size += span.end - span.begin;
  return size;
}

}  // namespace dislodge::mail

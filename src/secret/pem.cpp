#include "secret/pem.hpp"

#include <algorithm>
#include <vector>

#include "secret/checksum.hpp"

namespace dislodge::secret {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kBlockMax = 1 << 20;

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Turns the two-character escapes of JSON and shells into what they stand for.
std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() &&
        (text[i + 1] == 'n' || text[i + 1] == 'r' || text[i + 1] == 't')) {
      if (text[++i] == 'n') out += '\n';
      continue;
    }
    out += text[i];
  }
  return out;
}

// A line without what mail, JSON and source code put around it: "> ", quotes, "' +", "\\".
std::string_view freed(std::string_view line) {
  while (!line.empty() && (is_blank(line.front()) || line.front() == '>')) line.remove_prefix(1);
  std::string_view quoted = line;
  if (!quoted.empty() && quoted.front() == '+') quoted.remove_prefix(1);
  while (!quoted.empty() && is_blank(quoted.front())) quoted.remove_prefix(1);
  if (!quoted.empty() && (quoted.front() == '"' || quoted.front() == '\'')) line = quoted.substr(1);
  std::string_view rest = line;
  while (!rest.empty() &&
         (is_blank(rest.back()) || std::string_view("+,.;)").find(rest.back()) != std::string_view::npos))
    rest.remove_suffix(1);
  if (!rest.empty() && (rest.back() == '"' || rest.back() == '\'')) line = rest.substr(0, rest.size() - 1);
  while (!line.empty() && (is_blank(line.back()) || line.back() == '\\')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string pem_base64(std::string_view block) {
  const std::string text = unescaped(block);
  const std::string_view view = text;
  // Between the second and the third row of dashes.
  std::size_t at = 0;
  for (int i = 0; i < 2; ++i) {
    at = view.find(kDashes, at);
    if (at == std::string_view::npos) return {};
    at += kDashes.size();
  }
  std::string_view body = view.substr(at);
  if (const std::size_t stop = body.find(kDashes); stop != std::string_view::npos)
    body = body.substr(0, stop);
  else
    return {};
  std::vector<std::string_view> lines;
  bool diff = true;  // every line begins with the '+' of an added line
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    const std::string_view line = freed(body.substr(0, end));
    body = end == std::string_view::npos ? std::string_view{} : body.substr(end + 1);
    if (line.find(':') != std::string_view::npos) continue;  // a header: Proc-Type, DEK-Info, Comment
    const bool letters =
        std::any_of(line.begin(), line.end(), [](char c) { return c == '=' || (c >= '0' && c <= 'z'); });
    if (!letters) continue;  // what is left of "-----BEGIN ...-----\" +"
    diff = diff && line.front() == '+';
    lines.push_back(line);
  }
  std::string out;
  for (const std::string_view line : lines) out += diff && lines.size() > 1 ? freed(line.substr(1)) : line;
  // The checksum of OpenPGP armour.
  if (view.substr(0, 40).find("PGP") != std::string_view::npos && out.size() > 5 &&
      out[out.size() - 5] == '=' && out.substr(out.size() - 4).find('=') == std::string::npos)
    out.resize(out.size() - 5);
  return out;
}

bool is_der_sequence(std::string_view bytes) {
  if (bytes.size() < 2 || static_cast<unsigned char>(bytes[0]) != 0x30) return false;
  const auto first = static_cast<unsigned char>(bytes[1]);
  if (first < 0x80) return bytes.size() == std::size_t{2} + first;
  const std::size_t count = first & 0x7F;
  if (count == 0 || count > 4 || bytes.size() < 2 + count) return false;
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) size = size << 8 | static_cast<unsigned char>(bytes[2 + i]);
  return bytes.size() == 2 + count + size;
}

std::optional<PemBlock> next_pem(std::string_view text, std::size_t from) {
  for (;;) {
    const std::size_t begin = text.find(kBegin, from);
    if (begin == std::string_view::npos) return std::nullopt;
    const std::size_t label_at = begin + kBegin.size();
    const std::size_t label_end =
        text.substr(0, std::min(text.size(), label_at + 80)).find(kDashes, label_at);
    from = label_at;
    if (label_end == std::string_view::npos) continue;
    PemBlock block;
    block.label = text.substr(label_at, label_end - label_at);
    block.begin = begin;
    const std::string closing = "-----END " + block.label + "-----";
    const std::string_view window = text.substr(0, std::min(text.size(), label_end + kBlockMax));
    const std::size_t end = window.find(closing, label_end);
    if (end == std::string_view::npos) continue;
    block.end = end + closing.size();
    const std::string_view whole = text.substr(begin, block.end - begin);
    block.encrypted = block.label.find("ENCRYPTED") != std::string::npos ||
                      whole.find("DEK-Info") != std::string_view::npos;
    if (auto bytes = strict_base64(pem_base64(whole))) block.body = std::move(*bytes);
    return block;
  }
}

}  // namespace dislodge::secret

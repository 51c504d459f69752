#include "secret/login_line.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "secret/checks.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kLineMax = 1024;
constexpr std::size_t kLoginMax = 80;
constexpr std::size_t kPasswordMax = 80;
constexpr std::array kSchemes = {"https://"sv, "http://"sv, "android://"sv, "ftp://"sv};

bool is_mark(char c) {
  return c == ':' || c == '|' || c == ';' || c == '\t';
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// "vpn.site.example", "10.0.0.1"
bool is_host(std::string_view host) {
  if (host.find('.') == std::string_view::npos || host.front() == '.' || host.back() == '.') return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || is_high(c);
  });
}

bool is_login(std::string_view login) {
  if (login.size() < 2 || login.size() > kLoginMax || login.find("//") != std::string_view::npos)
    return false;
  return std::all_of(login.begin(), login.end(), [](char c) {
    return is_letter(c) || is_digit(c) || is_high(c) || "._-@+\\$#'* "sv.find(c) != std::string_view::npos;
  });
}

bool is_password(std::string_view password) {
  if (password.size() < 4 || password.size() > kPasswordMax) return false;
  if (std::any_of(password.begin(), password.end(), is_space)) return false;
  const std::string small = base::lower(password);
  return small != "unknown" && small != "null" && small != "none" && small != "n/a" &&
         small != "[not_saved]" && small != "(null)" && !looks_like_placeholder(password);
}

}  // namespace

std::optional<LoginLine> login_line_at(std::string_view text, std::size_t at, bool in_list) {
  while (at < text.size() && (text[at] == '\n' || text[at] == '\r' || text[at] == ' ')) ++at;
  std::size_t stop = std::min(text.find('\n', at), text.size());
  if (stop - at > kLineMax) return std::nullopt;
  while (stop > at && is_space(text[stop - 1])) --stop;
  const std::string_view line = text.substr(at, stop - at);
  std::size_t from = 0;
  for (const std::string_view scheme : kSchemes)
    if (starts_at(line, 0, scheme)) from = scheme.size();
  if (from == 0 && !in_list) return std::nullopt;
  // Host and port, then the path, then the mark that divides the rest.
  std::size_t end = std::min(line.find_first_of("/:|;\t ?#", from), line.size());
  std::string_view host = line.substr(from, end - from);
  const std::size_t package = host.rfind('@');  // "android://hash@com.app/"
  if (package != std::string_view::npos) host.remove_prefix(package + 1);
  if (host.empty() || !is_host(host)) return std::nullopt;
  if (end < line.size() && line[end] == ':') {
    std::size_t digits = end + 1;
    while (digits < line.size() && is_digit(line[digits])) ++digits;
    if (digits > end + 1 && digits < line.size() && (line[digits] == '/' || is_mark(line[digits])))
      end = digits;
  }
  std::size_t site = end;
  if (end < line.size() && (line[end] == '/' || line[end] == '?' || line[end] == '#')) {
    end = std::min(line.find_first_of(":|;\t ", end), line.size());
    site = std::min(line.find_first_of("?#", site), end);
  }
  if (end >= line.size() || !is_mark(line[end])) return std::nullopt;
  const char mark = line[end];
  const std::size_t divide = line.find(mark, end + 1);
  if (divide == std::string_view::npos) return std::nullopt;
  const std::string_view login = line.substr(end + 1, divide - end - 1);
  const std::string_view password = line.substr(divide + 1);
  if (!is_login(login) || !is_password(password)) return std::nullopt;
  if (!in_list) {
    // Alone, "https://site.example/a.js:12:3456" and a link with remarks behind it are of the same form.
    const bool address = login.find('@') != std::string_view::npos;
    // A query may hold colons: "https://wiki.example/doku.php?id=space:page:name#part".
    if (!address && line.substr(0, end).find_first_of("?#") != std::string_view::npos) return std::nullopt;
    const bool chosen = std::any_of(password.begin(), password.end(), is_letter) &&
                        std::any_of(password.begin(), password.end(), [](char c) { return !is_letter(c); });
    if (all_digits(login) || login.find(' ') != std::string_view::npos || (!address && !chosen))
      return std::nullopt;
  } else if (all_digits(login) && all_digits(password)) {
    return std::nullopt;
  }
  return LoginLine{{at, at + site}, {at + end + 1, at + divide}, {at + divide + 1, stop}};
}

std::vector<LoginLine> login_lines_beside(std::string_view text, const std::vector<std::size_t> &known) {
  std::vector<LoginLine> lines;
  const auto is_known = [&](std::size_t at) { return std::binary_search(known.begin(), known.end(), at); };
  std::size_t done = 0;  // what stands before is told
  for (const std::size_t start : known) {
    const std::size_t at = start;
    for (std::size_t begin = at; begin > done && begin > 1 && text[begin - 1] == '\n';) {
      const std::size_t before = text.rfind('\n', begin - 2);
      const std::size_t from = before == std::string_view::npos ? 0 : before + 1;
      if (from < done || begin - from > kLineMax || is_known(from)) break;
      const auto one = login_line_at(text, from, true);
      if (!one || one->password.end >= begin) break;
      lines.push_back(*one);
      begin = from;
    }
    std::size_t end = std::min(text.find('\n', at), text.size());
    while (end + 1 < text.size() && !is_known(end + 1)) {
      const auto one = login_line_at(text, end + 1, true);
      const std::size_t next = std::min(text.find('\n', end + 1), text.size());
      if (!one || one->password.end > next) break;
      lines.push_back(*one);
      end = next;
    }
    done = std::max(done, end);
  }
  return lines;
}

}  // namespace dislodge::secret

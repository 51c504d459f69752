#include "engine/cloud_links.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "base/hash.hpp"

namespace dislodge::engine {

namespace {

struct Service {
  std::string_view host;  // ".x.y" for every host that ends so
  std::string_view path;  // what a link to a file begins with; "" for any
};
// Sharing links as the services write them: learn.microsoft.com (sharing URL formats),
// support.google.com/drive, help.dropbox.com, support.box.com, wetransfer.com.
constexpr Service kServices[] = {{".sharepoint.com", "/:"},
                                 {".sharepoint.com", "/sites/"},
                                 {".sharepoint.com", "/personal/"},
                                 {".sharepoint.com", "/teams/"},
                                 {".sharepoint.com", "/s"},
                                 {"1drv.ms", "/"},
                                 {"onedrive.live.com", "/"},
                                 {"drive.google.com", "/file/"},
                                 {"drive.google.com", "/drive/"},
                                 {"drive.google.com", "/open"},
                                 {"docs.google.com", "/"},
                                 {"www.dropbox.com", "/s"},
                                 {"dropbox.com", "/s"},
                                 {".box.com", "/s/"},
                                 {"app.box.com", "/"},
                                 {"we.tl", "/t"},
                                 {"wetransfer.com", "/downloads"},
                                 {".sharefile.com", "/"},
                                 {".egnyte.com", "/dl/"},
                                 {"mega.nz", "/"}};

constexpr std::size_t kLinkMax = 2048;

bool is_link_end(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '<' || c == '>' || c == '\'' || c == ')' ||
         c == ']' || c == '\\';
}

// Segments that only say where: letters, no long run of digits, no token.
bool is_place(std::string_view segment) {
  if (segment.size() > 40) return false;
  const auto digits =
      std::count_if(segment.begin(), segment.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto upper =
      std::count_if(segment.begin(), segment.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return segment.size() <= 12 ? digits <= 4 : digits == 0 && upper <= 3;
}

}  // namespace

std::vector<std::string> cloud_links(std::string_view text, std::size_t most) {
  std::vector<std::string> out;
  for (std::size_t at = text.find("://"); at != std::string_view::npos && out.size() < most;
       at = text.find("://", at + 3)) {
    const std::string_view rest = text.substr(at + 3, kLinkMax);
    const auto end = std::find_if(rest.begin(), rest.end(), is_link_end);
    const std::string_view link = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    const std::size_t slash = link.find('/');
    if (slash == std::string_view::npos || slash + 2 > link.size()) continue;
    const std::string host = base::lower(link.substr(0, slash));
    const std::string_view path = link.substr(slash);
    const bool known = std::any_of(std::begin(kServices), std::end(kServices), [&](const Service &service) {
      const bool hosted = service.host.front() == '.' ? host.ends_with(service.host) : host == service.host;
      return hosted && path.starts_with(service.path);
    });
    if (!known || host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") != std::string::npos)
      continue;
    std::string place = host;
    std::string_view left = path.substr(0, path.find_first_of("?#"));
    for (int segments = 0; segments < 4 && left.size() > 1; ++segments) {
      const std::string_view segment = left.substr(1, left.find('/', 1) - 1);
      if (!is_place(segment)) break;
      place += "/" + std::string(segment);
      left.remove_prefix(std::min(left.size(), segment.size() + 1));
    }
    place += "/…" + base::to_hex(base::sha256(link)).substr(0, 8);
    place = base::to_valid_utf8(place);
    if (std::find(out.begin(), out.end(), place) == out.end()) out.push_back(std::move(place));
  }
  return out;
}

}  // namespace dislodge::engine

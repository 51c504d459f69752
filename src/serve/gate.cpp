#include "serve/gate.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/encode.hpp"

namespace dislodge::serve {

namespace {

base::SecretBytes random_text() {
  std::string text = base::to_base64(base::SecretBytes::random(32).view(), base::Base64Alphabet::url, false);
  base::SecretBytes kept(text);
  base::wipe(text);
  return kept;
}

// In a time that does not depend on where they differ.
bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Gate::Gate(std::uint16_t port)
    : host_(fmt::format("127.0.0.1:{}", port)),
      local_host_(fmt::format("localhost:{}", port)),
      cookie_name_(fmt::format("dislodge-{}", port)),
      token_(random_text()),
      session_(random_text()) {}

std::string Gate::set_cookie() const {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict", cookie_name_, session_.view());
}

bool Gate::has_cookie(const Head &head) const {
  for (const std::string &header : head.cookies) {
    for (std::string_view rest = header; !rest.empty();) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = base::trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals != pair.npos && pair.substr(0, equals) == cookie_name_ &&
          equal(pair.substr(equals + 1), session_.view()))
        return true;
    }
  }
  return false;
}

bool Gate::may_act(const Head &head) const {
  if (head.hosts.size() != 1 || head.origin != "http://" + head.hosts[0]) return false;
  if (!head.fetch_site.empty() && head.fetch_site != "same-origin") return false;
  return head.act == "1" && base::lower(head.content_type).starts_with("application/json");
}

Entry Gate::judge(const Head &head) {
  if (head.hosts.size() != 1 || (head.hosts[0] != host_ && head.hosts[0] != local_host_))
    return Entry::wrong_host;
  if (!head.origin.empty() && head.origin != "http://" + head.hosts[0]) return Entry::foreign;
  const bool known = has_cookie(head);
  // The address with the token may be opened from anywhere: a chat, a terminal in a browser.
  if (!head.token.empty() && equal(head.token, token_.view())) {
    if (known || !spent_.exchange(true)) return Entry::exchange;
    return Entry::no_session;
  }
  if (!head.fetch_site.empty() && head.fetch_site != "same-origin" && head.fetch_site != "none")
    return Entry::foreign;
  return known ? Entry::pass : Entry::no_session;
}

}  // namespace dislodge::serve

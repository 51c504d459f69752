#pragma once
// Who may ask: one person in one browser on this machine. The address that the program prints has a token,
// good once: whoever opens it first gets a cookie for this run, and the address is dead. Any page in that
// browser can send requests to 127.0.0.1, and a name that somebody else owns can be made to point there, so
// every request must also name this host itself and must not come from another site.
//
// What it does not keep out: programs of the same user, and another server on 127.0.0.1 that this browser is
// led to (browsers send cookies to every port of a host; such a server would see this one's cookie).

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/secure.hpp"

namespace dislodge::serve {

// What the gate reads of a request; header values as they came.
struct Head {
  std::vector<std::string> hosts;    // every Host header
  std::vector<std::string> cookies;  // every Cookie header
  std::string origin;                // Origin, empty: none
  std::string fetch_site;            // Sec-Fetch-Site, empty: none
  std::string token;                 // token= of the address, empty: none
  std::string content_type = {};     // Content-Type, empty: none
  std::string act = {};              // Dislodge-Act, empty: none
};

enum class Entry : std::uint8_t {
  pass,        // has the cookie of this run
  exchange,    // came with the token, which is now spent: set the cookie and go on without the token
  wrong_host,  // Host is not this server
  foreign,     // another site asks
  no_session,  // neither cookie nor a token that is still good
};

class Gate {
 public:
  explicit Gate(std::uint16_t port);
  // Safe to call from several threads; of two requests with the token one gets `exchange`.
  Entry judge(const Head &head);
  // Whether a request that judge() passed may also change something. Browsers send the cookie along from
  // every page of the same host, other ports included, so the origin must be there and be this server's own;
  // and a header and a content type that no form and no plain request of another origin can have.
  bool may_act(const Head &head) const;
  std::string_view token() const { return token_.view(); }
  std::string set_cookie() const;  // the value of a Set-Cookie header

 private:
  bool has_cookie(const Head &head) const;

  std::string host_, local_host_;  // "127.0.0.1:PORT", "localhost:PORT"
  std::string cookie_name_;        // names the port: several cases can be served at once
  base::SecretBytes token_, session_;
  std::atomic<bool> spent_ = false;
};

}  // namespace dislodge::serve

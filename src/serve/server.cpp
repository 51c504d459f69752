// HTTP around gate and api. The only file that includes cpp-httplib.

#include "serve/server.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "serve/api.hpp"
#include "serve/gate.hpp"

namespace dislodge::serve {

using base::ErrorKind;
using base::Result;

namespace {

constexpr char kHost[] = "127.0.0.1";
constexpr std::size_t kRequestsPerConnection = 1000;  // cpp-httplib closes after 5 by default
constexpr std::size_t kBodyMax = 256 * 1024;          // bytes of an act
constexpr char kActs[] = "/api/act/";
constexpr int kIdleSeconds = 1;  // an idle connection holds a thread, and stop() waits for it

// Nothing is loaded from elsewhere, nothing inline runs, nobody frames the page, nothing stays in a cache.
// What evidence says can then be shown but not become part of the page.
const httplib::Headers kHeaders = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

// cpp-httplib sets SO_REUSEPORT, by which a second server could share the port unseen.
void socket_options(socket_t socket) {
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

std::vector<std::string> all_of(const httplib::Request &request, const char *name) {
  std::vector<std::string> values;
  for (auto [at, end] = request.headers.equal_range(name); at != end; ++at) values.push_back(at->second);
  return values;
}

Head head_of(const httplib::Request &request) {
  return {all_of(request, "Host"),
          all_of(request, "Cookie"),
          request.get_header_value("Origin"),
          request.get_header_value("Sec-Fetch-Site"),
          request.path == "/" ? request.get_param_value("token") : "",
          request.get_header_value("Content-Type"),
          request.get_header_value("Dislodge-Act")};
}

// A provider, not a body: cpp-httplib compresses bodies (brotli at its slowest), which over loopback only
// costs.
void give(httplib::Response &response, Answer answer) {
  response.status = answer.status;
  if (answer.counts) {
    response.set_header("Dislodge-Total", std::to_string(answer.counts->total));
    response.set_header("Dislodge-Matching", std::to_string(answer.counts->matching));
  }
  const auto body = std::make_shared<const std::string>(std::move(answer.body));
  response.set_content_provider(
      body->size(), answer.type, [body](std::size_t offset, std::size_t length, httplib::DataSink &sink) {
        if (offset > body->size()) return false;
        const std::string_view part = std::string_view(*body).substr(offset, length);
        return sink.write(part.data(), part.size());
      });
}

void give_text(httplib::Response &response, int status, std::string text) {
  give(response, {status, "text/plain; charset=utf-8", std::move(text), {}});
}

}  // namespace

struct Server::State {
  State(Desk &desk, std::uint16_t listens_on) : port(listens_on), gate(listens_on), api(desk) {}

  // Everything but an act that may be done is answered here, before a body is read; true: it was.
  bool answer(const httplib::Request &request, httplib::Response &response) {
    // First, so that a preview by HEAD does not spend the token. Parts of a file are no use here, and every
    // one served is a chance for an arithmetic mistake.
    const bool act = request.method == "POST" && request.path.starts_with(kActs);
    if ((request.method != "GET" && !act) || !request.ranges.empty()) {
      response.status = request.ranges.empty() ? 405 : 416;
      if (response.status == 405) response.set_header("Allow", "GET");
      return true;
    }
    const Head head = head_of(request);
    switch (gate.judge(head)) {
      case Entry::wrong_host:
      case Entry::foreign:
        give_text(response, 403, "This server answers its own page only.\n");
        break;
      case Entry::no_session:
        give_text(response, 403,
                  "The address printed by dislodge serve opens the page once, in one browser.\n"
                  "Stop it there (Ctrl-C) and run it again for a new address.\n");
        break;
      case Entry::exchange:
        response.set_header("Set-Cookie", gate.set_cookie());
        response.set_redirect("/", 303);
        break;
      case Entry::pass:
        if (!act) {
          give(response, api.get(request.path, request.params));
          break;
        }
        if (gate.may_act(head)) return false;
        give_text(response, 403, "Only the page itself changes the case.\n");
        break;
    }
    // The body of what was refused is not read: the connection ends, so that it is not taken for a request.
    if (act) response.set_header("Connection", "close");
    return true;
  }

  std::uint16_t port;
  Gate gate;
  Api api;
  std::unique_ptr<httplib::Server> http;
  enum class Phase { made, running, ended };
  std::atomic<Phase> phase = Phase::made;
  std::atomic<bool> finished = false;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::make(Desk &desk, ServeOptions options) {
  auto http = std::make_unique<httplib::Server>();
  http->set_socket_options(socket_options);
  http->set_tcp_nodelay(true);  // without it a request takes 40 ms
  http->set_keep_alive_max_count(kRequestsPerConnection);
  http->set_keep_alive_timeout(kIdleSeconds);
  http->set_default_headers(kHeaders);
  int port = options.port;
  if (port == 0)
    port = http->bind_to_any_port(kHost);
  else if (!http->bind_to_port(kHost, port))
    port = -1;
  if (port <= 0)
    return base::fail(ErrorKind::io,
                      options.port == 0
                          ? std::string("127.0.0.1: no port could be opened")
                          : fmt::format("127.0.0.1:{}: the port is taken or not allowed: give another "
                                        "with --port, or none for any that is free",
                                        options.port));

  auto state = std::make_unique<State>(desk, static_cast<std::uint16_t>(port));
  state->http = std::move(http);
  State &to = *state;
  to.http->set_pre_routing_handler([&to](const httplib::Request &request, httplib::Response &response) {
    return to.answer(request, response) ? httplib::Server::HandlerResponse::Handled
                                        : httplib::Server::HandlerResponse::Unhandled;
  });
  to.http->set_payload_max_length(kBodyMax);
  to.http->Post(std::string(kActs) + ".+",
                [&to](const httplib::Request &request, httplib::Response &response) {
                  give(response, to.api.post(request.path, request.body));
                });
  // What went wrong inside is nothing to tell a browser.
  to.http->set_exception_handler(
      [](const httplib::Request &, httplib::Response &response, std::exception_ptr) {
        give(response, error_answer(500, "the server could not answer this"));
      });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const {
  return state_->port;
}

std::string Server::url() const {
  return fmt::format("http://{}:{}/?token={}", kHost, state_->port, state_->gate.token());
}

void Server::run() {
  State::Phase expected = State::Phase::made;
  if (!state_->phase.compare_exchange_strong(expected, State::Phase::running)) return;
  state_->http->listen_after_bind();
  state_->finished = true;
}

void Server::stop() {
  const State::Phase before = state_->phase.exchange(State::Phase::ended);
  if (before != State::Phase::running) return;
  // cpp-httplib forgets a stop that comes before it listens.
  while (!state_->finished && !state_->http->is_running())
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  state_->http->stop();
}

}  // namespace dislodge::serve

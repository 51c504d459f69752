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
  return {all_of(request, "Host"), all_of(request, "Cookie"), request.get_header_value("Origin"),
          request.get_header_value("Sec-Fetch-Site"),
          request.path == "/" ? request.get_param_value("token") : ""};
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
  State(const engine::Picture &picture, std::uint16_t listens_on, std::string journal)
      : port(listens_on), gate(listens_on), api(picture, std::move(journal)) {}

  void answer(const httplib::Request &request, httplib::Response &response) {
    // First, so that a preview by HEAD does not spend the token. Parts of a file are no use here, and every
    // one served is a chance for an arithmetic mistake.
    if (request.method != "GET" || !request.ranges.empty()) {
      response.status = request.method != "GET" ? 405 : 416;
      if (response.status == 405) response.set_header("Allow", "GET");
      return;
    }
    switch (gate.judge(head_of(request))) {
      case Entry::wrong_host:
      case Entry::foreign:
        return give_text(response, 403, "This server answers its own page only.\n");
      case Entry::no_session:
        return give_text(response, 403,
                         "The address printed by dislodge serve opens the page once, in one browser.\n"
                         "Stop it there (Ctrl-C) and run it again for a new address.\n");
      case Entry::exchange:
        response.set_header("Set-Cookie", gate.set_cookie());
        response.set_redirect("/", 303);
        return;
      case Entry::pass:
        break;
    }
    give(response, api.get(request.path, request.params));
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

Result<std::unique_ptr<Server>> Server::make(const engine::Picture &picture, ServeOptions options) {
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

  auto state = std::make_unique<State>(picture, static_cast<std::uint16_t>(port), std::move(options.journal));
  state->http = std::move(http);
  State &to = *state;
  to.http->set_pre_routing_handler([&to](const httplib::Request &request, httplib::Response &response) {
    to.answer(request, response);
    return httplib::Server::HandlerResponse::Handled;
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

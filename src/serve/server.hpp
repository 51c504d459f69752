#pragma once
// The page of a case, for one person in one browser on this machine: HTTP on 127.0.0.1, everything from the
// binary, nothing from anywhere else. serve/gate.hpp says who may ask, serve/api.hpp what for.
//
//   DISLODGE_TRY_ASSIGN(const auto server, Server::make(desk, {}));
//   print(server->url());                         // good once
//   std::thread running([&] { server->run(); });  // until stop()

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "serve/desk.hpp"

namespace dislodge::serve {

struct ServeOptions {
  std::uint16_t port = 0;  // 0: any that is free
};

class Server {
 public:
  // Listens from here on, so that the address is known; answers once run() is called. Borrows the desk, which
  // must outlive it. An I/O error names the port that is taken.
  static base::Result<std::unique_ptr<Server>> make(Desk &desk, ServeOptions options);
  ~Server();  // run() must have returned
  Server(const Server &) = delete;
  Server &operator=(const Server &) = delete;

  std::uint16_t port() const;
  std::string url() const;  // with the token: to be shown to nobody but the person at this terminal
  // Serves until stop(); at most once.
  void run();
  // From any thread, any number of times; a run() that has not begun then ends at once.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dislodge::serve

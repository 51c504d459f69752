#pragma once
// What the page may ask for: lists of the picture as JSON arrays, one page at a time; why a thing is reached;
// the overview; and the files of the page itself, which lie in the binary. Knows nothing of HTTP but paths
// and statuses.
//
//   /api/secrets?q=vpn&offset=100&limit=100     status, secrets, detections, sessions, timeline, coverage,
//   ledger,
//                                               reach, missing, plan, parties, duties: see
//                                               serve/json_list.hpp
//   /api/overview                               serve/overview.hpp
//   /api/why?id=principal:entra/...             {"schema":1,"id":...,"text":...}
//   /, /app.js, /style.css ...                  every embedded file under web/
//
// The picture holds no value of a secret, so no answer can.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/picture.hpp"
#include "serve/json_list.hpp"

namespace dislodge::serve {

struct Answer {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  struct Counts {
    std::size_t total = 0, matching = 0;
  };
  std::optional<Counts> counts;  // of a list
};

class Api {
 public:
  // Borrows the picture for as long as it lives; makes every list at once. `journal`: a line an entry.
  explicit Api(const engine::Picture &picture, std::string journal = {});
  // Safe to call from several threads. Unknown paths are 404, wrong parameters 400, both with {"error":...}.
  Answer get(const std::string &path, const Parameters &parameters) const;

 private:
  Answer why(const Parameters &parameters) const;
  Answer graph(const Parameters &parameters) const;

  const engine::Picture &picture_;
  std::map<std::string, JsonList, std::less<>> lists_;          // by path
  std::map<std::string, std::string_view, std::less<>> files_;  // by path
  std::string overview_, lanes_;
};

// {"schema":1,"error":...}
Answer error_answer(int status, std::string_view message);

}  // namespace dislodge::serve

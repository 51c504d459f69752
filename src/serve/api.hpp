#pragma once
// What the page may ask for and do: lists of the case as JSON arrays, one page at a time; why a thing is
// reached; whole answers; acts; and the files of the page itself, which lie in the binary. Knows nothing of
// HTTP but paths and statuses.
//
//   GET  /api/secrets?q=vpn&offset=100&limit=100   a list: status, secrets, held, detections, sessions,
//   timeline,
//                                                  coverage, cannot-say, uncovered, ledger, reach, missing,
//                                                  collect, plan, parties,
//                                                  duties, statements, journal, marks, decisions, told:
//                                                  serve/json_list.hpp, views.hpp
//   GET  /api/counts?list=plan&where=state:open&where=...   {"schema":1,"counts":[n, ...]}: rows of each
//                                                  value, among those that fit q, from, until
//   GET  /api/overview, lanes, flow, waves         serve/overview.hpp, graph.hpp, views.hpp
//   GET  /api/why?id=principal:entra/...           {"schema":1,"id":...,"text":...}
//   GET  /api/graph?id=, /api/reach-graph?id=&things=   serve/graph.hpp
//   GET  /api/secret?id=secret:...                 serve/secret_page.hpp; journalled as a look
//   GET  /api/names?id=...&id=...                  {"schema":1,"names":{id: name}}
//   GET  /api/facts                                the clock facts that a person may decide
//   GET  /api/state                                serve/desk.hpp
//   POST /api/act/NAME                             serve/acts.cpp
//   GET  /, /app.js, /style.css ...                every embedded file under web/
//
// Neither picture nor views hold a value of a secret, so no answer can; the second step of a reveal alone
// gives one.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "serve/desk.hpp"
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
  // Borrows the desk for as long as it lives.
  explicit Api(Desk &desk);
  // Safe to call from several threads. Unknown paths are 404, wrong parameters 400, a case that is still
  // being opened 503, all with {"error":...}.
  Answer get(const std::string &path, const Parameters &parameters) const;
  // 409 where the case does not take it, with what is missing or in the way.
  Answer post(const std::string &path, const std::string &body) const;

 private:
  Answer ask(const std::string &path, const Parameters &parameters, const engine::Picture &picture,
             const Views &views) const;

  Desk &desk_;
  std::map<std::string, std::string_view, std::less<>> files_;  // by path
};

// {"schema":1,"error":...}
Answer error_answer(int status, std::string_view message);

}  // namespace dislodge::serve

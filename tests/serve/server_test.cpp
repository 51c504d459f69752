#include "serve/server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/embedded_rules.hpp"
#include "base/encode.hpp"
#include "reach/solve.hpp"

namespace dislodge::serve {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kScript[] = "<script>alert(1)</script>";
constexpr char kPrincipal[] = "principal:entra/t/legacy-test";

// A case with 250 rows of ledger, one of them named by an attacker, a secret and one reached principal.
engine::Picture picture() {
  engine::Picture made;
  for (int i = 0; i < 250; ++i) {
    evidence::LedgerRow row;
    row.item = "exec.mbox!/" + std::to_string(i);
    row.parent = "exec.mbox";
    row.size = row.read = 100;
    if (i == 200) {
      row.item = std::string("exec.mbox!/") + kScript;
      row.state = evidence::LedgerState::encrypted;
      row.reason = "needs a password";
      row.read = 0;
    }
    made.ledger.push_back(row);
  }
  made.totals.handed_in = 25'000;
  made.totals.read = 24'000;
  made.totals.pending = 1'000;
  made.stolen["ceo@contoso.example"].seen_accessed = 7;

  engine::StoredSighting sighting;
  sighting.secret = "00112233445566778899aabbccddeeff";
  sighting.sighting.kind = "password";
  sighting.sighting.item = "exec.mbox!/17";
  sighting.sighting.mask = "Su********";
  made.sightings.push_back(sighting);
  identity::SecretFact fact;
  fact.id = "secret:" + sighting.secret;
  fact.kind = "password";
  made.secrets.push_back(fact);
  made.masks[fact.id] = sighting.sighting.mask;

  reach::Program program;
  reach::EdgeSpec foothold;
  foothold.rule = reach::Rule::foothold;
  foothold.fact = reach::FactKind::foothold;
  foothold.conclusion = program.add(reach::NodeType::principal, kPrincipal, "Legacy test");
  foothold.valid = {base::Time{1'700'000'000'000'000}, base::kTimeMax};
  foothold.attested = {foothold.valid};
  foothold.subject = kPrincipal;
  foothold.evidence = "signins.json:12";
  program.add(foothold);
  made.reach.confirmed = reach::solve(program, reach::Grade::confirmed);
  made.reach.possible = reach::solve(program, reach::Grade::possible);
  made.reach.program = std::move(program);
  reach::ReachRow row;
  row.id = kPrincipal;
  row.type = "principal";
  row.name = "Legacy test";
  row.grade = reach::Grade::confirmed;
  row.since = foothold.valid.from;
  made.reach.rows.push_back(row);
  made.plan.verdict.says = "incomplete: not closed against the evidence held";
  made.plan.verdict.does_not_cover = {"unread evidence"};
  return made;
}

struct Reply {
  int status = 0;
  std::string head, body;
};

enum class Then {
  wait,
  hang_up
};  // hang_up: say that nothing more comes, which ends a request that is incomplete

// One request over a connection of its own, as the bytes say.
Reply exchange(std::uint16_t port, const std::string &request, Then then = Then::wait) {
  Reply reply;
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr *>(&to), sizeof to) == 0 &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    if (then == Then::hang_up) ::shutdown(socket, SHUT_WR);
    std::string all;
    char buffer[4096];
    for (ssize_t got; (got = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
      all.append(buffer, static_cast<std::size_t>(got));
    const std::size_t end = all.find("\r\n\r\n");
    reply.head = all.substr(0, end);
    if (end != all.npos) reply.body = all.substr(end + 4);
    if (all.size() > 12) reply.status = std::atoi(all.c_str() + 9);
  }
  ::close(socket);
  return reply;
}

std::string header(const Reply &reply, const std::string &name) {
  const std::string lowered = base::lower(reply.head);
  const std::size_t at = lowered.find("\r\n" + base::lower(name) + ": ");
  if (at == lowered.npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return reply.head.substr(begin, reply.head.find("\r\n", begin) - begin);
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    auto made = Server::make(desk_, {});
    EXPECT_TRUE(made) << made.error().message;
    server_ = std::move(*made);
    thread_ = std::thread([this] { server_->run(); });
  }
  ~ServerTest() override {
    server_->stop();
    thread_.join();
  }

  std::string host() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  std::string request(const std::string &target, const std::string &headers = "",
                      const std::string &method = "GET") const {
    return method + " " + target + " HTTP/1.1\r\nHost: " + host() + "\r\nConnection: close\r\n" + headers +
           "\r\n";
  }
  Reply get(const std::string &target, const std::string &headers = "") const {
    return exchange(server_->port(), request(target, headers));
  }
  // The address's path and token.
  std::string entrance() const { return server_->url().substr(server_->url().find("/?token=")); }
  // Enters, and gives the Cookie header of the session.
  std::string enter() const {
    const std::string set = header(get(entrance()), "Set-Cookie");
    return "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
  }

  Desk desk_{picture()};
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

TEST_F(ServerTest, WithoutTheCookieNothingIsGiven) {
  for (const char *target :
       {"/", "/app.js", "/api/secrets", "/api/why?id=principal:entra/t/legacy-test", "/nowhere"}) {
    const Reply reply = get(target);
    EXPECT_EQ(reply.status, 403) << target;
    EXPECT_THAT(reply.body, Not(HasSubstr("Legacy"))) << target;
  }
}

TEST_F(ServerTest, TokenIsExchangedOnceForAStrictCookie) {
  EXPECT_THAT(server_->url(), StartsWith("http://" + host() + "/?token="));
  const Reply first = get(entrance());
  EXPECT_EQ(first.status, 303);
  EXPECT_EQ(header(first, "Location"), "/");
  EXPECT_THAT(header(first, "Set-Cookie"),
              testing::AllOf(HasSubstr("SameSite=Strict"), HasSubstr("HttpOnly")));
  const Reply second = get(entrance());
  EXPECT_EQ(second.status, 403);
  EXPECT_EQ(header(second, "Set-Cookie"), "");
  const std::string set = header(first, "Set-Cookie");
  const std::string cookie = "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
  EXPECT_EQ(get("/", cookie).status, 200);
  EXPECT_THAT(get("/", cookie).body, HasSubstr("<!doctype html>"));
}

TEST_F(ServerTest, APreviewByHeadDoesNotSpendTheToken) {
  EXPECT_EQ(exchange(server_->port(), request(entrance(), "", "HEAD")).status, 405);
  EXPECT_EQ(get(entrance()).status, 303);
}

TEST_F(ServerTest, AnotherHostIsRefused) {
  const std::string cookie = enter();
  const auto asks = [&](const std::string &hosts) {
    return exchange(server_->port(),
                    "GET /api/status HTTP/1.1\r\n" + hosts + "Connection: close\r\n" + cookie + "\r\n")
        .status;
  };
  EXPECT_EQ(asks("Host: " + host() + "\r\n"), 200);
  EXPECT_EQ(asks("Host: localhost:" + std::to_string(server_->port()) + "\r\n"), 200);
  EXPECT_EQ(asks("Host: evil.example:" + std::to_string(server_->port()) + "\r\n"), 403);
  EXPECT_EQ(asks("Host: 127.0.0.1\r\n"), 403);
  EXPECT_EQ(asks(""), 403);
  EXPECT_EQ(asks("Host: " + host() + "\r\nHost: evil.example\r\n"), 403);
  EXPECT_EQ(get("/api/status", cookie + "Origin: http://evil.example\r\n").status, 403);
  EXPECT_EQ(get("/api/status", cookie + "Sec-Fetch-Site: cross-site\r\n").status, 403);
}

TEST_F(ServerTest, EveryAnswerHasTheHeadersThatKeepThePageToItself) {
  const std::string cookie = enter();
  for (const Reply &reply : {get("/", cookie), get("/api/status", cookie), get("/nowhere", cookie), get("/"),
                             get("/api/ledger?limit=x", cookie)}) {
    const std::string policy = header(reply, "Content-Security-Policy");
    for (const char *part :
         {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
          "img-src 'self' data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"})
      EXPECT_THAT(policy, HasSubstr(part));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_EQ(header(reply, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(reply, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(reply, "Cache-Control"), "no-store");
    EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), "");
  }
}

TEST_F(ServerTest, ListsComeInPagesAndFiltered) {
  const std::string cookie = enter();
  const Reply page = get("/api/ledger?offset=240&limit=100", cookie);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(header(page, "Content-Type"), StartsWith("application/json"));
  EXPECT_EQ(header(page, "Dislodge-Total"), "250");
  EXPECT_EQ(header(page, "Dislodge-Matching"), "250");
  EXPECT_THAT(page.body, StartsWith("[{\"schema\":1,\"item\":\"exec.mbox!/240\""));
  EXPECT_THAT(page.body, Not(HasSubstr("exec.mbox!/239")));
  const Reply filtered = get("/api/ledger?q=NEEDS%20password&limit=10", cookie);
  EXPECT_EQ(header(filtered, "Dislodge-Matching"), "1");
  const Reply where = get("/api/ledger?where=state:encrypted&where=item%3Aexec.mbox!/17", cookie);
  EXPECT_EQ(header(where, "Dislodge-Matching"), "0");
  EXPECT_EQ(where.body, "[]");
  EXPECT_EQ(get("/api/ledger?limit=0", cookie).status, 400);
  for (const char *list : {"status", "secrets", "detections", "sessions", "timeline", "coverage", "reach",
                           "missing", "plan", "parties", "duties"})
    EXPECT_EQ(get(std::string("/api/") + list, cookie).status, 200) << list;
  EXPECT_THAT(get("/api/secrets", cookie).body, HasSubstr("\"mask\":\"Su********\""));
}

TEST_F(ServerTest, WhatEvidenceSaysStaysText) {
  const Reply reply = get("/api/ledger?q=script", enter());
  EXPECT_THAT(header(reply, "Content-Type"), StartsWith("application/json"));
  EXPECT_THAT(reply.body, HasSubstr(std::string("\"item\":\"exec.mbox!/") + kScript + "\""));
  // And the page has no way to turn text into markup.
  for (const base::EmbeddedRule &file : base::embedded_rules()) {
    if (!file.path.starts_with("web/")) continue;
    for (const char *risky : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                              "new Function", "http-equiv", "style="})
      EXPECT_THAT(std::string(file.text), Not(HasSubstr(risky))) << file.path;
  }
}

TEST_F(ServerTest, WhyGivesTheChainBackToEvidence) {
  const std::string cookie = enter();
  const Reply reply = get(std::string("/api/why?id=") + kPrincipal, cookie);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("signins.json:12"));
  EXPECT_EQ(get("/api/why?id=principal:nobody", cookie).status, 404);
  EXPECT_EQ(get("/api/why", cookie).status, 400);
}

TEST_F(ServerTest, OverviewAnswersSixQuestions) {
  const Reply reply = get("/api/overview", enter());
  EXPECT_EQ(reply.status, 200);
  std::size_t asked = 0;
  for (std::size_t at = 0; (at = reply.body.find("\"ask\":", at)) != std::string::npos; ++at) ++asked;
  EXPECT_EQ(asked, 6u);
  EXPECT_THAT(reply.body, HasSubstr("\"partial\":true,\"percent\":96"));
  EXPECT_THAT(reply.body, HasSubstr("\"count\":7,\"grade\":\"confirmed\""));
  EXPECT_THAT(reply.body, HasSubstr("\"does_not_cover\":[\"unread evidence\"]"));
}

TEST_F(ServerTest, ThePageIsWholeInTheBinary) {
  const std::string cookie = enter();
  for (const auto &[target, type] :
       std::vector<std::pair<std::string, std::string>>{{"/", "text/html"},
                                                        {"/app.js", "text/javascript"},
                                                        {"/list.js", "text/javascript"},
                                                        {"/style.css", "text/css"}}) {
    const Reply reply = get(target, cookie);
    EXPECT_EQ(reply.status, 200) << target;
    EXPECT_THAT(header(reply, "Content-Type"), StartsWith(type));
    EXPECT_FALSE(reply.body.empty());
  }
  for (const char *target :
       {"/index.html", "/web/app.js", "/../rules/secrets", "/%2e%2e/src/casefile/schema.sql", "/api", "/api/",
        "/rules/secrets/github.toml"})
    EXPECT_EQ(get(target, cookie).status, 404) << target;
}

TEST_F(ServerTest, OtherMethodsRangesAndGarbageGetNothing) {
  const std::string cookie = enter();
  for (const char *method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"}) {
    const Reply reply =
        exchange(server_->port(), request("/api/secrets", cookie + "Content-Length: 0\r\n", method));
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(header(reply, "Allow"), "GET");
    EXPECT_EQ(reply.body, "");
  }
  for (const char *range : {"bytes=0-10", "bytes=999999-9999999", "bytes=-1", "bytes=0-1,2-3,5-",
                            "bytes=18446744073709551615-"}) {
    const Reply reply = get("/app.js", cookie + "Range: " + range + "\r\n");
    EXPECT_TRUE(reply.status == 416 || reply.status == 400 || reply.status == 0)
        << range << " " << reply.status;
    EXPECT_EQ(reply.body, "") << range;
  }
  for (const std::string &garbage :
       {std::string("\r\n\r\n"), std::string("GET\r\n\r\n"), std::string(20'000, 'A') + "\r\n\r\n",
        "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n\r\n", std::string("\x16\x03\x01\0\0\r\n\r\n", 9)})
    EXPECT_GE(exchange(server_->port(), garbage, Then::hang_up).status, 0);
  EXPECT_EQ(get("/api/status", cookie).status, 200);
}

// Only the page itself changes the case: a request with the cookie, which browsers send along from every page
// of this host, does not suffice.
TEST_F(ServerTest, ActsNeedTheOriginTheHeaderAndTheType) {
  const std::string cookie = enter();
  const std::string own = "Origin: http://" + host() + "\r\n", act = "Dislodge-Act: 1\r\n",
                    type = "Content-Type: application/json\r\n";
  const std::string body = R"({"thing":"item:a","star":true})";
  const auto post = [&](const std::string &headers) {
    return exchange(server_->port(),
                    request("/api/act/mark",
                            headers + "Content-Length: " + std::to_string(body.size()) + "\r\n", "POST") +
                        body)
        .status;
  };
  // 409: it came through, and this desk has no case to write to.
  EXPECT_EQ(post(cookie + own + act + type), 409);
  EXPECT_EQ(post(cookie + own + act + type + "Sec-Fetch-Site: same-origin\r\n"), 409);
  EXPECT_EQ(post(own + act + type), 403);
  EXPECT_EQ(post(cookie + act + type), 403);
  EXPECT_EQ(post(cookie + "Origin: null\r\n" + act + type), 403);
  EXPECT_EQ(post(cookie + "Origin: http://127.0.0.1:1\r\n" + act + type), 403);
  EXPECT_EQ(post(cookie + own + type), 403);
  EXPECT_EQ(post(cookie + own + act + "Content-Type: text/plain\r\n"), 403);
  EXPECT_EQ(post(cookie + own + act + type + "Sec-Fetch-Site: same-site\r\n"), 403);
  EXPECT_EQ(exchange(server_->port(), request("/api/act/mark", cookie)).status, 404);
}

// A page elsewhere can send a body that looks like a request; without the cookie it is refused like any
// other.
TEST_F(ServerTest, ARequestHiddenInABodyIsRefused) {
  const std::string inner = "GET /api/secrets HTTP/1.1\r\nHost: " + host() + "\r\nConnection: close\r\n\r\n";
  const Reply reply = exchange(server_->port(), "POST / HTTP/1.1\r\nHost: " + host() +
                                                    "\r\nContent-Length: " + std::to_string(inner.size()) +
                                                    "\r\n\r\n" + inner);
  EXPECT_EQ(reply.status, 405);
  EXPECT_THAT(reply.body, Not(HasSubstr("Su********")));
}

TEST(Server, ListensOnThisMachineOnlyAndOnAPortOfItsOwn) {
  Desk made{picture()};
  auto first = Server::make(made, {});
  ASSERT_TRUE(first);
  auto second = Server::make(made, {(*first)->port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, base::ErrorKind::io);
  EXPECT_THAT(second.error().message, HasSubstr("--port"));
}

TEST(Server, StopEndsARunThatHasNotBegun) {
  Desk made{picture()};
  auto server = Server::make(made, {});
  ASSERT_TRUE(server);
  (*server)->stop();
  (*server)->stop();
  (*server)->run();  // returns
}

}  // namespace
}  // namespace dislodge::serve

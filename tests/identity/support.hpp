#pragma once
// What the tests of identity/ share: a sink that keeps what was unread, and a way to read a directory from
// text.

#include <string>
#include <vector>

#include "base/embedded_rules.hpp"
#include "evidence/sink.hpp"
#include "identity/directory.hpp"
#include "identity/fact.hpp"
#include "identity/rights.hpp"

namespace dislodge::identity {

class KeepingSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record) override { return 0; }
  std::size_t text(const evidence::TextView &) override { return 0; }
  std::size_t child(const evidence::ItemView &) override { return 0; }
  void unread(evidence::Unread part) override { parts.push_back(std::move(part)); }
  const base::Limits &limits() const override { return limits_; }
  std::vector<evidence::Unread> parts;

 private:
  base::Limits limits_;
};

inline Facts read_text(std::string_view text, KeepingSink &sink, std::string_view path = "dir.json") {
  Facts facts;
  evidence::ItemView item;
  item.path = path;
  item.bytes = text;
  const auto read = read_directory(item, facts, sink);
  if (!read)
    sink.parts.push_back({0, evidence::LedgerState::damaged, "failed: " + read.error().message, "", "", 0});
  return facts;
}
inline Facts read_text(std::string_view text, std::string_view path = "dir.json") {
  KeepingSink sink;
  return read_text(text, sink, path);
}

inline const Rights &embedded_rights() {
  static const Rights kRights = load_rights(base::embedded_rules()).value();
  return kRights;
}

inline const Grant *find_grant(const Facts &facts, std::string_view kind, std::string_view from,
                               std::string_view to) {
  for (const Grant &g : facts.grants) {
    if (g.kind == kind && (from.empty() || g.from == from) && (to.empty() || g.to == to)) return &g;
  }
  return nullptr;
}
inline const Principal *find_principal(const Facts &facts, std::string_view id) {
  for (const Principal &p : facts.principals) {
    if (p.id == id) return &p;
  }
  return nullptr;
}
inline std::size_t count_grants(const Facts &facts, std::string_view kind) {
  std::size_t count = 0;
  for (const Grant &g : facts.grants) count += g.kind == kind ? 1 : 0;
  return count;
}

}  // namespace dislodge::identity

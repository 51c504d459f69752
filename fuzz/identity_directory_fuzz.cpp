// Directory exports of any kind: reading, linking and settling must neither crash nor loop, and what was
// unread is never more than what was given.
#include <cstdint>
#include <cstdlib>

#include "base/embedded_rules.hpp"
#include "evidence/sink.hpp"
#include "identity/azurehound.hpp"
#include "identity/link.hpp"
#include "identity/opengraph.hpp"

namespace {

class CountingSink : public dislodge::evidence::Sink {
 public:
  dislodge::evidence::RecordId record(dislodge::evidence::Record) override { return 0; }
  std::size_t text(const dislodge::evidence::TextView &) override { return 0; }
  std::size_t child(const dislodge::evidence::ItemView &) override { return 0; }
  void unread(dislodge::evidence::Unread part) override { bytes += part.bytes; }
  const dislodge::base::Limits &limits() const override { return limits_; }
  std::uint64_t bytes = 0;

 private:
  dislodge::base::Limits limits_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  static const identity::Rights kRights = identity::load_rights(base::embedded_rules()).value();
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  evidence::ItemView item;
  item.path = "dir.json";
  item.bytes = bytes;
  for (const bool azure : {true, false}) {
    identity::Facts facts;
    CountingSink sink;
    const bool known = azure ? identity::azurehound::recognises_directory(bytes)
                             : identity::opengraph::recognises_directory(bytes);
    (void)known;
    (void)(azure ? identity::azurehound::read_directory(item, facts, sink)
                 : identity::opengraph::read_directory(item, facts, sink));
    if (sink.bytes > size) std::abort();
    identity::link_facts(facts, kRights);
  }
  return 0;
}

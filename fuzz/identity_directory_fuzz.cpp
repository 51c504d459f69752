// Directory exports of any kind: reading, linking and settling must neither crash nor loop, and what was
// unread is never more than what was given.
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "base/embedded_rules.hpp"
#include "evidence/sink.hpp"
#include "identity/authorized_keys.hpp"
#include "identity/aws_account.hpp"
#include "identity/azurehound.hpp"
#include "identity/link.hpp"
#include "identity/listings.hpp"
#include "identity/opengraph.hpp"
#include "identity/people.hpp"
#include "identity/policies.hpp"
#include "identity/roadrecon.hpp"
#include "identity/sharphound.hpp"
#include "identity/weak_doors.hpp"

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
  using Read = base::Result<void> (*)(const evidence::ItemView &, identity::Facts &, evidence::Sink &,
                                      const identity::FactSpill &);
  static constexpr std::pair<bool (*)(std::string_view), Read> kReaders[] = {
      {identity::azurehound::recognises_directory, identity::azurehound::read_directory},
      {identity::opengraph::recognises_directory, identity::opengraph::read_directory},
      {identity::sharphound::recognises_directory, identity::sharphound::read_directory},
      {identity::aws::recognises_directory, identity::aws::read_directory},
      {identity::listings::recognises_directory, identity::listings::read_directory},
      {identity::roadrecon::recognises_directory, identity::roadrecon::read_directory},
  };
  for (const auto &[recognises, read] : kReaders) {
    identity::Facts facts, held;
    CountingSink sink;
    (void)recognises(bytes);
    (void)read(item, held, sink, [&] { facts.append(std::exchange(held, identity::Facts())); });
    facts.append(std::move(held));
    if (sink.bytes > size) std::abort();
    base::WireWriter wire;
    facts.encode(wire);
    const auto again = identity::Facts::decode(wire.bytes());
    if (!again || again->grants.size() != facts.grants.size()) std::abort();
    identity::link_facts(facts, kRights);
    (void)identity::weak_doors(facts);
    (void)identity::people_of(facts);
    (void)identity::requirements_of(facts);
  }
  identity::Facts keys;
  if (identity::authorized_keys::recognises(bytes)) identity::authorized_keys::read(item, keys);
  return 0;
}

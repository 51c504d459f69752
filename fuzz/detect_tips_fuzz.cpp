// What others say comes from outside: whatever it holds, it is read as a tip or refused with a reason, and
// what is read is matched against evidence without harm.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/tips.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  const bool known = detect::recognises_tips(text);
  const auto file = detect::read_tips(text);
  if (!file) return 0;
  if (!known) __builtin_trap();  // what is not recognised is refused
  log::EventTable events;
  log::Event event;
  event.file = events.file_index("log");
  event.address = events.pool.intern("198.51.100.7");
  event.agent = events.pool.intern("agent");
  events.events.push_back(event);
  const identity::Facts facts;
  identity::SecretFact secret;
  secret.places.push_back({"tree/a", 1, "r", "1@x", {}, {}, {}, 0});
  const std::vector<identity::SecretFact> secrets = {secret};
  const std::vector<detect::HeldMessage> messages = {{"1@x", "m", "r", base::Time{0}, {"a@evil.example"}}};
  const std::vector<detect::HeldFile> files = {{"f", "ab"}};
  const detect::TipMatch match = detect::match_tips(*file, {"f", "", "", "", detect::TipSignature::none},
                                                    {events, facts, secrets, messages, files, nullptr});
  if (match.held > match.listed || match.tips != file->tips.size()) __builtin_trap();
  return 0;
}

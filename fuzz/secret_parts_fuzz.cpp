// The small readers behind the scanner: JSON members, claims, checks, encoded runs, prose.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "secret/checks.hpp"
#include "secret/decode_view.hpp"
#include "secret/escaped_text.hpp"
#include "secret/hints.hpp"
#include "secret/json_members.hpp"
#include "secret/matcher.hpp"
#include "secret/prose.hpp"
#include "secret/prose_literal.hpp"
#include "secret/said_owner.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge::secret;
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  (void)json_members(text);
  (void)token_hints(text);
  if (size < 4096)
    for (const Check &check : all_checks()) check.holds(text, text);
  std::size_t last = 0;
  for (const EncodedRun &run : find_base64_runs(text)) {
    if (run.begin < last || run.end <= run.begin || run.end > size) std::abort();
    last = run.end;
    (void)decode_base64_run(text.substr(run.begin, run.end - run.begin));
  }
  // Escapes, decoded where they stand: each byte of the plain text has a place in the text, in order.
  std::vector<TextRange> escaped;
  find_escaped_runs(text, {0, text.size()}, escaped);
  for (const TextRange &run : escaped)
    if (run.begin >= run.end || run.end > size) std::abort();
  (void)decode_escapes(text, escaped);
  if (size > 0)
    if (const auto sentence = quoted_sentence(text, data[0] % size);
        sentence && (sentence->begin > sentence->end || sentence->end > size ||
                     sentence->place(sentence->text.size()) > size))
      std::abort();
  if (size > 0) (void)said_owner(text, data[size - 1] % size);
  // A trigger of each class at places that the bytes choose.
  std::vector<TriggerHit> hits;
  for (std::size_t i = 0; i < size && hits.size() < 64; i += 1 + data[i] % 32)
    hits.push_back({static_cast<std::uint32_t>(data[i] % prose_triggers().size()), i});
  std::vector<ProseCandidate> found;
  find_prose(text, hits, found, nullptr, size % 2 == 0);
  for (const ProseCandidate &one : found)
    if (one.begin >= one.end || one.end > size || one.user_end > size || one.confidence < 0 ||
        one.confidence > 1)
      std::abort();
  return 0;
}

#include "evidence/item_name.hpp"

#include <string>

#include "base/encode.hpp"

namespace dislodge::evidence {

void emit_name(std::string_view path, std::string_view name, RecordId within, Sink &sink) {
  constexpr std::size_t kLeast = 12;  // bytes: a secret that a rule knows and a suffix do not fit into less
  if (name.size() < kLeast) return;
  const std::string utf8 = base::to_valid_utf8(name);
  TextView view;
  view.item = path;
  view.text = utf8;
  view.space = Space::text;
  view.within = within;
  view.prose = false;
  sink.text(view);
}

}  // namespace dislodge::evidence

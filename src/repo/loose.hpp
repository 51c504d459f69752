#pragma once
// Loose objects (Documentation/gitformat-loose): one zlib stream of "TYPE SIZE\0" and the content.

#include <optional>
#include <string_view>

#include "base/limits.hpp"
#include "evidence/inflate.hpp"
#include "evidence/ledger.hpp"
#include "repo/object.hpp"

namespace dislodge::repo {

struct LooseObject {
  ObjectType type = ObjectType::none;  // none: not a loose object at all
  std::string_view bytes;              // in the inflater's buffer; what could be unpacked
  ObjectId id;                         // only where it is whole
  evidence::LedgerState state = evidence::LedgerState::read;
  std::uint64_t consumed = 0;  // packed bytes that were decoded
};

LooseObject read_loose(std::string_view packed, evidence::Inflater &inflater, ObjectHasher &hasher,
                       const base::Limits &limits);

// "objects/1f/2e3d...": the id that a loose object's name gives; nothing for other names.
std::optional<ObjectId> loose_id_of(std::string_view name);

}  // namespace dislodge::repo

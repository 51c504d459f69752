#pragma once
// The shapes of listings: which columns tell one, and what its rows mean. One table a family, in the order of
// listings.cpp; a listing is of the first shape whose columns it has.

#include <span>
#include <string_view>

#include "identity/listing_writer.hpp"

namespace dislodge::identity::listings {

struct Shape {
  std::string_view name;
  // All of them, separated by blanks; of names joined with | one suffices.
  std::string_view columns;
  void (*read)(const Row &row, ListingWriter &out);
};

std::span<const Shape> microsoft_shapes();
std::span<const Shape> graph_shapes();
std::span<const Shape> code_shapes();
std::span<const Shape> okta_shapes();
std::span<const Shape> other_shapes();

}  // namespace dislodge::identity::listings

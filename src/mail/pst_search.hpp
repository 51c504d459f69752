#pragma once
// Messages of a PST whose nodes are lost: the tree of nodes was cut off or overwritten, their blocks were
// not. A message's property bag is recognised by its own first block, and its recipients and attachments are
// found by the list of subnodes that holds every id that the bag refers to.

#include <cstdint>
#include <vector>

#include "mail/pst_file.hpp"

namespace dislodge::mail {

struct LostMessage {
  std::uint64_t data = 0;  // block (or list of blocks) of its property bag
  std::uint64_t sub = 0;   // list of its subnodes; 0: none fits
};

// Reads the whole file. By rising data id. Property bags that a known node, or a subnode of anything, refers
// to are none.
std::vector<LostMessage> find_lost_messages(const PstFile &file);

}  // namespace dislodge::mail

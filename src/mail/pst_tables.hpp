#pragma once
// The middle layer of a PST ([MS-PST] 2.3, LTP): a heap within a node's data, trees within the heap, and on
// them property bags and tables. What is broken gives what is left of it, and clears `whole`.
//
//   bool whole = true;
//   const MapiBag bag = read_pst_bag(file, file.data(node.data), file.subnodes(node.sub, whole), whole);

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/mapi.hpp"
#include "mail/pst_file.hpp"

namespace dislodge::mail {

// A property bag. Values that lie in subnodes are read too, up to `limits.member_bytes_max` together. An
// object (type 0x0D) has as value the id of its subnode and its size, four bytes each.
MapiBag read_pst_bag(const PstFile &file, const PstData &data, const std::vector<PstSubnode> &subnodes,
                     bool &whole);

// The rows of a table, at most `most`.
std::vector<MapiBag> read_pst_table(const PstFile &file, const PstData &data,
                                    const std::vector<PstSubnode> &subnodes, std::size_t most, bool &whole);

// Whether the first block of a node begins a property bag.
bool begins_pst_bag(std::string_view first_block);
// The ids of subnodes that the bag's values lie in, without reading them.
std::vector<std::uint32_t> subnodes_named_by(const PstFile &file, const PstData &data);

const PstSubnode *find_subnode(const std::vector<PstSubnode> &subnodes, std::uint32_t id);

}  // namespace dislodge::mail

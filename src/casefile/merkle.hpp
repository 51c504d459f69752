#pragma once
// Merkle trees as RFC 9162 section 2.1 defines them: leaf = SHA-256(0x00 || data), node = SHA-256(0x01 ||
// left || right), the empty tree is SHA-256(""). All functions take leaf hashes in order.

#include <cstdint>
#include <span>
#include <vector>

#include "base/hash.hpp"

namespace dislodge::casefile {

using Hash = base::Sha256;

Hash leaf_hash(std::string_view data);
Hash node_hash(const Hash &left, const Hash &right);
Hash tree_root(std::span<const Hash> leaves);
// PATH(m, D[n]): shows that leaf `index` is in the tree of all leaves. REQUIRES: index < leaves.size().
std::vector<Hash> inclusion_proof(std::span<const Hash> leaves, std::uint64_t index);
bool verify_inclusion(const Hash &leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> proof,
                      const Hash &root);
// PROOF(m, D[n]): shows that the tree of the first `old_size` leaves is a prefix. REQUIRES: 0 < old_size <=
// size.
std::vector<Hash> consistency_proof(std::span<const Hash> leaves, std::uint64_t old_size);
bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash &old_root,
                        const Hash &new_root, std::span<const Hash> proof);

}  // namespace dislodge::casefile

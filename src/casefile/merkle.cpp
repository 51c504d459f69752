#include "casefile/merkle.hpp"

#include <bit>

namespace dislodge::casefile {

namespace {

// The largest power of two smaller than size (RFC 9162: k). REQUIRES: size > 1.
std::uint64_t split(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

void subproof(std::span<const Hash> leaves, std::uint64_t old_size, bool complete, std::vector<Hash> &proof) {
  if (old_size == leaves.size()) {
    if (!complete) proof.push_back(tree_root(leaves));
    return;
  }
  const std::uint64_t k = split(leaves.size());
  if (old_size <= k) {
    subproof(leaves.first(k), old_size, complete, proof);
    proof.push_back(tree_root(leaves.subspan(k)));
  } else {
    subproof(leaves.subspan(k), old_size - k, false, proof);
    proof.push_back(tree_root(leaves.first(k)));
  }
}

}  // namespace

Hash leaf_hash(std::string_view data) {
  std::string bytes(1, '\0');
  bytes += data;
  return base::sha256(bytes);
}

Hash node_hash(const Hash &left, const Hash &right) {
  std::string bytes(1, '\1');
  bytes += base::as_bytes(left);
  bytes += base::as_bytes(right);
  return base::sha256(bytes);
}

// The recursion is as deep as the tree: 64 levels at most.
Hash tree_root(std::span<const Hash> leaves) {
  if (leaves.empty()) return base::sha256("");
  if (leaves.size() == 1) return leaves[0];
  const std::uint64_t k = split(leaves.size());
  return node_hash(tree_root(leaves.first(k)), tree_root(leaves.subspan(k)));
}

std::vector<Hash> inclusion_proof(std::span<const Hash> leaves, std::uint64_t index) {
  std::vector<Hash> from_root;
  while (leaves.size() > 1) {
    const std::uint64_t k = split(leaves.size());
    if (index < k) {
      from_root.push_back(tree_root(leaves.subspan(k)));
      leaves = leaves.first(k);
    } else {
      from_root.push_back(tree_root(leaves.first(k)));
      leaves = leaves.subspan(k);
      index -= k;
    }
  }
  return {from_root.rbegin(), from_root.rend()};
}

// RFC 9162 section 2.1.3.2.
bool verify_inclusion(const Hash &leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> proof,
                      const Hash &root) {
  if (index >= size) return false;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Hash hash = leaf;
  for (const Hash &sibling : proof) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

std::vector<Hash> consistency_proof(std::span<const Hash> leaves, std::uint64_t old_size) {
  std::vector<Hash> proof;
  if (old_size == 0 || old_size >= leaves.size()) return proof;
  subproof(leaves, old_size, true, proof);
  return proof;
}

// RFC 9162 section 2.1.4.2.
bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash &old_root,
                        const Hash &new_root, std::span<const Hash> proof) {
  if (old_size == 0 || old_size > new_size) return false;
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  std::vector<Hash> path(proof.begin(), proof.end());
  if (std::has_single_bit(old_size)) path.insert(path.begin(), old_root);
  if (path.empty()) return false;
  std::uint64_t node = old_size - 1;
  std::uint64_t last = new_size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  Hash old_hash = path[0];
  Hash new_hash = path[0];
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_hash = node_hash(path[i], old_hash);
      new_hash = node_hash(path[i], new_hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = node_hash(new_hash, path[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == old_root && new_hash == new_root;
}

}  // namespace dislodge::casefile

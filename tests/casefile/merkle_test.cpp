#include "casefile/merkle.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dislodge::casefile {
namespace {

std::vector<Hash> leaves(std::size_t count) {
  std::vector<Hash> list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(leaf_hash("entry " + std::to_string(i)));
  return list;
}

TEST(Merkle, EmptyTreeIsTheHashOfNothing) {
  EXPECT_EQ(base::to_hex(tree_root({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// Vectors of the Certificate Transparency reference implementation (RFC 6962 test data).
TEST(Merkle, KnownRoots) {
  std::vector<Hash> list;
  for (const std::string &hex :
       {std::string(""), std::string("\0", 1), std::string("\x10"), std::string("\x20\x21")})
    list.push_back(leaf_hash(hex));
  EXPECT_EQ(base::to_hex(tree_root(std::span(list).first(1))),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(base::to_hex(tree_root(std::span(list).first(2))),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
  EXPECT_EQ(base::to_hex(tree_root(std::span(list).first(3))),
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
  EXPECT_EQ(base::to_hex(tree_root(list)),
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
}

TEST(Merkle, InclusionHoldsForEveryLeafAndNoOther) {
  for (std::size_t size = 1; size <= 33; ++size) {
    const auto all = leaves(size);
    const Hash root = tree_root(all);
    for (std::size_t i = 0; i < size; ++i) {
      const auto proof = inclusion_proof(all, i);
      EXPECT_TRUE(verify_inclusion(all[i], i, size, proof, root)) << size << " " << i;
      EXPECT_FALSE(verify_inclusion(leaf_hash("other"), i, size, proof, root));
      if (size > 1) {
        EXPECT_FALSE(verify_inclusion(all[i], (i + 1) % size, size, proof, root));
      }
    }
  }
}

TEST(Merkle, ConsistencyHoldsForEveryPrefixAndNotForARewrittenOne) {
  for (std::size_t size = 1; size <= 33; ++size) {
    const auto all = leaves(size);
    for (std::size_t old_size = 1; old_size <= size; ++old_size) {
      const auto proof = consistency_proof(all, old_size);
      const Hash old_root = tree_root(std::span(all).first(old_size));
      EXPECT_TRUE(verify_consistency(old_size, size, old_root, tree_root(all), proof))
          << old_size << " " << size;
      auto rewritten = leaves(old_size);
      rewritten[0] = leaf_hash("rewritten");
      EXPECT_FALSE(verify_consistency(old_size, size, tree_root(rewritten), tree_root(all), proof));
    }
  }
}

}  // namespace
}  // namespace dislodge::casefile

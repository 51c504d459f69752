#pragma once
// Fills a case as if a large organisation had been read: a directory of half a million principals with five
// million memberships, and ten million sightings of four million secrets in mailboxes and repositories. It
// goes in through the store, as workers' results do; only the values of secrets are not sealed one by one,
// which takes an hour and is no part of loading.

#include <cstdint>

#include "base/result.hpp"
#include "casefile/case.hpp"

namespace dislodge::bench {

struct CaseSize {
  double scale = 1;  // of everything below
  std::uint64_t users = 500'000, groups = 200'000, services = 50'000;
  std::uint64_t memberships = 5'000'000, grants = 1'500'000, control = 500'000;
  std::uint64_t mailboxes = 16'000, repositories = 4'000;  // handed in, a file each
  std::uint64_t secrets = 4'000'000, sightings = 10'000'000;
  std::uint64_t messages = 2'000'000;  // in which they lie
};

base::Result<void> fill_case(casefile::Case &the_case, const CaseSize &size);

}  // namespace dislodge::bench

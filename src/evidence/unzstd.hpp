#pragma once
// zstd streams (RFC 8878) by libzstd, within a cap, keeping what came out before a fault. Frames that follow
// one another are one output; skippable frames are passed over.

#include <cstdint>
#include <memory>
#include <string_view>

#include "evidence/inflate.hpp"

namespace dislodge::evidence {

class Unzstd {
 public:
  Unzstd();
  ~Unzstd();
  Unzstd(const Unzstd &) = delete;
  Unzstd &operator=(const Unzstd &) = delete;

  // As Inflater::raw. Bytes behind the last frame are not consumed and no fault.
  Inflated unpack(std::string_view packed, std::uint64_t expected, std::uint64_t cap);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dislodge::evidence

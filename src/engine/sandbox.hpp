#pragma once
// The box in which hostile bytes are parsed: no network, no new processes, no opening of files, bounded
// memory. A worker enters it after everything it needs is open; there is no way out. seccomp filters system
// calls by an allow list; what opens files is refused (EACCES), the rest kills.

#include <cstdint>

#include "base/result.hpp"

namespace dislodge::engine {

struct SandboxLimits {
  std::uint64_t memory_bytes = 1ull << 30;  // of data; mapped evidence does not count
};

// Whether this build can enter the sandbox: sanitizers need system calls that it forbids.
bool sandbox_available();
base::Result<void> enter_sandbox(const SandboxLimits &limits);

}  // namespace dislodge::engine

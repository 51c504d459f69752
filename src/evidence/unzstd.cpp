#include "evidence/unzstd.hpp"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace dislodge::evidence {

namespace {

constexpr std::size_t kFirstCapacity = 256 << 10;
constexpr std::size_t kGuessMax = 64ull << 20;
// A frame may ask for any window; 27 bits (128 MiB) is what zstd itself accepts without being told otherwise.
constexpr int kWindowLogMax = 27;

bool frame_begins(std::string_view bytes) {
  if (bytes.size() < 4) return false;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (at(1) == 0xB5 && at(2) == 0x2F && at(3) == 0xFD) return at(0) == 0x28;
  return (at(0) & 0xF0) == 0x50 && at(1) == 0x2A && at(2) == 0x4D && at(3) == 0x18;  // skippable
}

}  // namespace

struct Unzstd::State {
  ZSTD_DCtx *context = nullptr;
  std::unique_ptr<char[]> buffer;
  std::size_t capacity = 0;

  void grow(std::size_t wanted, std::size_t used) {
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (used != 0) std::memcpy(larger.get(), buffer.get(), used);
    buffer = std::move(larger);
    capacity = wanted;
  }
};

Unzstd::Unzstd() : state_(std::make_unique<State>()) {}
Unzstd::~Unzstd() {
  ZSTD_freeDCtx(state_->context);
}

Inflated Unzstd::unpack(std::string_view packed, std::uint64_t expected, std::uint64_t cap) {
  State &state = *state_;
  if (state.context == nullptr) {
    state.context = ZSTD_createDCtx();
    if (state.context == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(state.context, ZSTD_d_windowLogMax, kWindowLogMax);
  }
  ZSTD_DCtx_reset(state.context, ZSTD_reset_session_only);
  const auto most = static_cast<std::size_t>(cap);
  std::size_t first = std::min(most, kFirstCapacity);
  if (expected != 0 && expected <= most)
    first = std::min<std::size_t>(static_cast<std::size_t>(expected), kGuessMax);
  if (state.capacity < std::max<std::size_t>(first, 1)) state.grow(std::max<std::size_t>(first, 1), 0);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer out{state.buffer.get(), std::min(state.capacity, most), 0};
  const auto result = [&](InflateEnd end) {
    return Inflated{{state.buffer.get(), out.pos}, end == InflateEnd::limit ? 0 : in.pos, end};
  };
  while (true) {
    const std::size_t before_in = in.pos;
    const std::size_t before_out = out.pos;
    const std::size_t hint = ZSTD_decompressStream(state.context, &out, &in);
    if (ZSTD_isError(hint)) return result(InflateEnd::damaged);
    if (hint == 0) {  // a frame is done
      if (!frame_begins(packed.substr(in.pos))) return result(InflateEnd::complete);
      continue;
    }
    if (out.pos == out.size) {
      if (out.size >= most) return result(InflateEnd::limit);
      state.grow(std::min(most, std::max<std::size_t>(out.size * 2, kFirstCapacity)), out.pos);
      out.dst = state.buffer.get();
      out.size = std::min(state.capacity, most);
      continue;
    }
    // All input used, nothing held back, and the frame is not done.
    if (in.pos == in.size && before_in == in.pos && before_out == out.pos)
      return result(InflateEnd::truncated);
  }
}

}  // namespace dislodge::evidence

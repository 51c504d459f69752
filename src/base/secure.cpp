#include "base/secure.hpp"

#include <sodium.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace dislodge::base {

namespace {
bool g_memory_lock_held = true;
}

SecretBytes SecretBytes::sized(std::size_t size) {
  SecretBytes bytes;
  if (size == 0) return bytes;
  bytes.data_ = static_cast<char *>(::operator new(size));
  bytes.size_ = size;
  std::memset(bytes.data_, 0, size);
  if (::mlock(bytes.data_, size) != 0) g_memory_lock_held = false;
  return bytes;
}

SecretBytes::SecretBytes(std::string_view bytes) {
  *this = sized(bytes.size());
  if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
}

SecretBytes SecretBytes::random(std::size_t size) {
  SecretBytes bytes = sized(size);
  randombytes_buf(bytes.data_, size);
  return bytes;
}

SecretBytes::SecretBytes(SecretBytes &&other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes &SecretBytes::operator=(SecretBytes &&other) noexcept {
  if (this != &other) {
    reset();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void SecretBytes::reset() {
  if (data_ == nullptr) return;
  sodium_memzero(data_, size_);
  ::munlock(data_, size_);
  ::operator delete(data_);
  data_ = nullptr;
  size_ = 0;
}

void wipe(std::string &bytes) {
  sodium_memzero(bytes.data(), bytes.size());
  bytes.clear();
}

void harden_process() {
  if (sodium_init() < 0) throw std::runtime_error("the crypto library cannot start");
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

bool memory_lock_held() {
  return g_memory_lock_held;
}

}  // namespace dislodge::base

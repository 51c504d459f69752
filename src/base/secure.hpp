#pragma once
// Memory that holds secrets: locked against swapping where the limit allows, wiped when released. And the
// process switches that keep secrets out of core files.

#include <string>
#include <string_view>

namespace dislodge::base {

// Owns secret bytes. Move-only; the old place is wiped on move and destruction.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::string_view bytes);
  static SecretBytes sized(std::size_t size);  // zero bytes, to be filled through data()
  static SecretBytes random(std::size_t size);
  ~SecretBytes() { reset(); }
  SecretBytes(SecretBytes &&other) noexcept;
  SecretBytes &operator=(SecretBytes &&other) noexcept;
  SecretBytes(const SecretBytes &) = delete;
  SecretBytes &operator=(const SecretBytes &) = delete;

  std::string_view view() const { return {data_, size_}; }
  unsigned char *data() { return reinterpret_cast<unsigned char *>(data_); }
  const unsigned char *data() const { return reinterpret_cast<const unsigned char *>(data_); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void reset();

 private:
  char *data_ = nullptr;
  std::size_t size_ = 0;
};

void wipe(std::string &bytes);  // overwrites, then clears

// Core dumps off, not debuggable, libsodium ready. Called first thing by main.
void harden_process();
// False after an attempt to lock secret memory was refused (RLIMIT_MEMLOCK): the program says so once.
bool memory_lock_held();

}  // namespace dislodge::base

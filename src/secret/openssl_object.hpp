#pragma once
// Objects of OpenSSL that free themselves.
//
//   const Owned<EVP_PKEY, EVP_PKEY_free> key(d2i_AutoPrivateKey(nullptr, &at, size));

#include <memory>

namespace dislodge::secret {

template <typename T, void (*Free)(T *)>
struct Freed {
  void operator()(T *object) const { Free(object); }
};
template <typename T, void (*Free)(T *)>
using Owned = std::unique_ptr<T, Freed<T, Free>>;

}  // namespace dislodge::secret

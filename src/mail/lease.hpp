#pragma once
// Objects that are used again rather than made anew. A message needs buffers for a moment and there are
// millions of messages; one within another needs its own meanwhile. Each thread keeps what it has had in use
// at once, emptied by T::reuse(), which lets go of memory beyond the ordinary.
//
//   Lease<Body> body = lease<Body>();      // given back when it goes out of scope

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace dislodge::mail {

template <typename T>
class GiveBack {
 public:
  static std::vector<std::unique_ptr<T>> &kept() {
    static thread_local std::vector<std::unique_ptr<T>> objects;
    return objects;
  }
  void operator()(T *object) const {
    std::unique_ptr<T> owned(object);
    if (kept().size() >= kKept) return;
    object->reuse();
    kept().push_back(std::move(owned));
  }

 private:
  static constexpr std::size_t kKept = 16;
};

template <typename T>
using Lease = std::unique_ptr<T, GiveBack<T>>;

template <typename T>
Lease<T> lease() {
  auto &kept = GiveBack<T>::kept();
  if (kept.empty()) return Lease<T>(new T);
  T *object = kept.back().release();
  kept.pop_back();
  return Lease<T>(object);
}

}  // namespace dislodge::mail

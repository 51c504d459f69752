#pragma once
// An allocator for large arrays that are read all over: asks the kernel for pages of 2 MiB, so that a look-up
// costs one miss instead of two (the page's translation and the data). Where the kernel has none to give,
// nothing changes. What is resized is default-initialised: elements without initialisers are left as they
// come, so that memory which is written anyway is not written twice.
//
//   std::vector<State, HugePages<State>> states(nodes);

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>

namespace dislodge::base {

template <typename T>
struct HugePages {
  using value_type = T;
  static constexpr std::size_t kPage = std::size_t{2} << 20;
  static constexpr std::align_val_t kAlignment{alignof(T)};

  HugePages() = default;
  template <typename U>
  HugePages(const HugePages<U> &) {}  // NOLINT: allocators convert

  T *allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < 2 * kPage) return static_cast<T *>(::operator new(bytes, kAlignment));
    void *memory = std::aligned_alloc(kPage, (bytes + kPage - 1) / kPage * kPage);
    if (memory == nullptr) throw std::bad_alloc();
    (void)::madvise(memory, bytes, MADV_HUGEPAGE);
    return static_cast<T *>(memory);
  }
  template <typename U>
  void construct(U *place) noexcept(std::is_nothrow_default_constructible_v<U>) {
    ::new (static_cast<void *>(place)) U;
  }
  template <typename U, typename First, typename... Rest>
  void construct(U *place, First &&first, Rest &&...rest) {
    ::new (static_cast<void *>(place)) U(std::forward<First>(first), std::forward<Rest>(rest)...);
  }
  void deallocate(T *memory, std::size_t count) {
    if (count * sizeof(T) < 2 * kPage)
      ::operator delete(memory, kAlignment);
    else
      std::free(memory);
  }
  friend bool operator==(const HugePages &, const HugePages &) { return true; }
};

}  // namespace dislodge::base

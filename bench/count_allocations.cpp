// A library to put in front of the allocator (LD_PRELOAD) of an unchanged server, glibc's or another: counts its
// allocations and their bytes in a file that another process can read at any time. Costs a few nanoseconds a call, so
// it never runs in a timed round.
//
// COUNT_ALLOCATIONS_FILE names the file: two 64-bit numbers, allocations and bytes.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

struct Counts {
  std::atomic<std::uint64_t> allocations;
  std::atomic<std::uint64_t> bytes;
};
static_assert(sizeof(Counts) == 16, "bench/counts.py reads two 64-bit numbers");

Counts fallback{};
Counts* counts = &fallback;

void note(std::size_t size) {
  counts->allocations.fetch_add(1, std::memory_order_relaxed);
  counts->bytes.fetch_add(size, std::memory_order_relaxed);
}

// The allocator behind this library; found at the first call, before which dlsym itself may ask for memory.
struct Allocator {
  void* (*malloc)(std::size_t) = nullptr;
  void* (*calloc)(std::size_t, std::size_t) = nullptr;
  void* (*realloc)(void*, std::size_t) = nullptr;
  int (*posix_memalign)(void**, std::size_t, std::size_t) = nullptr;
  void (*free)(void*) = nullptr;
};
Allocator next;
bool searching = false;

template <class Function>
void find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
  if (function == nullptr) std::abort();
}

// What dlsym is given while it searches: never freed, never much.
alignas(std::max_align_t) std::array<char, 16 * 1024> early;
std::size_t early_used = 0;

bool isEarly(const void* block) { return block >= early.data() && block < early.data() + early.size(); }

void* takeEarly(std::size_t size) {
  const std::size_t rounded = (size + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);
  if (early_used + rounded > early.size()) std::abort();
  void* block = early.data() + early_used;
  early_used += rounded;
  return block;
}

bool ready() {
  if (next.free != nullptr) return true;
  if (searching) return false;
  searching = true;
  find(next.malloc, "malloc");
  find(next.calloc, "calloc");
  find(next.realloc, "realloc");
  find(next.posix_memalign, "posix_memalign");
  find(next.free, "free");
  return true;
}

void* orThrow(void* block) {
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

__attribute__((constructor)) void openCounts() {
  const char* path = std::getenv("COUNT_ALLOCATIONS_FILE");
  if (path == nullptr) return;
  const int file = ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ::ftruncate(file, sizeof(Counts)) != 0) return;
  void* shared = ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (shared != MAP_FAILED) counts = static_cast<Counts*>(shared);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  note(size);
  return ready() ? next.malloc(size) : takeEarly(size);
}

void* calloc(std::size_t count, std::size_t size) {
  note(count * size);
  return ready() ? next.calloc(count, size) : takeEarly(count * size);  // `early` is zero and given out once
}

void* realloc(void* old, std::size_t size) {
  if (isEarly(old) || !ready()) std::abort();
  note(size);
  return next.realloc(old, size);
}

int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  note(size);
  return ready() ? next.posix_memalign(out, alignment, size) : ENOMEM;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  void* block = nullptr;
  return posix_memalign(&block, alignment, size) == 0 ? block : nullptr;
}

void free(void* block) {
  if (block != nullptr && !isEarly(block) && ready()) next.free(block);
}

}  // extern "C"

// An allocator may bring its own operator new that never calls malloc: these come before it.
void* operator new(std::size_t size) { return orThrow(malloc(size)); }
void* operator new[](std::size_t size) { return orThrow(malloc(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return malloc(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return orThrow(aligned_alloc(static_cast<std::size_t>(alignment), size));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return orThrow(aligned_alloc(static_cast<std::size_t>(alignment), size));
}
void operator delete(void* block) noexcept { free(block); }
void operator delete[](void* block) noexcept { free(block); }
void operator delete(void* block, std::size_t) noexcept { free(block); }
void operator delete[](void* block, std::size_t) noexcept { free(block); }
void operator delete(void* block, std::align_val_t) noexcept { free(block); }
void operator delete[](void* block, std::align_val_t) noexcept { free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { free(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { free(block); }

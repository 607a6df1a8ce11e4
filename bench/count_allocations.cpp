// A library to put in front of the allocator (LD_PRELOAD) of an unchanged server: counts its allocations and their
// bytes in a file that another process can read at any time. Costs a few nanoseconds a call, so it never runs in a
// timed round.
//
// COUNT_ALLOCATIONS_FILE names the file: two 64-bit numbers, allocations and bytes. operator new is counted as the
// malloc it calls.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

struct Counts {
  std::atomic<std::uint64_t> allocations;
  std::atomic<std::uint64_t> bytes;
};
static_assert(sizeof(Counts) == 16, "bench/counts.py reads two 64-bit numbers");

Counts fallback{};
Counts* counts = &fallback;

// What glibc's allocator is called behind the names that this library takes.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

void note(std::size_t size) {
  counts->allocations.fetch_add(1, std::memory_order_relaxed);
  counts->bytes.fetch_add(size, std::memory_order_relaxed);
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
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  note(count * size);
  return __libc_calloc(count, size);
}

void* realloc(void* old, std::size_t size) {
  note(size);
  return __libc_realloc(old, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  note(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  note(size);
  *out = __libc_memalign(alignment, size);
  return *out == nullptr ? 12 : 0;  // ENOMEM
}

}  // extern "C"

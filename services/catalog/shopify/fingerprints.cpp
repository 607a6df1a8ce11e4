#include "services/catalog/shopify/fingerprints.hpp"

namespace kontor::catalog::shopify {
namespace {

// FNV-1a with a final mix (that of MurmurHash3), for FNV's low bits alone are weak; never 0.
uint64_t fingerprintOf(std::string_view text) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char character : text) {
    hash ^= static_cast<unsigned char>(character);
    hash *= 1099511628211ULL;
  }
  hash ^= hash >> 33;
  hash *= 0xFF51AFD7ED558CCDULL;
  hash ^= hash >> 33;
  hash *= 0xC4CEB9FE1A85EC53ULL;
  hash ^= hash >> 33;
  return hash == 0 ? 1 : hash;
}

// False if the fingerprint is there already. `slots` has a free one and a power of two in all.
bool insert(std::vector<uint64_t>& slots, uint64_t fingerprint) {
  const size_t mask = slots.size() - 1;
  for (size_t at = fingerprint & mask;; at = (at + 1) & mask) {
    if (slots[at] == fingerprint) return false;
    if (slots[at] != 0) continue;
    slots[at] = fingerprint;
    return true;
  }
}

}  // namespace

bool Fingerprints::add(std::string_view text) {
  if ((used_ + 1) * 4 > slots_.size() * 3) grow();
  if (!insert(slots_, fingerprintOf(text))) return false;
  ++used_;
  return true;
}

void Fingerprints::grow() {
  std::vector<uint64_t> larger(slots_.empty() ? 64 : slots_.size() * 2);
  for (const uint64_t fingerprint : slots_) {
    if (fingerprint != 0) insert(larger, fingerprint);
  }
  slots_.swap(larger);
}

}  // namespace kontor::catalog::shopify

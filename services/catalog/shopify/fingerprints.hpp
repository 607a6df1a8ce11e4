#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kontor::catalog::shopify {

/// Remembers which texts were seen, by 64 bits each.
///
/// Finding a duplicate anywhere in a file needs something for each SKU; 11 to 32 bytes each (open addressing, at most
/// three quarters full) keep the import of a million variants within 32 MiB whatever their rows hold. Two texts are
/// taken for one with a chance of 1 in 30 million for a million texts; the second is then refused as a duplicate, with
/// an error that names it, and nothing is overwritten.
class Fingerprints {
 public:
  /// False if `text` was added before.
  bool add(std::string_view text);

 private:
  void grow();

  std::vector<uint64_t> slots_;  // 0: free
  size_t used_ = 0;
};

}  // namespace kontor::catalog::shopify

#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace kontor::runtime {
class Random;
}

namespace kontor::security {

/// Seals columns that hold personal data: AEAD (XChaCha20-Poly1305, libsodium), the key named by an id in the sealed
/// bytes so that keys can be rotated, and a keyed hash (BLAKE2b) for look-ups by equality. Thread-safe.
class Sealer {
 public:
  /// `key_id` is stored with each sealed value; `key` is 32 bytes. `random` draws nonces and must outlive the sealer.
  Sealer(std::string key_id, std::string key, runtime::Random& random);
  ~Sealer();
  Sealer(Sealer&&) noexcept;

  /// Seals `plain` for one place: `context` ("order.email:order_01…") must be the same when it is opened, so that a
  /// sealed value cannot be moved to another row or column.
  std::string seal(std::string_view plain, std::string_view context) const;
  /// Throws DATA_LOSS / "SEAL_BROKEN" when the bytes were changed, moved, or sealed by an unknown key.
  std::string open(std::string_view sealed, std::string_view context) const;
  /// A keyed hash for look-up columns: equal texts have equal hashes under one key. `purpose` parts columns.
  std::string lookup(std::string_view plain, std::string_view purpose) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor::security

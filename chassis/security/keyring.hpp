#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "chassis/security/sealer.hpp"

namespace kontor::security {

/// The key of the sealed columns: made once, kept in `<data>/keys/seal.key` (0600) or brought by a setting
/// (`${file:…}`). Whoever has the key and the stores reads the personal data; whoever loses the key has lost them.
class KeyRing {
 public:
  /// Reads the data folder's key, or makes one when the folder holds no store yet.
  ///
  /// Throws FAILED_PRECONDITION: "KEY_EXPOSED" when others than its owner may read the file, "KEY_MISSING" when there
  /// are stores (*.db) but no key, "KEY_MALFORMED"; UNAVAILABLE when the folder cannot be written. Blocking.
  static KeyRing openOrMake(const std::filesystem::path& data_folder, runtime::Random& random);
  /// A key from its text, "kontor-seal-key:<64 hexadecimal digits>"; `source` names where it came from in errors.
  static KeyRing parse(std::string_view text, std::string_view source);

  /// Names the key in what it seals: a hash of it, not a secret.
  const std::string& id() const { return id_; }
  Sealer sealer(runtime::Random& random) const { return Sealer(id_, key_, random); }

 private:
  explicit KeyRing(std::string key);
  std::string id_;
  std::string key_;
};

}  // namespace kontor::security

#include "chassis/security/sealer.hpp"

#include <sodium.h>

#include <array>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/security/sodium.hpp"

namespace kontor::security {
namespace {

// A sealed value: format byte, length of the key's id, the id, nonce, ciphertext with its tag.
constexpr char kFormat = 1;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
using Key = std::array<unsigned char, 32>;

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// Sealing and look-ups use keys of their own, so that neither tells of the other.
void derive(Key& into, std::uint64_t number, const std::string& master) {
  crypto_kdf_derive_from_key(into.data(), into.size(), number, "kontorsl", raw(master));
}

// What is authenticated beside the text: the header, and the place that the value belongs to.
std::string boundTo(std::string_view header, std::string_view context) { return std::string(header).append(context); }

[[noreturn]] void broken(std::string_view context, std::string_view why) {
  const std::string column(context.substr(0, context.find(':')));
  throw Error(Code::kDataLoss, "SEAL_BROKEN",
              "a sealed value of " + column + " cannot be opened: " + std::string(why) +
                  "; restore the store and keys/seal.key from the same backup");
}

}  // namespace

struct Sealer::Impl {
  Impl(std::string id, runtime::Random& source) : header{kFormat}, random(source) {
    header.push_back(static_cast<char>(id.size()));
    header += id;
  }
  ~Impl() {
    sodium_memzero(seal_key.data(), seal_key.size());
    sodium_memzero(lookup_key.data(), lookup_key.size());
  }

  std::string header;
  Key seal_key;
  Key lookup_key;
  runtime::Random& random;
};

Sealer::Sealer(std::string key_id, std::string key, runtime::Random& random) {
  readySodium();
  KONTOR_ASSERT(key.size() == crypto_kdf_KEYBYTES, "a sealing key is 32 bytes long");
  KONTOR_ASSERT(!key_id.empty() && key_id.size() < 64, "a sealing key's id has 1 to 63 characters");
  impl_ = std::make_unique<Impl>(std::move(key_id), random);
  derive(impl_->seal_key, 1, key);
  derive(impl_->lookup_key, 2, key);
  sodium_memzero(key.data(), key.size());
}
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer::~Sealer() = default;

std::string Sealer::seal(std::string_view plain, std::string_view context) const {
  const Impl& impl = *impl_;
  const std::string bound = boundTo(impl.header, context);
  std::string out = impl.header;
  const std::size_t nonce_at = out.size();
  out.resize(nonce_at + kNonce + plain.size() + kTag);
  auto* nonce = reinterpret_cast<unsigned char*>(out.data()) + nonce_at;
  impl.random.fill({nonce, kNonce});
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonce, nullptr, raw(plain), plain.size(), raw(bound),
                                             bound.size(), nullptr, nonce, impl.seal_key.data());
  return out;
}

std::string Sealer::open(std::string_view sealed, std::string_view context) const {
  const Impl& impl = *impl_;
  if (sealed.size() < impl.header.size() + kNonce + kTag) broken(context, "it is too short");
  if (!sealed.starts_with(impl.header)) broken(context, "it was sealed by another key");
  const std::string bound = boundTo(impl.header, context);
  const std::string_view nonce = sealed.substr(impl.header.size(), kNonce);
  const std::string_view cipher = sealed.substr(impl.header.size() + kNonce);
  std::string plain(cipher.size() - kTag, '\0');
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), nullptr,
                                                                nullptr, raw(cipher), cipher.size(), raw(bound),
                                                                bound.size(), raw(nonce), impl.seal_key.data());
  if (failed != 0) broken(context, "it was changed, or moved from another row");
  return plain;
}

std::string Sealer::lookup(std::string_view plain, std::string_view purpose) const {
  // The length parts purpose from text: ("ab", "c") and ("a", "bc") must not meet.
  const std::string data = std::to_string(purpose.size()) + ":" + std::string(purpose) + std::string(plain);
  const Key& key = impl_->lookup_key;
  return toHex(blake2b(data, {reinterpret_cast<const char*>(key.data()), key.size()}));
}

}  // namespace kontor::security

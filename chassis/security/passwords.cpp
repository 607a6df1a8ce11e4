#include "chassis/security/passwords.hpp"

#include <sodium.h>

#include <algorithm>
#include <atomic>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/security/guessable_passwords.hpp"
#include "chassis/security/sodium.hpp"

namespace kontor::security {
namespace {

constexpr int kMaxWaiting = 64;
constexpr std::size_t kMinCharacters = 8;
constexpr std::size_t kMaxCharacters = 256;
constexpr std::size_t kHashBytes = 32;
using Salt = std::array<std::uint8_t, crypto_pwhash_SALTBYTES>;
using Hash = std::array<unsigned char, kHashBytes>;

std::string base64(const unsigned char* bytes, std::size_t size) {
  std::string out(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL_NO_PADDING), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes, size, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  out.pop_back();
  return out;
}

std::string phcText(const Salt& salt, const Hash& hash, PasswordCost cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) + ",p=1$" +
         base64(salt.data(), salt.size()) + "$" + base64(hash.data(), hash.size());
}

// libsodium's own crypto_pwhash_str draws its salt itself; ours comes from the port, so that a run can be repeated.
std::string argon2id(const std::string& password, const Salt& salt, PasswordCost cost) {
  Hash hash{};
  const int failed = crypto_pwhash(hash.data(), hash.size(), password.data(), password.size(), salt.data(),
                                   static_cast<unsigned long long>(cost.passes),
                                   static_cast<std::size_t>(cost.memory_kib) * 1024, crypto_pwhash_ALG_ARGON2ID13);
  if (failed != 0) throw Error(Code::kResourceExhausted, "BUSY", "no memory is left to hash a password: try again");
  return phcText(salt, hash, cost);
}

std::string toLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Characters as people count them, near enough: UTF-8 sequences.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

struct Passwords::Impl {
  // Runs `work` on the worker and waits for what it returns.
  template <class T, class F>
  task<T> run(F work) {
    if (waiting->fetch_add(1) >= kMaxWaiting) {
      waiting->fetch_sub(1);
      throw Error(Code::kResourceExhausted, "BUSY", "too many logins at once: try again in a few seconds");
    }
    runtime::OneShot<T> done;
    worker->executor().post([done, count = waiting, job = std::move(work)] {
      try {
        done.setValue(job());
      } catch (...) {
        done.setError(std::current_exception());
      }
      count->fetch_sub(1);
    });
    co_return co_await done;
  }

  runtime::Environment& environment;
  PasswordCost cost;
  std::unique_ptr<runtime::Worker> worker;
  std::string nobody;  // the hash of no password: to check one against it costs as much as against any other
  std::shared_ptr<std::atomic<int>> waiting = std::make_shared<std::atomic<int>>(0);
};

Passwords::Passwords(runtime::Environment& environment, PasswordCost cost) {
  readySodium();
  KONTOR_ASSERT(cost.memory_kib >= 8 && cost.passes >= 1, "Argon2id takes at least 8 KiB and one pass");
  impl_ = std::make_unique<Impl>(
      Impl{environment, cost, environment.makeWorker("passwords"), phcText(Salt{}, Hash{}, cost)});
}
Passwords::~Passwords() = default;

task<std::string> Passwords::hash(std::string password) {
  Salt salt;
  impl_->environment.random().fill(salt);
  return impl_->run<std::string>(
      [secret = std::move(password), salt, cost = impl_->cost] { return argon2id(secret, salt, cost); });
}

task<bool> Passwords::verify(std::string password, std::string phc) {
  const bool known = phc.starts_with("$argon2id$") && phc.size() < crypto_pwhash_STRBYTES;
  return impl_->run<bool>([secret = std::move(password), text = known ? std::move(phc) : impl_->nobody, known] {
    std::array<char, crypto_pwhash_STRBYTES> padded{};
    std::copy(text.begin(), text.end(), padded.begin());
    return crypto_pwhash_str_verify(padded.data(), secret.data(), secret.size()) == 0 && known;
  });
}

bool Passwords::needsRehash(const std::string& phc) const {
  if (phc.size() >= crypto_pwhash_STRBYTES) return true;
  return crypto_pwhash_str_needs_rehash(phc.c_str(), static_cast<unsigned long long>(impl_->cost.passes),
                                        static_cast<std::size_t>(impl_->cost.memory_kib) * 1024) != 0;
}

void requireGoodPassword(std::string_view password, std::string_view path) {
  const std::size_t length = characters(password);
  if (length < kMinCharacters) {
    throw invalidField(std::string(path), "TOO_SHORT",
                       "a password has at least 8 characters; this one has " + std::to_string(length));
  }
  if (length > kMaxCharacters) {
    throw invalidField(std::string(path), "TOO_LONG",
                       "a password has at most 256 characters; this one has " + std::to_string(length));
  }
  if (isGuessablePassword(toLower(password))) {
    throw invalidField(std::string(path), "TOO_COMMON", "this password is among the first that an attacker tries");
  }
}

}  // namespace kontor::security

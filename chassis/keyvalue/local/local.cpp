#include "chassis/keyvalue/local/local.hpp"

#include <array>
#include <functional>
#include <mutex>

#include "chassis/keyvalue/lru.hpp"
#include "chassis/runtime/executor.hpp"

namespace kontor::keyvalue::local {
namespace {

constexpr std::size_t kShards = 16;

struct Kept {
  std::string value;
  Version version;
  SteadyTime expires;
};

struct Shard {
  std::mutex mutex;  // guards what follows
  Lru<Kept> entries{0};
  Version last = 0;  // versions of one key only grow, also over an erase

  /// What the key has now; forgets what has expired.
  Kept* find(const std::string& key) {
    Kept* kept = entries.find(key);
    if (kept == nullptr || kept->expires > runtime::Executor::current().now()) return kept;
    entries.erase(key);
    return nullptr;
  }

  void put(const std::string& key, std::string value, Duration ttl) {
    const std::size_t bytes = value.size();
    entries.put(key, {std::move(value), ++last, runtime::Executor::current().now() + ttl}, bytes);
  }
};

class LocalKeyValue final : public KeyValue {
 public:
  explicit LocalKeyValue(std::size_t most_bytes) {
    for (Shard& shard : shards_) shard.entries = Lru<Kept>(most_bytes / kShards);
  }

  task<std::optional<Item>> get(std::string key) override {
    requireKey(key);
    Shard& shard = shardOf(key);
    const std::lock_guard lock(shard.mutex);
    const Kept* kept = shard.find(key);
    if (kept == nullptr) co_return std::nullopt;
    co_return Item{kept->value, kept->version};
  }

  task<void> put(std::string key, std::string value, Duration ttl) override {
    requireStorable(key, value, ttl);
    Shard& shard = shardOf(key);
    const std::lock_guard lock(shard.mutex);
    shard.put(key, std::move(value), ttl);
    co_return;
  }

  task<bool> add(std::string key, std::string value, Duration ttl) override {
    requireStorable(key, value, ttl);
    Shard& shard = shardOf(key);
    const std::lock_guard lock(shard.mutex);
    if (shard.find(key) != nullptr) co_return false;
    shard.put(key, std::move(value), ttl);
    co_return true;
  }

  task<bool> replace(std::string key, std::string value, Duration ttl, Version version) override {
    requireStorable(key, value, ttl);
    Shard& shard = shardOf(key);
    const std::lock_guard lock(shard.mutex);
    const Kept* kept = shard.find(key);
    if (kept == nullptr || kept->version != version) co_return false;
    shard.put(key, std::move(value), ttl);
    co_return true;
  }

  task<bool> erase(std::string key) override {
    requireKey(key);
    Shard& shard = shardOf(key);
    const std::lock_guard lock(shard.mutex);
    co_return shard.find(key) != nullptr&& shard.entries.erase(key);
  }

 private:
  Shard& shardOf(const std::string& key) { return shards_[std::hash<std::string>{}(key) % kShards]; }

  std::array<Shard, kShards> shards_;
};

}  // namespace

std::shared_ptr<KeyValue> open(std::size_t most_bytes) { return std::make_shared<LocalKeyValue>(most_bytes); }

}  // namespace kontor::keyvalue::local

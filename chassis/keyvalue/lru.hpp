#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace kontor::keyvalue {

/// Values by key within a budget of bytes; those that were used least recently go first. Not thread-safe.
///
/// What local caches are made of: a shard of the local driver holds one under its lock, a cache of one event loop holds
/// one and needs no lock. Pointers to values stay valid until that value is replaced, erased or pushed out by a `put`.
template <class Value>
class Lru {
 public:
  /// What one entry costs beside its key and value: nodes, buckets, allocation.
  static constexpr std::size_t kEntryBytes = 160;

  /// `most` bytes in all, keys and overhead included.
  explicit Lru(std::size_t most) : most_(most) {}
  Lru(Lru&&) noexcept = default;
  Lru& operator=(Lru&&) noexcept = default;

  /// The value of `key`, which now counts as used; null when it is not here.
  Value* find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->value;
  }

  /// Keeps `value`, which takes `bytes`, in place of what the key had. Null when it alone is over the budget.
  Value* put(std::string_view key, Value value, std::size_t bytes) {
    erase(key);
    const std::size_t cost = bytes + key.size() + kEntryBytes;
    if (cost > most_) return nullptr;
    while (bytes_ + cost > most_) drop(std::prev(order_.end()));
    order_.push_front({std::string(key), std::move(value), cost});
    index_.emplace(order_.front().key, order_.begin());
    bytes_ += cost;
    return &order_.front().value;
  }

  bool erase(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return false;
    drop(found->second);
    return true;
  }

  std::size_t size() const { return index_.size(); }
  /// What is kept, as it counts against the budget.
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string key;
    Value value;
    std::size_t cost;
  };
  using Order = std::list<Entry>;

  void drop(typename Order::iterator entry) {
    bytes_ -= entry->cost;
    index_.erase(entry->key);
    order_.erase(entry);
  }

  std::size_t most_;
  std::size_t bytes_ = 0;
  Order order_;                                                           // the most recently used first
  std::unordered_map<std::string_view, typename Order::iterator> index_;  // shows the entries' keys
};

}  // namespace kontor::keyvalue

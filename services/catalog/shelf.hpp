#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "chassis/app/freshness.hpp"
#include "chassis/keyvalue/lru.hpp"
#include "kontor/catalog/v1/catalog.pb.h"

namespace kontor::catalog {

/// Products on sale as they were read last, without what is available of them: spares a read the store and the parsing
/// of a document, also while each sale changes what is available.
///
/// A product is given only while nothing of it has changed since before it was read. Bounded in bytes, the least
/// recently used go first. Thread-safe; a look-up holds the lock of one shard for a moment.
class Shelf {
 public:
  /// `most_bytes` 0 keeps nothing. `freshness` outlives this.
  Shelf(const app::Freshness& freshness, std::size_t most_bytes);

  /// A copy of the product with its prices in `currency`; nothing when it has to be read.
  std::optional<v1::Product> find(const std::string& handle, const std::string& currency);
  /// Take it before reading what is to be put here.
  app::Freshness::Moment now() const { return freshness_.now(); }
  void put(const std::string& handle, const std::string& currency, const v1::Product& product,
           app::Freshness::Moment read);

 private:
  struct Kept {
    std::shared_ptr<const v1::Product> product;
    app::Freshness::Place place;
    app::Freshness::Moment read;
  };
  struct Shard {
    std::mutex mutex;  // guards what follows
    keyvalue::Lru<Kept> products{0};
  };

  Shard& shardOf(const std::string& key);

  const app::Freshness& freshness_;
  std::array<Shard, 16> shards_;
};

}  // namespace kontor::catalog

#include "services/catalog/shelf.hpp"

#include <functional>

namespace kontor::catalog {
namespace {

// A currency has three letters, so no two pairs make one key.
std::string keyOf(const std::string& handle, const std::string& currency) { return currency + handle; }

}  // namespace

Shelf::Shelf(const app::Freshness& freshness, std::size_t most_bytes) : freshness_(freshness) {
  for (Shard& shard : shards_) shard.products = keyvalue::Lru<Kept>(most_bytes / shards_.size());
}

Shelf::Shard& Shelf::shardOf(const std::string& key) { return shards_[std::hash<std::string>{}(key) % shards_.size()]; }

std::optional<v1::Product> Shelf::find(const std::string& handle, const std::string& currency) {
  const std::string key = keyOf(handle, currency);
  Shard& shard = shardOf(key);
  std::shared_ptr<const v1::Product> product;
  {
    const std::lock_guard lock(shard.mutex);
    const Kept* kept = shard.products.find(key);
    if (kept == nullptr) return std::nullopt;
    if (!freshness_.unchanged(std::span(&kept->place, 1), kept->read)) {
      shard.products.erase(key);
      return std::nullopt;
    }
    product = kept->product;
  }
  return *product;
}

void Shelf::put(const std::string& handle, const std::string& currency, const v1::Product& product,
                app::Freshness::Moment read) {
  const app::Freshness::Place place = app::Freshness::placeOf("catalog", product.id());
  if (!freshness_.unchanged(std::span(&place, 1), read)) return;
  const std::string key = keyOf(handle, currency);
  Shard& shard = shardOf(key);
  const std::size_t bytes = product.SpaceUsedLong();
  auto copy = std::make_shared<const v1::Product>(product);
  const std::lock_guard lock(shard.mutex);
  shard.products.put(key, {std::move(copy), place, read}, bytes);
}

}  // namespace kontor::catalog

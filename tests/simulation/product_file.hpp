#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kontor::simulation {

/// One product of a file, with one variant that carries its handle as sku.
struct ProductRow {
  std::string handle;
  std::int64_t quantity = 0;
  std::int64_t cents = 0;
};

/// A product file as shop owners have it (Shopify's CSV, classic header).
std::string productFile(const std::vector<ProductRow>& rows);

/// What a new shop of the simulation sells: of some things plenty, of one too little.
const std::vector<ProductRow>& firstProducts();
/// What the `number`-th delivery brings: new products, and another price for one of the first.
std::vector<ProductRow> laterProducts(int number);

}  // namespace kontor::simulation

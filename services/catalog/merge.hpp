#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chassis/base/time.hpp"
#include "money/currency.hpp"
#include "services/catalog/domain.hpp"
#include "services/catalog/shopify/header.hpp"
#include "services/catalog/shopify/imported_product.hpp"
#include "services/catalog/stored.pb.h"

namespace kontor::catalog {

/// A product with all that is kept of it.
struct StoredProduct {
  v1::Product product;
  ProductSource source;
};

/// Which product of the shop a sku belongs to.
struct SkuOwner {
  std::string product_id;
  std::string handle;
};
using SkuOwners = std::unordered_map<std::string, SkuOwner>;

/// What the file says of a variant's stock.
struct ImportedStock {
  std::string sku;
  bool tracked = false;
  bool backorder = false;
  std::int64_t quantity = 0;
};

/// What a merge needs to know of the shop. Refers to its parts, which must outlive the call.
struct MergeFacts {
  const shopify::Header& header;  // for the words of errors
  money::Currency currency;       // of the file's prices
  Time now;
  const SkuOwners& owners;  // of the skus that the file names
  const std::function<std::string(std::string_view prefix)>& new_id;
};

/// What becomes of one imported product.
struct Merged {
  /// False: nothing of it is taken; `errors` say why.
  bool accepted = false;
  /// False: the shop has all of it already.
  bool changed = false;
  /// The version that was merged into; 0 for a new product.
  std::int64_t from_version = 0;
  StoredProduct stored;
  /// Indexes of known variants that get another price.
  std::vector<int> repriced;
  /// Of each variant that is taken, changed or not.
  std::vector<ImportedStock> stock;
  std::int64_t variants = 0;  // taken of the file
  std::int64_t images = 0;
  std::vector<shopify::RowError> errors;
};

/// Merges a product of the file into the shop's product of the same handle (null when there is none). Pure.
///
/// The file's texts, options and prices replace what is there. A variant is known by its sku, else by its option
/// values (those without a sku of their own in the file the other way round, and they keep the sku they have); it keeps
/// its id. Variants and pictures that the file does not name stay. A sku that belongs to another product costs its
/// variant; a variant that stays but would have the options of an imported one costs the product.
Merged mergeProduct(const StoredProduct* known, const shopify::ImportedProduct& imported, const MergeFacts& facts);

}  // namespace kontor::catalog

#pragma once

#include <string>

#include "services/catalog/shopify/imported_product.hpp"

namespace kontor::catalog::shopify {

class RowReader;

// A row has up to three parts: the product's own columns (meant on its first row only), a variant, an image. Each
// function reads one part; what is wrong with it is noted in `cells`.

/// The handle, in lower case; empty after an error.
std::string readHandle(RowReader& cells);

/// The product's own columns into `product`: all but handle, variants and images.
void readProduct(RowReader& cells, ImportedProduct& product);

/// Whether the row adds an image and nothing else: no price, SKU or option value, but an image's URL.
bool isImageOnly(const RowReader& cells);

/// A variant of `product`; its `sku` is empty if the file has none. With `track_all` its stock is tracked whatever
/// the file says.
ImportedVariant readVariant(RowReader& cells, const ImportedProduct& product, bool track_all);

/// The image of a row whose image URL is not empty; without a position in the file it gets `position`.
ImportedImage readImage(RowReader& cells, int64_t position);

}  // namespace kontor::catalog::shopify

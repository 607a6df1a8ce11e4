#pragma once

#include <memory>
#include <vector>

#include "kontor/catalog/v1/catalog.kontor.hpp"

namespace kontor::inventory::v1 {
class Inventory;
}

namespace kontor::catalog {

/// Asks inventory what can be bought of each variant now and writes it into `variants`, which must outlive the call:
/// the number is added when a product is read, never kept. One call for a page of up to 200 variants.
task<void> addAvailability(std::shared_ptr<inventory::v1::Inventory> inventory, rpc::Context context,
                           std::vector<v1::Variant*> variants);

/// Pointers to all variants of a product, appended to `variants`.
void collectVariants(v1::Product& product, std::vector<v1::Variant*>& variants);

}  // namespace kontor::catalog

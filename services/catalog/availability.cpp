#include "services/catalog/availability.hpp"

#include <algorithm>

#include "chassis/base/assert.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"

namespace kontor::catalog {
namespace {

constexpr std::size_t kSkusAtOnce = 200;  // the contract's limit

}  // namespace

void collectVariants(v1::Product& product, std::vector<v1::Variant*>& variants) {
  for (v1::Variant& variant : *product.mutable_variants()) variants.push_back(&variant);
}

task<void> addAvailability(std::shared_ptr<inventory::v1::Inventory> inventory, rpc::Context context,
                           std::vector<v1::Variant*> variants) {
  const rpc::Context own = context.asService("catalog");
  for (std::size_t begin = 0; begin < variants.size(); begin += kSkusAtOnce) {
    const std::size_t end = std::min(begin + kSkusAtOnce, variants.size());
    inventory::v1::GetAvailabilityRequest request;
    for (std::size_t i = begin; i < end; ++i) request.add_sku(variants[i]->sku());
    const auto response = co_await inventory->GetAvailability(own, std::move(request));
    KONTOR_ASSERT(static_cast<std::size_t>(response.availability_size()) == end - begin,
                  "inventory answers for each sku that it is asked for");
    for (std::size_t i = begin; i < end; ++i) {
      const auto& availability = response.availability(static_cast<int>(i - begin));
      if (availability.has_available()) variants[i]->set_available(availability.available());
    }
  }
}

}  // namespace kontor::catalog

#include "services/catalog/variant_match.hpp"

#include <algorithm>

#include "services/catalog/shopify/utf8.hpp"

namespace kontor::catalog {
namespace {

using shopify::Column;
using shopify::ImportedVariant;

constexpr std::int64_t kQuantityMost = 1'000'000'000;  // what inventory takes

template <class Values>
std::string optionKey(const Values& values) {
  std::string key;
  for (const std::string& value : values) key.append(value).push_back('\x1F');
  return key;
}

}  // namespace

VariantMatch::VariantMatch(const v1::Product* known, const shopify::ImportedProduct& imported, const MergeFacts& facts)
    : known_(known), imported_(imported), facts_(facts), places_(imported.variants.size()) {
  if (known != nullptr) find();
  refuseForeign();
  const bool any = std::any_of(places_.begin(), places_.end(), [](const Place& place) { return !place.refused; });
  usable_ = any;
  if (any && !nothingLeft()) refuseClashes();
}

void VariantMatch::find() {
  Index by_sku;
  Index by_options;
  for (int i = 0; i < known_->variants_size(); ++i) {
    by_sku.emplace(known_->variants(i).sku(), i);
    by_options.emplace(optionKey(known_->variants(i).option_values()), i);
  }
  findIn(by_sku, true, false);
  findIn(by_options, false, true);
  findIn(by_sku, true, true);
}

void VariantMatch::findIn(const Index& index, bool by_sku, bool made_too) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const ImportedVariant& variant = imported_.variants[i];
    if (places_[i].known || (variant.sku_made && !made_too)) continue;
    const auto found = by_sku ? index.find(variant.sku) : index.find(optionKey(variant.option_values));
    if (found == index.end() || !taken_.insert(found->second).second) continue;
    places_[i].known = found->second;
  }
}

std::string VariantMatch::skuOf(std::size_t variant) const {
  const ImportedVariant& imported = imported_.variants[variant];
  const std::optional<int> index = places_[variant].known;
  return imported.sku_made && index ? known_->variants(*index).sku() : imported.sku;
}

void VariantMatch::refuseForeign() {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const ImportedVariant& variant = imported_.variants[i];
    if (variant.quantity > kQuantityMost) {
      refuse(i, Column::kQuantity, std::to_string(variant.quantity), "is too large",
             "at most " + std::to_string(kQuantityMost), "QUANTITY_TOO_LARGE");
      continue;
    }
    const std::string sku = skuOf(i);
    const std::optional<int> index = places_[i].known;
    if (index && known_->variants(*index).sku() == sku) continue;
    const auto owner = facts_.owners.find(sku);
    if (owner == facts_.owners.end()) continue;
    const std::string whose =
        "belongs to the product \"" + shopify::printable(owner->second.handle) + "\" of this shop";
    if (variant.sku_made) {
      refuse(i, Column::kSku, sku, "was made from handle and options, for the file has none, but " + whose,
             "a SKU of its own", "SKU_TAKEN");
    } else {
      refuse(i, Column::kSku, sku, whose, "a SKU that no other product has", "SKU_TAKEN");
    }
  }
}

// A variant that stays would have the options of one that comes: which of them would a shopper get?
void VariantMatch::refuseClashes() {
  std::unordered_map<std::string, std::size_t> coming;
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (!places_[i].refused) coming.emplace(optionKey(imported_.variants[i].option_values), i);
  std::vector<std::pair<std::size_t, const v1::Variant*>> found;
  for (int i = 0; i < known_->variants_size(); ++i) {
    const v1::Variant& variant = known_->variants(i);
    const auto same = coming.find(optionKey(variant.option_values()));
    if (isLeft(i) && same != coming.end()) found.emplace_back(same->second, &variant);
  }
  for (const auto& [index, variant] : found) {
    usable_ = false;
    refuse(index, Column::kOption1Value, variantTitle(*variant),
           "are the options of SKU \"" + shopify::printable(variant->sku()) +
               "\" of this product, which the file does not name; the product is left out",
           "that SKU too, with the options it has now", "OPTIONS_TAKEN");
  }
}

void VariantMatch::refuse(std::size_t variant, Column column, const std::string& value, std::string problem,
                          std::string expected, std::string reason) {
  Place& place = places_[variant];
  place.refused = true;
  const std::optional<std::size_t> at = facts_.header.index(column);
  const std::string name =
      at ? facts_.header.name(*at) : std::string(shopify::columnName(column, facts_.header.kind()));
  errors_.push_back({imported_.variants[variant].line, name, shopify::printable(value), std::move(problem),
                     std::move(expected), std::move(reason)});
  if (place.known) taken_.erase(*place.known);
}

}  // namespace kontor::catalog

#include "services/catalog/merge.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "chassis/base/assert.hpp"
#include "services/catalog/shopify/utf8.hpp"

namespace kontor::catalog {
namespace {

using shopify::Column;
using shopify::ImportedImage;
using shopify::ImportedProduct;
using shopify::ImportedVariant;

constexpr std::int64_t kQuantityMost = 1'000'000'000;  // what inventory takes

template <class Values>
std::string optionKey(const Values& values) {
  std::string key;
  for (const std::string& value : values) key.append(value).push_back('\x1F');
  return key;
}

class Merger {
 public:
  Merger(const StoredProduct* known, const ImportedProduct& imported, const MergeFacts& facts)
      : known_(known), imported_(imported), facts_(facts), matches_(imported.variants.size()) {}

  Merged run();

 private:
  // What an imported variant becomes.
  struct Match {
    std::optional<int> known;  // index of the shop's variant that it is
    bool refused = false;
    int merged = -1;  // its index in the merged product
  };

  void match();
  void matchBy(const std::unordered_map<std::string, int>& index, bool by_sku, bool made_too);
  void refuseForeignSkus();
  void refuse(std::size_t variant, Column column, std::string value, std::string problem, std::string expected,
              std::string reason);
  bool clashes();
  bool isLeft(int known_variant) const { return taken_.count(known_variant) == 0; }
  bool nothingLeft() const { return known_ == nullptr || taken_.size() == knownVariants(); }
  std::size_t knownVariants() const { return static_cast<std::size_t>(known_->product.variants_size()); }
  std::string skuOf(std::size_t variant) const;

  void fillProduct(v1::Product& product);
  void fillVariants(v1::Product& product);
  void addVariant(std::size_t index, v1::Product& product);
  void addLeftVariant(int index, v1::Product& product);
  void fillOptions(v1::Product& product) const;
  void fillMedia(v1::Product& product) const;
  void fillSource(const v1::Product& product, ProductSource& source) const;
  void keepOldRows(ProductSource& source) const;
  void judge();

  const StoredProduct* known_;
  const ImportedProduct& imported_;
  const MergeFacts& facts_;
  std::vector<Match> matches_;
  std::unordered_set<int> taken_;  // of the known variants
  Merged merged_;
};

Merged Merger::run() {
  match();
  refuseForeignSkus();
  const bool any = std::any_of(matches_.begin(), matches_.end(), [](const Match& match) { return !match.refused; });
  if (!any || clashes()) return std::move(merged_);
  merged_.accepted = true;
  if (known_ != nullptr) {
    merged_.stored.product = known_->product;
    merged_.from_version = known_->product.version();
  } else {
    merged_.stored.product.set_id(facts_.new_id("prod_"));
    setTime(*merged_.stored.product.mutable_created_at(), facts_.now);
  }
  fillProduct(merged_.stored.product);
  fillSource(merged_.stored.product, merged_.stored.source);
  judge();
  return std::move(merged_);
}

void Merger::match() {
  if (known_ == nullptr) return;
  std::unordered_map<std::string, int> by_sku;
  std::unordered_map<std::string, int> by_options;
  for (int i = 0; i < known_->product.variants_size(); ++i) {
    const v1::Variant& variant = known_->product.variants(i);
    by_sku.emplace(variant.sku(), i);
    by_options.emplace(optionKey(variant.option_values()), i);
  }
  matchBy(by_sku, true, false);
  matchBy(by_options, false, true);
  matchBy(by_sku, true, true);
}

void Merger::matchBy(const std::unordered_map<std::string, int>& index, bool by_sku, bool made_too) {
  for (std::size_t i = 0; i < matches_.size(); ++i) {
    const ImportedVariant& variant = imported_.variants[i];
    if (matches_[i].known || (variant.sku_made && !made_too)) continue;
    const auto found = by_sku ? index.find(variant.sku) : index.find(optionKey(variant.option_values));
    if (found == index.end() || !taken_.insert(found->second).second) continue;
    matches_[i].known = found->second;
  }
}

std::string Merger::skuOf(std::size_t variant) const {
  const ImportedVariant& imported = imported_.variants[variant];
  const std::optional<int>& known = matches_[variant].known;
  return imported.sku_made && known ? known_->product.variants(*known).sku() : imported.sku;
}

void Merger::refuseForeignSkus() {
  for (std::size_t i = 0; i < matches_.size(); ++i) {
    const ImportedVariant& variant = imported_.variants[i];
    if (variant.quantity > kQuantityMost) {
      refuse(i, Column::kQuantity, std::to_string(variant.quantity), "is too large",
             "at most " + std::to_string(kQuantityMost), "QUANTITY_TOO_LARGE");
      continue;
    }
    const std::string sku = skuOf(i);
    const std::optional<int>& known = matches_[i].known;
    if (known && known_->product.variants(*known).sku() == sku) continue;
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

void Merger::refuse(std::size_t variant, Column column, std::string value, std::string problem, std::string expected,
                    std::string reason) {
  Match& match = matches_[variant];
  match.refused = true;
  const std::optional<std::size_t> at = facts_.header.index(column);
  const std::string name =
      at ? facts_.header.name(*at) : std::string(shopify::columnName(column, facts_.header.kind()));
  merged_.errors.push_back({imported_.variants[variant].line, name, shopify::printable(value), std::move(problem),
                            std::move(expected), std::move(reason)});
  if (match.known) taken_.erase(*match.known);
}

// Whether a variant that stays has the options of one that comes.
bool Merger::clashes() {
  if (nothingLeft()) return false;
  std::unordered_map<std::string, std::size_t> coming;
  for (std::size_t i = 0; i < matches_.size(); ++i)
    if (!matches_[i].refused) coming.emplace(optionKey(imported_.variants[i].option_values), i);
  std::vector<std::pair<std::size_t, const v1::Variant*>> found;
  for (int i = 0; i < known_->product.variants_size(); ++i) {
    const v1::Variant& variant = known_->product.variants(i);
    const auto same = coming.find(optionKey(variant.option_values()));
    if (isLeft(i) && same != coming.end()) found.emplace_back(same->second, &variant);
  }
  for (const auto& [index, variant] : found) {
    refuse(index, Column::kOption1Value, variantTitle(*variant),
           "are the options of SKU \"" + shopify::printable(variant->sku()) +
               "\" of this product, which the file does not name; the product is left out",
           "that SKU too, with the options it has now", "OPTIONS_TAKEN");
  }
  return !found.empty();
}

void Merger::fillProduct(v1::Product& product) {
  product.set_handle(imported_.handle);
  product.set_title(imported_.title);
  product.set_description(imported_.description_html);
  product.set_vendor(imported_.vendor);
  product.set_type(imported_.type);
  product.clear_tags();
  for (const std::string& tag : imported_.tags) product.add_tags(tag);
  product.mutable_seo()->set_title(imported_.seo_title);
  product.mutable_seo()->set_description(imported_.seo_description);
  product.clear_categories();
  const std::string& category = imported_.category.empty() ? imported_.type : imported_.category;
  if (!category.empty()) product.add_categories(category);
  v1::Product::Status status = v1::Product::STATUS_DRAFT;  // also what is active, but not published
  if (imported_.status == shopify::ProductStatus::kActive && imported_.published) status = v1::Product::STATUS_ACTIVE;
  if (imported_.status == shopify::ProductStatus::kArchived) status = v1::Product::STATUS_ARCHIVED;
  product.set_status(status);
  fillVariants(product);
  fillOptions(product);
  fillMedia(product);
}

// In the file's order when it names all variants; else those that are known keep their places.
void Merger::fillVariants(v1::Product& product) {
  product.clear_variants();
  if (!nothingLeft()) {
    std::unordered_map<int, std::size_t> coming;
    for (std::size_t i = 0; i < matches_.size(); ++i)
      if (matches_[i].known && !matches_[i].refused) coming.emplace(*matches_[i].known, i);
    for (int i = 0; i < known_->product.variants_size(); ++i) {
      if (isLeft(i)) {
        addLeftVariant(i, product);
      } else {
        addVariant(coming.at(i), product);
      }
    }
  }
  for (std::size_t i = 0; i < matches_.size(); ++i)
    if (!matches_[i].refused && matches_[i].merged < 0) addVariant(i, product);
}

void Merger::addVariant(std::size_t index, v1::Product& product) {
  const ImportedVariant& from = imported_.variants[index];
  Match& match = matches_[index];
  match.merged = product.variants_size();
  v1::Variant& variant = *product.add_variants();
  variant.set_id(match.known ? known_->product.variants(*match.known).id() : facts_.new_id("var_"));
  variant.set_sku(skuOf(index));
  variant.set_barcode(from.barcode);
  for (const std::string& value : from.option_values) variant.add_option_values(value);
  variant.set_title(variantTitle(variant));
  setPrice(variant, Price{from.price, from.compare_at}, facts_.currency.code());
  variant.set_weight_grams(from.grams);
  variant.set_tax_class(std::string(from.taxable ? kTaxStandard : kTaxExempt));
  variant.set_requires_shipping(from.requires_shipping);
  variant.set_media_url(from.image_src);
  merged_.stock.push_back({variant.sku(), from.tracked, from.continue_selling, from.quantity});
  ++merged_.variants;
}

// Its values keep to the product's options, should the file have more or fewer of them now.
void Merger::addLeftVariant(int index, v1::Product& product) {
  v1::Variant& variant = *product.add_variants();
  variant = known_->product.variants(index);
  const int options = static_cast<int>(imported_.options.size());
  while (variant.option_values_size() > options) variant.mutable_option_values()->RemoveLast();
  while (variant.option_values_size() < options) variant.add_option_values();
  variant.set_title(variantTitle(variant));
}

void Merger::fillOptions(v1::Product& product) const {
  product.clear_options();
  for (std::size_t i = 0; i < imported_.options.size(); ++i) {
    v1::Option& option = *product.add_options();
    option.set_name(imported_.options[i]);
    std::unordered_set<std::string_view> seen;
    for (const v1::Variant& variant : product.variants()) {
      const std::string& value = variant.option_values(static_cast<int>(i));
      if (!value.empty() && seen.insert(value).second) option.add_values(value);
    }
  }
}

// In the order of the file's positions when it names all pictures; else those that are known keep their places.
void Merger::fillMedia(v1::Product& product) const {
  std::vector<const ImportedImage*> images;
  for (const ImportedImage& image : imported_.images) images.push_back(&image);
  std::stable_sort(images.begin(), images.end(), [](const ImportedImage* left, const ImportedImage* right) {
    return left->position < right->position;
  });
  std::unordered_map<std::string_view, const ImportedImage*> coming;
  for (const ImportedImage* image : images) coming.emplace(image->src, image);
  std::unordered_set<std::string_view> kept;
  product.clear_media();
  if (known_ != nullptr) {
    const auto& media = known_->product.media();
    const bool all = std::all_of(media.begin(), media.end(),
                                 [&coming](const v1::Media& known) { return coming.count(known.url()) > 0; });
    for (int i = 0; !all && i < media.size(); ++i) {
      v1::Media& added = *product.add_media();
      added = media[i];
      const auto image = coming.find(media[i].url());
      if (image != coming.end()) added.set_alt(image->second->alt);
      kept.insert(media[i].url());
    }
  }
  for (const ImportedImage* image : images) {
    if (kept.count(image->src) > 0) continue;
    v1::Media& added = *product.add_media();
    added.set_url(image->src);
    added.set_alt(image->alt);
  }
}

void Merger::fillSource(const v1::Product& product, ProductSource& source) const {
  source.set_published(imported_.published);
  source.set_gift_card(imported_.gift_card);
  source.set_category(imported_.category);
  source.set_active(imported_.status == shopify::ProductStatus::kActive);
  for (const shopify::SourceRow& row : imported_.rows) {
    if (row.variant && matches_[*row.variant].refused && !row.image) continue;
    SourceRow& kept = *source.add_rows();
    if (row.variant && !matches_[*row.variant].refused) {
      const ImportedVariant& variant = imported_.variants[*row.variant];
      kept.set_variant_id(product.variants(matches_[*row.variant].merged).id());
      kept.set_tracked(variant.tracked);
      kept.set_quantity(variant.quantity);
      kept.set_continue_selling(variant.continue_selling);
      kept.set_sku_made(variant.sku_made);
      kept.set_tax_code(variant.tax_code);
      kept.set_weight_unit(variant.weight_unit);
    }
    if (row.image) {
      kept.set_image_url(imported_.images[*row.image].src);
      kept.set_image_position(imported_.images[*row.image].position);
    }
    for (const shopify::Cell& cell : row.extra) {
      SourceCell& kept_cell = *kept.add_cells();
      kept_cell.set_column(cell.column);
      kept_cell.set_value(cell.value);
    }
  }
  if (known_ != nullptr) keepOldRows(source);
}

// What earlier files said of variants and pictures that this one does not name.
void Merger::keepOldRows(ProductSource& source) const {
  std::unordered_set<std::string_view> variants;
  std::unordered_set<std::string_view> images;
  for (int i = 0; i < known_->product.variants_size(); ++i)
    if (isLeft(i)) variants.insert(known_->product.variants(i).id());
  for (const ImportedImage& image : imported_.images) images.insert(image.src);
  for (const SourceRow& row : known_->source.rows()) {
    const bool variant_left = variants.count(row.variant_id()) > 0;
    const bool image_left = !row.image_url().empty() && images.count(row.image_url()) == 0;
    if (!variant_left && !(row.variant_id().empty() && image_left)) continue;
    SourceRow& kept = *source.add_rows();
    kept = row;
    if (!image_left) kept.clear_image_url();
  }
}

// Whether anything differs, and which prices.
void Merger::judge() {
  v1::Product& product = merged_.stored.product;
  merged_.images = static_cast<std::int64_t>(imported_.images.size());
  merged_.changed = known_ == nullptr || serialised(product) != serialised(known_->product) ||
                    serialised(merged_.stored.source) != serialised(known_->source);
  if (!merged_.changed) return;
  touch(product, facts_.now);
  for (const Match& match : matches_) {
    if (!match.known || match.refused) continue;
    KONTOR_ASSERT(match.merged >= 0, "a variant that was taken is part of the product");
    const v1::Variant& before = known_->product.variants(*match.known);
    const v1::Variant& after = product.variants(match.merged);
    const bool same = before.price().SerializeAsString() == after.price().SerializeAsString() &&
                      before.compare_at_price().SerializeAsString() == after.compare_at_price().SerializeAsString();
    if (!same) merged_.repriced.push_back(match.merged);
  }
}

}  // namespace

Merged mergeProduct(const StoredProduct* known, const shopify::ImportedProduct& imported, const MergeFacts& facts) {
  return Merger(known, imported, facts).run();
}

}  // namespace kontor::catalog

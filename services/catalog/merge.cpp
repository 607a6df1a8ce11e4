#include "services/catalog/merge.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "chassis/base/assert.hpp"
#include "services/catalog/variant_match.hpp"

namespace kontor::catalog {
namespace {

using shopify::ImportedImage;
using shopify::ImportedProduct;
using shopify::ImportedVariant;

void dropProductCells(SourceRow& row) {
  auto& cells = *row.mutable_cells();
  const auto of_product = [](const SourceCell& cell) {
    const auto column = shopify::columnNamed(cell.column());
    return column && shopify::partOf(*column) == shopify::RowPart::kProduct;
  };
  cells.erase(std::remove_if(cells.begin(), cells.end(), of_product), cells.end());
}

class Merger {
 public:
  Merger(const StoredProduct* known, const ImportedProduct& imported, const MergeFacts& facts)
      : known_(known),
        imported_(imported),
        facts_(facts),
        match_(known == nullptr ? nullptr : &known->product, imported, facts),
        merged_index_(imported.variants.size(), -1) {}

  Merged run();

 private:
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
  VariantMatch match_;
  std::vector<int> merged_index_;  // of imported variants in the merged product; -1: not taken
  Merged merged_;
};

Merged Merger::run() {
  merged_.errors = match_.takeErrors();
  if (!match_.usable()) return std::move(merged_);
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
  if (!match_.nothingLeft()) {
    std::unordered_map<int, std::size_t> coming;
    for (std::size_t i = 0; i < imported_.variants.size(); ++i)
      if (match_.known(i) && !match_.refused(i)) coming.emplace(*match_.known(i), i);
    for (int i = 0; i < known_->product.variants_size(); ++i) {
      if (match_.isLeft(i)) {
        addLeftVariant(i, product);
      } else {
        addVariant(coming.at(i), product);
      }
    }
  }
  for (std::size_t i = 0; i < imported_.variants.size(); ++i)
    if (!match_.refused(i) && merged_index_[i] < 0) addVariant(i, product);
}

void Merger::addVariant(std::size_t index, v1::Product& product) {
  const ImportedVariant& from = imported_.variants[index];
  const std::optional<int> known = match_.known(index);
  merged_index_[index] = product.variants_size();
  v1::Variant& variant = *product.add_variants();
  variant.set_id(known ? known_->product.variants(*known).id() : facts_.new_id("var_"));
  variant.set_sku(match_.skuOf(index));
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
    const bool taken = row.variant && merged_index_[*row.variant] >= 0;
    if (row.variant && !taken && !row.image) continue;
    SourceRow& kept = *source.add_rows();
    if (taken) {
      const ImportedVariant& variant = imported_.variants[*row.variant];
      kept.set_variant_id(product.variants(merged_index_[*row.variant]).id());
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
    if (match_.isLeft(i)) variants.insert(known_->product.variants(i).id());
  for (const ImportedImage& image : imported_.images) images.insert(image.src);
  for (int i = 0; i < known_->source.rows_size(); ++i) {
    const SourceRow& row = known_->source.rows(i);
    const bool variant_left = variants.count(row.variant_id()) > 0;
    const bool image_left = !row.image_url().empty() && images.count(row.image_url()) == 0;
    if (!variant_left && !(row.variant_id().empty() && image_left)) continue;
    SourceRow& kept = *source.add_rows();
    kept = row;
    if (!image_left) kept.clear_image_url();
    if (i == 0) dropProductCells(kept);  // the new file's first row speaks for the product now
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
  for (std::size_t i = 0; i < imported_.variants.size(); ++i) {
    if (!match_.known(i) || match_.refused(i)) continue;
    KONTOR_ASSERT(merged_index_[i] >= 0, "a variant that was taken is part of the product");
    const v1::Variant& before = known_->product.variants(*match_.known(i));
    const v1::Variant& after = product.variants(merged_index_[i]);
    const bool same = before.price().SerializeAsString() == after.price().SerializeAsString() &&
                      before.compare_at_price().SerializeAsString() == after.compare_at_price().SerializeAsString();
    if (!same) merged_.repriced.push_back(merged_index_[i]);
  }
}

}  // namespace

Merged mergeProduct(const StoredProduct* known, const shopify::ImportedProduct& imported, const MergeFacts& facts) {
  return Merger(known, imported, facts).run();
}

}  // namespace kontor::catalog

#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "services/catalog/merge.hpp"

namespace kontor::catalog {

/// Which of a product's variants the variants of a file are, and which are refused. Part of a merge. Refers to its
/// arguments.
class VariantMatch {
 public:
  /// `known` is null for a new product.
  VariantMatch(const v1::Product* known, const shopify::ImportedProduct& imported, const MergeFacts& facts);

  /// Whether anything of the file's product can be taken.
  bool usable() const { return usable_; }
  bool refused(std::size_t variant) const { return places_[variant].refused; }
  /// The index of the known variant that an imported one is; nothing for a new one. Also of refused ones.
  std::optional<int> known(std::size_t variant) const { return places_[variant].known; }
  /// The sku that an imported variant will have: one without a sku in the file keeps the one it has.
  std::string skuOf(std::size_t variant) const;
  /// Whether the file does not name a known variant, or it was refused: it stays as it is.
  bool isLeft(int known_variant) const { return taken_.count(known_variant) == 0; }
  bool nothingLeft() const {
    return known_ == nullptr || taken_.size() == static_cast<std::size_t>(known_->variants_size());
  }

  std::vector<shopify::RowError> takeErrors() { return std::move(errors_); }

 private:
  struct Place {
    std::optional<int> known;
    bool refused = false;
  };
  using Index = std::unordered_map<std::string, int>;

  void find();
  void findIn(const Index& index, bool by_sku, bool made_too);
  void refuseForeign();
  void refuseClashes();
  void refuse(std::size_t variant, shopify::Column column, const std::string& value, std::string problem,
              std::string expected, std::string reason);

  const v1::Product* known_;
  const shopify::ImportedProduct& imported_;
  const MergeFacts& facts_;
  std::vector<Place> places_;
  std::unordered_set<int> taken_;  // of the known variants
  std::vector<shopify::RowError> errors_;
  bool usable_ = true;
};

}  // namespace kontor::catalog

#include "services/catalog/shopify/row_parts.hpp"

#include <algorithm>
#include <array>

#include "services/catalog/shopify/row_reader.hpp"
#include "services/catalog/shopify/text.hpp"

namespace kontor::catalog::shopify {
namespace {

constexpr size_t kNameBytesMax = 255;    // handles, SKUs, option names and values
constexpr size_t kTitleBytesMax = 1000;  // titles, vendors, types
constexpr size_t kUrlBytesMax = 2000;

constexpr std::array<Column, 3> kNames{Column::kOption1Name, Column::kOption2Name, Column::kOption3Name};
constexpr std::array<Column, 3> kValues{Column::kOption1Value, Column::kOption2Value, Column::kOption3Value};
constexpr std::string_view kNoOptionName = "Title";
constexpr std::string_view kNoOptionValue = "Default Title";

bool isHandleByte(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '-' ||
         character == '_' || character == '.' || static_cast<unsigned char>(character) >= 0x80;
}

// `Title` / `Default Title` is how Shopify writes that there is nothing to choose; so do empty cells.
bool hasNoOptions(const RowReader& cells) {
  const std::string_view name = cells.peek(kNames[0]);
  const std::string_view value = cells.peek(kValues[0]);
  return (name.empty() || equalsIgnoringCase(name, kNoOptionName)) &&
         (value.empty() || equalsIgnoringCase(value, kNoOptionValue)) && cells.peek(kNames[1]).empty() &&
         cells.peek(kNames[2]).empty();
}

void readOptionNames(RowReader& cells, std::vector<std::string>& options) {
  if (hasNoOptions(cells)) return cells.represent(kNames[0], kNoOptionName);
  for (size_t i = 0; i < kNames.size(); ++i) {
    std::string name = cells.text(kNames[i], kNameBytesMax);
    const bool used = !name.empty() || !cells.peek(kValues[i]).empty();
    if (!used) continue;
    if (name.empty()) {
      cells.fail(kNames[i], "MISSING_OPTION_NAME", "is empty although the option has a value",
                 "the option's name, such as Size");
    } else if (options.size() < i) {
      cells.fail(kNames[i], "OPTION_GAP", "is named, but the option before it is not", "options without a gap");
    } else if (std::find(options.begin(), options.end(), name) != options.end()) {
      cells.fail(kNames[i], "DUPLICATE_OPTION", "names an option twice", "a name of its own for each option");
    }
    // Also after an error, so that the values are not called unknown too: the product is left out anyway.
    options.resize(i);
    options.push_back(std::move(name));
  }
}

std::vector<std::string> readOptionValues(RowReader& cells, const std::vector<std::string>& options) {
  std::vector<std::string> values;
  if (options.empty() && hasNoOptions(cells)) cells.represent(kValues[0], kNoOptionValue);
  for (size_t i = 0; i < kValues.size(); ++i) {
    const std::string_view name = cells.peek(kNames[i]);
    if (i >= options.size()) {
      const bool meant = !cells.peek(kValues[i]).empty() || !name.empty();
      if (meant && !(options.empty() && hasNoOptions(cells))) {
        cells.fail(kValues[i], "UNKNOWN_OPTION", "belongs to an option that the product's first row does not name",
                   "an empty cell, or the option's name on the first row");
      }
      continue;
    }
    if (!name.empty() && name != options[i]) {
      cells.fail(kNames[i], "OPTION_CHANGED", "is not the option's name on the product's first row",
                 "\"" + options[i] + "\" or an empty cell");
    }
    values.push_back(cells.text(kValues[i], kNameBytesMax));
    if (values.back().empty() && cells.peek(kValues[i]).empty()) {
      cells.fail(kValues[i], "MISSING_OPTION_VALUE", "is empty", "a value for the option \"" + options[i] + "\"");
    }
  }
  return values;
}

std::vector<std::string> readTags(RowReader& cells) {
  std::vector<std::string> tags;
  std::string exported;
  std::string_view rest = cells.peek(Column::kTags);
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view tag = trimmed(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (tag.empty() || std::find(tags.begin(), tags.end(), tag) != tags.end()) continue;
    tags.emplace_back(tag);
    exported += (exported.empty() ? "" : ", ") + tags.back();
  }
  cells.represent(Column::kTags, exported);
  return tags;
}

// `unlisted` products can be bought by whoever knows the address: active here, but not published.
void readVisibility(RowReader& cells, ImportedProduct& product) {
  product.published = cells.flag(Column::kPublished, true);
  const std::string word = lowered(cells.peek(Column::kStatus));
  if (word.empty() || word == "active" || word == "unlisted") {
    product.status = ProductStatus::kActive;
    if (word == "unlisted") {
      product.published = false;
      cells.represent(Column::kPublished, "false");
    }
    cells.represent(Column::kStatus, "active");
  } else if (word == "draft" || word == "archived") {
    product.status = word == "draft" ? ProductStatus::kDraft : ProductStatus::kArchived;
    cells.represent(Column::kStatus, word);
  } else {
    cells.fail(Column::kStatus, "UNKNOWN_STATUS", "is not a status", "active, draft or archived");
  }
}

void readStock(RowReader& cells, ImportedVariant& variant, bool track_all) {
  variant.tracked = track_all || !cells.peek(Column::kTracker).empty();
  cells.represent(Column::kTracker, variant.tracked ? "shopify" : "");
  variant.quantity = cells.wholeNumber(Column::kQuantity, 0, 0);
  const std::string policy = lowered(cells.peek(Column::kPolicy));
  variant.continue_selling = policy == "continue" || policy == "true" || policy == "yes";
  if (variant.continue_selling || policy.empty() || policy == "deny" || policy == "false" || policy == "no") {
    cells.represent(Column::kPolicy, variant.continue_selling ? "continue" : "deny");
  } else {
    cells.fail(Column::kPolicy, "UNKNOWN_POLICY", "is not an inventory policy", "deny or continue");
  }
}

void readWeight(RowReader& cells, ImportedVariant& variant) {
  variant.grams = cells.grams(Column::kGrams);
  variant.weight_unit = lowered(cells.peek(Column::kWeightUnit));
  constexpr std::array<std::string_view, 5> kUnits{"", "kg", "g", "lb", "oz"};
  if (std::find(kUnits.begin(), kUnits.end(), variant.weight_unit) == kUnits.end()) {
    cells.fail(Column::kWeightUnit, "UNKNOWN_UNIT", "is not a unit of weight", "kg, g, lb or oz");
  }
  cells.represent(Column::kWeightUnit, variant.weight_unit);
}

void readPrices(RowReader& cells, ImportedVariant& variant) {
  const std::optional<int64_t> price = cells.amount(Column::kPrice);
  if (cells.peek(Column::kPrice).empty()) {
    cells.fail(Column::kPrice, "MISSING_PRICE", "is empty",
               "a price (only a row that has nothing but a handle and an image may do without)");
  }
  variant.price = price.value_or(0);
  variant.compare_at = cells.amount(Column::kCompareAt);
  if (variant.compare_at == 0) {
    variant.compare_at.reset();
    cells.represent(Column::kCompareAt, "");
  }
}

// A link of any other scheme could run a script in the shop's page.
std::string readUrl(RowReader& cells, Column column) {
  const std::string url = cells.text(column, kUrlBytesMax);
  const std::string start = lowered(url.substr(0, 8));
  if (!url.empty() && !start.starts_with("https://") && !start.starts_with("http://") && url.front() != '/') {
    cells.fail(column, "NOT_A_URL", "is not the address of an image",
               "https://…, http://… or a path that begins with /");
  }
  return url;
}

}  // namespace

std::string readHandle(RowReader& cells) {
  std::string handle = lowered(cells.text(Column::kHandle, kNameBytesMax));
  if (cells.errorCount() > 0) return {};
  if (handle.empty()) {
    cells.fail(Column::kHandle, "MISSING_HANDLE", "is empty",
               "the product's handle, such as blue-shirt, on each of its rows");
    return {};
  }
  if (handle.front() == '.' || !std::all_of(handle.begin(), handle.end(), isHandleByte)) {
    cells.fail(Column::kHandle, "BAD_HANDLE", "is not a handle", "letters, digits and hyphens, such as blue-shirt");
    return {};
  }
  cells.represent(Column::kHandle, handle);
  return handle;
}

void readProduct(RowReader& cells, ImportedProduct& product) {
  product.title = cells.text(Column::kTitle, kTitleBytesMax);
  if (cells.peek(Column::kTitle).empty()) {
    cells.fail(Column::kTitle, "MISSING_TITLE", "is empty", "a title on a product's first row");
  }
  product.description_html = cells.verbatim(Column::kDescription);
  product.vendor = cells.text(Column::kVendor, kTitleBytesMax);
  product.category = cells.text(Column::kCategory, kTitleBytesMax);
  product.type = cells.text(Column::kType, kTitleBytesMax);
  product.tags = readTags(cells);
  readVisibility(cells, product);
  product.gift_card = cells.flag(Column::kGiftCard, false);
  product.seo_title = cells.verbatim(Column::kSeoTitle);
  product.seo_description = cells.verbatim(Column::kSeoDescription);
  readOptionNames(cells, product.options);
}

bool isImageOnly(const RowReader& cells) {
  return !cells.peek(Column::kImageSrc).empty() && cells.peek(Column::kPrice).empty() &&
         cells.peek(Column::kSku).empty() &&
         std::all_of(kValues.begin(), kValues.end(), [&cells](Column value) { return cells.peek(value).empty(); });
}

ImportedVariant readVariant(RowReader& cells, const ImportedProduct& product, bool track_all) {
  ImportedVariant variant;
  variant.line = cells.line();
  variant.sku = cells.text(Column::kSku, kNameBytesMax);
  variant.barcode = cells.text(Column::kBarcode, kNameBytesMax);
  variant.option_values = readOptionValues(cells, product.options);
  readPrices(cells, variant);
  readWeight(cells, variant);
  readStock(cells, variant, track_all);
  variant.requires_shipping = cells.flag(Column::kRequiresShipping, true);
  variant.taxable = cells.flag(Column::kTaxable, true);
  variant.tax_code = cells.text(Column::kTaxCode, kNameBytesMax);
  variant.image_src = readUrl(cells, Column::kVariantImage);
  return variant;
}

ImportedImage readImage(RowReader& cells, int64_t position) {
  ImportedImage image;
  image.src = readUrl(cells, Column::kImageSrc);
  image.position = cells.wholeNumber(Column::kImagePosition, 1, position);
  image.alt = cells.verbatim(Column::kImageAlt);
  return image;
}

}  // namespace kontor::catalog::shopify

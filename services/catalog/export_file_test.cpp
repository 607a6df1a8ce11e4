// What export tests are made of: reading an answer, and product files of random shape.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>

#include "chassis/json/reader.hpp"
#include "services/catalog/export_test.hpp"
#include "services/catalog/shopify/csv_reader.hpp"
#include "services/catalog/shopify/csv_writer.hpp"
#include "services/catalog/shopify/header.hpp"

namespace kontor::catalog {
namespace {

using shopify::Column;
using shopify::HeaderKind;

struct GridSink final : shopify::CsvSink {
  void row(const shopify::CsvRow& row) override { grid.emplace_back(row.fields.begin(), row.fields.end()); }
  void error(const shopify::CsvError& error) override {
    ADD_FAILURE() << "line " << error.line << ": " << error.excerpt;
  }
  Grid grid;
};

std::string oneOf(std::vector<std::string> words) { return *rc::gen::elementOf(std::move(words)); }
bool chance(int percent) { return *rc::gen::inRange(0, 100) < percent; }
int upTo(int most) { return *rc::gen::inRange(0, most + 1); }

// Text as people paste it: quotes, commas, line ends and letters of many alphabets.
std::string randomText() {
  static const std::vector<std::string> kPieces = {"a",  "Kaffee", " ",  ",",    "\"",    "\"\"",
                                                   "\n", "\r\n",   "é",  "日本", "😀",    "<p>x</p>",
                                                   "'",  ";",      "\t", "=1+1", "\u00a0"};
  std::string text;
  const int pieces = upTo(5);
  for (int i = 0; i < pieces; ++i) text += *rc::gen::elementOf(kPieces);
  return text;
}

// Draws one file. Its rows are maps from columns to cells until they are laid out.
class FileMaker {
 public:
  RandomFile make();

 private:
  using Cells = std::vector<std::pair<std::string, std::string>>;  // column's place in the header, by its first name

  void drawHeader();
  void addProduct(int number);
  void addVariantPart(std::vector<std::string>& row, int number, int index, int options);
  void addImagePart(std::vector<std::string>& row, int number);
  void addProductPart(std::vector<std::string>& row, int number, int options);
  void addKept(std::vector<std::string>& row, int percent);
  void put(std::vector<std::string>& row, Column column, std::string text);
  bool has(Column column) const { return places_[static_cast<std::size_t>(column)].has_value(); }
  std::string write();

  RandomFile file_;
  HeaderKind kind_ = HeaderKind::kClassic;
  std::array<std::optional<std::size_t>, shopify::kColumnCount> places_;
  std::vector<std::size_t> kept_;
  std::vector<std::string> images_;  // of the present product
  int skus_ = 0;
};

void FileMaker::drawHeader() {
  file_.classic = *rc::gen::arbitrary<bool>();
  kind_ = file_.classic ? HeaderKind::kClassic : HeaderKind::kCurrent;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < shopify::kColumnCount; ++i) {
    const auto column = static_cast<Column>(i);
    const bool needed = column == Column::kHandle || column == Column::kTitle || column == Column::kPrice;
    if (needed || chance(75)) names.emplace_back(columnName(column, kind_));
  }
  for (const char* name :
       {"Cost per item", "Google Shopping / MPN", "Größe (cm)", "note", "Note", "Variant Fulfillment Service"})
    if (chance(40)) names.emplace_back(name);
  const auto keys = *rc::gen::container<std::vector<int>>(names.size(), rc::gen::arbitrary<int>());
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&keys](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  std::vector<std::string> header;
  for (const std::size_t index : order) {
    const auto column = shopify::columnNamed(names[index]);
    if (column) {
      places_[static_cast<std::size_t>(*column)] = header.size();
    } else {
      kept_.push_back(header.size());
    }
    header.push_back(names[index]);
  }
  file_.cells.push_back(std::move(header));
}

void FileMaker::put(std::vector<std::string>& row, Column column, std::string text) {
  if (has(column)) row[*places_[static_cast<std::size_t>(column)]] = std::move(text);
}

void FileMaker::addKept(std::vector<std::string>& row, int percent) {
  for (const std::size_t place : kept_)
    if (chance(percent)) row[place] = randomText();
}

void FileMaker::addProductPart(std::vector<std::string>& row, int number, int options) {
  put(row, Column::kTitle, oneOf({"", " "}) + "Title " + std::to_string(number) + randomText());
  put(row, Column::kDescription, randomText());
  put(row, Column::kVendor, randomText());
  put(row, Column::kCategory, oneOf({"", "Apparel > Shirts", "Home"}));
  put(row, Column::kType, oneOf({"", "Shirt", " Lamp "}));
  put(row, Column::kTags, oneOf({"", "a", "a, b", "a,b, ,a", " x ,y"}));
  put(row, Column::kPublished, oneOf({"", "true", "TRUE", "yes", "false", "0"}));
  put(row, Column::kStatus, oneOf({"", "active", "Active", "draft", "ARCHIVED", "unlisted"}));
  put(row, Column::kGiftCard, oneOf({"", "false", "true", "No"}));
  put(row, Column::kSeoTitle, randomText());
  put(row, Column::kSeoDescription, randomText());
  constexpr std::array<Column, 3> kNames{Column::kOption1Name, Column::kOption2Name, Column::kOption3Name};
  const std::array<std::string, 3> names{"Size", " Größe", "Fabric, kind"};
  for (int i = 0; i < options; ++i) put(row, kNames[static_cast<std::size_t>(i)], names[static_cast<std::size_t>(i)]);
  if (options == 0) put(row, kNames[0], oneOf({"", "Title", "title"}));
}

void FileMaker::addVariantPart(std::vector<std::string>& row, int number, int index, int options) {
  constexpr std::array<Column, 3> kValues{Column::kOption1Value, Column::kOption2Value, Column::kOption3Value};
  for (int i = 0; i < options; ++i)
    put(row, kValues[static_cast<std::size_t>(i)],
        oneOf({"", " "}) + "v" + std::to_string(index) + "\"" + std::to_string(i));
  if (options == 0) put(row, kValues[0], oneOf({"", "Default Title", "default title"}));
  put(row, Column::kSku,
      chance(70) ? oneOf({"", " "}) + "S" + std::to_string(number) + "-" + std::to_string(++skus_) : "");
  put(row, Column::kBarcode, oneOf({"", "4006381333931", " 12 "}));
  put(row, Column::kPrice, oneOf({"5", "5.0", "5.00", "12.34", "0", " 7.50"}));
  put(row, Column::kCompareAt, oneOf({"", "0", "0.00", "99.90", "99.9"}));
  put(row, Column::kGrams, oneOf({"", "0", "150", "150.0", "99.5"}));
  put(row, Column::kTracker, oneOf({"", "shopify", "amazon"}));
  put(row, Column::kQuantity, oneOf({"", "0", "5", "007", "70"}));
  put(row, Column::kPolicy, oneOf({"", "deny", "continue", "DENY", "TRUE", "no"}));
  put(row, Column::kRequiresShipping, oneOf({"", "true", "TRUE", "0", "false"}));
  put(row, Column::kTaxable, oneOf({"", "true", "1", "no", "false"}));
  put(row, Column::kTaxCode, oneOf({"", "TC1", " TC2 "}));
  put(row, Column::kWeightUnit, oneOf({"", "kg", "KG", "lb"}));
  put(row, Column::kVariantImage, oneOf({"", "/v.png", "https://cdn.example.org/v.png"}));
}

void FileMaker::addImagePart(std::vector<std::string>& row, int number) {
  if (!has(Column::kImageSrc)) return;
  const bool again = !images_.empty() && chance(20);
  if (!again)
    images_.push_back("https://cdn.example.org/" + std::to_string(number) + "/" + std::to_string(images_.size()) +
                      ".png");
  put(row, Column::kImageSrc, oneOf({"", " "}) + (again ? images_.front() : images_.back()));
  put(row, Column::kImagePosition, oneOf({"", "1", "2", "9", "03"}));
  put(row, Column::kImageAlt, randomText());
}

void FileMaker::addProduct(int number) {
  images_.clear();
  int options = upTo(3);
  while (options > 0 && !(has(static_cast<Column>(static_cast<int>(Column::kOption1Name) + 2 * (options - 1))) &&
                          has(static_cast<Column>(static_cast<int>(Column::kOption1Value) + 2 * (options - 1)))))
    --options;
  for (int i = 0; i < options; ++i)
    if (!has(static_cast<Column>(static_cast<int>(Column::kOption1Name) + 2 * i)) ||
        !has(static_cast<Column>(static_cast<int>(Column::kOption1Value) + 2 * i)))
      options = i;
  const int variants = options == 0 ? 1 : 1 + upTo(3);
  const bool image_first = has(Column::kImageSrc) && chance(10);
  const int images_after = has(Column::kImageSrc) ? upTo(2) : 0;
  const std::string handle = oneOf({"", " "}) + oneOf({"thing-", "Thing-", "größe_"}) + std::to_string(number);
  const int rows = (image_first ? 1 : 0) + variants + images_after;
  for (int i = 0; i < rows; ++i) {
    std::vector<std::string> row(file_.cells.front().size());
    put(row, Column::kHandle, handle);
    if (i == 0) addProductPart(row, number, options);
    if (i > 0 && chance(15)) put(row, Column::kVendor, "said again");
    const int variant = i - (image_first ? 1 : 0);
    const bool is_variant = variant >= 0 && variant < variants;
    if (is_variant) addVariantPart(row, number, variant, options);
    if (!is_variant || chance(40)) addImagePart(row, number);
    if (!is_variant && chance(20)) put(row, Column::kWeightUnit, "kg");
    addKept(row, 40);
    file_.cells.push_back(std::move(row));
  }
}

// One of the ways to write the cells down: line ends, needless quotes, short rows, empty lines, a byte order mark.
std::string FileMaker::write() {
  const std::string line_end = oneOf({"\n", "\r\n", "\r"});
  std::string text = chance(30) ? "\xEF\xBB\xBF" : "";
  for (std::size_t i = 0; i < file_.cells.size(); ++i) {
    std::size_t size = file_.cells[i].size();
    while (i > 0 && size > 1 && file_.cells[i][size - 1].empty() && chance(30)) --size;
    for (std::size_t at = 0; at < size; ++at) {
      std::string cell;
      const std::array<std::string_view, 1> one{file_.cells[i][at]};
      shopify::appendCsvRow(cell, one);
      cell.pop_back();
      if (cell == one[0] && chance(10)) cell = "\"" + cell + "\"";
      text.append(at == 0 ? "" : ",").append(cell);
    }
    if (i + 1 < file_.cells.size() || chance(80)) text += line_end;
    if (chance(5) && i + 1 < file_.cells.size()) text += line_end;
  }
  return text;
}

RandomFile FileMaker::make() {
  drawHeader();
  const int products = 1 + upTo(3);
  for (int i = 0; i < products; ++i) addProduct(i);
  file_.text = write();
  return std::move(file_);
}

}  // namespace

RandomFile randomFile() { return FileMaker().make(); }

std::int64_t Exported::noted(const std::string& kind, const std::string& column) const {
  for (const v1::ExportNote& note : report.notes())
    if (note.kind() == kind && (column.empty() || note.column() == column)) return note.count();
  return 0;
}

Exported exportFile(CatalogShop& shop, v1::ExportProductsRequest::Header header) {
  v1::ExportProductsRequest request;
  request.set_header(header);
  const v1::ExportProductsResponse answer =
      shop.get(shop.catalog().ExportProducts(CatalogShop::staff(), std::move(request)));
  Exported exported;
  const auto path = shop.spool() / answer.file().blob();
  std::ifstream file(path, std::ios::binary);
  exported.text.assign(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(static_cast<std::int64_t>(exported.text.size()), answer.file().size());
  std::filesystem::remove(path);
  const json::Document document = json::Document::parse(answer.report());
  json::Reader reader;
  v1::readJson(document.root(), exported.report, reader);
  reader.finish();
  return exported;
}

Grid cellsOf(const std::string& csv) {
  GridSink sink;
  shopify::CsvReader reader;
  reader.feed(csv, sink);
  reader.finish(sink);
  return std::move(sink.grid);
}

std::vector<std::string> columnOf(const Grid& grid, const std::string& name) {
  std::vector<std::string> cells;
  const auto found = std::find(grid.at(0).begin(), grid.at(0).end(), name);
  EXPECT_NE(found, grid.at(0).end()) << "no column " << name;
  if (found == grid.at(0).end()) return cells;
  const auto index = static_cast<std::size_t>(found - grid.at(0).begin());
  for (std::size_t i = 1; i < grid.size(); ++i) cells.push_back(grid[i].at(index));
  return cells;
}

}  // namespace kontor::catalog

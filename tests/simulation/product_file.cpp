#include "tests/simulation/product_file.hpp"

namespace kontor::simulation {
namespace {

constexpr const char* kHeader =
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,"
    "Variant Taxable,Image Src,Image Position\n";
constexpr int kNewProducts = 6;
constexpr std::int64_t kNewQuantity = 7;
constexpr std::int64_t kCents = 100;

std::string price(std::int64_t cents) {
  const std::int64_t rest = cents % kCents;
  return std::to_string(cents / kCents) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
}

}  // namespace

std::string productFile(const std::vector<ProductRow>& rows) {
  std::string file = kHeader;
  for (const ProductRow& row : rows)
    file += row.handle + ",The " + row.handle + ",,Kontor,Tee,,true,,," + row.handle + ",10,shopify," +
            std::to_string(row.quantity) + ",deny," + price(row.cents) + ",,true,,\n";
  return file;
}

const std::vector<ProductRow>& firstProducts() {
  static const std::vector<ProductRow> products{
      {"anchor", 40, 1999}, {"barrel", 40, 495}, {"compass", 30, 12000}, {"dory", 25, 250000}, {"ensign", 3, 1500}};
  return products;
}

std::vector<ProductRow> laterProducts(int number) {
  std::vector<ProductRow> rows;
  const ProductRow& known = firstProducts().at(static_cast<std::size_t>(number) % firstProducts().size());
  rows.push_back({known.handle, 0, known.cents + number + 1});
  for (int i = 0; i < kNewProducts; ++i)
    rows.push_back({"delivery-" + std::to_string(number) + "-" + std::to_string(i), kNewQuantity, 1000 + i});
  return rows;
}

}  // namespace kontor::simulation

// Product files out of the shop: as they went in, and as things are now.

#include "services/catalog/export_test.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "services/catalog/shopify/csv_writer.hpp"
#include "services/catalog/shopify/header.hpp"

namespace kontor::catalog {
namespace {

using Request = v1::ExportProductsRequest;
using Column = shopify::Column;

const std::string kTee =
    "harbour-tee,Harbour Tee,\"Soft, \"\"very\"\"\nsoft.\",Quay,Tee,\"a, "
    "b\",TRUE,Size,S,HT-S,150,shopify,5,deny,19.9,,true,"
    "/a.svg,1,mpn-1\n"
    "harbour-tee,,,,,,,,M,HT-M,150,shopify,7,deny,21.00,,true,/b.svg,2,\n"
    "harbour-tee,,,,,,,,,,,,,,,,,/c.svg,3,\n";
const std::string kLamp = "quay-lamp,Quay Lamp,,Quay,Lamp,,true,,,,0,,3,deny,45,,true,,,\n";

void importAll(CatalogShop& shop, const std::string& text) {
  const v1::ImportJob job = shop.import(text);
  ASSERT_EQ(job.state(), v1::ImportJob::STATE_DONE) << job.failure();
  ASSERT_EQ(job.errors_total(), 0) << job.errors(0).message();
}

TEST(Export, GivesAFileBackAsItWentIn) {
  CatalogShop shop;
  importAll(shop, kClassic + kTee + kLamp);
  const Exported exported = exportFile(shop);
  EXPECT_EQ(exported.text, kClassic + kTee + kLamp);
  EXPECT_EQ(exported.report.products(), 2);
  EXPECT_EQ(exported.report.variants(), 3);
  EXPECT_EQ(exported.report.rows(), 4);
  EXPECT_EQ(exported.report.notes_size(), 0) << exported.report.DebugString();
  EXPECT_TRUE(std::filesystem::is_empty(shop.spool()));
}

TEST(Export, SaysWhatIsNowWhereTheShopHasChanged) {
  CatalogShop shop;
  importAll(shop, kClassic + kTee + kLamp);
  const v1::Product tee = shop.product("harbour-tee");
  shop.setPrice(tee.variants(0).id(), 2500);
  shop.inventory().stock["HT-M"].set_quantity(4);
  v1::UpdateProductRequest update;
  update.set_id(tee.id());
  update.set_title("Harbour \"Deluxe\" Tee");
  update.set_status(v1::Product::STATUS_DRAFT);
  shop.get(shop.catalog().UpdateProduct(CatalogShop::staff(), std::move(update)));
  const Exported exported = exportFile(shop);
  const Grid cells = cellsOf(exported.text);
  EXPECT_EQ(columnOf(cells, "Title").front(), "Harbour \"Deluxe\" Tee");
  EXPECT_EQ(columnOf(cells, "Variant Price"), (std::vector<std::string>{"25.00", "21.00", "", "45"}));
  EXPECT_EQ(columnOf(cells, "Variant Inventory Qty"), (std::vector<std::string>{"5", "4", "", "3"}));
  EXPECT_EQ(columnOf(cells, "Status"), (std::vector<std::string>{"draft", "", "", "active"}));
  EXPECT_EQ(columnOf(cells, "Published").front(), "TRUE");
  EXPECT_EQ(exported.noted("changed_cells", "Variant Price"), 1);
  EXPECT_EQ(exported.noted("added_column", "Status"), 1);
  CatalogShop other;
  importAll(other, exported.text);
  EXPECT_EQ(exportFile(other).text, exported.text);
}

TEST(Export, CountsHowTheFileWasWrittenOtherwise) {
  CatalogShop shop;
  std::string file = "\xEF\xBB\xBFHandle, Title ,Variant Price,Note\r\n\"one\",One,3.00,\"x\"\r\n\r\n,,\r\none,,,,\r\n";
  const v1::ImportJob job = shop.import(file);
  EXPECT_EQ(job.errors_total(), 1);  // the second row of "one" has no price
  const Exported exported = exportFile(shop);
  EXPECT_EQ(exported.text, "Handle,Title,Variant Price,Note\none,One,3.00,x\n");
  for (const auto& [kind, count] : std::vector<std::pair<std::string, int>>{{"byte_order_mark", 1},
                                                                            {"line_ends", 5},
                                                                            {"needless_quotes", 2},
                                                                            {"empty_rows", 2},
                                                                            {"row_lengths", 2},
                                                                            {"column_names", 1},
                                                                            {"refused_rows", 1}})
    EXPECT_EQ(exported.noted(kind), count) << kind;
}

TEST(Export, TellsActiveAndPublishedApartAsTheFileDid) {
  const std::string file =
      "Handle,Title,Status,Published,Variant "
      "Price\na,A,active,false,1.00\nb,B,draft,true,1.00\nc,C,unlisted,true,1.00\n"
      "d,D,archived,false,1.00\ne,E,Active,TRUE,1.00\n";
  CatalogShop shop;
  importAll(shop, file);
  EXPECT_EQ(exportFile(shop).text, file);
  // The owner decides: hidden, unlisted and draft ones go on sale, and the file says so.
  for (const char* handle : {"a", "b", "c"}) {
    const std::string id = shop.get(shop.host().stores.at("catalog")->query("SELECT id FROM product WHERE handle = $1",
                                                                            store::params(handle)))
                               .front()
                               .text(0);
    v1::UpdateProductRequest update;
    update.set_id(id);
    update.set_status(v1::Product::STATUS_ACTIVE);
    shop.get(shop.catalog().UpdateProduct(CatalogShop::staff(), std::move(update)));
  }
  EXPECT_EQ(exportFile(shop).text,
            "Handle,Title,Status,Published,Variant Price\na,A,active,true,1.00\nb,B,active,true,1.00\nc,C,active,true,"
            "1.00\nd,D,archived,false,1.00\ne,E,Active,TRUE,1.00\n");
}

TEST(Export, KeepsColumnsOfTheSameNameApart) {
  const std::string file = "Handle,Title,Variant Price,Note,note,,\na,A,1.00,one,two,three,four\nb,B,1.00,,two,,four\n";
  CatalogShop shop;
  importAll(shop, file);
  EXPECT_EQ(exportFile(shop).text, file);
}

TEST(Export, GathersWhatSeveralFilesHaveSaid) {
  CatalogShop shop;
  importAll(shop, "Handle,Title,Variant Price,Supplier,Vendor\nold,Old,1.00,Miller,Quay\n");
  importAll(shop, "Handle,Title,Variant Price,Shelf\nnew,New,2.00,A3\n");
  const Exported exported = exportFile(shop);
  EXPECT_EQ(exported.text,
            "Handle,Title,Variant Price,Shelf,Supplier,Vendor\nnew,New,2.00,A3,,\nold,Old,1.00,,Miller,Quay\n");
  EXPECT_EQ(exported.noted("added_column", "Supplier"), 1);
  CatalogShop other;
  importAll(other, exported.text);
  EXPECT_EQ(exportFile(other).text, exported.text);
}

TEST(Export, OfAShopThatNoFileHasFilled) {
  CatalogShop shop;
  const Grid cells = cellsOf(exportFile(shop).text);
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0][1], "URL handle");
  EXPECT_EQ(cellsOf(exportFile(shop, Request::HEADER_CLASSIC).text)[0][0], "Handle");
}

TEST(Export, WritesProductsThatCameByOtherWays) {
  CatalogShop shop;
  importAll(shop, kClassic + kTee);
  shop.edit("UPDATE product SET source = x''");
  shop.edit("DELETE FROM import_job");
  const Exported exported = exportFile(shop, Request::HEADER_CLASSIC);
  const Grid cells = cellsOf(exported.text);
  EXPECT_EQ(columnOf(cells, "Variant SKU"), (std::vector<std::string>{"HT-S", "HT-M", ""}));
  EXPECT_EQ(columnOf(cells, "Image Src"), (std::vector<std::string>{"/a.svg", "/b.svg", "/c.svg"}));
  EXPECT_EQ(columnOf(cells, "Variant Inventory Qty"), (std::vector<std::string>{"5", "7", ""}));
  EXPECT_EQ(columnOf(cells, "Published").front(), "true");
  CatalogShop other;
  importAll(other, exported.text);
  EXPECT_EQ(exportFile(other).text, exported.text);
}

TEST(Export, EndsWhenTheProcessOrTheCallersTimeDoes) {
  CatalogShop shop;
  importAll(shop, kClassic + kTee);
  const rpc::Context late = CatalogShop::staff().withDeadline(SteadyTime::min());
  const Error error = errorOf([&] { shop.get(shop.catalog().ExportProducts(late, Request())); });
  EXPECT_EQ(error.code(), Code::kDeadlineExceeded);
  EXPECT_TRUE(std::filesystem::is_empty(shop.spool()));
}

TEST(Export, SaysThatTheDiskDoesNotTakeTheFile) {
  CatalogShop shop;
  std::filesystem::remove_all(shop.spool());
  std::ofstream(shop.spool()) << "a file where the folder should be";
  const Error error = errorOf([&] { shop.get(shop.catalog().ExportProducts(CatalogShop::staff(), Request())); });
  EXPECT_EQ(error.reason(), "EXPORT_FILE_UNWRITABLE");
}

RC_GTEST_PROP(ExportLaw, WhatIsWrittenReadsBack, ()) {
  const auto cell = rc::gen::container<std::string>(rc::gen::element('a', ',', '"', '\n', '\r', ' '));
  auto cells = *rc::gen::container<std::vector<std::string>>(3, cell);
  cells[0] += "x";  // a row of empty cells only may be an empty line
  std::string text;
  const std::vector<std::string_view> views(cells.begin(), cells.end());
  shopify::appendCsvRow(text, views);
  RC_ASSERT(cellsOf(text) == Grid{cells});
}

/// A shop that a file has filled, and what it gives out again.
struct Filled {
  explicit Filled(const std::string& text) {
    const v1::ImportJob job = shop.import(text);
    if (job.errors_total() > 0) RC_LOG() << job.errors(0).message() << "\n" << text;
    RC_ASSERT(job.state() == v1::ImportJob::STATE_DONE);
    RC_ASSERT(job.errors_total() == 0);
  }
  std::string out(Request::Header header = Request::HEADER_UNSPECIFIED) { return exportFile(shop, header).text; }

  CatalogShop shop;
};

RC_GTEST_PROP(ExportLaw, TheFirstExportIsTheImportedFileCellByCell, ()) {
  const RandomFile file = randomFile();
  Filled shop(file.text);
  const std::string first = shop.out();
  RC_ASSERT(cellsOf(first) == file.cells);
  Filled other(first);
  RC_ASSERT(other.out() == first);
  importAll(shop.shop, first);  // into the shop that has it all
  RC_ASSERT(shop.out() == first);
}

RC_GTEST_PROP(ExportLaw, TheOtherHeaderAndBack, ()) {
  const RandomFile file = randomFile();
  const Request::Header own = file.classic ? Request::HEADER_CLASSIC : Request::HEADER_CURRENT;
  const Request::Header other = file.classic ? Request::HEADER_CURRENT : Request::HEADER_CLASSIC;
  Filled shop(file.text);
  const std::string there = shop.out(other);
  Filled second(there);
  RC_ASSERT(second.out(other) == there);
  const std::string back = second.out(own);
  Filled third(back);
  RC_ASSERT(third.out(own) == back);
  // All that the file said is there again.
  const Grid cells = cellsOf(back);
  const shopify::HeaderKind kind = file.classic ? shopify::HeaderKind::kClassic : shopify::HeaderKind::kCurrent;
  const auto header = shopify::Header::parse(1, file.cells.front());
  for (std::size_t i = 0; i < file.cells.front().size(); ++i) {
    const std::string name = shopify::keptName(std::get<shopify::Header>(header).key(i), kind);
    const bool said =
        std::any_of(file.cells.begin() + 1, file.cells.end(), [i](const auto& row) { return !row[i].empty(); });
    if (!said && !shopify::columnNamed(name)) continue;  // a column of its own that says nothing
    std::vector<std::string> wanted;
    for (std::size_t row = 1; row < file.cells.size(); ++row) wanted.push_back(file.cells[row][i]);
    RC_ASSERT(columnOf(cells, name) == wanted);
  }
}

}  // namespace
}  // namespace kontor::catalog

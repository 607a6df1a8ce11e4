// Product files through the whole service: what is stored, what is refused, and what survives.

#include <gtest/gtest.h>

#include <algorithm>

#include "chassis/runtime/executor.hpp"
#include "chassis/store/sql.hpp"
#include "services/catalog/catalog_test.hpp"
#include "services/catalog/stored.pb.h"

namespace kontor::catalog {
namespace {

using namespace std::chrono_literals;

const std::string kCurrent =
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,"
    "Option1 name,Option1 value,Price,Inventory tracker,Inventory quantity,Continue selling when out of stock,"
    "Product image URL,Image position\n";
const std::string kTee =
    "harbour-tee,Harbour Tee,,Quay,Tee,,true,Size,S,HT-S,150,shopify,5,deny,19.90,,true,/a.svg,1,mpn-1\n"
    "harbour-tee,,,,,,,,M,HT-M,150,shopify,7,deny,21.00,,true,/b.svg,2,\n"
    "harbour-tee,,,,,,,,,,,,,,,,,/c.svg,3,\n";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<std::string> messagesOf(const v1::ImportJob& job) {
  std::vector<std::string> messages;
  for (const v1::ImportError& error : job.errors()) messages.push_back(error.message());
  return messages;
}

std::map<std::string, std::string> idsOf(const v1::Product& product) {
  std::map<std::string, std::string> ids;
  for (const v1::Variant& variant : product.variants()) ids[variant.sku()] = variant.id();
  return ids;
}

TEST(Import, StoresAClassicFile) {
  CatalogShop shop;
  const v1::ImportJob job = shop.import(kClassic + kTee);
  EXPECT_EQ(job.state(), v1::ImportJob::STATE_DONE) << job.failure();
  EXPECT_EQ(job.rows(), 3);
  EXPECT_EQ(job.products(), 1);
  EXPECT_EQ(job.variants(), 2);
  EXPECT_EQ(job.images(), 3);
  EXPECT_EQ(job.errors_total(), 0);
  EXPECT_EQ(job.bytes_read(), job.bytes_total());
  EXPECT_TRUE(job.has_ended_at());
  EXPECT_EQ(shop.product("harbour-tee").media_size(), 3);
  EXPECT_EQ(shop.inventory().reasons, std::vector<std::string>{"import " + job.id()});
  EXPECT_EQ(shop.events().size(), 1U);
}

TEST(Import, KeepsWhatOnlyTheFileSays) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  const auto rows = shop.get(shop.host().stores.at("catalog")->query("SELECT source FROM product", store::params()));
  ProductSource source;
  ASSERT_TRUE(source.ParseFromString(rows.front().bytes(0)));
  ASSERT_EQ(source.rows_size(), 3);
  EXPECT_EQ(source.rows(0).image_url(), "/a.svg");
  EXPECT_EQ(source.rows(0).quantity(), 5);
  const auto& cells = source.rows(0).cells();
  EXPECT_TRUE(std::any_of(cells.begin(), cells.end(), [](const SourceCell& cell) {
    return cell.column() == "Google Shopping / MPN" && cell.value() == "mpn-1";
  }));
  EXPECT_TRUE(source.rows(2).variant_id().empty());
  const auto jobs = shop.get(shop.host().stores.at("catalog")->query("SELECT header FROM import_job", store::params()));
  EXPECT_TRUE(jobs.front().text(0).starts_with("[\"Handle\",\"Title\""));
}

TEST(Import, StoresACurrentFileWithMarkAndCarriageReturns) {
  CatalogShop shop;
  std::string file =
      kCurrent + "Quay Lamp,quay-lamp,Bright.,Kontor,Lighting,Lamp,,true,Active,QL-1,,Title,Default Title,45.00,,,,,\n";
  for (std::size_t at = 0; (at = file.find('\n', at)) != std::string::npos; at += 2) file.insert(at, "\r");
  EXPECT_EQ(shop.import("\xEF\xBB\xBF" + file).products(), 1);
  v1::Product lamp = shop.product("quay-lamp");
  EXPECT_FALSE(lamp.variants(0).has_available());  // not tracked: without limit
  EXPECT_EQ(lamp.categories(0), "Lighting");
  EXPECT_EQ(lamp.options_size(), 0);
  EXPECT_EQ(lamp.variants(0).title(), "");
  ImportWish wish;
  wish.track_all = true;
  wish.set_stock = true;
  shop.import(file, wish);
  EXPECT_EQ(shop.product("quay-lamp").variants(0).available(), 0);
}

TEST(Import, TheSameFileAgainChangesNothing) {
  CatalogShop shop;
  shop.import(kClassic + kTee + row("other", ""));
  shop.events();
  const v1::Product before = shop.product("harbour-tee");
  shop.inventory().stock["HT-M"].set_quantity(6);  // one was sold
  const v1::ImportJob again = shop.import(kClassic + kTee + row("other", ""));
  EXPECT_EQ(again.products(), 2);
  EXPECT_EQ(again.errors_total(), 0);
  v1::Product after = shop.product("harbour-tee");
  EXPECT_EQ(after.variants(1).available(), 6);
  after.mutable_variants(1)->set_available(7);
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  EXPECT_TRUE(shop.events().empty());
  ImportWish wish;
  wish.set_stock = true;
  shop.import(kClassic + kTee, wish);
  EXPECT_EQ(shop.product("harbour-tee").variants(1).available(), 7);
}

TEST(Import, AnUpdateKeepsIdsAndWhatTheFileDoesNotName) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  const v1::Product before = shop.product("harbour-tee");
  shop.events();
  shop.import(kClassic +
              "harbour-tee,Quay Tee,,Quay,Tee,,true,Size,M,HT-M,150,shopify,100,deny,22.00,,true,,,\n"
              "harbour-tee,,,,,,,,L,HT-L,150,shopify,3,deny,23.00,,true,/d.svg,1,\n");
  const v1::Product after = shop.product("harbour-tee");
  EXPECT_EQ(after.id(), before.id());
  EXPECT_EQ(after.version(), 2);
  EXPECT_EQ(after.title(), "Quay Tee");
  auto ids = idsOf(after);
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_EQ(ids["HT-S"], idsOf(before)["HT-S"]);
  EXPECT_EQ(ids["HT-M"], idsOf(before)["HT-M"]);
  EXPECT_EQ(after.variants(1).price().amount(), 2200);
  EXPECT_EQ(after.variants(1).available(), 7);
  EXPECT_EQ(after.variants(2).sku(), "HT-L");
  EXPECT_EQ(after.options(0).values_size(), 3);
  EXPECT_EQ(after.media_size(), 4);
  EXPECT_EQ(after.media(0).url(), "/a.svg");
  EXPECT_EQ(shop.events(), (std::vector<std::string>{"product.upserted " + after.id(), "price.changed " + after.id()}));
}

TEST(Import, NamesEveryBadRowAndKeepsTheGoodOnes) {
  CatalogShop shop;
  shop.import(kClassic + row("mine", "MINE-1"));
  const v1::ImportJob job = shop.import(
      kClassic + row("good", "G-1") + row("bad-price", "B-1", "abc") + row("taken", "MINE-1") + row("", "N-1") +
      "bytes,B\xFF,,,,,true,,,X,1,,,deny,1,,true,,,\n" + row("twice", "G-1") + row("last", "L-1"));
  EXPECT_EQ(job.state(), v1::ImportJob::STATE_DONE);
  EXPECT_EQ(job.products(), 2);
  EXPECT_EQ(job.errors_total(), 5);
  const std::vector<std::string> messages = messagesOf(job);
  ASSERT_EQ(messages.size(), 5U);
  const auto named = [&messages](const std::string& line, const std::string& part) {
    return std::any_of(messages.begin(), messages.end(),
                       [&](const std::string& message) { return message.starts_with(line) && has(message, part); });
  };
  EXPECT_TRUE(named("line 3, column \"Variant Price\"", "\"abc\""));
  EXPECT_TRUE(named("line 4, column \"Variant SKU\"", "belongs to the product \"mine\""));
  EXPECT_TRUE(named("line 5, column \"Handle\"", "empty"));
  EXPECT_TRUE(named("line 6", "UTF-8"));
  EXPECT_TRUE(named("line 7", "\"G-1\""));
  EXPECT_EQ(shop.product("good").variants_size(), 1);
  EXPECT_EQ(shop.product("last").variants_size(), 1);
  EXPECT_EQ(errorOf([&] { shop.product("taken"); }).code(), Code::kNotFound);
  EXPECT_EQ(shop.inventory().stock.count("B-1"), 0U);
}

TEST(Import, CountsErrorsBeyondThoseItKeeps) {
  CatalogShop shop;
  std::string file = kClassic;
  for (int i = 0; i < 1500; ++i) file += row("p" + std::to_string(i), "S" + std::to_string(i), "x");
  const v1::ImportJob job = shop.import(file);
  EXPECT_EQ(job.errors_total(), 1500);
  EXPECT_EQ(job.errors_size(), 1000);
  EXPECT_EQ(job.errors(0).line(), 2);
  EXPECT_EQ(job.errors(0).column(), "Variant Price");
  EXPECT_EQ(job.errors(0).value(), "x");
}

TEST(Import, ADryRunChecksAgainstTheShopAndStoresNothing) {
  CatalogShop shop;
  shop.import(kClassic + row("mine", "MINE-1"));
  const int calls = shop.inventory().calls;
  ImportWish wish;
  wish.dry_run = true;
  const v1::ImportJob job = shop.import(kClassic + row("new", "N-1") + row("taken", "MINE-1"), wish);
  EXPECT_TRUE(job.dry_run());
  EXPECT_EQ(job.products(), 1);
  ASSERT_EQ(job.errors_total(), 1);
  EXPECT_TRUE(has(job.errors(0).message(), "MINE-1"));
  EXPECT_EQ(shop.inventory().calls, calls);
  EXPECT_EQ(shop.list(10).products_size(), 1);
}

TEST(Import, FilesThatAreNoneFail) {
  CatalogShop shop;
  const std::vector<std::pair<std::string, std::string>> files{
      {"", "the file is empty"}, {"a,b,c\n1,2,3\n", "header of neither kind"}, {"\xFF\xFEH", "UTF-16"}};
  for (const auto& [file, words] : files) {
    const v1::ImportJob job = shop.import(file);
    EXPECT_EQ(job.state(), v1::ImportJob::STATE_FAILED);
    EXPECT_TRUE(has(job.failure(), words)) << job.failure();
    EXPECT_TRUE(has(job.failure(), "line 1"));
  }
  EXPECT_TRUE(has(shop.import(kClassic + "open,\"never closed,,,\n").errors(0).message(), "quote"));
}

TEST(Import, PricesAreInTheShopsCurrency) {
  CatalogShop shop("catalog: {currency: JPY}");
  const v1::ImportJob job = shop.import(kClassic + row("whole", "W", "1200") + row("parts", "P", "12.50"));
  ASSERT_EQ(job.errors_total(), 1);
  EXPECT_TRUE(has(job.errors(0).message(), "JPY"));
  EXPECT_EQ(shop.product("whole").variants(0).price().amount(), 1200);
  EXPECT_EQ(shop.product("whole").variants(0).price().currency(), "JPY");
}

TEST(Import, ASpooledFileIsReadInBatchesAndDeleted) {
  CatalogShop shop("catalog: {imports: {batch: 3}}");
  std::string file = kClassic;
  for (int i = 0; i < 10; ++i) file += row("p-" + std::to_string(i), "S-" + std::to_string(i));
  ImportWish wish;
  wish.blob = "blob_1";
  const v1::ImportJob job = shop.import(file, wish);
  EXPECT_EQ(job.products(), 10);
  EXPECT_EQ(shop.inventory().calls, 4);
  EXPECT_EQ(shop.list(100).products_size(), 10);
  EXPECT_FALSE(std::filesystem::exists(shop.spool() / "blob_1"));
}

TEST(Import, AMissingOrForeignFileIsAFailure) {
  CatalogShop shop;
  v1::ImportProductsRequest request;
  request.mutable_file()->set_blob("absent");
  const v1::ImportJob begun = shop.get(shop.catalog().ImportProducts(CatalogShop::staff(), request));
  EXPECT_TRUE(has(shop.get(shop.finished(begun)).failure(), "could not be opened"));
  request.mutable_file()->set_blob("../catalog.db");
  EXPECT_EQ(errorOf([&] { shop.get(shop.catalog().ImportProducts(CatalogShop::staff(), request)); }).code(),
            Code::kInvalidArgument);
  v1::GetImportRequest unknown;
  unknown.set_id("imp_none");
  EXPECT_EQ(errorOf([&] { shop.get(shop.catalog().GetImport(CatalogShop::staff(), unknown)); }).code(),
            Code::kNotFound);
}

TEST(Import, APriceChangedMeanwhileIsNotLost) {
  CatalogShop shop;
  shop.import(kClassic + kTee);
  const v1::Product before = shop.product("harbour-tee");
  shop.events();
  // Between reading the shop and writing the batch somebody sets a price in another currency, and another in the
  // file's.
  shop.inventory().before_set_stock = [&]() -> task<void> {
    v1::SetPricesRequest request;
    request.set_id(before.variants(0).id());
    request.add_prices()->set_currency("USD");
    request.mutable_prices(0)->set_amount(2500);
    request.add_prices()->set_currency("EUR");
    request.mutable_prices(1)->set_amount(1);
    co_await shop.catalog().SetPrices(CatalogShop::staff(), std::move(request));
  };
  const std::string file = std::string(kTee).replace(kTee.find("Harbour Tee"), 11, "Quay Tee");
  const v1::ImportJob job = shop.import(kClassic + file + row("other", "O-1"));
  EXPECT_EQ(job.products(), 2);
  const v1::Product after = shop.product("harbour-tee");
  EXPECT_EQ(after.variants(0).price().amount(), 1990);  // the file came last
  EXPECT_EQ(after.version(), 3);
  EXPECT_EQ(shop.product("harbour-tee", "USD").variants(0).price().amount(), 2500);
  EXPECT_EQ(shop.inventory().calls, 3);  // told again with the second plan
  const auto invariants = shop.get(shop.catalog().CheckInvariants(CatalogShop::staff(), {}));
  for (const auto& invariant : invariants.invariants()) EXPECT_TRUE(invariant.ok()) << invariant.name();
}

TEST(Import, OneAtATime) {
  CatalogShop shop;
  std::optional<Error> refused;
  shop.inventory().before_set_stock = [&]() -> task<void> {
    ImportWish wish;
    wish.blob = "blob_2";
    v1::ImportProductsRequest second = shop.request(kClassic + row("b", "B"), wish);
    try {
      co_await shop.catalog().ImportProducts(CatalogShop::staff(), std::move(second));
    } catch (const Error& error) {
      refused = error;
    }
  };
  const v1::ImportJob first = shop.import(kClassic + row("a", "A"));
  EXPECT_EQ(first.state(), v1::ImportJob::STATE_DONE);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->reason(), "IMPORT_RUNNING");
  EXPECT_EQ(refused->status(), 409);
  EXPECT_TRUE(has(refused->message(), first.id()));
  EXPECT_EQ(shop.import(kClassic + row("b", "B")).products(), 1);
  EXPECT_FALSE(std::filesystem::exists(shop.spool() / "blob_2"));
}

TEST(Import, AFailureIsToldAndTheFileCanBeImportedAgain) {
  CatalogShop shop("catalog: {imports: {batch: 1}}");
  shop.import(kClassic + row("a", "A"));
  shop.inventory().before_set_stock = []() -> task<void> {
    throw Error(Code::kUnavailable, "STORE_FULL", "the disk is full");
    co_return;
  };
  const std::string file = kClassic + row("b", "B") + row("c", "C");
  const v1::ImportJob failed = shop.import(file);
  EXPECT_EQ(failed.state(), v1::ImportJob::STATE_FAILED);
  EXPECT_TRUE(has(failed.failure(), "the disk is full"));
  EXPECT_EQ(shop.import(file).products(), 2);
  EXPECT_EQ(shop.list(10).products_size(), 3);
}

TEST(Import, WhatACrashLeftIsToldAndCanBeImportedAgain) {
  CatalogShop shop;
  shop.import(kClassic + row("a", "A"));
  shop.edit("UPDATE import_job SET state = 'running', blob = 'blob_3', ended_at = NULL");
  std::ofstream(shop.spool() / "blob_3") << kClassic;
  shop.restart();
  EXPECT_EQ(shop.count("SELECT COUNT(*) FROM import_job WHERE state = 'failed' AND failure LIKE 'the process ended%'"),
            1);
  EXPECT_FALSE(std::filesystem::exists(shop.spool() / "blob_3"));
  EXPECT_EQ(shop.import(kClassic + row("a", "A")).products(), 1);
  EXPECT_EQ(shop.list(10).products_size(), 1);
}

TEST(Import, StoppingEndsItAtTheNextBatch) {
  CatalogShop shop("catalog: {imports: {batch: 1}}");
  shop.inventory().before_set_stock = [&shop]() -> task<void> {
    runtime::Executor::current().spawn(shop.module().stop());
    co_return;
  };
  const v1::ImportJob job = shop.import(kClassic + row("a", "A") + row("b", "B") + row("c", "C"));
  EXPECT_EQ(job.state(), v1::ImportJob::STATE_FAILED);
  EXPECT_TRUE(has(job.failure(), "the process ended during the import"));
  EXPECT_LT(job.products(), 3);
}

TEST(Import, RunsOnItsOwnThread) {
  CatalogShop shop("catalog: {imports: {batch: 50}}", testing::realWorld(1));
  std::string file = kClassic;
  for (int i = 0; i < 500; ++i) file += row("p-" + std::to_string(i), "S-" + std::to_string(i));
  ImportWish wish;
  wish.blob = "blob_4";
  const v1::ImportJob job = shop.import(file, wish);
  EXPECT_EQ(job.state(), v1::ImportJob::STATE_DONE) << job.failure();
  EXPECT_EQ(job.products(), 500);
  EXPECT_EQ(shop.list(100).products_size(), 100);
}

}  // namespace
}  // namespace kontor::catalog

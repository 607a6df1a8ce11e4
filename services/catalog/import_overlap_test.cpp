// A batch is planned while the one before it is being written: it must come to the same as one after the other.

#include <gtest/gtest.h>

#include "services/catalog/catalog_test.hpp"

namespace kontor::catalog {
namespace {

const std::string kSized =
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
    "a,A,Size,S,X,1.00\n";

// Over many orders of events: in some of them the second batch is planned before the first one is stored.
TEST(ImportOverlap, ASkuThatTheBatchBeforeGivesFreeIsFree) {
  const std::string swapped =
      "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
      "a,A,Size,S,Y,1.00\n"
      "b,B,,,X,2.00\n";
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CatalogShop shop("catalog: {imports: {batch: 1}}", testing::simulatedWorld(seed));
    EXPECT_EQ(shop.import(kSized).errors_total(), 0);
    const v1::ImportJob job = shop.import(swapped);
    ASSERT_EQ(job.errors_total(), 0) << "seed " << seed << ": " << job.errors(0).message();
    EXPECT_EQ(job.products(), 2);
    EXPECT_EQ(shop.product("b").variants(0).sku(), "X");
  }
}

TEST(ImportOverlap, ASkuThatStaysTakenIsRefusedOnce) {
  CatalogShop shop("catalog: {imports: {batch: 1}}");
  shop.import(kSized);
  const v1::ImportJob job = shop.import(kClassic + row("n", "N") + row("b", "X") + row("c", "C"));
  EXPECT_EQ(job.products(), 2);
  ASSERT_EQ(job.errors_total(), 1);
  ASSERT_EQ(job.errors_size(), 1);
  EXPECT_EQ(job.errors(0).line(), 3);
  EXPECT_EQ(job.errors(0).value(), "X");
}

TEST(ImportOverlap, WhatFollowsAConflictIsPlannedAgainOnItsCounters) {
  CatalogShop shop("catalog: {imports: {batch: 1}}");
  const std::string file =
      kClassic + row("a", "A", "5.00") + "bad,,,,,,,,,B-1,,,,,1.00,,,,,\n" + row("b", "B") + row("c", "C");
  shop.import(file);
  const int calls = shop.inventory().calls;
  const std::string variant = shop.product("a").variants(0).id();
  shop.inventory().before_set_stock = [&]() -> task<void> {
    v1::SetPricesRequest request;
    request.set_id(variant);
    request.add_prices()->set_currency("EUR");
    request.mutable_prices(0)->set_amount(1);
    co_await shop.catalog().SetPrices(CatalogShop::staff(), std::move(request));
  };
  const v1::ImportJob job =
      shop.import(kClassic + row("a", "A", "7.00") + "bad,,,,,,,,,B-1,,,,,1.00,,,,,\n" + row("b", "B") + row("c", "C"));
  EXPECT_EQ(job.state(), v1::ImportJob::STATE_DONE) << job.failure();
  EXPECT_EQ(job.products(), 3);
  EXPECT_EQ(job.variants(), 3);
  EXPECT_EQ(job.rows(), 4);
  EXPECT_EQ(job.errors_total(), 1);
  EXPECT_EQ(job.errors_size(), 1);
  EXPECT_EQ(shop.product("a").variants(0).price().amount(), 700);
  EXPECT_EQ(shop.inventory().calls - calls, 5);  // a and b twice, c once
}

}  // namespace
}  // namespace kontor::catalog

// The merge of a file's product into the shop's: pure, so every rule is tried by itself.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "services/catalog/catalog_test.hpp"
#include "services/catalog/import_file.hpp"
#include "services/catalog/merge.hpp"

namespace kontor::catalog {
namespace {

const std::string kHeader =
    "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,Variant Inventory "
    "Qty,"
    "Status,Published,Image Src\n";

class MergeTest : public ::testing::Test {
 protected:
  // The first product of a file, merged into `known`.
  Merged merge(const std::string& rows, const StoredProduct* known = nullptr) {
    ImportFile file(shopify::ImportOptions{eur_}, kHeader + rows);
    const ImportBatch batch = file.next(10);
    EXPECT_TRUE(batch.errors.empty()) << shopify::formatRowError(batch.errors.front());
    const MergeFacts facts{*file.header(), eur_, fromMicros(++now_), owners_, new_id_};
    return mergeProduct(known, batch.products.at(0), facts);
  }

  money::Currency eur_ = money::Currency::of("EUR");
  SkuOwners owners_;
  std::int64_t now_ = 1'000'000;
  int ids_ = 0;
  std::function<std::string(std::string_view)> new_id_ = [this](std::string_view prefix) {
    return std::string(prefix) + std::to_string(++ids_);
  };
};

TEST_F(MergeTest, AStatusThatIsNotPublishedIsADraft) {
  EXPECT_EQ(merge("a,A,,,,,S,1,,active,true,\n").stored.product.status(), v1::Product::STATUS_ACTIVE);
  EXPECT_EQ(merge("a,A,,,,,S,1,,active,false,\n").stored.product.status(), v1::Product::STATUS_DRAFT);
  EXPECT_EQ(merge("a,A,,,,,S,1,,draft,true,\n").stored.product.status(), v1::Product::STATUS_DRAFT);
  EXPECT_EQ(merge("a,A,,,,,S,1,,archived,true,\n").stored.product.status(), v1::Product::STATUS_ARCHIVED);
}

TEST_F(MergeTest, AnotherSkuForTheSameOptionsRenamesTheVariant) {
  const Merged first = merge("a,A,Size,S,,,OLD,1,,,,\n");
  const Merged second = merge("a,A,Size,S,,,NEW,1,,,,\n", &first.stored);
  ASSERT_EQ(second.stored.product.variants_size(), 1);
  EXPECT_EQ(second.stored.product.variants(0).id(), first.stored.product.variants(0).id());
  EXPECT_EQ(second.stored.product.variants(0).sku(), "NEW");
  EXPECT_TRUE(second.changed);
  EXPECT_TRUE(second.repriced.empty());
}

TEST_F(MergeTest, SwappedOptionsFollowTheSku) {
  const Merged first = merge("a,A,Size,S,,,X,1,,,,\na,,,M,,,Y,2,,,,\n");
  const Merged second = merge("a,A,Size,M,,,X,1,,,,\na,,,S,,,Y,2,,,,\n", &first.stored);
  const v1::Product& product = second.stored.product;
  ASSERT_EQ(product.variants_size(), 2);
  EXPECT_EQ(product.variants(0).id(), first.stored.product.variants(0).id());
  EXPECT_EQ(product.variants(0).option_values(0), "M");
  EXPECT_EQ(product.variants(1).option_values(0), "S");
}

TEST_F(MergeTest, AMadeSkuKeepsTheOneThatIsThere) {
  const Merged first = merge("a,A,Size,S,,,REAL,1,,,,\n");
  const Merged second = merge("a,A,Size,S,,,,1,,,,\n", &first.stored);
  EXPECT_EQ(second.stored.product.variants(0).sku(), "REAL");
  EXPECT_EQ(second.stock.at(0).sku, "REAL");
  const Merged made = merge("b,B,Size,S,,,,1,,,,\n");
  EXPECT_EQ(made.stored.product.variants(0).sku(), "b-s");
  EXPECT_FALSE(merge("b,B,Size,S,,,,1,,,,\n", &made.stored).changed);
}

TEST_F(MergeTest, ASkuOfAnotherProductCostsItsVariant) {
  owners_["X"] = {"prod_other", "other"};
  const Merged some = merge("a,A,Size,S,,,X,1,,,,\na,,,M,,,Y,2,,,,\n");
  EXPECT_TRUE(some.accepted);
  EXPECT_EQ(some.variants, 1);
  EXPECT_EQ(some.stored.product.variants(0).sku(), "Y");
  EXPECT_EQ(some.stored.source.rows_size(), 1);
  ASSERT_EQ(some.errors.size(), 1U);
  EXPECT_EQ(
      shopify::formatRowError(some.errors[0]),
      "line 2, column \"Variant SKU\": \"X\" belongs to the product \"other\" of this shop; expected a SKU that no "
      "other product has");
  EXPECT_FALSE(merge("a,A,Size,S,,,X,1,,,,\n").accepted);
  // Renaming to a foreign sku is refused too, and the variant stays as it is.
  const Merged mine = merge("c,C,Size,S,,,MINE,1,,,,\n");
  EXPECT_FALSE(merge("c,C,Size,S,,,X,1,,,,\n", &mine.stored).accepted);
  owners_["d-s"] = {"prod_other", "other"};
  EXPECT_EQ(merge("d,D,Size,S,,,,1,,,,\n").errors.at(0).reason, "SKU_TAKEN");
}

TEST_F(MergeTest, AVariantThatStaysKeepsItsOptionsToItself) {
  const Merged first = merge("a,A,Size,S,,,X,1,,,,\na,,,M,,,Y,2,,,,\n");
  const Merged second = merge("a,A,Size,M,,,X,1,,,,\n", &first.stored);  // Y is not named, and is M
  EXPECT_FALSE(second.accepted);
  ASSERT_EQ(second.errors.size(), 1U);
  EXPECT_EQ(second.errors[0].reason, "OPTIONS_TAKEN");
  EXPECT_EQ(second.errors[0].line, 2U);
}

TEST_F(MergeTest, OptionsMayComeAndGo) {
  const Merged first = merge("a,A,,,,,X,1,,,,\n");
  const Merged second = merge("a,A,Size,S,Colour,Red,Y,1,,,,\n", &first.stored);
  ASSERT_EQ(second.stored.product.variants_size(), 2);
  EXPECT_EQ(second.stored.product.variants(0).sku(), "X");
  EXPECT_EQ(second.stored.product.variants(0).option_values_size(), 2);
  EXPECT_EQ(second.stored.product.variants(1).title(), "S / Red");
  const Merged third = merge("a,A,,,,,X,1,,,,\na,A,,,,,,,,,,/p.svg\n", &second.stored);
  EXPECT_TRUE(third.accepted);
  EXPECT_EQ(third.stored.product.variants(1).option_values_size(), 0);
  EXPECT_EQ(third.stored.product.media_size(), 1);
}

TEST_F(MergeTest, MoreThanInventoryTakesIsRefused) {
  EXPECT_EQ(merge("a,A,,,,,X,1,1500000000,,,\n").errors.at(0).reason, "QUANTITY_TOO_LARGE");
}

TEST_F(MergeTest, ANewPriceIsTold) {
  const Merged first = merge("a,A,Size,S,,,X,1,,,,\na,,,M,,,Y,2,,,,\n");
  const Merged second = merge("a,A,Size,S,,,X,1,,,,\na,,,M,,,Y,2.50,,,,\n", &first.stored);
  EXPECT_EQ(second.repriced, std::vector<int>{1});
  EXPECT_EQ(second.from_version, 1);
  EXPECT_EQ(second.stored.product.version(), 2);
  EXPECT_EQ(second.stored.product.created_at().nanos(), first.stored.product.created_at().nanos());
}

// Any file after any other: ids and skus are unique, what is known keeps its id, and the same file again changes
// nothing.
RC_GTEST_FIXTURE_PROP(MergeTest, MergingIsStable, ()) {
  // The first `count` of 0 … n-1 in an arbitrary order: each number once.
  const auto some = [](int n, std::size_t count) {
    const auto keys = *rc::gen::container<std::vector<int>>(static_cast<std::size_t>(n), rc::gen::arbitrary<int>());
    std::vector<int> numbers(keys.size());
    std::iota(numbers.begin(), numbers.end(), 0);
    std::stable_sort(numbers.begin(), numbers.end(), [&keys](int left, int right) {
      return keys[static_cast<std::size_t>(left)] < keys[static_cast<std::size_t>(right)];
    });
    numbers.resize(count);
    return numbers;
  };
  const auto rows = [&some] {
    const auto count = static_cast<std::size_t>(*rc::gen::inRange(1, 5));
    const std::vector<int> options = some(5, count);
    const std::vector<int> skus = some(8, count);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string sku = skus[i] == 7 ? "" : "K" + std::to_string(skus[i]);  // 7: none in the file
      text += "a," + std::string(i == 0 ? "A,Size" : ",") + ",O" + std::to_string(options[i]) + ",,," + sku +
              ",1,,,,/" + std::to_string(skus[i]) + ".svg\n";
    }
    return text;
  };
  const Merged first = merge(rows());
  const std::string file = rows();
  const Merged second = merge(file, &first.stored);
  RC_PRE(second.accepted);
  std::set<std::string> ids;
  std::set<std::string> skus;
  std::set<std::string> options;
  for (const v1::Variant& variant : second.stored.product.variants()) {
    RC_ASSERT(ids.insert(variant.id()).second);
    RC_ASSERT(skus.insert(variant.sku()).second);
    RC_ASSERT(options.insert(variant.title()).second);
  }
  for (const v1::Variant& variant : first.stored.product.variants()) RC_ASSERT(ids.count(variant.id()) == 1);
  const Merged third = merge(file, &second.stored);
  RC_ASSERT(third.accepted && !third.changed);
}

}  // namespace
}  // namespace kontor::catalog

#include "services/catalog/shopify/product_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "money/currency.hpp"

namespace kontor::catalog::shopify {
namespace {

const money::Currency kEuro = money::Currency::of("EUR");

struct Found : ProductSink {
  std::vector<ImportedProduct> products;
  std::vector<RowError> errors;
  ImportProgress progress;
  bool failed = false;

  void product(ImportedProduct product) override { products.push_back(std::move(product)); }
  void error(RowError error) override { errors.push_back(std::move(error)); }

  std::vector<std::string> reasons() const {
    std::vector<std::string> reasons;
    for (const RowError& error : errors) reasons.push_back(std::to_string(error.line) + " " + error.reason);
    return reasons;
  }
};

using Reasons = std::vector<std::string>;

Found read(std::string_view text, ImportOptions options = {kEuro}, size_t chunk_bytes = 1 << 20) {
  Found found;
  ProductReader reader(options);
  for (size_t at = 0; at < text.size(); at += chunk_bytes) reader.feed(text.substr(at, chunk_bytes), found);
  reader.finish(found);
  found.progress = reader.progress();
  found.failed = reader.failed();
  return found;
}

// A classic header with the columns that most cases need; each row below has them in this order.
const std::string kHeader =
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src\n";

Found readRows(const std::string& rows, ImportOptions options = {kEuro}) { return read(kHeader + rows, options); }

std::string cellOf(const SourceRow& row, std::string_view column) {
  for (const Cell& cell : row.extra) {
    if (cell.column == column) return cell.value;
  }
  return "(not kept)";
}

constexpr std::string_view kClassic =
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
    "Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,"
    "Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,"
    "Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,"
    "Google Shopping / MPN,Variant Image,Variant Weight Unit,Variant Tax Code\n"
    "sea-cap,Sea Cap,\"<p>Warm, dry \"\"cap\"\".\n</p>\",Pier,Hats,\"wool, sea ,, wool\",true,Size,S,Colour,Navy,"
    "CAP-S,120.5,shopify,7,deny,manual,19.90,25,TRUE,false,4001234567890,https://example.org/cap.jpg,1,A cap,false,"
    "Cap,Keeps dry,M-1,https://example.org/s.jpg,g,P1\n"
    "sea-cap,,,,,,,,M,,Navy,CAP-M,,,3,continue,manual,21,,true,true,,,,,,,,,,kg,\n"
    "sea-cap,,,,,,,,,,,,,,,,,,,,,,https://example.org/back.jpg,,Back,,,,,,,\n"
    "mug,Mug,Plain. ,Pier,,,FALSE,Title,Default Title,,,,0,,1,deny,manual,12,,true,true,,,,,,,,,,,\n";

TEST(ProductReader, ReadsAClassicFile) {
  const Found found = read(kClassic);
  EXPECT_EQ(found.reasons(), Reasons{});
  ASSERT_EQ(found.products.size(), 2u);
  const ImportedProduct& cap = found.products[0];
  EXPECT_EQ(cap.handle, "sea-cap");
  EXPECT_EQ(cap.title, "Sea Cap");
  EXPECT_EQ(cap.description_html, "<p>Warm, dry \"cap\".\n</p>");
  EXPECT_EQ(cap.tags, (std::vector<std::string>{"wool", "sea"}));
  EXPECT_EQ(cap.options, (std::vector<std::string>{"Size", "Colour"}));
  EXPECT_EQ(cap.seo_title, "Cap");
  EXPECT_TRUE(cap.published);
  ASSERT_EQ(cap.images.size(), 2u);
  EXPECT_EQ(cap.images[0].alt, "A cap");
  EXPECT_EQ(cap.images[1].src, "https://example.org/back.jpg");
  EXPECT_EQ(cap.images[1].position, 2);
  const ImportedProduct& mug = found.products[1];
  EXPECT_TRUE(mug.options.empty());
  EXPECT_FALSE(mug.published);
  EXPECT_EQ(mug.description_html, "Plain. ");
  EXPECT_EQ(mug.line, 6u);  // the description above spans two lines
}

TEST(ProductReader, ReadsTheVariantsOfAClassicFile) {
  const Found found = read(kClassic);
  ASSERT_EQ(found.products.size(), 2u);
  ASSERT_EQ(found.products[0].variants.size(), 2u);
  const ImportedVariant& small = found.products[0].variants[0];
  EXPECT_EQ(small.sku, "CAP-S");
  EXPECT_EQ(small.price, 1990);
  EXPECT_EQ(small.compare_at, 2500);
  EXPECT_EQ(small.grams, 121);
  EXPECT_EQ(small.quantity, 7);
  EXPECT_TRUE(small.tracked);
  EXPECT_FALSE(small.continue_selling);
  EXPECT_TRUE(small.requires_shipping);
  EXPECT_FALSE(small.taxable);
  EXPECT_EQ(small.barcode, "4001234567890");
  EXPECT_EQ(small.weight_unit, "g");
  EXPECT_EQ(small.tax_code, "P1");
  EXPECT_EQ(small.image_src, "https://example.org/s.jpg");
  EXPECT_EQ(small.option_values, (std::vector<std::string>{"S", "Navy"}));
  const ImportedVariant& medium = found.products[0].variants[1];
  EXPECT_TRUE(medium.continue_selling);
  EXPECT_FALSE(medium.tracked);
  EXPECT_EQ(medium.quantity, 3);
  EXPECT_EQ(medium.compare_at, std::nullopt);
  const ImportedVariant& mug = found.products[1].variants.at(0);
  EXPECT_EQ(mug.sku, "mug");
  EXPECT_TRUE(mug.sku_made);
  EXPECT_EQ(mug.price, 1200);
}

TEST(ProductReader, ReadsACurrentFileInAnyCaseAndOrder) {
  const Found found = read(
      "title,URL HANDLE,Description,Product category,Published on online store,Status,SKU,Option1 name,Option1 value,"
      "Price,Compare-at price,Charge tax,Inventory tracker,Inventory quantity,Continue selling when out of stock,"
      "Weight value (grams),Weight unit for display,Product image URL,Image position,Gift card,Cost per item\n"
      "Tea,green-tea,Loose.,Food > Tea,Yes,Draft,T-1,Weight,100 "
      "g,7.5,,TRUE,shopify,5,CONTINUE,110,g,/media/t.svg,2,no,3.10\n");
  EXPECT_EQ(found.reasons(), Reasons{});
  ASSERT_EQ(found.products.size(), 1u);
  const ImportedProduct& tea = found.products[0];
  EXPECT_EQ(tea.handle, "green-tea");
  EXPECT_EQ(tea.category, "Food > Tea");
  EXPECT_EQ(tea.status, ProductStatus::kDraft);
  EXPECT_EQ(tea.variants.at(0).price, 750);
  EXPECT_TRUE(tea.variants[0].continue_selling);
  EXPECT_EQ(tea.images.at(0).src, "/media/t.svg");
  EXPECT_EQ(tea.images[0].position, 2);
  EXPECT_EQ(cellOf(tea.rows.at(0), "Cost per item"), "3.10");
}

TEST(ProductReader, KeepsWhatAnExportWouldWriteOtherwise) {
  const Found found = read(kClassic);
  ASSERT_EQ(found.products.size(), 2u);
  const std::vector<SourceRow>& rows = found.products[0].rows;
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].variant, 0u);
  EXPECT_EQ(rows[0].image, 0u);
  EXPECT_EQ(rows[2].variant, std::nullopt);
  EXPECT_EQ(rows[2].image, 1u);
  EXPECT_EQ(cellOf(rows[0], "Google Shopping / MPN"), "M-1");
  EXPECT_EQ(cellOf(rows[0], "Variant Fulfillment Service"), "manual");
  EXPECT_EQ(cellOf(rows[0], "Tags"), "wool, sea ,, wool");
  EXPECT_EQ(cellOf(rows[0], "Variant Grams"), "120.5");
  EXPECT_EQ(cellOf(rows[0], "Variant Requires Shipping"), "TRUE");
  EXPECT_EQ(cellOf(rows[0], "Variant Price"), "(not kept)");
  EXPECT_EQ(cellOf(rows[0], "Variant Inventory Tracker"), "(not kept)");
  EXPECT_EQ(cellOf(rows[1], "Variant Price"), "21");
  EXPECT_EQ(cellOf(rows[1], "Variant Grams"), "");
  EXPECT_EQ(cellOf(found.products[1].rows.at(0), "Variant SKU"), "");
  EXPECT_EQ(cellOf(found.products[1].rows[0], "Option1 Value"), "(not kept)");
}

TEST(ProductReader, CountsForAProgressBar) {
  const Found found = readRows("a,A,,,S1,1,5,/1.svg\na,,,,,,,/2.svg\nb,B,,,S2,1,x,\n,,,,,,,\n");
  EXPECT_EQ(found.progress.rows, 3u);
  EXPECT_EQ(found.progress.bad_rows, 1u);
  EXPECT_EQ(found.progress.products, 1u);
  EXPECT_EQ(found.progress.variants, 1u);
  EXPECT_EQ(found.progress.images, 2u);
  EXPECT_EQ(found.progress.products_left_out, 1u);
  EXPECT_EQ(found.progress.bytes, kHeader.size() + 57);
}

TEST(ProductReader, DeliversAProductWhenTheNextBegins) {
  Found found;
  ProductReader reader({kEuro});
  reader.feed(kHeader + "a,A,,,S1,1,5,\n", found);
  EXPECT_EQ(found.products.size(), 0u);
  reader.feed("b,B,,,S2,1,5,\n", found);
  EXPECT_EQ(found.products.size(), 1u);
  ASSERT_NE(reader.header(), nullptr);
  EXPECT_EQ(reader.header()->kind(), HeaderKind::kClassic);
  reader.finish(found);
  EXPECT_EQ(found.products.size(), 2u);
}

TEST(BadRow, APriceThatIsNoNumber) {
  const Found found = readRows("a,A,Size,S,S1,1,abc,\na,,,M,S2,1,12.99,\nb,B,,,S3,1,5,\n");
  EXPECT_EQ(found.reasons(), Reasons{"2 NOT_AN_AMOUNT"});
  EXPECT_EQ(formatRowError(found.errors.at(0)),
            "line 2, column \"Variant Price\": \"abc\" is not an amount; expected a number like 12.99");
  ASSERT_EQ(found.products.size(), 2u);  // the product stays with its good variant
  EXPECT_EQ(found.products[0].title, "A");
  ASSERT_EQ(found.products[0].variants.size(), 1u);
  EXPECT_EQ(found.products[0].variants[0].sku, "S2");
  EXPECT_EQ(cellOf(found.products[0].rows.at(0), "Variant Price"), "(not kept)");  // an export shall not bring it back
}

TEST(BadRow, DecimalsInYen) {
  const Found found = readRows("a,A,,,S1,1,1200.50,\nb,B,,,S2,1,1200,\n", {money::Currency::of("JPY")});
  EXPECT_EQ(found.reasons(), Reasons{"2 TOO_MANY_DECIMALS"});
  EXPECT_EQ(formatRowError(found.errors.at(0)),
            "line 2, column \"Variant Price\": \"1200.50\" has decimals, but JPY has none; expected a whole number "
            "like 1299");
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].variants[0].price, 1200);
}

TEST(BadRow, ANegativeQuantityOrPrice) {
  const Found found = readRows("a,A,,,S1,-3,5,\nb,B,,,S2,1,-5,\nc,C,,,S3,1.5,5,\nd,D,,,S4,0,0,\n");
  EXPECT_EQ(found.reasons(), (Reasons{"2 NEGATIVE", "3 NEGATIVE", "4 NOT_A_WHOLE_NUMBER"}));
  EXPECT_EQ(
      formatRowError(found.errors.at(0)),
      "line 2, column \"Variant Inventory Qty\": \"-3\" is negative; expected a whole number from 0 to 2000000000");
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].handle, "d");
}

TEST(BadRow, AMissingOrImpossibleHandle) {
  const Found found = readRows("a,A,Size,S,S1,1,5,\n,,,M,S2,1,5,\na,,,L,S3,1,5,\nx y,X,,,S4,1,5,\n../x,X,,,S5,1,5,\n");
  EXPECT_EQ(found.reasons(), (Reasons{"3 MISSING_HANDLE", "5 BAD_HANDLE", "6 BAD_HANDLE"}));
  EXPECT_EQ(
      formatRowError(found.errors.at(0)),
      "line 3, column \"Handle\" is empty; expected the product's handle, such as blue-shirt, on each of its rows");
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].variants.size(), 2u);
}

TEST(BadRow, ADuplicateSku) {
  const Found found = readRows("a,A,Size,S,S1,1,5,\na,,,M,S1,1,5,\nb,B,,,S1,1,5,\nc,C,,,S2,1,5,\n");
  EXPECT_EQ(found.reasons(), (Reasons{"3 DUPLICATE_SKU", "4 DUPLICATE_SKU"}));
  EXPECT_EQ(formatRowError(found.errors.at(1)),
            "line 4, column \"Variant SKU\": \"S1\" was used before in this file; expected a SKU of its own for each "
            "variant");
  EXPECT_EQ(found.products.size(), 2u);
}

TEST(BadRow, InvalidUtf8) {
  const Found found = readRows("a,Caf\xE9,,,S1,1,5,\nb,Caf\xC3\xA9,,,S2,1,5,\n");
  EXPECT_EQ(found.reasons(), Reasons{"2 INVALID_UTF8"});
  EXPECT_EQ(formatRowError(found.errors.at(0)),
            "line 2, column \"Title\": \"\\xE9\" is not valid UTF-8 (byte 104 of the file); expected a file saved as "
            "CSV UTF-8");
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].title, "Caf\xC3\xA9");
}

TEST(BadRow, AnUnclosedQuote) {
  const Found found = readRows("a,\"A,,,S1,1,5,\nb,B,,,S2,1,5,\n");
  EXPECT_EQ(found.reasons(), Reasons{"2 UNCLOSED_QUOTE"});
  EXPECT_EQ(found.errors.at(0).column_name, "Title");
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].handle, "b");
}

TEST(BadRow, AMissingTitleCostsTheProduct) {
  const Found found = readRows("a,,Size,S,S1,1,5,\na,,,M,S2,1,abc,\nb,B,,,S3,1,5,\nc,,,,S4,1,5,\n");
  EXPECT_EQ(found.reasons(), (Reasons{"2 MISSING_TITLE", "3 NOT_AN_AMOUNT", "2 PRODUCT_LEFT_OUT", "5 MISSING_TITLE"}));
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].handle, "b");
  EXPECT_EQ(found.progress.products_left_out, 2u);
}

TEST(BadRow, AMissingPrice) {
  const Found found = readRows(
      "a,A,Size,S,S1,1,5,\na,,,M,S2,1,,\na,,,L,S3,1,,/l.svg\na,,,,,,,/x.svg\na,,,,,,,\nb,B,,,,,,/b.svg\nb,,,,,,,/"
      "c.svg\n");
  EXPECT_EQ(found.reasons(), (Reasons{"3 MISSING_PRICE", "4 MISSING_PRICE", "6 MISSING_OPTION_VALUE", "6 MISSING_PRICE",
                                      "7 MISSING_PRICE"}));
  EXPECT_EQ(formatRowError(found.errors.at(4)),
            "line 7, column \"Handle\": \"b\" has no price on any row; expected at least one row with a price");
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].variants.size(), 1u);
  EXPECT_EQ(found.products[0].images.size(), 2u);  // that of the bad row stays: its own cells are good
}

TEST(BadRow, TooManyAndTooFewFields) {
  const Found found = readRows("a,A,,,S1,1,5,/a.svg,surplus\nb,B,,,S2,1,5\nc,C\n");
  EXPECT_EQ(found.reasons(), (Reasons{"2 TOO_MANY_FIELDS", "4 MISSING_PRICE"}));
  EXPECT_EQ(formatRowError(found.errors.at(0)),
            "line 2, column \"#9\": \"surplus\" is in a field beyond the last column; expected at most as many "
            "fields as the header has columns: 8");
  ASSERT_EQ(found.products.size(), 1u);  // cells missing at the end are empty ones
  EXPECT_EQ(found.products[0].handle, "b");
}

TEST(BadRow, AHugeField) {
  ImportOptions options{kEuro};
  options.csv.field_bytes = 1000;
  const Found found = readRows("a," + std::string(5000, 'A') + ",,,S1,1,5,\nb,B,,,S2,1,5,\n", options);
  EXPECT_EQ(found.reasons(), Reasons{"2 FIELD_TOO_LARGE"});
  EXPECT_TRUE(formatRowError(found.errors.at(0)).ends_with("expected at most this many bytes in a field: 1000"));
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].handle, "b");
}

TEST(BadRow, WordsThatMeanNothing) {
  const Found found = read(
      "Handle,Title,Published,Status,Variant Price,Variant Compare At Price,Variant Inventory Policy,Variant Taxable,"
      "Variant Weight Unit,Variant Grams,Image Src,Image Position\n"
      "a,A,true,active,5,x,maybe,perhaps,stone,heavy,javascript:x,0\n"
      "b,B,sure,sold,5,,,,,,,\n"
      "c,C,,,5,,,,,,,\n");
  EXPECT_EQ(found.reasons(),
            (Reasons{"2 NOT_AN_AMOUNT", "2 NOT_A_WEIGHT", "2 UNKNOWN_UNIT", "2 UNKNOWN_POLICY", "2 NOT_A_FLAG",
                     "2 NOT_A_URL", "2 NOT_A_WHOLE_NUMBER", "3 NOT_A_FLAG", "3 UNKNOWN_STATUS"}));
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_TRUE(found.products[0].published);
  EXPECT_EQ(found.progress.bad_rows, 2u);
}

TEST(BadFile, EmptyOrOfAnotherKind) {
  for (const std::string_view empty : {"", "\xEF\xBB\xBF", "\r\n\r\n"}) {
    const Found found = read(empty);
    EXPECT_EQ(found.reasons(), Reasons{"1 EMPTY_FILE"});
    EXPECT_TRUE(found.failed);
    EXPECT_EQ(formatRowError(found.errors.at(0)),
              "line 1: the file is empty; expected a header and one row for each variant");
  }
  const Found other = read("id,name,cost\n1,Chair,5\n");
  EXPECT_EQ(other.reasons(), Reasons{"1 BAD_HEADER"});
  EXPECT_TRUE(other.failed);
  EXPECT_EQ(
      formatRowError(other.errors.at(0)),
      "line 1: \"id\" begins a header of neither kind of Shopify's product file: for the classic kind it lacks "
      "\"Handle\", \"Title\", \"Variant Price\", for the current kind \"URL handle\", \"Title\", \"Price\"; expected "
      "a product file as Shopify exports it");
  EXPECT_NE(read("Handle;Title;Variant Price\n").errors.at(0).expected.find("not semicolons"), std::string::npos);
}

TEST(BadFile, AHeaderThatLacksOrRepeatsAColumn) {
  EXPECT_EQ(
      formatRowError(read("Handle,Title,Vendor\na,A,V\n").errors.at(0)),
      "line 1: the header looks like Shopify's classic one, but lacks \"Variant Price\"; expected these columns too");
  EXPECT_EQ(formatRowError(read("Title,URL handle,SKU\nA,a,S\n").errors.at(0)),
            "line 1: the header looks like Shopify's current one, but lacks \"Price\"; expected these columns too");
  const Found twice = read("Handle,Title,Variant Price,title\na,A,5,B\n");
  EXPECT_EQ(twice.errors.at(0).problem, "appears twice in the header");
  EXPECT_TRUE(twice.products.empty());
  EXPECT_EQ(read("Handle,Ti\xE9,Variant Price\na,A,5\nb,B,5\n").reasons(), Reasons{"1 INVALID_UTF8"});
}

TEST(ProductReader, AByteOrderMarkAndCrlfMakeNoDifference) {
  std::string crlf = "\xEF\xBB\xBF" + kHeader + "a,A,Size,S,S1,1,5,/1.svg\na,,,M,S2,1,6,\n";
  for (size_t at = 0; (at = crlf.find('\n', at)) != std::string::npos; at += 2) crlf.insert(at, 1, '\r');
  const Found found = read(crlf);
  EXPECT_EQ(found.reasons(), Reasons{});
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].handle, "a");
  EXPECT_EQ(found.products[0].variants.at(1).line, 3u);
  EXPECT_EQ(found.products[0].images.at(0).src, "/1.svg");
}

TEST(ProductReader, ChunksMakeNoDifference) {
  const Found whole = read(kClassic);
  for (const size_t chunk_bytes : {1, 2, 3, 7, 100}) {
    const Found pieces = read(kClassic, {kEuro}, chunk_bytes);
    ASSERT_EQ(pieces.products.size(), whole.products.size());
    EXPECT_EQ(pieces.products[0].description_html, whole.products[0].description_html);
    EXPECT_EQ(pieces.products[0].variants.at(1).sku, whole.products[0].variants[1].sku);
    EXPECT_EQ(pieces.progress.bytes, kClassic.size());
  }
}

TEST(ProductReader, MakesSkusOfHandleAndOptions) {
  const std::string rows =
      "a,A,Size,Extra Large / Ü,,1,5,\na,,,S,,1,5,\na,,,s,,1,5,\na-s,B,,,,1,5,\nc,C,Title,Default Title,,1,5,\n";
  const Found found = readRows(rows);
  EXPECT_EQ(found.reasons(), Reasons{});
  std::vector<std::string> skus;
  for (const ImportedProduct& product : found.products) {
    for (const ImportedVariant& variant : product.variants) {
      EXPECT_TRUE(variant.sku_made);
      skus.push_back(variant.sku);
    }
  }
  EXPECT_EQ(skus, (std::vector<std::string>{"a-extra-large-Ü", "a-s", "a-s-2", "a-s-3", "c"}));
  const Found long_handle =
      readRows(std::string(250, 'h') + ",H,Size,S,,1,5,\n" + std::string(250, 'h') + ",,,M,,1,5,\n");
  EXPECT_EQ(long_handle.products.at(0).variants.at(1).sku, std::string(200, 'h') + "-2");
}

TEST(ProductReader, TracksAllIfAskedTo) {
  EXPECT_FALSE(readRows("a,A,,,S1,4,5,\n").products.at(0).variants.at(0).tracked);
  ImportOptions options{kEuro};
  options.track_all = true;
  const ImportedVariant variant = readRows("a,A,,,S1,4,5,\n", options).products.at(0).variants.at(0);
  EXPECT_TRUE(variant.tracked);
  EXPECT_EQ(variant.quantity, 4);
}

TEST(ProductReader, RefusesAProductThatComesBack) {
  const Found found = readRows("a,A,Size,S,S1,1,5,\nb,B,,,S2,1,5,\nA,,,M,S3,1,5,\na,,,L,S4,1,5,\nc,C,,,S5,1,5,\n");
  EXPECT_EQ(found.reasons(), (Reasons{"4 SCATTERED_PRODUCT", "5 SCATTERED_PRODUCT"}));
  EXPECT_EQ(found.products.size(), 3u);
  EXPECT_EQ(found.progress.products_left_out, 0u);
}

TEST(ProductReader, ChecksOptionsAgainstTheFirstRow) {
  const Found found = readRows(
      "a,A,Size,S,S1,1,5,\na,,Size,M,S2,1,5,\na,,Colour,L,S3,1,5,\na,,,,S4,1,5,\na,,,S,S5,1,5,\n"
      "b,B,,Red,S6,1,5,\nc,C,Title,Default Title,S7,1,5,\nc,,,Blue,S8,1,5,\n");
  EXPECT_EQ(found.reasons(), (Reasons{"4 OPTION_CHANGED", "5 MISSING_OPTION_VALUE", "6 DUPLICATE_VARIANT",
                                      "7 MISSING_OPTION_NAME", "9 UNKNOWN_OPTION"}));
  ASSERT_EQ(found.products.size(), 2u);
  EXPECT_EQ(found.products[0].variants.size(), 2u);
  EXPECT_EQ(found.products[1].variants.size(), 1u);
}

TEST(ProductReader, TheSamePictureOnEachRowIsOneImage) {
  const Found found = readRows("a,A,Size,S,S1,1,5,/a.svg\na,,,M,S2,1,5,/a.svg\n");
  ASSERT_EQ(found.products.size(), 1u);
  EXPECT_EQ(found.products[0].images.size(), 1u);
  EXPECT_EQ(cellOf(found.products[0].rows.at(1), "Image Src"), "/a.svg");
}

TEST(ProductReader, LimitsWhatOneProductMayTake) {
  ImportOptions options{kEuro};
  options.limits.rows = 3;
  std::string rows;
  for (int i = 0; i < 5; ++i) rows += "a,A,Size,S" + std::to_string(i) + ",,1,5,\n";
  const Found many = readRows(rows, options);
  EXPECT_EQ(many.reasons(), (Reasons{"5 PRODUCT_TOO_LARGE", "6 PRODUCT_TOO_LARGE"}));
  EXPECT_EQ(many.products.at(0).variants.size(), 3u);
  options.limits = {.rows = 100, .bytes = 40};
  EXPECT_FALSE(readRows(rows, options).errors.empty());
}

TEST(Fingerprints, RemembersEachTextOnce) {
  Fingerprints seen;
  for (int i = 0; i < 50'000; ++i) ASSERT_TRUE(seen.add("sku-" + std::to_string(i))) << i;
  for (int i = 0; i < 50'000; ++i) ASSERT_FALSE(seen.add("sku-" + std::to_string(i))) << i;
  EXPECT_TRUE(seen.add(""));
  EXPECT_FALSE(seen.add(""));
}

}  // namespace
}  // namespace kontor::catalog::shopify

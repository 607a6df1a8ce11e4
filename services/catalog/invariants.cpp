#include "services/catalog/invariants.hpp"

#include "chassis/store/sql.hpp"
#include "services/catalog/store.hpp"

namespace kontor::catalog {
namespace {

constexpr std::int64_t kShown = 20;
constexpr std::int64_t kProductsAtOnce = 200;

type::v1::Invariant& add(type::v1::CheckInvariantsResponse& response, std::string name, std::int64_t checked) {
  type::v1::Invariant& invariant = *response.add_invariants();
  invariant.set_name(std::move(name));
  invariant.set_ok(true);
  invariant.set_checked(checked);
  return invariant;
}

void violate(type::v1::Invariant& invariant, std::string line) {
  invariant.set_ok(false);
  if (invariant.violations_size() < kShown) invariant.add_violations(std::move(line));
}

std::string named(const v1::Variant& variant) { return "variant " + variant.id() + " (sku " + variant.sku() + ")"; }

// The part of a document's variant that its row repeats.
v1::Variant rowPart(const v1::Variant& variant) {
  v1::Variant part;
  part.set_id(variant.id());
  part.set_sku(variant.sku());
  part.set_title(variant.title());
  part.set_barcode(variant.barcode());
  part.set_tax_class(variant.tax_class());
  part.set_requires_shipping(variant.requires_shipping());
  part.set_media_url(variant.media_url());
  if (variant.has_price()) *part.mutable_price() = variant.price();
  if (variant.has_compare_at_price()) *part.mutable_compare_at_price() = variant.compare_at_price();
  return part;
}

// What differs between the columns and the document; empty when nothing does.
std::string difference(const ProductRow& row) {
  const v1::Product& document = row.document;
  const v1::Product& columns = row.columns;
  if (document.id() != columns.id()) return "its id";
  if (document.handle() != columns.handle()) return "its handle";
  if (document.status() != columns.status()) return "its status";
  if (document.title() != columns.title()) return "its title";
  if (document.vendor() != columns.vendor() || document.type() != columns.type()) return "its vendor or type";
  if (document.version() != columns.version()) return "its version";
  if (pictureOf(document) != row.media_url) return "its first picture";
  if (document.variants_size() != static_cast<int>(row.variants.size())) return "how many variants it has";
  for (int i = 0; i < document.variants_size(); ++i) {
    const VariantRow& variant = row.variants[static_cast<std::size_t>(i)];
    if (!variant.priced) continue;  // named by another invariant
    if (serialised(rowPart(document.variants(i))) != serialised(variant.variant)) return named(variant.variant);
  }
  return {};
}

task<void> checkDocuments(store::Statements& in, Store& store, std::string currency,
                          type::v1::CheckInvariantsResponse& response) {
  type::v1::Invariant& documents = add(response, "each product's document says what its rows say", 0);
  std::string after;
  while (true) {
    const std::vector<ProductRow> rows = co_await store.productRows(in, after, currency, kProductsAtOnce);
    for (const ProductRow& row : rows) {
      documents.set_checked(documents.checked() + 1);
      const std::string what = difference(row);
      if (!what.empty()) violate(documents, "product " + row.columns.id() + " (" + row.columns.handle() + "): " + what);
    }
    if (rows.size() < static_cast<std::size_t>(kProductsAtOnce)) co_return;
    after = rows.back().columns.id();
  }
}

task<type::v1::CheckInvariantsResponse> check(store::Statements& in, std::shared_ptr<Store> store,
                                              std::string currency) {
  type::v1::CheckInvariantsResponse response;
  const std::int64_t variants = co_await store->countVariants(in);

  type::v1::Invariant& owned = add(response, "every variant belongs to a product", variants);
  const std::vector<v1::Variant> orphans = co_await store->orphans(in, kShown);
  for (const v1::Variant& variant : orphans) violate(owned, named(variant) + " belongs to none");

  type::v1::Invariant& priced = add(response, "every variant has a price in the shop's currency", variants);
  const std::vector<v1::Variant> unpriced = co_await store->unpriced(in, currency, kShown);
  for (const v1::Variant& variant : unpriced) violate(priced, named(variant) + " has none in " + currency);

  type::v1::Invariant& unique = add(response, "no two variants share a sku", variants);
  const std::vector<std::string> shared = co_await store->sharedSkus(in, kShown);
  for (const std::string& sku : shared) violate(unique, "sku " + sku + " is shared");

  co_await checkDocuments(in, *store, std::move(currency), response);
  co_return response;
}

}  // namespace

task<type::v1::CheckInvariantsResponse> checkInvariants(std::shared_ptr<store::SqlStore> database,
                                                        std::shared_ptr<Store> store, std::string currency) {
  auto body = [store, currency](store::Statements& in) { return check(in, store, currency); };
  co_return co_await database->snapshot(std::move(body));
}

}  // namespace kontor::catalog

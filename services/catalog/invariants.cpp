#include "services/catalog/invariants.hpp"

#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/catalog/store.hpp"

namespace kontor::catalog {
namespace {

constexpr std::int64_t kProductsAtOnce = 200;

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

task<store::Audit> checkDocuments(store::Statements& in, Store& store, std::string currency) {
  store::Audit documents("catalog: each product's document says what its rows say");
  std::string after;
  while (true) {
    const std::vector<ProductRow> rows = co_await store.productRows(in, after, currency, kProductsAtOnce);
    for (const ProductRow& row : rows) {
      const std::string what = difference(row);
      if (!what.empty()) documents.violate("product " + row.columns.id() + " (" + row.columns.handle() + "): " + what);
    }
    documents.checked += static_cast<std::int64_t>(rows.size());
    if (rows.size() < static_cast<std::size_t>(kProductsAtOnce)) co_return documents;
    after = rows.back().columns.id();
  }
}

task<type::v1::CheckInvariantsResponse> check(store::Statements& in, CheckParts parts, Time now) {
  type::v1::CheckInvariantsResponse response;
  std::vector<store::Audit> audits = co_await parts.store->audit(in, parts.currency, now);
  audits.push_back(co_await checkDocuments(in, *parts.store, parts.currency));
  store::addAudits(audits, response);
  const std::vector<store::Audit> records = co_await store::auditRecords(in, parts.sealer, "catalog", now);
  store::addAudits(records, response);
  co_return response;
}

}  // namespace

task<type::v1::CheckInvariantsResponse> checkInvariants(CheckParts parts, Time now) {
  auto body = [parts, now](store::Statements& in) { return check(in, parts, now); };
  co_return co_await parts.database->snapshot(std::move(body));
}

}  // namespace kontor::catalog

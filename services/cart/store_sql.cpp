#include "services/cart/store_sql.hpp"

#include <algorithm>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/json/writer.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/sql.hpp"

namespace kontor::cart {
namespace {

using store::params;
using store::Row;
using store::Rows;

constexpr std::string_view kColumns =
    "SELECT cart.id_hash, cart.state, cart.version, cart.currency, cart.region, cart.country, cart.tax_included, "
    "cart.email, cart.shipping_address, cart.billing_address, cart.shipping_option, cart.shipping_name, "
    "cart.shipping_price, cart.subtotal, cart.discount, cart.shipping, cart.shipping_tax, cart.tax, cart.total, "
    "cart.checkout, cart.locked_at, cart.metadata, cart.created_at, cart.updated_at, cart.expires_at, "
    "line.id, line.position, line.sku, line.variant_id, line.product_id, line.title, line.variant_title, line.handle, "
    "line.media_url, line.requires_shipping, line.quantity, line.unit_price, line.tax_ppm, line.subtotal, "
    "line.discount, line.tax, line.total, line.metadata ";
constexpr std::size_t kFirstOfLine = 25;
constexpr std::string_view kFind = "FROM cart LEFT JOIN line ON line.id_hash = cart.id_hash WHERE cart.id_hash = $1";
constexpr std::string_view kAfter =
    "FROM (SELECT * FROM cart WHERE id_hash > $1 ORDER BY id_hash LIMIT $2) AS cart "
    "LEFT JOIN line ON line.id_hash = cart.id_hash ORDER BY cart.id_hash, line.position";
constexpr std::string_view kAdd =
    "INSERT INTO cart (id_hash, state, version, currency, region, country, tax_included, shipping_name, "
    "shipping_price, subtotal, discount, shipping, shipping_tax, tax, total, metadata, created_at, updated_at, "
    "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, 0, 0, 0, 0, 0, 0, $8, $9, $9, $10)";
const std::string kSaveContents =
    "UPDATE cart SET version = $4, country = $5, shipping_option = $6, shipping_name = $7, shipping_price = $8, "
    "subtotal = $9, discount = $10, shipping = $11, shipping_tax = $12, tax = $13, total = $14, updated_at = $15, "
    "expires_at = $16 ";
const std::string kIfUnmoved = "WHERE id_hash = $1 AND state = $2 AND version = $3";
const std::string kSave = kSaveContents + kIfUnmoved;
// Apart: naming what an index or a CHECK asks for makes SQLite look at these anew, changed or not, and edits are many.
const std::string kSaveMoved = kSaveContents + ", state = $17, checkout = $18, locked_at = $19 " + kIfUnmoved;
constexpr std::string_view kSavePersonal =
    "UPDATE cart SET email = $2, shipping_address = $3, billing_address = $4 WHERE id_hash = $1";
constexpr std::string_view kSaveLine =
    "INSERT INTO line (id_hash, id, position, sku, variant_id, product_id, title, variant_title, handle, media_url, "
    "requires_shipping, quantity, unit_price, tax_ppm, subtotal, discount, tax, total, metadata) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) "
    "ON CONFLICT (id_hash, id) DO UPDATE SET variant_id = excluded.variant_id, product_id = excluded.product_id, "
    "title = excluded.title, variant_title = excluded.variant_title, handle = excluded.handle, "
    "media_url = excluded.media_url, requires_shipping = excluded.requires_shipping, quantity = excluded.quantity, "
    "unit_price = excluded.unit_price, tax_ppm = excluded.tax_ppm, subtotal = excluded.subtotal, "
    "discount = excluded.discount, tax = excluded.tax, total = excluded.total";
constexpr std::string_view kComplete =
    "UPDATE cart SET state = 'completed', version = version + 1, updated_at = $3 "
    "WHERE id_hash = $1 AND checkout = $2 AND state = 'checking_out'";
constexpr std::string_view kRemoveLine = "DELETE FROM line WHERE id_hash = $1 AND id = $2";

std::string metadataText(const Metadata& metadata) {
  std::string text;
  json::Writer writer(text);
  writer.beginObject();
  for (const auto& [name, value] : metadata) {
    writer.key(name);
    writer.string(value);
  }
  writer.endObject();
  return text;
}

Metadata metadataOf(const std::string& text) {
  Metadata metadata;
  if (text == "{}") return metadata;
  const json::Document document = json::Document::parse(text);
  json::ObjectCursor members(document.root());
  while (members.next()) metadata.emplace(members.key(), members.value().string());
  return metadata;
}

Line lineOf(const Row& row) {
  std::size_t column = kFirstOfLine;
  Line line;
  line.id = row.text(column++);
  line.position = row.int64(column++);
  line.sku = row.text(column++);
  line.variant_id = row.text(column++);
  line.product_id = row.text(column++);
  line.title = row.text(column++);
  line.variant_title = row.text(column++);
  line.handle = row.text(column++);
  line.media_url = row.text(column++);
  line.requires_shipping = row.boolean(column++);
  line.quantity = row.int64(column++);
  line.unit_price = row.int64(column++);
  line.tax_ppm = row.int64(column++);
  line.subtotal = row.int64(column++);
  line.discount = row.int64(column++);
  line.tax = row.int64(column++);
  line.total = row.int64(column++);
  line.metadata = metadataOf(row.text(column++));
  KONTOR_ASSERT(column == row.size(), "a row of carts has other columns than are read");
  return line;
}

store::Params lineParams(const std::string& id_hash, const Line& line) {
  return params(id_hash, line.id, line.position, line.sku, line.variant_id, line.product_id, line.title,
                line.variant_title, line.handle, line.media_url, line.requires_shipping, line.quantity, line.unit_price,
                line.tax_ppm, line.subtotal, line.discount, line.tax, line.total, metadataText(line.metadata));
}

store::Param sealed(const security::Sealer& sealer, const std::string& plain, std::string_view column,
                    const std::string& id_hash) {
  if (plain.empty()) return nullptr;
  return store::Bytes{sealer.seal(plain, sealContext(column, id_hash))};
}

std::string opened(const security::Sealer& sealer, const Row& row, std::size_t at, std::string_view column,
                   const std::string& id_hash) {
  if (row.isNull(at)) return "";
  return sealer.open(row.bytes(at), sealContext(column, id_hash));
}

std::optional<Address> addressOf(const std::string& bytes) {
  if (bytes.empty()) return std::nullopt;
  Address address;
  KONTOR_ASSERT(address.ParseFromString(bytes), "a sealed address is one");
  return address;
}

std::string bytesOf(const std::optional<Address>& address) { return address ? address->SerializeAsString() : ""; }

bool samePersonal(const Cart& left, const Cart& right) {
  return left.email == right.email && bytesOf(left.shipping_address) == bytesOf(right.shipping_address) &&
         bytesOf(left.billing_address) == bytesOf(right.billing_address);
}

}  // namespace

std::string sealContext(std::string_view column, const std::string& id_hash) {
  return "cart." + std::string(column) + ":" + id_hash;
}

Cart StoreSql::cartOf(const Row& row) const {
  Cart cart;
  cart.id_hash = row.text(0);
  cart.state = stateNamed(row.text(1));
  cart.version = row.int64(2);
  cart.currency = row.text(3);
  cart.region = row.text(4);
  cart.country = row.text(5);
  cart.tax_included = row.boolean(6);
  if (!row.isNull(10)) cart.shipping = Shipping{row.text(10), row.text(11), row.int64(12)};
  cart.totals = {row.int64(13), row.int64(14), row.int64(15), row.int64(16), row.int64(17), row.int64(18)};
  cart.checkout = row.optionalText(19).value_or("");
  if (!row.isNull(20)) cart.locked_at = row.time(20);
  cart.metadata = metadataOf(row.text(21));
  cart.created_at = row.time(22);
  cart.updated_at = row.time(23);
  cart.expires_at = row.time(24);
  return cart;
}

void StoreSql::openPersonal(const Row& row, Cart& cart) const {
  cart.email = opened(sealer_, row, 7, "email", cart.id_hash);
  cart.shipping_address = addressOf(opened(sealer_, row, 8, "shipping_address", cart.id_hash));
  cart.billing_address = addressOf(opened(sealer_, row, 9, "billing_address", cart.id_hash));
}

task<void> StoreSql::add(store::Transaction& in, const Cart& cart) {
  KONTOR_ASSERT(cart.lines.empty(), "a new cart is empty");
  store::Params values =
      params(cart.id_hash, stateName(cart.state), cart.version, cart.currency, cart.region, cart.country,
             cart.tax_included, metadataText(cart.metadata), cart.created_at, cart.expires_at);
  co_await in.execute(kAdd, std::move(values));
}

task<std::optional<Cart>> StoreSql::find(store::Statements& in, std::string id_hash) {
  static const std::string sql = std::string(kColumns) + std::string(kFind);
  const Rows rows = co_await in.query(sql, params(std::move(id_hash)));
  if (rows.empty()) co_return std::nullopt;
  Cart cart = cartOf(rows.front());
  openPersonal(rows.front(), cart);
  for (const Row& row : rows)
    if (!row.isNull(kFirstOfLine)) cart.lines.push_back(lineOf(row));
  // Here and not in SQL, where sorting costs a table of its own even for one line.
  std::sort(cart.lines.begin(), cart.lines.end(),
            [](const Line& left, const Line& right) { return left.position < right.position; });
  co_return cart;
}

task<std::vector<Cart>> StoreSql::after(store::Statements& in, std::string id_hash, std::int64_t limit) {
  static const std::string sql = std::string(kColumns) + std::string(kAfter);
  const Rows rows = co_await in.query(sql, params(std::move(id_hash), limit));
  std::vector<Cart> carts;
  for (const Row& row : rows) {
    if (carts.empty() || carts.back().id_hash != row.text(0)) carts.push_back(cartOf(row));
    if (!row.isNull(kFirstOfLine)) carts.back().lines.push_back(lineOf(row));
  }
  co_return carts;
}

task<void> StoreSql::save(store::Transaction& in, const Cart& read, const Cart& wanted) {
  const Totals& totals = wanted.totals;
  std::optional<std::string> option;
  std::optional<std::string> checkout;
  if (wanted.shipping) option = wanted.shipping->option;
  if (!wanted.checkout.empty()) checkout = wanted.checkout;
  const Shipping shipping = wanted.shipping.value_or(Shipping{});
  store::Params values =
      params(wanted.id_hash, stateName(read.state), read.version, wanted.version, wanted.country, option, shipping.name,
             shipping.price, totals.subtotal, totals.discount, totals.shipping, totals.shipping_tax, totals.tax,
             totals.total, wanted.updated_at, wanted.expires_at);
  const bool moved =
      read.state != wanted.state || read.checkout != wanted.checkout || read.locked_at != wanted.locked_at;
  std::string_view sql = kSave;
  if (moved) {
    sql = kSaveMoved;
    values.emplace_back(stateName(wanted.state));
    values.emplace_back(checkout);
    values.emplace_back(wanted.locked_at);
  }
  const std::int64_t saved = co_await in.execute(sql, std::move(values));
  if (saved == 0) throw Error(Code::kAborted, "CONFLICT", "the cart was changed meanwhile; read it and try again");
  if (!samePersonal(read, wanted)) co_await savePersonal(in, wanted);
  co_await saveLines(in, read, wanted);
}

task<bool> StoreSql::complete(store::Transaction& in, std::string id_hash, std::string checkout) {
  store::Params values = params(std::move(id_hash), std::move(checkout), in.now());
  co_return co_await in.execute(kComplete, std::move(values)) == 1;
}

task<void> StoreSql::saveLines(store::Transaction& in, const Cart& read, const Cart& wanted) {
  const auto lineIn = [](const Cart& cart, const std::string& id) {
    const auto found =
        std::find_if(cart.lines.begin(), cart.lines.end(), [&](const Line& line) { return line.id == id; });
    return found == cart.lines.end() ? nullptr : &*found;
  };
  for (const Line& line : read.lines)
    if (!lineIn(wanted, line.id)) co_await in.execute(kRemoveLine, params(wanted.id_hash, line.id));
  for (const Line& line : wanted.lines) {
    const Line* before = lineIn(read, line.id);
    if (before && *before == line) continue;
    store::Params values = lineParams(wanted.id_hash, line);
    co_await in.execute(kSaveLine, std::move(values));
  }
}

task<void> StoreSql::savePersonal(store::Transaction& in, const Cart& cart) {
  store::Params values = params(cart.id_hash, sealed(sealer_, cart.email, "email", cart.id_hash),
                                sealed(sealer_, bytesOf(cart.shipping_address), "shipping_address", cart.id_hash),
                                sealed(sealer_, bytesOf(cart.billing_address), "billing_address", cart.id_hash));
  co_await in.execute(kSavePersonal, std::move(values));
}

}  // namespace kontor::cart

// Carts of a shop that was set up before a migration are the same carts after it.

#include <gtest/gtest.h>

#include "chassis/base/error.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/testing/temporary_folder.hpp"
#include "chassis/testing/worlds.hpp"
#include "services/cart/migrations.embed.hpp"

namespace kontor::cart {
namespace {

constexpr std::string_view kCart =
    "INSERT INTO cart VALUES ($1, 'active', 3, 'EUR', 'eu', 'DE', TRUE, x'01', x'02', NULL, NULL, '', 0, 1999, 0, 0, "
    "0, "
    "319, 1999, NULL, NULL, '{}', $2, $2, $2)";
constexpr std::string_view kLine =
    "INSERT INTO line VALUES ($1, $2, 1, 'red', 'var_1', 'prod_1', 'Shirt', 'Red', 'shirt', '', TRUE, 1, 1999, 190000, "
    "1999, 0, 319, 1999, '{}')";

struct Shelf {
  std::unique_ptr<store::SqlStore> open(std::size_t migrations) {
    store::sqlite::Options options;
    options.service = "cart";
    options.file = folder.path() / "cart.db";
    return store::sqlite::open(world->environment(), sealer, options, std::span(all).first(migrations));
  }
  void fill(store::SqlStore& database) {
    world->run(database.transact(rpc::Context(), [](store::Transaction& in) -> task<void> {
      std::int64_t made = 9;
      for (const std::string hash : {"c", "a", "b"}) {
        if (hash == "b") made = 7;
        co_await in.execute(kCart, store::params(hash, made));
        co_await in.execute(kLine, store::params(hash, "line_" + hash));
      }
      co_await in.execute(kLine, store::params("nobody", "line_x"));
    }));
  }
  std::string rows(store::SqlStore& database, std::string_view sql) {
    std::string found;
    world->run(read(database, sql, found));
    return found;
  }
  static task<void> read(store::SqlStore& database, std::string_view sql, std::string& into) {
    const store::Rows rows = co_await database.query(sql, store::params());
    for (const store::Row& row : rows) into += row.text(0) + ";";
  }

  testing::TemporaryFolder folder;
  std::unique_ptr<testing::World> world = testing::realWorld(1);
  security::Sealer sealer{"k1", std::string(32, 'k'), world->environment().random()};
  std::vector<store::Migration> all = store::migrationsOf(kMigrations, "sqlite");
};

// Every column, by SQLite's own rendering of it.
constexpr std::string_view kCarts =
    "SELECT id_hash || state || version || currency || region || country || tax_included || quote(email) || "
    "quote(shipping_address) || quote(billing_address) || discount || shipping || shipping_tax || "
    "quote(shipping_option) || shipping_name || shipping_price || subtotal || tax || total || quote(checkout) || "
    "quote(locked_at) || metadata || created_at || updated_at || expires_at FROM cart ORDER BY id_hash";
constexpr std::string_view kLines =
    "SELECT id_hash || id || position || sku || variant_id || product_id || title || variant_title || handle || "
    "media_url || discount || tax || requires_shipping || quantity || unit_price || tax_ppm || subtotal || total || "
    "metadata FROM line ORDER BY id";

TEST(Migration, KeepsEveryCartAndLineAndTheirRules) {
  Shelf shelf;
  std::unique_ptr<store::SqlStore> database = shelf.open(1);
  shelf.fill(*database);
  const std::string carts = shelf.rows(*database, kCarts);
  const std::string lines = shelf.rows(*database, kLines);
  ASSERT_NE(lines.find("line_x"), std::string::npos);
  database.reset();
  database = shelf.open(shelf.all.size());
  EXPECT_EQ(shelf.rows(*database, kCarts), carts);
  EXPECT_EQ(shelf.rows(*database, kLines), lines);
  EXPECT_EQ(shelf.rows(*database, "SELECT id_hash FROM cart ORDER BY rowid"), "b;a;c;") << "as they were made";
  EXPECT_EQ(
      shelf.rows(*database, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"),
      "cart_active;cart_checkout;given_back_at;idempotency_expires_at;inbox_seen_at;");
  EXPECT_THROW(shelf.fill(*database), Error) << "a cart's key is unique";
}

}  // namespace
}  // namespace kontor::cart

#include <gtest/gtest.h>

#include <ostream>

#include "services/order/shop_test.hpp"

namespace kontor::order {
namespace {

using namespace std::chrono_literals;

/// Rows edited behind the service's back, and what must be said of them; %O stands for the only order's id, %C for its
/// checkout's.
struct Plant {
  std::string sql;
  std::string said;
};

// What a test's name shows.
void PrintTo(const Plant& plant, std::ostream* out) { *out << plant.said.substr(0, plant.said.find(':', 7)); }

const std::vector<Plant> kPlants = {
    {"UPDATE orders SET total = total + 1",
     "order: totals are the exact sums of their lines, shipping and tax: order 1001: total 1501, its parts say 1500"},
    {"UPDATE order_line SET unit_price = 999", "order 1001: total 1500, its parts say 1500; subtotal 1000, lines 999"},
    {"UPDATE order_line SET total = 999", "due for the lines 1000, they say 999"},
    {"DELETE FROM order_line", "order: every order has lines: order 1001 has no lines"},
    {"UPDATE order_line SET fulfilled = 2",
     "order: every line belongs to an order, which gets no more than it ordered: line "},
    {"UPDATE order_number SET last = 1000",
     "order: numbers count up: order 1001 is beyond the last number given, 1000"},
    {"UPDATE checkout SET step = 'failed'",
     "order: every order has the checkout that made it: order 1001 is confirmed, its checkout %C is failed"},
    {"UPDATE orders SET status = 'pending'",
     "order: every finished checkout has its order: checkout %C is done, its order %O is pending"},
    {"UPDATE checkout SET step = 'authorized', wake_at = NULL",
     "order: every unfinished checkout will be looked at: checkout %C is authorized, never to be looked at"},
    {"UPDATE checkout SET wake_at = 1000000",
     "order: no unfinished checkout is forgotten: checkout %C is done and due since 1970-01-01T00:00:01Z"},
    {"UPDATE checkout SET step = 'unknown', expires_at = 0, wake_at = 9000000000000000",
     "order: every checkout ends: checkout %C is unknown, though it ended at 1970-01-01T00:00:00Z"},
    {"UPDATE checkout SET lease_owner = 'life_x', lease_until = 1000000",
     "order: leases are given back or taken over: checkout %C is held by life_x until 1970-01-01T00:00:01Z"},
    {"UPDATE orders SET status = 'pending', created_at = 0",
     "order: every order is decided: order 1001 is pending since 1970-01-01T00:00:00Z"},
    {"UPDATE orders SET status = 'cancelled', updated_at = 0",
     "order: a cancelled order's money goes back: order 1001 was cancelled at 1970-01-01T00:00:00Z, its money is "
     "authorized"},
    {"UPDATE order_history SET event = 'x' WHERE event = 'confirmed'",
     "order: the history of an order tells its status: order 1001 is confirmed, but its history does not say so"},
    {"UPDATE checkout_kept SET body = X'00' WHERE kind = 'complete'",
     "order: the same key gets the same answer, and what is sealed opens: checkout %C: "},
    {"UPDATE checkout SET order_id = 'order_x'",
     "checkout %C: its kept completion answers the order %O, its row says order_x"},
    {"UPDATE orders SET token_hash = X'00'", "order 1001 is not found by its own token"},
    {"UPDATE orders SET total = total + 1",
     "order: an order costs what its cart was frozen at: order 1001: its total is 1501, its cart was frozen at 1500"},
    {"UPDATE orders SET total = total + 1",
     "shop: an order and its payment agree on the amount and on what was taken: checkout %C is done, its order %O "
     "confirmed: its total is 1501, authorised are 1500"},
    {"UPDATE orders SET payment_status = 'captured'",
     "checkout %C is done, its order %O confirmed and says captured, its payment is authorized"},
    {"DELETE FROM checkout", "shop: stock, money and carts are held only for checkouts that are there: "},
};

std::string filledIn(std::string text, const std::string& order, const std::string& checkout) {
  const auto put = [&text](std::string_view mark, const std::string& value) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, 2, value);
  };
  put("%O", order);
  put("%C", checkout);
  return text;
}

class Plants : public ::testing::TestWithParam<Plant> {};

TEST_P(Plants, AreNamed) {
  Shop shop;
  const auto bought = shop.buy(shop.carts.add({{"red", 1}}), "tok_approve");
  ASSERT_TRUE(bought.answer);
  const std::string said = filledIn(GetParam().said, bought.answer->order().id(), shop.onlyRef());
  shop.settle();
  shop.world.runFor(10s);
  ASSERT_EQ(shop.brokenInvariants(), "");
  shop.execute(GetParam().sql);
  // At once: no driver may mend it meanwhile.
  const std::string found = shop.brokenInvariants();
  EXPECT_NE(found.find(said), std::string::npos) << said << "\nis not in\n" << found;
}
INSTANTIATE_TEST_SUITE_P(Each, Plants, ::testing::ValuesIn(kPlants));

TEST(Invariants, NameWhatIsMissingElsewhere) {
  Shop shop;
  const v1::Order order = shop.buy(shop.carts.add({{"red", 1}}), "tok_approve").answer->order();
  const std::string ref = shop.onlyRef();
  const std::string it = ref + " is done, its order " + order.id() + " confirmed, but ";
  shop.settle();
  auto& hold = shop.inventory.holds.at(ref);
  hold.state = inventory::v1::Reservation::STATE_RELEASED;
  EXPECT_NE(shop.brokenInvariants().find(it + "no stock"), std::string::npos);
  hold.state = inventory::v1::Reservation::STATE_COMMITTED;
  const FakePayments::Account account = shop.payments.accounts.at(ref);
  shop.payments.accounts.erase(ref);
  EXPECT_NE(shop.brokenInvariants().find(it + "no money"), std::string::npos);
  shop.payments.accounts[ref] = account;
  shop.payments.accounts[ref].provider = "voided";
  EXPECT_NE(shop.brokenInvariants().find(ref + ": we hold 1500 and took 0, the provider says 0"), std::string::npos);
  shop.payments.accounts[ref] = account;
  shop.carts.carts.begin()->second.cart.set_state(cart::v1::Cart::STATE_CHECKING_OUT);
  EXPECT_NE(shop.brokenInvariants().find("its cart is still locked"), std::string::npos);
  EXPECT_NE(shop.brokenInvariants().find(it + "its cart is not completed"), std::string::npos);
  shop.carts.carts.begin()->second.cart.set_state(cart::v1::Cart::STATE_COMPLETED);
  EXPECT_EQ(shop.brokenInvariants(), "");
}

TEST(Invariants, ALargeShopIsReadInPages) {
  Shop shop;
  shop.inventory.on_hand["red"] = 10'000;
  const v1::Order order = shop.buy(shop.carts.add({{"red", 1}}), "tok_approve").answer->order();
  shop.settle();
  const std::string ref = shop.onlyRef();
  // 1,200 checkouts that have failed long ago, before and after the one that holds something.
  shop.execute(
      "INSERT INTO checkout (id, cart_id, cart_hash, customer_id, step, reason, late, replaces, expires_at, payment, "
      "asked_at, tries, lease_owner, lease_until, epoch, wake_at, nudges, nudges_seen, cancel_actor, cancel_reason, "
      "order_id, pay_key, pay_fingerprint, complete_key, complete_fingerprint, created_at, updated_at) SELECT 'chk_' "
      "|| CASE WHEN n < 600 THEN '0' ELSE 'Z' END || (1000 + n), cart_id, "
      "CAST('cart ' || n AS BLOB), customer_id, 'failed', reason, late, replaces, expires_at, payment, asked_at, "
      "tries, "
      "lease_owner, lease_until, epoch, wake_at, nudges, nudges_seen, cancel_actor, cancel_reason, NULL, pay_key, "
      "pay_fingerprint, complete_key, complete_fingerprint, created_at, updated_at FROM checkout, "
      "(WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1199) "
      "SELECT n FROM numbers) WHERE order_id IS NOT NULL");
  EXPECT_EQ(shop.brokenInvariants(), "");
  shop.inventory.holds["chk_Z2100"] = shop.inventory.holds.at(ref);
  EXPECT_NE(shop.brokenInvariants().find("checkout chk_Z2100 is failed, but stock is held for it"), std::string::npos);
}

}  // namespace
}  // namespace kontor::order

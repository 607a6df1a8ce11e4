#include "services/inventory/warehouse_test.hpp"

namespace kontor::inventory {
namespace {

using Strings = std::vector<std::string>;

/// A row edited behind the service's back, and what must be said of it.
struct Plant {
  std::string sql;
  Strings said;
};

// Of every rule one plant: a has 2 held for chk_1, b has 2 committed to chk_2, nothing else is promised.
const std::vector<Plant> kPlants = {
    {"UPDATE level SET on_hand = on_hand + 1 WHERE sku = 'b'",
     {"inventory: stock levels equal the sums of their ledger: b at main: on hand 10, held 0, committed 2, version 3; "
      "by the ledger 9, 0, 2, 3 (the last movement is 3)"}},
    {"UPDATE movement SET sequence = 4 WHERE sku = 'b' AND kind = 'commit'",
     {"inventory: stock levels equal the sums of their ledger: b at main: on hand 9, held 0, committed 2, version 3; "
      "by the ledger 9, 0, 2, 3 (the last movement is 4)"}},
    {"INSERT INTO movement SELECT 'c', location, 1, id, kind, 0, 0, 0, backorder, safety, ref, reason, actor, "
     "created_at "
     "FROM movement WHERE sku = 'a' AND kind = 'set'",
     {"inventory: every movement is of a level: c at main: 1 movements of no level"}},
    {"UPDATE reservation SET state = 'released' WHERE ref = 'chk_1'",
     {"inventory: held stock equals what held reservations claim: a at main: 2 are held, reservations hold 0"}},
    {"UPDATE reservation_line SET quantity = 3 WHERE ref = 'chk_2'",
     {"inventory: committed stock equals what committed reservations claim: b at main: 2 are committed, reservations "
      "are committed to 3"}},
    {"INSERT INTO reservation SELECT 'chk_9', 'held', expires_at, created_at, updated_at FROM reservation "
     "WHERE ref = 'chk_1'",
     {"inventory: every reservation has lines: reservation chk_9 is held of nothing"}},
    {"INSERT INTO reservation_line VALUES ('chk_8', 'a', 'main', 7, FALSE)",
     {"inventory: every line has its reservation: line of 7 a: there is no reservation chk_8"}},
    {"INSERT INTO outbox VALUES (1000, 'evt_1', 'inventory', 'stock', 'stock.changed', 'nobody', '', '{}', 0, 7, '')",
     {"inventory: the outbox empties: event evt_1 (stock.changed of nobody) waits since 1970-01-01T00:00:00Z",
      "inventory: every event has a sequence that was given to its subject: event evt_1 (stock.changed of nobody) has "
      "the sequence 7, the last one given was 0"}},
    {"INSERT INTO idempotency VALUES ('scope', 'key-1', '', 201, X'00', FALSE, 1)",
     {"inventory: kept answers open, and are forgotten after a day: the answer to key key-1: a sealed value of "
      "idempotency.answer cannot be opened: it is too short; restore the store and keys/seal.key from the same "
      "backup"}},
    {"INSERT INTO idempotency VALUES ('scope', 'key-2', '', 201, X'', TRUE, 9000000000000000)",
     {"inventory: kept answers open, and are forgotten after a day: the answer to key key-2 expires only at "
      "2255-03-14T16:00:00Z"}},
};

TEST(Invariants, NameTheEditedRow) {
  for (const Plant& plant : kPlants) {
    Warehouse shop;
    shop.stock({{"a", 9}, {"b", 9}});
    shop.reserve("chk_1", {{"a", 2}});
    shop.reserve("chk_2", {{"b", 2}});
    shop.commit("chk_2");
    ASSERT_EQ(shop.violations(), Strings());
    shop.edit(plant.sql);
    EXPECT_EQ(shop.violations(), plant.said);
  }
}

TEST(Invariants, NameAHoldThatNobodyFreed) {
  Warehouse shop;
  shop.stock({{"a", 9}});
  shop.reserve("chk_1", {{"a", 2}}, "", 1'000);
  EXPECT_EQ(shop.violations(std::chrono::minutes(10)),
            Strings({"inventory: every hold ends: reservation chk_1 is held, though it ended at "
                     "1970-01-01T00:16:40Z"}));
}

TEST(Invariants, ReplayTheLedgerForEveryGrant) {
  Warehouse shop;
  shop.stock({{"a", 5}, {"b", 1, true, true}});
  shop.reserve("chk_1", {{"a", 2}});
  shop.reserve("chk_2", {{"a", 3}, {"b", 4}});  // b is sold beyond stock: no violation
  shop.adjust("a", 4);                          // comes too late to excuse what follows
  shop.edit("UPDATE movement SET on_hand_change = 4 WHERE sku = 'a' AND sequence = 1");
  shop.edit("UPDATE movement SET on_hand_change = 5 WHERE sku = 'a' AND kind = 'adjust'");
  EXPECT_EQ(shop.violations(),
            Strings({"inventory: no grant beyond what was available, by the ledger: a at main: chk_2 "
                     "was granted 3 when 2 were available (movement 3)"}));
}

TEST(Invariants, ListTheFirstTwentyOfMany) {
  Warehouse shop;
  std::vector<Warehouse::Stock> many;
  for (int i = 100; i < 130; ++i) many.push_back({"sku-" + std::to_string(i), 1});
  shop.stock(many);
  shop.editAll("UPDATE level SET on_hand = 2");
  EXPECT_EQ(shop.violations().size(), store::Audit::kLinesMax);
}

}  // namespace
}  // namespace kontor::inventory

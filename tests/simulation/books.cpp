#include "tests/simulation/books.hpp"

#include <utility>

#include "tests/simulation/product_file.hpp"

namespace kontor::simulation {
namespace {

struct SoldOrder {
  std::string id;
  std::string number;
  std::string checkout;
  std::string status;
  std::int64_t total = 0;
};

struct Level {
  std::int64_t on_hand = 0;
  std::int64_t held = 0;
  std::int64_t committed = 0;

  bool operator==(const Level&) const = default;
};

std::string textOf(const Level& level) {
  return std::to_string(level.on_hand) + " on hand, " + std::to_string(level.held) + " held, " +
         std::to_string(level.committed) + " promised";
}

class Books {
 public:
  Books(World& world, const Facts& facts) : world_(world), facts_(facts) {}

  std::vector<std::string> check() {
    readOrders();
    checkMoney();
    checkCaptures();
    checkLevels();
    checkMovements();
    checkReservations();
    checkEvents();
    return std::move(faults_);
  }

 private:
  store::Rows rows(const std::string& service, std::string_view sql) {
    task<store::Rows> reading = world_.host().stores().at(service)->query(sql, {});
    return reading.runReady();
  }
  void complain(std::string what) { faults_.push_back(std::move(what)); }
  void expect(const std::string& what, std::int64_t found, std::int64_t wanted) {
    if (found != wanted) complain(what + ": found " + std::to_string(found) + ", expected " + std::to_string(wanted));
  }

  void readOrders() {
    for (const store::Row& row : rows("order", "SELECT id, number, checkout_id, status, total FROM orders")) {
      orders_.push_back({row.text(0), std::to_string(row.int64(1)), row.text(2), row.text(3), row.int64(4)});
    }
    for (const store::Row& row : rows("order",
                                      "SELECT o.status, l.sku, SUM(l.quantity) FROM order_line AS l "
                                      "JOIN orders AS o ON o.id = l.order_id GROUP BY o.status, l.sku")) {
      if (row.text(0) == "completed") sent_[row.text(1)] = row.int64(2);
      if (row.text(0) == "confirmed") promised_[row.text(1)] = row.int64(2);
    }
  }

  // Money always ends in an order or goes back: of each reference the provider holds or has taken what its order costs,
  // or nothing; and payment's book says the same.
  void checkMoney() {
    std::map<std::string, const SoldOrder*> standing;
    std::int64_t sum = 0;
    for (const SoldOrder& order : orders_) {
      if (order.status != "completed" && order.status != "confirmed") continue;
      if (!standing.emplace(order.checkout, &order).second)
        complain("two orders stand for the checkout " + order.checkout);
      if (order.status == "completed") sum += order.total;
    }
    std::int64_t taken_in_all = 0;
    for (const store::Row& row : rows("sandbox", "SELECT ref, state, authorized, captured, refunded FROM entry")) {
      const auto order = standing.find(row.text(0));
      const std::int64_t taken = row.int64(3) - row.int64(4);
      const std::int64_t held = row.text(1) == "authorized" ? row.int64(2) - row.int64(3) : 0;
      const bool completed = order != standing.end() && order->second->status == "completed";
      const bool confirmed = order != standing.end() && order->second->status == "confirmed";
      expect("money taken for " + row.text(0), taken, completed ? order->second->total : 0);
      expect("money authorised for " + row.text(0), held, confirmed ? order->second->total : 0);
      if (order != standing.end()) standing.erase(order);
      taken_in_all += taken;
    }
    for (const auto& [ref, order] : standing) complain("the order " + order->number + " was never paid");
    expect("money in all, by the provider's ledger against the orders", taken_in_all, sum);
    std::int64_t ours = 0;
    for (const store::Row& row : rows("payment", "SELECT ref, captured, refunded FROM payment"))
      ours += row.int64(1) - row.int64(2);
    expect("money in all, by our own book against the provider's", ours, taken_in_all);
  }

  void checkCaptures() {
    for (const store::Row& row : rows("sandbox",
                                      "SELECT ref, COUNT(*) FROM operation WHERE kind = 'capture' GROUP BY ref "
                                      "HAVING COUNT(*) > 1"))
      complain("money was captured " + std::to_string(row.int64(1)) + " times for " + row.text(0));
  }

  // What came in by the first file and by corrections, less what went out with orders.
  void checkLevels() {
    for (const store::Row& row : rows("inventory", "SELECT sku, on_hand, held, committed FROM level ORDER BY sku")) {
      const std::string sku = row.text(0);
      levels_[sku] = {row.int64(1), row.int64(2), row.int64(3)};
      expect("units held of " + sku, row.int64(2), 0);
      expect("units promised of " + sku, row.int64(3), of(promised_, sku));
      if (!facts_.imported.contains(sku)) continue;
      expect("units on hand of " + sku, row.int64(1),
             facts_.imported.at(sku) + of(facts_.adjusted, sku) - of(sent_, sku));
    }
    for (const auto& [sku, quantity] : facts_.imported)
      if (!levels_.contains(sku)) complain("the stock of " + sku + " was imported and is lost");
  }

  // The ledger, told again from its beginning: no grant may have exceeded what was there.
  void checkMovements() {
    std::map<std::string, Level> told;
    for (const store::Row& row : rows("inventory",
                                      "SELECT sku, kind, on_hand_change, held_change, committed_change, backorder "
                                      "FROM movement ORDER BY sku, location, sequence")) {
      Level& level = told[row.text(0)];
      level.on_hand += row.int64(2);
      level.held += row.int64(3);
      level.committed += row.int64(4);
      const bool over = level.held + level.committed > level.on_hand;
      if (over && row.text(1) == "hold" && !row.boolean(5)) complain(row.text(0) + " was sold beyond what was there");
    }
    for (const auto& [sku, level] : levels_)
      if (told[sku] != level)
        complain("the ledger of " + sku + " ends with " + textOf(told[sku]) + ", its level says " + textOf(level));
  }

  void checkReservations() {
    std::int64_t confirmed = 0;
    for (const SoldOrder& order : orders_) confirmed += order.status == "confirmed" ? 1 : 0;
    const auto count = [&](std::string_view sql) { return rows("inventory", sql).at(0).int64(0); };
    expect("reservations held", count("SELECT COUNT(*) FROM reservation WHERE state = 'held'"), 0);
    expect("reservations promised", count("SELECT COUNT(*) FROM reservation WHERE state = 'committed'"), confirmed);
  }

  // What the shop did to an order, it has told the outside, once.
  void checkEvents() {
    for (const SoldOrder& order : orders_) {
      const auto expectEvent = [&](const char* type, std::int64_t times) {
        expect(std::string(type) + " of " + order.number + " heard outside",
               world_.audit().count("order", order.id, type), times);
      };
      expectEvent("order.placed", 1);
      expectEvent("order.completed", order.status == "completed" ? 1 : 0);
      expectEvent("order.cancelled", order.status == "cancelled" ? 1 : 0);
      if (order.status != "cancelled") expectEvent("order.confirmed", 1);
    }
  }

  static std::int64_t of(const Units& units, const std::string& sku) {
    const auto found = units.find(sku);
    return found == units.end() ? 0 : found->second;
  }

  World& world_;
  const Facts& facts_;
  std::vector<SoldOrder> orders_;
  Units sent_;
  Units promised_;
  std::map<std::string, Level> levels_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> checkBooks(World& world, const Facts& facts) { return Books(world, facts).check(); }

}  // namespace kontor::simulation

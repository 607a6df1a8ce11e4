#include "tests/simulation/checks.hpp"

#include <utility>

#include "kontor/cart/v1/cart.kontor.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/order/v1/order.kontor.hpp"
#include "kontor/user/v1/user.kontor.hpp"
#include "tests/simulation/books.hpp"
#include "tests/simulation/merchant.hpp"

namespace kontor::simulation {
namespace {

using namespace std::chrono_literals;
using cart::v1::Cart;
using cart::v1::Carts;
using catalog::v1::Catalog;
using catalog::v1::ImportJob;
using order::v1::Order;
using order::v1::Orders;
using user::v1::Users;

constexpr Duration kLook = 200ms;
constexpr Duration kAnswerBound = 2min;

// Whatever would still change by itself.
struct Restless {
  const char* service;
  const char* what;
  const char* sql;
};
constexpr Restless kRestless[] = {
    {"order", "checkouts that have not ended", "SELECT COUNT(*) FROM checkout WHERE step NOT IN ('done', 'failed')"},
    {"order", "checkouts that somebody must look at", "SELECT COUNT(*) FROM checkout WHERE wake_at IS NOT NULL"},
    {"order", "orders whose payment is open", "SELECT COUNT(*) FROM orders WHERE status = 'pending'"},
    {"sandbox", "payments that the bank has not decided", "SELECT COUNT(*) FROM entry WHERE becomes <> ''"},
    {"sandbox", "webhooks that were not taken", "SELECT COUNT(*) FROM webhook"},
    {"catalog", "imports that run", "SELECT COUNT(*) FROM import_job WHERE state = 'running'"},
};

// The first that is still so; empty when the shop is at rest.
std::string restless(World& world) {
  if (!world.open()) return "the shop is not open";
  for (const Restless& entry : kRestless) {
    const std::int64_t count = world.number(entry.service, entry.sql).value_or(-1);
    if (count != 0) return std::to_string(count) + " " + entry.what;
  }
  for (const auto& [service, store] : world.host().stores()) {
    const std::int64_t unsent = world.number(service, "SELECT COUNT(*) FROM outbox").value_or(-1);
    if (unsent != 0) return std::to_string(unsent) + " events in the outbox of " + service;
  }
  return "";
}

class Checker {
 public:
  Checker(World& world, const Facts& facts) : world_(world), facts_(facts) {}

  void run() {
    for (const std::string& fault : world_.audit().faults()) complain("events: " + fault);
    askServices();
    checkOrders();
    checkCarts();
    checkImports();
    for (const std::string& fault : checkBooks(world_, facts_)) complain(fault);
  }

 private:
  void complain(const std::string& what) { world_.complaints().push_back(what); }

  template <class Service, class Request, class Response>
  Answer<Response> ask(Method<Service, Request, Response> method, Request request, rpc::Principal principal = {}) {
    std::optional<Answer<Response>> answer;
    auto asking = [&]() -> task<void> {
      task<Answer<Response>> calling =
          world_.call(Action::kLook, method, std::move(request), Caller{principal, std::string()});
      answer = co_await calling;
    };
    world_.clients().spawn(asking());
    world_.simulation().runUntil([&] { return answer.has_value(); }, kAnswerBound);
    return answer.value_or(Answer<Response>());
  }

  void judge(const google::protobuf::RepeatedPtrField<type::v1::Invariant>& invariants) {
    for (const type::v1::Invariant& invariant : invariants) {
      if (invariant.ok()) continue;
      std::string text = "invariant \"" + invariant.name() + "\" is broken:";
      for (const std::string& violation : invariant.violations()) text += " " + violation + ";";
      complain(text);
    }
  }

  // The services' own checks. Order's include those of inventory, payment and cart, and those across them.
  void askServices() {
    const auto shop = ask(&Orders::GetInvariants, order::v1::GetInvariantsRequest(), staff());
    if (!shop.ok()) complain("the shop's invariants cannot be asked for: " + shop.reason());
    if (shop.ok()) judge(shop.value().invariants());
    const auto catalogue = ask(&Catalog::CheckInvariants, type::v1::CheckInvariantsRequest(), staff());
    if (!catalogue.ok()) complain("catalog's invariants cannot be asked for: " + catalogue.reason());
    if (catalogue.ok()) judge(catalogue.value().invariants());
    const auto people = ask(&Users::CheckInvariants, type::v1::CheckInvariantsRequest(), staff());
    if (!people.ok()) complain("user's invariants cannot be asked for: " + people.reason());
    if (people.ok()) judge(people.value().invariants());
  }

  void checkOrders() {
    for (const auto& [id, known] : facts_.orders) {
      order::v1::TrackOrderRequest request;
      request.set_number(known.number);
      request.set_token(known.token);
      const auto found = ask(&Orders::TrackOrder, std::move(request));
      const std::string name = "order " + known.number + " (" + id + ")";
      if (!found.ok()) {
        complain("the acknowledged " + name + " is lost: " + found.reason());
        continue;
      }
      checkOrder(name, id, known, found.value());
    }
  }

  void checkOrder(const std::string& name, const std::string& id, const KnownOrder& known, const Order& order) {
    if (order.id() != id) complain(name + " is another order now: " + order.id());
    if (order.totals().total().amount() != known.total)
      complain(name + " has another total: " + std::to_string(order.totals().total().amount()) + ", acknowledged " +
               std::to_string(known.total));
    Units units;
    for (const auto& line : order.lines()) units[line.sku()] += line.quantity();
    if (units != known.units) complain(name + " has other lines than were acknowledged");
    const std::string status = Order::Status_Name(order.status());
    const bool ended = order.status() == Order::STATUS_COMPLETED || order.status() == Order::STATUS_CANCELLED;
    const bool waits = !facts_.shipping && order.status() == Order::STATUS_CONFIRMED;
    if (!ended && !waits) complain(name + " has come to no end: it is " + status);
    if (known.cancelled && order.status() != Order::STATUS_CANCELLED)
      complain(name + " was cancelled by acknowledgement and is " + status);
    if (facts_.shipped.contains(id) && order.status() == Order::STATUS_CANCELLED)
      complain(name + " was shipped by acknowledgement and is cancelled");
    if (facts_.delivered.contains(id) && order.status() != Order::STATUS_COMPLETED)
      complain(name + " was delivered by acknowledgement and is " + status);
  }

  void checkCarts() {
    for (const auto& [id, units] : facts_.carts) {
      cart::v1::GetCartRequest request;
      request.set_cart_id(id);
      const auto found = ask(&Carts::GetCart, std::move(request));
      if (!found.ok()) {
        complain("a cart was acknowledged and is lost: " + found.reason());
        continue;
      }
      Units there;
      for (const auto& line : found.value().lines()) there[line.sku()] += line.quantity();
      if (there != units) complain("a cart has other lines than were acknowledged");
      if (found.value().state() == Cart::STATE_CHECKING_OUT) complain("a cart is locked for ever");
    }
  }

  void checkImports() {
    for (const std::string& id : facts_.imports) {
      catalog::v1::GetImportRequest request;
      request.set_id(id);
      const auto found = ask(&Catalog::GetImport, std::move(request), staff());
      if (!found.ok()) complain("the import " + id + " was acknowledged and is lost: " + found.reason());
    }
    for (const auto& [handle, quantity] : facts_.imported) {
      catalog::v1::GetProductRequest request;
      request.set_handle(handle);
      const auto found = ask(&Catalog::GetProduct, std::move(request));
      if (!found.ok()) complain("the product " + handle + " was imported and is lost: " + found.reason());
    }
  }

  World& world_;
  const Facts& facts_;
};

}  // namespace

bool comeToRest(World& world, Duration bound) {
  const Duration end = world.simulation().elapsed() + bound;
  std::string left = restless(world);
  // Twice in a row: between two looks an event may have begun something new.
  for (int quiet = 0; quiet < 2;) {
    if (world.simulation().elapsed() > end) {
      world.complaints().push_back("the shop does not come to rest: " + left);
      return false;
    }
    world.simulation().runFor(kLook);
    left = restless(world);
    quiet = left.empty() ? quiet + 1 : 0;
  }
  return true;
}

void checkAll(World& world, const Facts& facts) {
  world.wire() = Wire();
  try {
    Checker(world, facts).run();
  } catch (const Error& error) {
    world.complaints().push_back("the books cannot be read: " + error.message());
  }
}

std::int64_t expiredCheckouts(World& world) {
  return world.number("order", "SELECT COUNT(*) FROM checkout WHERE reason = 'EXPIRED'").value_or(0);
}

}  // namespace kontor::simulation

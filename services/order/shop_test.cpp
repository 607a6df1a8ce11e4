#include "services/order/shop_test.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/rpc/channel.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/notification/v1/notification.kontor.hpp"
#include "kontor/user/v1/user.kontor.hpp"
#include "services/order/module.hpp"

namespace kontor::order {
namespace {

constexpr std::size_t kOrderNode = 0;
constexpr std::size_t kNeighbourNode = 1;
constexpr const char* kShortHold = "order:\n  checkout.hold: 60s\n";

std::string diskName() {
  static int made = 0;
  return "order_test_" + std::to_string(++made);
}

template <class T>
task<void> keep(task<T> work, Reply<T> reply) {
  try {
    reply->answer = co_await work;
  } catch (const Error& error) {
    reply->error = error;
  }
}

task<void> deliverTo(testing::HandBus& bus, store::StoredEvent event, int times, std::function<void(bool)> done) {
  bool taken = false;
  try {
    for (int i = 0; i < times; ++i) co_await bus.deliver(event);
    taken = true;
  } catch (const Error&) {
    // As the bus does: it comes again.
  }
  done(taken);
}

}  // namespace

namespace {

/// Services that a checkout does not need: they have nothing to say to a check.
class Silent final : public rpc::Channel {
 public:
  task<rpc::MessagePtr> call(const rpc::Method& method, rpc::Context, rpc::MessagePtr) override {
    KONTOR_ASSERT(method.name == "CheckInvariants", "order asks them nothing else");
    co_return std::make_unique<type::v1::CheckInvariantsResponse>();
  }
};

}  // namespace

struct Shop::Life {
  Life(Shop& shop, runtime::Environment& environment) : host(environment, "/data", shop.yaml_, shop.disk_.name()) {
    host.directory().provide<cart::v1::Carts>(std::shared_ptr<FakeCarts>(&shop.carts, [](FakeCarts*) {}));
    host.directory().provide<inventory::v1::Inventory>(
        std::shared_ptr<FakeInventory>(&shop.inventory, [](FakeInventory*) {}));
    host.directory().provide<payment::v1::Payments>(
        std::shared_ptr<FakePayments>(&shop.payments, [](FakePayments*) {}));
    host.directory().route(catalog::v1::Catalog::kName, std::make_shared<Silent>());
    host.directory().route(user::v1::Users::kName, std::make_shared<Silent>());
    host.directory().route(notification::v1::Notifications::kName, std::make_shared<Silent>());
    module = makeModule(host);
    orders = host.directory().client<v1::Orders>();
  }
  testing::TestHost host;
  std::unique_ptr<app::Module> module;
  std::shared_ptr<v1::Orders> orders;
  bool started = false;
};

Shop::Shop(std::uint64_t seed, std::string yaml)
    : world(seed),
      wire(world, kNeighbourNode),
      inventory(wire),
      carts(wire),
      payments(wire, carts, complaints),
      yaml_(yaml.empty() ? kShortHold : std::move(yaml)),
      disk_(diskName(), seed) {
  world.addNode();
  world.addNode();
  inventory.on_hand = {{"red", 10}, {"blue", 10}, {"rare", 1}};
  boot();
  pump();
}

Shop::~Shop() {
  world.kill(kNeighbourNode);
  end();
}

void Shop::boot() {
  life_ = std::make_unique<Life>(*this, world.environment(kOrderNode));
  // As a process does: serves once its services have begun.
  auto begin = [this]() -> task<void> {
    co_await life_->module->start();
    life_->started = true;
  };
  world.environment(kOrderNode).background().spawn(begin());
  EXPECT_TRUE(world.runUntil([this] { return life_->started; }, 10s)) << "the service does not start";
}

void Shop::end() {
  world.kill(kOrderNode);
  life_.reset();
}

void Shop::crash(bool power) {
  power ? disk_.powerCut() : disk_.processKill();
  end();
  delivering_ = false;
  world.restart(kOrderNode);
  boot();
}

void Shop::runUntil(const std::function<bool()>& done) {
  const Duration patience = world.elapsed() + 120s;
  while (!done()) {
    ASSERT_TRUE(world.elapsed() < patience && world.step()) << "a call hangs";
    if (crash_at_ == 0 || world.steps() < crash_at_) continue;
    crash_at_ = 0;
    crashed_ = true;
    crash(crash_by_power_);
  }
}

// Payment's relay and the bus: in order, at least once, also over deaths of the consumer.
void Shop::pump() {
  wire.after(50ms, [this] { pump(); });
  if (delivering_ || payments.events.empty()) return;
  delivering_ = true;
  const int times = duplicate_events ? 2 : 1;
  auto done = [this](bool taken) {
    delivering_ = false;
    if (taken) payments.events.pop_front();
  };
  world.environment(kOrderNode).background().spawn(deliverTo(life_->host.bus(), payments.events.front(), times, done));
}

template <class T>
Reply<T> Shop::start(std::function<task<T>(std::shared_ptr<v1::Orders>, rpc::Context)> call, rpc::Context::Data data) {
  auto reply = std::make_shared<Outcome<T>>();
  data.deadline = world.environment(kOrderNode).background().now() + 15s;
  world.environment(kOrderNode).background().spawn(keep(call(life_->orders, rpc::Context(std::move(data))), reply));
  return reply;
}
template Reply<v1::Order> Shop::start(std::function<task<v1::Order>(std::shared_ptr<v1::Orders>, rpc::Context)>,
                                      rpc::Context::Data);
template Reply<v1::CancelResponse> Shop::start(
    std::function<task<v1::CancelResponse>(std::shared_ptr<v1::Orders>, rpc::Context)>, rpc::Context::Data);
template Reply<v1::Fulfilment> Shop::start(
    std::function<task<v1::Fulfilment>(std::shared_ptr<v1::Orders>, rpc::Context)>, rpc::Context::Data);
template Reply<v1::Recipient> Shop::start(std::function<task<v1::Recipient>(std::shared_ptr<v1::Orders>, rpc::Context)>,
                                          rpc::Context::Data);
template Reply<v1::ListOrdersResponse> Shop::start(
    std::function<task<v1::ListOrdersResponse>(std::shared_ptr<v1::Orders>, rpc::Context)>, rpc::Context::Data);
template Reply<v1::ReleaseCheckoutResponse> Shop::start(
    std::function<task<v1::ReleaseCheckoutResponse>(std::shared_ptr<v1::Orders>, rpc::Context)>, rpc::Context::Data);
template Reply<v1::GetInvariantsResponse> Shop::start(
    std::function<task<v1::GetInvariantsResponse>(std::shared_ptr<v1::Orders>, rpc::Context)>, rpc::Context::Data);

Reply<v1::PayResponse> Shop::startPay(const std::string& cart, const std::string& token, const std::string& key,
                                      const std::string& body) {
  v1::PayRequest request;
  request.set_cart_id(cart);
  request.set_provider("sandbox");
  request.set_token(token);
  rpc::Context::Data data;
  if (!key.empty())
    data.idempotency = rpc::Idempotency{"anonymous POST /pay/" + cart, key, body.empty() ? token : body};
  return start<v1::PayResponse>(
      [request](std::shared_ptr<v1::Orders> orders, rpc::Context context) { return orders->Pay(context, request); },
      std::move(data));
}

Reply<v1::CompleteResponse> Shop::startComplete(const std::string& cart, const std::string& key,
                                                const std::string& body) {
  v1::CompleteRequest request;
  request.set_cart_id(cart);
  rpc::Context::Data data;
  if (!key.empty()) data.idempotency = rpc::Idempotency{"anonymous POST /complete/" + cart, key, body};
  return start<v1::CompleteResponse>([request](std::shared_ptr<v1::Orders> orders,
                                               rpc::Context context) { return orders->Complete(context, request); },
                                     std::move(data));
}

Outcome<v1::CompleteResponse> Shop::buy(const std::string& cart, std::string token) {
  int round = 1;
  const auto again = [&] {
    ++round;
    token = "tok_approve";
  };
  for (int tries = 0; tries < 200; ++tries) {
    const auto paid = pay(cart, token, "pay-key-" + std::to_string(round));
    if (paid.reason() == "PAYMENT_DECLINED") again();
    const bool acts = paid.answer && paid.answer->payment().state() == payment::v1::Payment::STATE_REQUIRES_ACTION;
    if (acts) payments.decide(paid.answer->payment().ref(), true);
    if (paid.answer || paid.reason() == "CART_CLOSED" || paid.reason() == "PAYMENT_PENDING") {
      const auto completed = complete(cart, "complete-key-" + std::to_string(round));
      if (completed.answer && completed.answer->order().status() == v1::Order::STATUS_CONFIRMED) return completed;
      if (completed.reason() == "PAYMENT_REQUIRED" || completed.reason() == "PAYMENT_DECLINED") again();
    }
    world.runFor(1s);
  }
  return {};
}

store::Rows Shop::rows(std::string_view sql) {
  auto store = life_->host.stores.at("order");
  std::optional<store::Rows> found;
  auto look = [&found, store, sql]() -> task<void> { found = co_await store->query(sql, store::params()); };
  world.environment(kOrderNode).background().spawn(look());
  world.runUntil([&] { return found.has_value(); }, 10s);
  return std::move(*found);
}

void Shop::execute(std::string sql) {
  auto store = life_->host.stores.at("order");
  bool done = false;
  auto body = [sql](store::Transaction& in) -> task<void> { co_await in.execute(sql, store::params()); };
  auto work = [&done, store, body]() -> task<void> {
    co_await store->transact(rpc::Context(), body);
    done = true;
  };
  world.environment(kOrderNode).background().spawn(work());
  world.runUntil([&] { return done; }, 10s);
}

std::string Shop::faults() {
  crash_at_ = 0;  // what is asked from here on is no part of the scenario
  std::string text;
  const auto complain = [&text](std::string what) { text += what + "\n"; };
  for (const std::string& complaint : complaints) complain(complaint);
  if (inventory.inState(inventory::v1::Reservation::STATE_HELD) > 0) complain("stock is still held");
  for (const auto& [id, entry] : carts.carts) {
    if (entry.cart.state() == cart::v1::Cart::STATE_CHECKING_OUT) complain(id + " is still locked");
  }
  for (const store::Row& row : rows("SELECT id, step FROM checkout WHERE step NOT IN ('done', 'failed')"))
    complain(row.text(0) + " is still " + row.text(1));
  const std::int64_t standing = number("SELECT COUNT(*) FROM orders WHERE status IN ('confirmed', 'completed')");
  const std::int64_t shipped = number("SELECT COUNT(*) FROM orders WHERE fulfilment_status = 'fulfilled'");
  for (const store::Row& row : rows("SELECT id, capture FROM fulfilment WHERE state IN ('shipped', 'delivered') "
                                    "AND (capture <> 'done' OR NOT stock_taken)"))
    complain(row.text(0) + " still owes: " + row.text(1));
  if (payments.captured() != number("SELECT COALESCE(SUM(total), 0) FROM orders WHERE fulfilment_status = 'fulfilled'"))
    complain(std::to_string(payments.captured()) + " was captured, which is not what was shipped");
  if (payments.inForce() != standing)
    complain(std::to_string(payments.inForce()) + " authorisations for " + std::to_string(standing) + " orders");
  if (inventory.inState(inventory::v1::Reservation::STATE_COMMITTED) != standing - shipped)
    complain("promised stock differs");
  if (inventory.inState(inventory::v1::Reservation::STATE_SHIPPED) != shipped) complain("shipped stock differs");
  return text + brokenInvariants();
}

std::string Shop::brokenInvariants() {
  drainOutbox();
  const auto found = get<v1::GetInvariantsResponse>([](std::shared_ptr<v1::Orders> orders, rpc::Context context) {
    return orders->GetInvariants(context, v1::GetInvariantsRequest());
  });
  if (!found.answer) return "invariants: " + found.reason() + "\n";
  std::string text;
  for (const auto& invariant : found.answer->invariants())
    for (const auto& line : invariant.violations()) text += invariant.name() + ": " + line + "\n";
  EXPECT_EQ(found.answer->ok(), text.empty());
  return text;
}

}  // namespace kontor::order

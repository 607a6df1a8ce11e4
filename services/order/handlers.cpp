#include "services/order/handlers.hpp"

#include <limits>

#include "chassis/base/assert.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/deadline.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/page.hpp"
#include "services/order/invariants.hpp"
#include "services/order/shop_check.hpp"

namespace kontor::order {
namespace {

// How long a call without a deadline of its own waits for somebody else's drive.
constexpr Duration kPatience = std::chrono::seconds(10);
// Left for the answer itself.
constexpr Duration kMargin = std::chrono::milliseconds(500);

}  // namespace

SteadyTime Handlers::latestOf(const rpc::Context& context) const {
  const SteadyTime patient = runtime::Executor::current().now() + kPatience;
  if (!context.deadline()) return patient;
  return std::min(patient, *context.deadline() - kMargin);
}

task<bool> Handlers::waitFor(rpc::Context, std::string checkout_id, SteadyTime latest) {
  if (runtime::Executor::current().now() >= latest) co_return false;
  bool in_time = true;
  try {
    co_await runtime::withDeadline(parts_.saga.runs().wait(std::move(checkout_id)), latest);
  } catch (const Error& error) {
    if (error.code() != Code::kDeadlineExceeded) throw;
    in_time = false;
  }
  co_return in_time;
}

task<Run> Handlers::driveTaken(rpc::Context context, Checkout checkout, bool buyer) {
  Run run;
  run.context = context.asService("order").withoutDeadline();
  run.facts.now = checkout.updated_at;
  run.facts.buyer = buyer;
  run.checkout = std::move(checkout);
  co_await parts_.saga.drive(run);
  co_return run;
}

task<std::optional<OrderRecord>> Handlers::findOrder(std::string id) {
  auto body = [this, id](store::Statements& in) -> task<std::optional<OrderRecord>> {
    co_return co_await parts_.orders.order(in, id);
  };
  std::optional<OrderRecord> record = co_await parts_.store.snapshot(std::move(body));
  co_return record;
}

task<OrderRecord> Handlers::ownOrder(rpc::Context context, std::string number, std::string token) {
  auto body = [this, number, token,
               caller = context.principal()](store::Statements& in) -> task<std::optional<OrderRecord>> {
    std::optional<OrderRecord> found = co_await parts_.orders.orderNumbered(in, number);
    if (!found) co_return std::nullopt;
    const bool owner =
        caller.kind == rpc::Principal::Kind::kCustomer && !caller.id.empty() && caller.id == found->customer_id;
    const bool knows_token = co_await parts_.orders.tokenFits(in, found->order.id(), token);
    if (owner || knows_token) co_return found;
    co_return std::nullopt;
  };
  std::optional<OrderRecord> record = co_await parts_.store.snapshot(std::move(body));
  if (!record) throw notFound("order", number);
  co_return std::move(*record);
}

task<v1::Order> Handlers::TrackOrder(rpc::Context context, v1::TrackOrderRequest request) {
  OrderRecord record = co_await ownOrder(std::move(context), request.number(), request.token());
  co_return withoutToken(shopperView(std::move(record.order)));
}

task<v1::Order> Handlers::GetOrder(rpc::Context, v1::GetOrderRequest request) {
  std::optional<OrderRecord> record = co_await findOrder(request.id());
  if (!record) throw notFound("order", request.id());
  co_return withoutToken(std::move(record->order));
}

task<v1::ListOrdersResponse> Handlers::ListOrders(rpc::Context, v1::ListOrdersRequest request) {
  std::optional<v1::Order::Status> status;
  std::string list = "orders";
  if (request.status() != v1::Order::STATUS_UNSPECIFIED) {
    status = request.status();
    list.append(":").append(wordOf(*status));
  }
  const std::string cursor = store::pageCursor(parts_.sealer, list, request.page_token());
  const std::int64_t below = cursor.empty() ? std::numeric_limits<std::int64_t>::max() : std::stoll(cursor);
  const std::int64_t size = store::pageSize(request.page_size());
  auto body = [this, status, below, size](store::Statements& in) -> task<std::vector<OrderRecord>> {
    co_return co_await parts_.orders.orders(in, status, below, size + 1);
  };
  std::vector<OrderRecord> records = co_await parts_.store.snapshot(std::move(body));
  v1::ListOrdersResponse response;
  for (std::size_t i = 0; i < records.size() && std::cmp_less(i, size); ++i)
    *response.add_orders() = withoutToken(std::move(records[i].order));
  if (std::cmp_greater(records.size(), size)) {
    const std::string& last = response.orders(response.orders_size() - 1).number();
    response.set_next_page_token(store::pageToken(parts_.sealer, list, last));
  }
  co_return response;
}

// Off the event loops: a check of a large shop takes a while, and nobody else shall wait for it.
task<v1::GetInvariantsResponse> Handlers::checkShop(rpc::Context context, Moment moment) {
  auto work = [](Parts& parts, rpc::Context inner, Moment judged,
                 runtime::OneShot<std::vector<type::v1::Invariant>> done) -> task<void> {
    try {
      ShopCheck check(parts.store, parts.orders, parts.neighbours, parts.checked, judged);
      std::vector<type::v1::Invariant> found = co_await check.run(std::move(inner));
      done.setValue(std::move(found));
    } catch (...) {
      done.setError(std::current_exception());
    }
  };
  runtime::OneShot<std::vector<type::v1::Invariant>> done;
  parts_.checks.spawn(work(parts_, std::move(context), moment, done));
  std::vector<type::v1::Invariant> found = co_await done;
  v1::GetInvariantsResponse response;
  *response.mutable_checked_at() = toTimestamp(moment.as_of);
  response.set_ok(true);
  for (type::v1::Invariant& invariant : found) {
    response.set_ok(response.ok() && invariant.ok());
    *response.add_invariants() = std::move(invariant);
  }
  co_return response;
}

task<v1::GetInvariantsResponse> Handlers::GetInvariants(rpc::Context context, v1::GetInvariantsRequest) {
  const Time now = parts_.environment.clock().now();
  return checkShop(std::move(context), {now, now - parts_.invariants_settle});
}

task<v1::GetInvariantsResponse> Handlers::CheckShop(rpc::Context context, v1::CheckShopRequest request) {
  const Time now = parts_.environment.clock().now();
  if (!request.has_as_of()) return checkShop(std::move(context), {now, now - parts_.invariants_settle});
  return checkShop(std::move(context), {toTime(request.as_of()), now});
}

task<type::v1::CheckInvariantsResponse> Handlers::CheckInvariants(rpc::Context,
                                                                  type::v1::CheckInvariantsRequest request) {
  auto body = [this, as_of = toTime(request.as_of())](store::Statements& in) {
    return checkOrders(in, parts_.orders, as_of);
  };
  const std::vector<store::Audit> audits = co_await parts_.store.snapshot(std::move(body));
  type::v1::CheckInvariantsResponse response;
  store::addAudits(audits, response);
  co_return response;
}

}  // namespace kontor::order

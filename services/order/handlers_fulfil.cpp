#include <algorithm>

#include "chassis/base/assert.hpp"
#include "chassis/runtime/deadline.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/answered.hpp"
#include "services/order/handlers.hpp"
#include "services/order/shipping.hpp"

namespace kontor::order {
namespace {

constexpr std::string_view kMainLocation = "main";

std::string locationOf(const v1::CreateFulfilmentRequest& request) {
  if (request.location().empty() || request.location() == kMainLocation) return std::string(kMainLocation);
  throw invalidField(
      "location", "UNKNOWN_LOCATION",
      "\"" + request.location() + "\" is no location of this shop; there is \"" + std::string(kMainLocation) + "\"");
}

bool packed(const std::vector<Fulfilment>& parcels) {
  return std::any_of(parcels.begin(), parcels.end(),
                     [](const Fulfilment& parcel) { return parcel.shown.state() != v1::Fulfilment::STATE_CANCELLED; });
}

}  // namespace

// Takes the order's row first: of two people who pack one order, the second sees the first one's parcel.
task<Fulfilment> Handlers::pack(store::Transaction& in, const v1::CreateFulfilmentRequest& request, std::string id,
                                const rpc::Context& context) {
  std::string location = locationOf(request);
  const bool standing = co_await FulfilmentStore::touchOrder(in, request.order_id());
  std::optional<OrderRecord> record = co_await parts_.orders.order(in, request.order_id());
  if (!record) throw notFound("order", request.order_id());
  v1::Order& order = record->order;
  if (!standing) throw orderNotFulfillable(order);
  rpc::requireVersion(context, order.version() - 1);  // what it was before this transaction took it
  requireWhole(order, request);
  const std::vector<Fulfilment> parcels = co_await FulfilmentStore::ofOrder(in, order.id());
  if (packed(parcels)) throw nothingToFulfil(order);
  Fulfilment parcel = packWhole(order, std::move(record->checkout_id), std::move(id), std::move(location), in.now());
  co_await FulfilmentStore::insert(in, parcel);
  std::map<std::string, std::string> data;
  data["fulfilment"] = parcel.shown.id();
  v1::HistoryEntry entry = historyEntry(in.now(), context.principal().name(), "packed", "", data);
  co_await OrderStore::tell(in, order.id(), std::move(entry));
  co_return parcel;
}

task<v1::Fulfilment> Handlers::CreateFulfilment(rpc::Context context, v1::CreateFulfilmentRequest request) {
  const std::string id = parts_.environment.newId("ful_");
  auto body = [this, context, request, id](store::Transaction& in) -> task<v1::Fulfilment> {
    auto effect = [&]() -> task<v1::Fulfilment> {
      Fulfilment parcel = co_await pack(in, request, id, context);
      co_return std::move(parcel.shown);
    };
    auto reread = [&]() -> task<v1::Fulfilment> {
      std::vector<Fulfilment> parcels = co_await FulfilmentStore::ofOrder(in, request.order_id());
      KONTOR_ASSERT(!parcels.empty(), "what was packed is never deleted");
      co_return std::move(parcels.back().shown);
    };
    co_return co_await store::answered<v1::Fulfilment>(in, context, effect, reread);
  };
  co_return co_await parts_.store.transact(context, std::move(body));
}

task<Fulfilment> Handlers::requireParcel(store::Statements& in, std::string id, const rpc::Context& context) {
  std::optional<Fulfilment> parcel = co_await FulfilmentStore::find(in, id);
  if (!parcel) throw notFound("fulfilment", id);
  rpc::requireVersion(context, parcel->shown.version());
  co_return std::move(*parcel);
}

// One transaction that moves a parcel, answered once for each key.
task<v1::Fulfilment> Handlers::moveParcel(rpc::Context context, std::string id, MoveParcel move) {
  auto body = [this, context, id, move = std::move(move)](store::Transaction& in) -> task<v1::Fulfilment> {
    auto effect = [&]() -> task<v1::Fulfilment> {
      Fulfilment parcel = co_await requireParcel(in, id, context);
      task<Fulfilment> work = move(in, std::move(parcel));
      Fulfilment moved = co_await work;
      co_return std::move(moved.shown);
    };
    auto reread = [&]() -> task<v1::Fulfilment> {
      std::optional<Fulfilment> parcel = co_await FulfilmentStore::find(in, id);
      co_return std::move(parcel->shown);
    };
    co_return co_await store::answered<v1::Fulfilment>(in, context, effect, reread);
  };
  co_return co_await parts_.store.transact(context, std::move(body));
}

// Shipped when the transaction is; stock and money follow, here as long as the caller can wait, else by the driver.
task<v1::Fulfilment> Handlers::ShipFulfilment(rpc::Context context, v1::ShipFulfilmentRequest request) {
  auto shipped = std::make_shared<std::optional<Fulfilment>>();
  MoveParcel ship = [this, request, actor = context.principal().name(), shipped](
                        store::Transaction& in, Fulfilment parcel) -> task<Fulfilment> {
    *shipped = co_await parts_.shipping.ship(in, std::move(parcel), request, actor);
    co_return **shipped;
  };
  v1::Fulfilment answer = co_await moveParcel(context, request.id(), std::move(ship));
  if (!shipped->has_value()) co_return answer;
  try {
    co_await runtime::withDeadline(parts_.shipping.drive(std::move(**shipped)), latestOf(context));
  } catch (const Error&) {
    parts_.bell.ring();  // the caller has waited enough: the drive goes on
  }
  // With a key, the answer is the kept one, whatever has happened since.
  if (context.idempotency()) co_return answer;
  auto look = [id = request.id()](store::Statements& in) { return FulfilmentStore::find(in, id); };
  std::optional<Fulfilment> now = co_await parts_.store.snapshot(std::move(look));
  co_return std::move(now->shown);
}

task<v1::Fulfilment> Handlers::DeliverFulfilment(rpc::Context context, v1::DeliverFulfilmentRequest request) {
  MoveParcel deliver = [this, actor = context.principal().name()](store::Transaction& in,
                                                                  Fulfilment parcel) -> task<Fulfilment> {
    return parts_.shipping.deliver(in, std::move(parcel), actor);
  };
  return moveParcel(std::move(context), request.id(), std::move(deliver));
}

task<v1::Fulfilment> Handlers::CancelFulfilment(rpc::Context context, v1::CancelFulfilmentRequest request) {
  MoveParcel unpack = [this, actor = context.principal().name(), reason = request.reason()](
                          store::Transaction& in, Fulfilment parcel) -> task<Fulfilment> {
    return parts_.shipping.unpack(in, std::move(parcel), actor, reason);
  };
  return moveParcel(std::move(context), request.id(), std::move(unpack));
}

}  // namespace kontor::order

#include "services/inventory/handlers.hpp"

#include "chassis/base/error.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/store/answered.hpp"
#include "chassis/store/sql.hpp"
#include "services/inventory/booking.hpp"
#include "services/inventory/messages.hpp"

namespace kontor::inventory {
namespace {

// The edge has checked what came by REST; calls of other services come straight here.
template <class Request>
void requireValid(const Request& request) {
  json::Reader reader;
  validate(request, reader);
  reader.finish();
}

std::string locationOf(const v1::AdjustStockRequest& request) {
  if (request.location().empty() || request.location() == kMainLocation) return std::string(kMainLocation);
  throw invalidField(
      "location", "UNKNOWN_LOCATION",
      "\"" + request.location() + "\" is no location of this shop; there is \"" + std::string(kMainLocation) + "\"");
}

Level wantedLevel(const v1::StockLine& line) {
  Level level;
  level.sku = line.sku();
  level.tracked = line.tracked();
  level.backorder = line.backorder();
  level.on_hand = line.quantity();
  return level;
}

}  // namespace

task<v1::ReserveResponse> Handlers::Reserve(rpc::Context context, v1::ReserveRequest request) {
  requireValid(request);
  if (!request.has_expires_at())
    throw invalidField("expiresAt", "REQUIRED",
                       "say until when the units are held: a hold without an end is lost stock");
  v1::ReserveResponse response;
  std::string actor = context.principal().name();
  auto kept = std::make_shared<const v1::ReserveRequest>(std::move(request));
  auto body = [this, kept, actor](store::Transaction& in) { return reserve(in, *kept, actor); };
  try {
    const bool granted = co_await database_->transact(std::move(context), std::move(body));
    response.set_granted(granted);
  } catch (const Shortage& shortage) {
    response.mutable_shortage()->set_sku(shortage.sku);
    response.mutable_shortage()->set_available(shortage.available);
  }
  co_return response;
}

task<bool> Handlers::reserve(store::Transaction& in, const v1::ReserveRequest& request, std::string actor) {
  Booking booking(*store_, in, std::move(actor));
  task<bool> work =
      booking.reserve(request.ref(), timeOf(request.expires_at()), demandOf(request.lines()), request.replaces());
  const bool granted = co_await work;
  co_await booking.announce();
  co_return granted;
}

task<v1::CommitResponse> Handlers::Commit(rpc::Context context, v1::CommitRequest request) {
  requireValid(request);
  std::string actor = context.principal().name();
  auto body = [this, ref = request.ref(), actor](store::Transaction& in) -> task<bool> {
    Booking booking(*store_, in, actor);
    const bool committed = co_await booking.commit(ref);
    co_await booking.announce();
    co_return committed;
  };
  v1::CommitResponse response;
  const bool committed = co_await database_->transact(std::move(context), std::move(body));
  response.set_committed(committed);
  co_return response;
}

task<v1::ReleaseResponse> Handlers::Release(rpc::Context context, v1::ReleaseRequest request) {
  requireValid(request);
  std::string actor = context.principal().name();
  auto body = [this, ref = request.ref(), actor](store::Transaction& in) -> task<void> {
    Booking booking(*store_, in, actor);
    co_await booking.release(ref);
    co_await booking.announce();
  };
  co_await database_->transact(std::move(context), std::move(body));
  co_return v1::ReleaseResponse();
}

task<v1::ShipResponse> Handlers::Ship(rpc::Context context, v1::ShipRequest request) {
  requireValid(request);
  Demand demand = demandOf(request.lines());
  std::string actor = context.principal().name();
  auto body = [this, ref = request.ref(), shipment = request.shipment(), demand,
               actor](store::Transaction& in) -> task<bool> {
    Booking booking(*store_, in, actor);
    const bool shipped = co_await booking.ship(ref, shipment, demand);
    co_await booking.announce();
    co_return shipped;
  };
  v1::ShipResponse response;
  const bool shipped = co_await database_->transact(std::move(context), std::move(body));
  response.set_shipped(shipped);
  co_return response;
}

task<v1::SetStockResponse> Handlers::SetStock(rpc::Context context, v1::SetStockRequest request) {
  requireValid(request);
  std::string actor = context.principal().name();
  auto kept = std::make_shared<const v1::SetStockRequest>(std::move(request));
  auto body = [this, kept, actor](store::Transaction& in) { return setStock(in, *kept, actor); };
  co_return co_await database_->transact(std::move(context), std::move(body));
}

task<v1::SetStockResponse> Handlers::setStock(store::Transaction& in, const v1::SetStockRequest& request,
                                              std::string actor) {
  std::map<std::string_view, const v1::StockLine*> lines;  // sorted; of two lines of one sku the later counts
  for (const v1::StockLine& line : request.lines()) lines[line.sku()] = &line;
  Booking booking(*store_, in, std::move(actor));
  v1::SetStockResponse response;
  for (const auto& [sku, line] : lines) {
    const Booking::Stocked stocked = co_await booking.stock(wantedLevel(*line), request.overwrite(), request.reason());
    if (stocked == Booking::Stocked::kCreated) response.set_created(response.created() + 1);
    if (stocked == Booking::Stocked::kUpdated) response.set_updated(response.updated() + 1);
  }
  co_await booking.announce();
  co_return response;
}

task<v1::Level> Handlers::AdjustStock(rpc::Context context, v1::AdjustStockRequest request) {
  auto kept = std::make_shared<const v1::AdjustStockRequest>(std::move(request));
  auto body = [this, kept, context](store::Transaction& in) { return adjust(in, *kept, context); };
  co_return co_await database_->transact(context, std::move(body));
}

task<v1::Level> Handlers::adjust(store::Transaction& in, const v1::AdjustStockRequest& request,
                                 const rpc::Context& context) {
  const std::string location = locationOf(request);
  Booking booking(*store_, in, context.principal().name());
  auto effect = [&]() -> task<v1::Level> {
    const Level level = co_await booking.adjust(request.sku(), location, request.delta(), request.reason());
    co_await booking.announce();
    co_return messageOf(level);
  };
  auto reread = [&]() -> task<v1::Level> {
    const std::optional<Level> level = co_await store_->findLevel(in, request.sku(), location);
    if (!level) throw notFound("stock of sku", request.sku());
    co_return messageOf(*level);
  };
  co_return co_await store::answered<v1::Level>(in, context, effect, reread);
}

}  // namespace kontor::inventory

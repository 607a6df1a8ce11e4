#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chassis/base/error.hpp"
#include "chassis/base/time.hpp"
#include "kontor/order/v1/order.kontor.hpp"

namespace kontor::order {

/// A parcel's row: what callers see of it, and what drives it on. The acts that a shipment owes (stock off the shelf,
/// money captured) are recorded by it before they are tried.
struct Fulfilment {
  v1::Fulfilment shown;
  std::string checkout_id;   // under which its stock is promised and its money authorised
  std::string currency;      // of its order
  bool stock_taken = false;  // inventory has taken its units off the shelf
  std::string trouble;       // what the history has been told of a capture that does not succeed
  std::int64_t tries = 0;

  std::string lease_owner;
  Time lease_until{};
  std::int64_t epoch = 0;
  std::optional<Time> wake_at;

  // What the row says now, as far as this copy knows: a write names both and fails when either has changed.
  v1::Fulfilment::State stored_state = v1::Fulfilment::STATE_UNSPECIFIED;
  std::int64_t stored_epoch = 0;
};

/// What is asked of a parcel.
enum class FulfilmentWish : std::uint8_t { kShip, kDeliver, kCancel };
/// The state that `wish` leads to; nothing when the states page does not allow it.
std::optional<v1::Fulfilment::State> fulfilmentAfter(v1::Fulfilment::State from, FulfilmentWish wish);

/// What a parcel still owes to the other services, in this order.
enum class ShippingDebt : std::uint8_t { kNothing, kStock, kMoney };
ShippingDebt debtOf(const Fulfilment& fulfilment);

/// A parcel of all of `order`: pending, without a carrier.
Fulfilment packWhole(const v1::Order& order, std::string checkout_id, std::string id, std::string location, Time now);
/// Throws INVALID_ARGUMENT unless `lines` are empty or ask for every line of `order` in full.
void requireWhole(const v1::Order& order, const v1::CreateFulfilmentRequest& request);

/// The share of the order's total that a parcel of `lines` captures, in minor units, when `order` says what was shipped
/// before it (`fulfilled`). The shipping fee goes with the first parcel. The rest is split over lines and then over
/// their units by largest remainder, so that the parcels of an order, in any number and order, add up to its total.
std::int64_t captureShare(const v1::Order& order, const google::protobuf::RepeatedPtrField<v1::FulfilmentLine>& lines);

/// Adds what `lines` ship to the order's lines, and sets its fulfilment status. Asserts that no line ships too much.
void addShipped(v1::Order& order, const google::protobuf::RepeatedPtrField<v1::FulfilmentLine>& lines);
/// True when all units are shipped, and every parcel that was not cancelled is delivered and captured.
bool isComplete(const v1::Order& order, const std::vector<Fulfilment>& fulfilments);

/// How long to wait before the `tries`-th repetition of a capture: 1, 2, 4 … seconds, up to an hour.
Duration captureBackoff(std::int64_t tries);

/// What callers are told.
Error orderNotFulfillable(const v1::Order& order);
Error nothingToFulfil(const v1::Order& order);
Error wrongFulfilmentState(const v1::Fulfilment& fulfilment, FulfilmentWish wish);

}  // namespace kontor::order

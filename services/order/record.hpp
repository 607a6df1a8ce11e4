#pragma once

#include <map>
#include <string>
#include <string_view>

#include "services/order/domain.hpp"

namespace kontor::order {

/// An order with what only its own service may know of it.
struct OrderRecord {
  v1::Order order;  // with its token, which answers carry only for the buyer
  std::string checkout_id;
  std::string customer_id;  // empty: a guest
};

/// What the history tells of a capture that does not succeed, each once until something else is heard.
inline constexpr std::string_view kCaptureRefused = "capture_refused";
inline constexpr std::string_view kCaptureUnanswered = "capture_unanswered";

/// A guarded move of an order and the line it leaves in the history.
struct OrderChange {
  std::string order_id;
  v1::Order::Status from;
  v1::Order::Status to;
  v1::Order::PaymentStatus payment;
  std::string actor;   // "customer", "staff:…", "system"
  std::string event;   // "confirmed"
  std::string detail;  // for people
  std::map<std::string, std::string> data{};
};

/// What a word of a row stands for ("pending", "authorized", "unfulfilled"). Each asserts that the word is one of ours.
v1::Order::Status statusNamed(std::string_view word);
v1::Order::PaymentStatus paymentStatusNamed(std::string_view word);
v1::Order::FulfilmentStatus fulfilmentStatusNamed(std::string_view word);

/// What the buyer ordered, as the cart was frozen: pending, unfulfilled, without number and history. Asserts that the
/// cart was frozen.
OrderRecord makeOrder(const Checkout& checkout, std::string id, std::string token, Time now);
void addHistory(v1::Order& order, Time at, std::string_view actor, std::string_view event, std::string_view detail);

/// The order's view of its payment.
v1::Order::PaymentStatus paymentStatusOf(const payment::v1::Payment& payment);
/// What the shop's staff see: everything but the token.
v1::Order withoutToken(v1::Order order);
/// What the buyer sees: not who of the staff did something, nor the shop's own trouble with a provider.
v1::Order shopperView(v1::Order order);
/// An entry of the history, of now.
v1::HistoryEntry historyEntry(Time at, std::string_view actor, std::string_view event, std::string_view detail,
                              const std::map<std::string, std::string>& data);

}  // namespace kontor::order

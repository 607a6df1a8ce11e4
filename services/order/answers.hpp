#pragma once

#include "chassis/base/error.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "services/order/domain.hpp"

namespace kontor::order {

/// What callers are told. Each error has the status and reason that the domain page names, and says what to do.
Error paymentRequired();
Error paymentPending();
Error requestInProgress();
Error keyReused();
Error cartClosed();
Error orderNotCancellable(const v1::Order& order);
/// 402 with what the provider said, if it said anything.
Error paymentDeclined(const Checkout& checkout);
/// 409 with the buyer's next action in `details`.
Error actionRequired(const Checkout& checkout);
/// 409 with the first short sku and what is left of it.
Error outOfStock(const inventory::v1::Availability& shortage);

/// The answer of a payment call from its checkout as it stands: 201, or 202 while the outcome is unknown. Throws the
/// decline that it ended with. A kept first answer comes before all else.
v1::PayResponse payAnswer(const Checkout& checkout);
/// The largest answer that is kept with its key; a larger one is answered from the entity as it is.
inline constexpr std::size_t kKeptAnswerMax = 16 * 1024;

/// `order` with its token for the buyer, under `status` (0: 201).
v1::CompleteResponse completeAnswer(v1::Order order, int status);

}  // namespace kontor::order

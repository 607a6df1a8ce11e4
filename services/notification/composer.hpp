#pragma once

#include <memory>
#include <optional>
#include <string>

#include "kontor/order/v1/order.kontor.hpp"
#include "kontor/user/v1/user.kontor.hpp"
#include "services/notification/domain.hpp"

namespace kontor::store {
struct StoredEvent;
}

namespace kontor::notification {

/// Turns events into messages. Events hold no personal data, so it asks order and user, over their contracts, where the
/// message goes to. Thread-safe.
class Composer {
 public:
  struct Neighbours {
    std::shared_ptr<order::v1::Orders> orders;
    std::shared_ptr<user::v1::Users> users;
  };

  Composer(Neighbours neighbours, std::string shop, std::string locale)
      : neighbours_(std::move(neighbours)), shop_(std::move(shop)), locale_(std::move(locale)) {}

  /// Whether anybody is written to: of an order that is confirmed in a moment the confirmation tells enough.
  static bool tellsOf(const store::StoredEvent& event);
  /// The message for an event, queued, without id and times. Throws what the neighbours throw, FAILED_PRECONDITION
  /// "NO_ADDRESS" when there is nobody to write to, and as `render`. Asserts that the type is one of `consumers.cpp`.
  task<Message> compose(store::StoredEvent event) const;

 private:
  /// What an event says, and whom to ask for the address.
  struct Facts {
    std::string order_id;
    std::string checkout_id;
    std::string customer_id;
    Values values;
  };
  Facts read(const store::StoredEvent& event) const;
  task<void> address(Facts facts, Message& message, Values& values) const;

  Neighbours neighbours_;
  std::string shop_;
  std::string locale_;
};

}  // namespace kontor::notification

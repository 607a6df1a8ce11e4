#pragma once

#include <memory>

#include "kontor/notification/v1/notification.kontor.hpp"

namespace kontor::bus {
class Bus;
}
namespace kontor::runtime {
class Environment;
}
namespace kontor::security {
class Sealer;
}
namespace kontor::store {
class SqlStore;
}

namespace kontor::notification {

class Store;

/// The contract of notification: the stream of events in handlers_events.cpp, messages in handlers.cpp. Thread-safe.
class Handlers final : public v1::Notifications {
 public:
  /// All references outlive the handlers.
  struct Parts {
    runtime::Environment& environment;
    std::shared_ptr<store::SqlStore> database;
    std::shared_ptr<Store> store;
    bus::Bus& bus;
    const security::Sealer& sealer;
  };
  explicit Handlers(Parts parts) : parts_(std::move(parts)) {}

  task<v1::ListEventsResponse> ListEvents(rpc::Context context, v1::ListEventsRequest request) override;
  task<v1::Replay> ReplayEvents(rpc::Context context, v1::ReplayEventsRequest request) override;
  task<v1::Replay> GetReplay(rpc::Context context, v1::GetReplayRequest request) override;
  task<v1::ListDeadLettersResponse> ListDeadLetters(rpc::Context context, v1::ListDeadLettersRequest request) override;
  task<v1::DeadLetter> RetryDeadLetter(rpc::Context context, v1::RetryDeadLetterRequest request) override;
  task<v1::DiscardDeadLetterResponse> DiscardDeadLetter(rpc::Context context,
                                                        v1::DiscardDeadLetterRequest request) override;

  task<v1::ListMessagesResponse> ListMessages(rpc::Context context, v1::ListMessagesRequest request) override;
  task<v1::ListTemplatesResponse> ListTemplates(rpc::Context context, v1::ListTemplatesRequest request) override;
  task<type::v1::CheckInvariantsResponse> CheckInvariants(rpc::Context context,
                                                          type::v1::CheckInvariantsRequest request) override;

 private:
  task<v1::ListEventsResponse> followEvents(v1::ListEventsRequest request);

  Parts parts_;
};

}  // namespace kontor::notification

#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chassis/rpc/channel.hpp"
#include "chassis/store/sql.hpp"
#include "chassis/testing/temporary_folder.hpp"
#include "chassis/testing/test_host.hpp"
#include "chassis/testing/worlds.hpp"
#include "kontor/notification/v1/notification.kontor.hpp"
#include "kontor/order/v1/order.kontor.hpp"
#include "kontor/user/v1/user.kontor.hpp"
#include "services/notification/module.hpp"

namespace kontor::notification {

/// order and user, as far as notification asks them: behind a channel, so that their contracts may grow.
class AddressBook final : public rpc::Channel {
 public:
  task<rpc::MessagePtr> call(const rpc::Method& method, rpc::Context, rpc::MessagePtr request) override {
    ++asked;
    if (down) throw Error(Code::kUnavailable, "DOWN", std::string(method.service) + " does not answer");
    if (method.name == "GetCustomer") co_return customer(static_cast<const user::v1::GetCustomerRequest&>(*request));
    co_return recipient(static_cast<const order::v1::FindRecipientRequest&>(*request));
  }

  std::map<std::string, std::string> orders;     // the number of an order
  std::map<std::string, std::string> checkouts;  // the order of a checkout; empty: none yet
  std::string email = "ada@example.org";
  bool down = false;
  int asked = 0;

 private:
  rpc::MessagePtr customer(const user::v1::GetCustomerRequest& request) const {
    auto found = std::make_unique<user::v1::Customer>();
    found->set_id(request.id());
    found->set_email(email);
    return found;
  }
  rpc::MessagePtr recipient(const order::v1::FindRecipientRequest& request) const {
    auto found = std::make_unique<order::v1::Recipient>();
    std::string order = request.order_id();
    if (order.empty()) {
      const auto checkout = checkouts.find(request.checkout_id());
      if (checkout == checkouts.end()) throw notFound("checkout", request.checkout_id());
      order = checkout->second;
    }
    if (!order.empty()) {
      if (!orders.contains(order)) throw notFound("order", order);
      found->set_order_id(order);
      found->set_number(orders.at(order));
    }
    found->set_email(email);
    return found;
  }
};

/// Notification alone, on a SQLite file of its own, with events handed over one by one.
class PostOffice {
 public:
  explicit PostOffice(const std::string& yaml = {}) : host_(world_->environment(), folder_.path(), yaml) {
    for (const std::string_view contract : {order::v1::Orders::kName, user::v1::Users::kName})
      host_.directory().route(contract, book_);
    module_ = makeModule(host_);
    book_->orders = {{"order_1", "1001"}, {"order_2", "1002"}};
    book_->checkouts = {{"chk_1", "order_1"}, {"chk_9", ""}};
  }
  ~PostOffice() { stop(); }

  AddressBook& book() { return *book_; }
  testing::World& world() { return *world_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  store::SqlStore& database() { return *host_.stores.at("notification"); }

  void start() {
    started_ = true;
    world_->run(module_->start());
  }
  void stop() {
    if (std::exchange(started_, false)) world_->run(module_->stop());
  }

  template <class T>
  T get(task<T> work) {
    std::optional<T> result;
    world_->run(keep(std::move(work), result));
    return std::move(*result);
  }

  template <class Event>
  store::StoredEvent stored(const Event& event, const std::string& id) {
    store::StoredEvent stored;
    stored.id = id;
    stored.event = makeEvent(event);
    stored.source = stored.event.topic;
    stored.time = world_->environment().clock().now();
    stored.sequence = 1;
    return stored;
  }
  template <class Event>
  void deliver(const Event& event, const std::string& id) {
    world_->run(host_.bus().deliver(stored(event, id)));
  }

  std::vector<v1::Message> messages(const std::string& order = "") {
    v1::ListMessagesRequest request;
    request.set_order(order);
    request.set_page_size(100);
    auto answer = get(contract().ListMessages(rpc::Context(), std::move(request)));
    return {answer.messages().begin(), answer.messages().end()};
  }
  v1::Notifications& contract() {
    if (!contract_) contract_ = host_.directory().client<v1::Notifications>();
    return *contract_;
  }
  /// What breaks the invariants now, each with the invariant's name in front.
  std::vector<std::string> violations() {
    type::v1::CheckInvariantsRequest request;
    const auto answer = get(contract().CheckInvariants(rpc::Context(), std::move(request)));
    std::vector<std::string> found;
    for (const auto& invariant : answer.invariants())
      for (const std::string& violation : invariant.violations()) found.push_back(invariant.name() + ": " + violation);
    return found;
  }
  /// Changes the stored facts behind the service's back.
  void edit(const std::string& sql) {
    auto body = [sql](store::Transaction& in) -> task<std::int64_t> {
      const std::int64_t changed = co_await in.execute(sql, store::Params());
      co_return changed;
    };
    ASSERT_GE(get(database().transact(rpc::Context(), body)), 1);
  }

 private:
  template <class T>
  static task<void> keep(task<T> work, std::optional<T>& into) {
    into.emplace(co_await work);
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<testing::World> world_ = testing::realWorld(2);
  std::shared_ptr<AddressBook> book_ = std::make_shared<AddressBook>();
  testing::TestHost host_;
  std::unique_ptr<app::Module> module_;
  std::shared_ptr<v1::Notifications> contract_;
  bool started_ = false;
};

/// Events of the shop, with little in them.
template <class Event>
Event ofOrder(const std::string& order_id) {
  Event event;
  event.set_order_id(order_id);
  event.set_number("1001");
  return event;
}

}  // namespace kontor::notification

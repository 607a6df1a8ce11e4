#include "tests/simulation/emit_apart.hpp"

#include <utility>
#include <vector>

namespace kontor::simulation {
namespace {

// Passes everything on but the events, which it keeps.
class Withheld final : public store::Transaction {
 public:
  Withheld(store::Transaction& inner, std::vector<store::Event>& events) : inner_(inner), events_(events) {}

  task<store::Rows> query(std::string_view sql, store::Params params) override {
    return inner_.query(sql, std::move(params));
  }
  task<std::int64_t> execute(std::string_view sql, store::Params params) override {
    return inner_.execute(sql, std::move(params));
  }
  task<void> emit(store::Event event) override {
    events_.push_back(std::move(event));
    co_return;
  }
  task<bool> once(std::string_view consumer, std::string_view event_id) override {
    return inner_.once(consumer, event_id);
  }
  task<std::optional<store::SavedAnswer>> answerOnce(const rpc::Idempotency& idempotency) override {
    return inner_.answerOnce(idempotency);
  }
  task<void> saveAnswer(const rpc::Idempotency& idempotency, store::SavedAnswer answer) override {
    return inner_.saveAnswer(idempotency, std::move(answer));
  }
  task<store::Rows> claim(std::string_view sql, store::Params params) override {
    return inner_.claim(sql, std::move(params));
  }
  Time now() const override { return inner_.now(); }

 private:
  store::Transaction& inner_;
  std::vector<store::Event>& events_;
};

class EmitApart final : public store::SqlStore {
 public:
  explicit EmitApart(std::shared_ptr<store::SqlStore> inner) : inner_(std::move(inner)) {}

  task<store::Rows> query(std::string_view sql, store::Params params) override {
    return inner_->query(sql, std::move(params));
  }
  void onEmit(std::function<void()> wake) override { inner_->onEmit(std::move(wake)); }
  void onCommit(std::function<void(const std::vector<store::EventName>&)> told) override {
    inner_->onCommit(std::move(told));
  }

 protected:
  task<void> run(rpc::Context context, Body body) override {
    auto events = std::make_shared<std::vector<store::Event>>();
    auto effect = [body = std::move(body), events](store::Transaction& in) -> task<void> {
      events->clear();
      Withheld withheld(in, *events);
      task<void> work = body(withheld);
      co_await work;
    };
    co_await inner_->transact(context, std::move(effect));
    if (events->empty()) co_return;
    auto tell = [events](store::Transaction& in) -> task<void> {
      for (const store::Event& event : *events) co_await in.emit(event);
    };
    co_await inner_->transact(std::move(context), std::move(tell));
  }

  task<void> look(SnapshotBody body) override {
    auto reading = [body = std::move(body)](store::Statements& in) -> task<void> {
      task<void> work = body(in);
      co_await work;
    };
    co_await inner_->snapshot(std::move(reading));
  }

 private:
  std::shared_ptr<store::SqlStore> inner_;
};

}  // namespace

std::shared_ptr<store::SqlStore> emitApart(std::shared_ptr<store::SqlStore> store) {
  return std::make_shared<EmitApart>(std::move(store));
}

}  // namespace kontor::simulation

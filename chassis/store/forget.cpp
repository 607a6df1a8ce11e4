#include "chassis/store/forget.hpp"

#include "chassis/store/sql.hpp"

namespace kontor::store {
namespace {

// An event that is replayed by hand later than this has its effect again.
constexpr auto kEventsRememberedFor = std::chrono::hours(24 * 90);

constexpr std::string_view kOldest =
    "SELECT (SELECT MIN(expires_at) FROM idempotency), (SELECT MIN(seen_at) FROM inbox)";
constexpr std::string_view kForgetAnswers =
    "DELETE FROM idempotency WHERE (scope, idempotency_key) IN "
    "(SELECT scope, idempotency_key FROM idempotency WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
constexpr std::string_view kForgetEvents =
    "DELETE FROM inbox WHERE (consumer, event_id) IN "
    "(SELECT consumer, event_id FROM inbox WHERE seen_at < $1 ORDER BY seen_at LIMIT $2)";

}  // namespace

task<std::int64_t> forgetOld(SqlStore& store, std::int64_t most) {
  const Rows oldest = co_await store.query(kOldest, params());
  if (oldest.at(0).isNull(0) && oldest.at(0).isNull(1)) co_return 0;
  const std::optional<std::int64_t> answer = oldest.at(0).optionalInt64(0);
  const std::optional<std::int64_t> event = oldest.at(0).optionalInt64(1);
  auto body = [most, answer, event](Transaction& in) -> task<std::int64_t> {
    const Time seen_before = in.now() - kEventsRememberedFor;
    std::int64_t forgotten = 0;
    if (answer && fromMicros(*answer) <= in.now())
      forgotten += co_await in.execute(kForgetAnswers, params(in.now(), most));
    if (event && fromMicros(*event) < seen_before)
      forgotten += co_await in.execute(kForgetEvents, params(seen_before, most));
    co_return forgotten;
  };
  rpc::Context context;
  co_return co_await store.transact(std::move(context), std::move(body));
}

}  // namespace kontor::store

#include "chassis/store/recorded_transaction.hpp"

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/security/sealer.hpp"

namespace kontor::store {
namespace {

constexpr std::size_t kAnswerBytesMax = 16'384;

// Two statements: the first holds the subject's row, the second reads it; SQLite's RETURNING costs more than both.
constexpr std::string_view kCountOn =
    "INSERT INTO outbox_sequence (topic, subject, last) VALUES ($1, $2, 1) "
    "ON CONFLICT (topic, subject) DO UPDATE SET last = outbox_sequence.last + 1";
constexpr std::string_view kEmit =
    "INSERT INTO outbox (id, source, topic, type, subject, schema, data, time, sequence, traceparent) "
    "SELECT $1, $2, topic, $4, subject, $6, $7, $8, last, $9 FROM outbox_sequence WHERE topic = $3 AND subject = $5";
constexpr std::string_view kRemember =
    "INSERT INTO inbox (consumer, event_id, seen_at) VALUES ($1, $2, $3) ON CONFLICT (consumer, event_id) DO NOTHING";
constexpr std::string_view kFindAnswer =
    "SELECT fingerprint, status, answer, truncated FROM idempotency "
    "WHERE scope = $1 AND idempotency_key = $2 AND expires_at > $3";
constexpr std::string_view kSaveAnswer =
    "INSERT INTO idempotency (scope, idempotency_key, fingerprint, status, answer, truncated, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (scope, idempotency_key) DO UPDATE SET "
    "fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer, "
    "truncated = excluded.truncated, expires_at = excluded.expires_at WHERE idempotency.expires_at <= $8";

Error keyReused(const std::string& key) {
  return Error(Code::kInvalidArgument, "IDEMPOTENCY_KEY_REUSED",
               "the idempotency key \"" + key + "\" came before with another request body; send a new key")
      .withStatus(422);
}

Error answeredMeanwhile(const std::string& key) {
  return Error(Code::kAborted, "IDEMPOTENCY_KEY_IN_USE",
               "another call with the idempotency key \"" + key + "\" was answered meanwhile; repeat the call");
}

}  // namespace

std::string answerContext(const std::string& scope, const std::string& key) {
  return "idempotency.answer:" + scope + ":" + key;
}

task<void> RecordedTransaction::emit(Event event) {
  KONTOR_ASSERT(!event.topic.empty() && !event.type.empty() && !event.subject.empty(),
                "an event has a topic, a type and a subject");
  EventName name{event.topic, event.type, event.subject};
  co_await execute(kCountOn, params(event.topic, event.subject));
  const telemetry::TraceContext& trace = context_.trace();
  std::string traceparent = trace.valid() ? trace.traceparent() : "";
  Params row =
      params(origin_.environment.newId("evt_"), origin_.service, std::move(event.topic), std::move(event.type),
             std::move(event.subject), std::move(event.schema), std::move(event.data), now_, std::move(traceparent));
  const std::int64_t added = co_await execute(kEmit, std::move(row));
  KONTOR_ASSERT(added == 1, "an event's subject has been counted");
  emitted_.push_back(std::move(name));
}

task<bool> RecordedTransaction::once(std::string_view consumer, std::string_view event_id) {
  const std::int64_t added = co_await execute(kRemember, params(consumer, event_id, now_));
  co_return added == 1;
}

task<std::optional<SavedAnswer>> RecordedTransaction::answerOnce(const rpc::Idempotency& idempotency) {
  const Rows rows = co_await query(kFindAnswer, params(idempotency.scope, idempotency.key, now_));
  if (rows.empty()) co_return std::nullopt;
  const Row& row = rows.front();
  if (row.text(0) != idempotency.fingerprint) throw keyReused(idempotency.key);
  SavedAnswer answer;
  answer.status = static_cast<int>(row.int64(1));
  answer.truncated = row.boolean(3);
  if (!answer.truncated)
    answer.body = origin_.sealer.open(row.bytes(2), answerContext(idempotency.scope, idempotency.key));
  co_return answer;
}

task<void> RecordedTransaction::saveAnswer(const rpc::Idempotency& idempotency, SavedAnswer answer) {
  const bool truncated = answer.truncated || answer.body.size() > kAnswerBytesMax;
  Bytes sealed;
  if (!truncated) sealed.data = origin_.sealer.seal(answer.body, answerContext(idempotency.scope, idempotency.key));
  Params row = params(idempotency.scope, idempotency.key, idempotency.fingerprint, answer.status, std::move(sealed),
                      truncated, Time(now_ + kAnswersKeptFor), now_);
  const std::int64_t saved = co_await execute(kSaveAnswer, std::move(row));
  if (saved == 0) throw answeredMeanwhile(idempotency.key);
}

}  // namespace kontor::store

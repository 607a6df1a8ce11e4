#include "services/payment/sandbox/sandbox.hpp"

#include <array>
#include <utility>

#include "chassis/base/error.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/json/writer.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "chassis/security/signature.hpp"

namespace kontor::payment::sandbox {
namespace {

// A provider that never answers: longer than any caller waits, short enough not to pile up.
constexpr Duration kSilence = std::chrono::seconds(60);
constexpr Duration kTick = std::chrono::milliseconds(100);

Notice noticeOf(const Entry& entry) {
  if (entry.state == "authorized" || entry.state == "captured" || entry.state == "refunded")
    return {Fact::kAuthorized, entry.ref, {}, {}};
  if (entry.state == "requires_action")
    return {Fact::kRequiresAction, entry.ref, "/sandbox/actions/" + entry.action, {}};
  if (entry.state == "voided") return {Fact::kVoided, entry.ref, {}, {}};
  if (entry.state == "pending") return {Fact::kPending, entry.ref, {}, {}};
  return {Fact::kDeclined, entry.ref, {}, "declined"};
}

std::string webhookBody(const PendingWebhook& webhook) {
  std::string body;
  json::Writer writer(body);
  writer.beginObject();
  writer.key("id");
  writer.string(webhook.id);
  writer.key("type");
  writer.string(webhook.type);
  writer.key("ref");
  writer.string(webhook.ref);
  writer.endObject();
  return body;
}

}  // namespace

struct Sandbox::State {
  runtime::Environment& environment;
  Ledger ledger;
  SandboxSettings settings;
  SendWebhook send;
  bool stopping = false;
  bool running = false;
  runtime::OneShot<bool> ended;
};

namespace {

// What the token makes of a new entry.
Entry entryFor(const Authorization& wish, const SandboxSettings& settings, Time now, std::string action) {
  Entry entry;
  entry.ref = wish.ref;
  entry.amount = wish.amount;
  entry.currency = wish.currency;
  if (wish.token == "tok_approve" || wish.token == "tok_timeout") {
    entry.state = "authorized";
    entry.authorized = wish.amount;
  } else if (wish.token == "tok_requires_action") {
    entry.state = "requires_action";
    entry.action = std::move(action);
  } else if (wish.token == "tok_late_webhook") {
    entry.state = "requires_action";
    entry.action = std::move(action);
    entry.becomes = "authorized";
    entry.becomes_at = wish.expires_at + config::durationOf(settings.late_webhook_delay());
    entry.ignores_void = true;
  } else if (wish.token == "tok_slow") {
    entry.state = "pending";
    entry.becomes = "authorized";
    entry.becomes_at = now + config::durationOf(settings.slow());
  } else if (wish.token == "tok_unknown") {
    entry.state = "pending";
    entry.becomes = "unknown";
    entry.becomes_at = now + config::durationOf(settings.unknown_pending());
  } else {
    entry.state = "declined";
  }
  return entry;
}

Notice notKnown(std::string ref) { return {Fact::kNotKnown, std::move(ref), {}, {}}; }

}  // namespace

Sandbox::Sandbox(runtime::Environment& environment, std::shared_ptr<store::SqlStore> store, SandboxSettings settings)
    : state_(new State{environment, Ledger(std::move(store)), std::move(settings), {}, false, false, {}}) {}

Sandbox::~Sandbox() = default;

task<Notice> Sandbox::authorize(Authorization authorization) {
  const auto state = state_;
  Entry wish =
      entryFor(authorization, state->settings, state->environment.clock().now(), state->environment.newId("act_"));
  const Entry entry = co_await state->ledger.open(std::move(wish));
  if (authorization.token == "tok_timeout" || authorization.token == "tok_unknown") {
    co_await runtime::sleep(kSilence);
    throw Error(Code::kDeadlineExceeded, "the sandbox did not answer").thatMayHaveRun();
  }
  if (entry.state == "pending") {
    co_await runtime::sleep(config::durationOf(state->settings.slow()));
    Notice late = co_await ask(authorization.ref);
    co_return late;
  }
  co_return noticeOf(entry);
}

task<Notice> Sandbox::ask(std::string ref) {
  const std::optional<Entry> entry = co_await state_->ledger.find(ref);
  if (!entry) co_return notKnown(std::move(ref));
  co_return noticeOf(*entry);
}

task<Notice> Sandbox::cancel(std::string ref) {
  const std::optional<Entry> entry = co_await state_->ledger.cancel(ref);
  if (!entry) co_return notKnown(std::move(ref));
  co_return noticeOf(*entry);
}

task<void> Sandbox::capture(std::string ref, std::string operation, std::int64_t amount) {
  co_await state_->ledger.capture(std::move(ref), std::move(operation), amount);
}

task<void> Sandbox::refund(std::string ref, std::string operation, std::int64_t amount) {
  co_await state_->ledger.refund(std::move(ref), std::move(operation), amount);
}

task<std::vector<BookLine>> Sandbox::list(Time since, std::string after_ref, std::size_t limit) {
  const auto entries = co_await state_->ledger.list(since, std::move(after_ref), static_cast<std::int64_t>(limit));
  std::vector<BookLine> lines;
  lines.reserve(entries.size());
  for (const Entry& entry : entries) {
    lines.push_back({entry.ref, entry.state, entry.authorized, entry.captured, entry.refunded, entry.changed_at});
  }
  co_return lines;
}

task<std::vector<store::Audit>> Sandbox::audit(Time now) { return state_->ledger.audit(now); }

std::optional<WebhookNews> Sandbox::readWebhook(std::string_view body, std::string_view signature) const {
  const Time now = state_->environment.clock().now();
  const std::array<std::string, 1> secrets{state_->settings.secret()};
  if (security::checkSignature(signature, body, secrets, now) != security::SignatureCheck::kValid) return std::nullopt;
  const json::Document document = json::Document::parse(body);
  const json::Value root = document.root();
  if (root.type() != json::Value::Type::kObject) throw invalidField("", "WRONG_TYPE", "a webhook is an object");
  WebhookNews news;
  std::string type;
  json::Reader reader(json::Unknown::kSkip);
  json::ObjectCursor member(root);
  while (member.next()) {
    const json::Reader::Path path(reader, member.key());
    if (member.key() == "id") json::read(member.value(), news.event_id, reader);
    if (member.key() == "ref") json::read(member.value(), news.ref, reader);
    if (member.key() == "type") json::read(member.value(), type, reader);
  }
  reader.finish();
  if (news.event_id.empty() || news.ref.empty()) throw invalidField("id", "REQUIRED", "id and ref must be given");
  if (type != "payment.authorized" && type != "payment.declined") {
    throw invalidField("type", "UNKNOWN_VALUE", "expected payment.authorized or payment.declined");
  }
  news.notice = {type == "payment.authorized" ? Fact::kAuthorized : Fact::kDeclined, news.ref, {}, {}};
  return news;
}

task<void> Sandbox::decide(std::string action, bool approve) {
  co_await state_->ledger.decide(std::move(action), approve, state_->environment.newId("evt_"));
}

namespace {

task<void> sendPending(Ledger& ledger, const SendWebhook& send, std::string secret, runtime::Clock& clock) {
  const auto webhooks = co_await ledger.pendingWebhooks();
  for (const PendingWebhook& webhook : webhooks) {
    const std::string body = webhookBody(webhook);
    try {
      co_await send(body, security::signBody(secret, body, clock.now()));
      co_await ledger.sent(webhook.id);
    } catch (const Error&) {
      continue;  // not taken now: it stays queued and goes out with a later round
    }
  }
}

}  // namespace

void Sandbox::start(SendWebhook send) {
  state_->send = std::move(send);
  state_->running = true;
  auto rounds = [](std::shared_ptr<State> state) -> task<void> {
    while (!state->stopping) {
      try {
        co_await state->ledger.ripen();
        co_await sendPending(state->ledger, state->send, state->settings.secret(), state->environment.clock());
      } catch (const Error&) {
        // The ledger is unavailable for now (a full disk, a busy store): the next round tries again.
      }
      co_await runtime::sleep(kTick);
    }
    state->ended.setValue(true);
  };
  state_->environment.background().spawn(rounds(state_));
}

task<void> Sandbox::stop() {
  state_->stopping = true;
  const auto ended = state_->ended;  // named: GCC 12 reads the way to an operand once more after the wait
  if (state_->running) co_await ended;
}

}  // namespace kontor::payment::sandbox

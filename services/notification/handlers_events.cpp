// The half of the contract that lets operators see, replay and mend the stream of events.

#include <charconv>

#include "chassis/base/error.hpp"
#include "chassis/bus/bus.hpp"
#include "chassis/bus/journal.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/answered.hpp"
#include "chassis/store/page.hpp"
#include "chassis/store/sql.hpp"
#include "services/notification/handlers.hpp"
#include "services/notification/messages.hpp"

namespace kontor::notification {
namespace {

constexpr std::string_view kReplayId = "rpl_";
constexpr std::size_t kReplayIdLength = 26;

template <class Request>
bus::EventFilter filterOf(const Request& request) {
  bus::EventFilter filter;
  filter.topic = request.topic();
  filter.type = request.type();
  filter.subject = request.subject();
  if (request.has_from()) filter.from = toTime(request.from());
  if (request.has_to()) filter.to = toTime(request.to());
  if (filter.from && filter.to && *filter.to <= *filter.from)
    throw invalidField("to", "EMPTY_RANGE", "\"to\" must lie after \"from\": it is the first moment left out");
  return filter;
}

std::string listOf(const v1::ListEventsRequest& request) {
  return "events:" + request.topic() + ":" + request.type() + ":" + request.subject() + ":" +
         std::to_string(request.from().seconds()) + ":" + std::to_string(request.to().seconds());
}

// Cursors are sealed by us: what does not read as a number was never one of ours.
std::optional<std::int64_t> numberOf(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || text.empty()) return std::nullopt;
  return number;
}

bus::ReplayRequest requestOf(const v1::ReplayEventsRequest& request) {
  if (request.subject().empty() && !request.has_from() && !request.has_to() && !request.has_first_position() &&
      !request.has_last_position()) {
    throw invalidField("subject", "REQUIRED",
                       "say what to replay: a subject, from and to, or firstPosition and lastPosition");
  }
  bus::ReplayRequest replay;
  replay.group = request.group();
  if (request.mode() == v1::REPLAY_MODE_AGAIN) replay.mode = bus::ReplayMode::kAgain;
  replay.filter = filterOf(request);
  replay.first = request.first_position();
  if (request.has_last_position()) replay.last = request.last_position();
  return replay;
}

}  // namespace

task<v1::ListEventsResponse> Handlers::ListEvents(rpc::Context, v1::ListEventsRequest request) {
  if (request.has_after()) co_return co_await followEvents(std::move(request));
  if (request.wait_seconds() > 0)
    throw invalidField("waitSeconds", "INVALID_VALUE", "only with \"after\" is there something to wait for");
  const std::string list = listOf(request);
  const auto before = numberOf(store::pageCursor(parts_.sealer, list, request.page_token()));
  const auto size = static_cast<std::size_t>(store::pageSize(request.page_size()));
  bus::EventFilter filter = filterOf(request);
  const bus::EventPage page = co_await parts_.bus.journal().newest(std::move(filter), before, size);
  v1::ListEventsResponse response;
  for (const bus::LoggedEvent& logged : page.events) *response.add_events() = messageOf(logged);
  if (page.more) response.set_next_page_token(store::pageToken(parts_.sealer, list, std::to_string(page.position)));
  co_return response;
}

task<v1::ListEventsResponse> Handlers::followEvents(v1::ListEventsRequest request) {
  if (!request.page_token().empty())
    throw invalidField("pageToken", "INVALID_VALUE", "with \"after\" the answer's position says where to go on");
  const auto size = static_cast<std::size_t>(store::pageSize(request.page_size()));
  const Duration longest = std::chrono::seconds(request.wait_seconds());
  bus::EventFilter filter = filterOf(request);
  const bus::EventPage page = co_await parts_.bus.journal().follow(std::move(filter), request.after(), size, longest);
  v1::ListEventsResponse response;
  for (const bus::LoggedEvent& logged : page.events) *response.add_events() = messageOf(logged);
  response.set_position(page.position);
  co_return response;
}

// The id follows from the caller's key: a repetition that finds no kept answer asks for the same replay.
task<v1::Replay> Handlers::ReplayEvents(rpc::Context context, v1::ReplayEventsRequest request) {
  bus::ReplayRequest replay = requestOf(request);
  replay.id = parts_.environment.newId(kReplayId);
  if (const auto& key = context.idempotency()) {
    const std::string hash = parts_.sealer.lookup(key->scope + " " + key->key, "notification.replay");
    replay.id = std::string(kReplayId);
    for (const char byte : hash.substr(0, kReplayIdLength))
      replay.id += "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[static_cast<unsigned char>(byte) % 32];
  }
  std::function<task<v1::Replay>()> act = [this, replay]() -> task<v1::Replay> {
    const bus::Replay begun = co_await parts_.bus.journal().replay(replay);
    co_return messageOf(begun);
  };
  co_return co_await store::answeredAround<v1::Replay>(*parts_.database, std::move(context), std::move(act));
}

task<v1::Replay> Handlers::GetReplay(rpc::Context, v1::GetReplayRequest request) {
  const std::optional<bus::Replay> replay = co_await parts_.bus.journal().findReplay(request.id());
  if (!replay) throw notFound("replay", request.id());
  co_return messageOf(*replay);
}

task<v1::ListDeadLettersResponse> Handlers::ListDeadLetters(rpc::Context, v1::ListDeadLettersRequest request) {
  const std::string list = "dead-letters:" + request.group();
  const auto [group, event] = letterParts(store::pageCursor(parts_.sealer, list, request.page_token()));
  const auto size = static_cast<std::size_t>(store::pageSize(request.page_size()));
  std::vector<bus::DeadLetter> letters =
      co_await parts_.bus.journal().deadLetters(request.group(), group, event, size + 1);
  v1::ListDeadLettersResponse response;
  if (letters.size() > size) {
    letters.resize(size);
    const std::string last = letterId(letters.back().group, letters.back().event.id);
    response.set_next_page_token(store::pageToken(parts_.sealer, list, last));
  }
  for (const bus::DeadLetter& letter : letters) *response.add_dead_letters() = messageOf(letter);
  co_return response;
}

task<v1::DeadLetter> Handlers::RetryDeadLetter(rpc::Context context, v1::RetryDeadLetterRequest request) {
  std::function<task<v1::DeadLetter>()> act = [this, id = request.id()]() -> task<v1::DeadLetter> {
    const auto [group, event] = letterParts(id);
    const std::optional<bus::DeadLetter> letter = co_await parts_.bus.journal().retry(group, event);
    if (!letter) throw notFound("dead letter", id);
    co_return messageOf(*letter);
  };
  co_return co_await store::answeredAround<v1::DeadLetter>(*parts_.database, std::move(context), std::move(act));
}

task<v1::DiscardDeadLetterResponse> Handlers::DiscardDeadLetter(rpc::Context context,
                                                                v1::DiscardDeadLetterRequest request) {
  std::function<task<v1::DiscardDeadLetterResponse>()> act =
      [this, id = request.id()]() -> task<v1::DiscardDeadLetterResponse> {
    const auto [group, event] = letterParts(id);
    const bool gone = co_await parts_.bus.journal().discard(group, event);
    if (!gone) throw notFound("dead letter", id);
    co_return v1::DiscardDeadLetterResponse();
  };
  co_return co_await store::answeredAround<v1::DiscardDeadLetterResponse>(*parts_.database, std::move(context),
                                                                          std::move(act));
}

}  // namespace kontor::notification

#include "apps/kontor/events.hpp"

#include <cstdio>
#include <optional>
#include <utility>

#include "apps/kontor/staff_client.hpp"
#include "chassis/base/error.hpp"
#include "chassis/base/time.hpp"
#include "chassis/http/uri.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/json/writer.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "kontor/notification/v1/notification.kontor.hpp"

namespace kontor {
namespace {

namespace v1 = notification::v1;

constexpr int kWaitSeconds = 20;
constexpr Duration kFollowTimeout = std::chrono::seconds(40);
constexpr Duration kPollPause = std::chrono::milliseconds(100);
constexpr Duration kAwayPause = std::chrono::seconds(1);

// Reads what `call` answers into `out`.
template <class Message>
task<void> run(StaffClient& shop, http::Call call, Message& out) {
  const http::Answer answer = co_await shop.send(std::move(call));
  out = readAnswer<Message>(answer.body);
}

template <class Message>
task<void> get(StaffClient& shop, std::string target, Message& out) {
  http::Call call;
  call.target = std::move(target);
  call.timeout = kFollowTimeout;
  co_await run(shop, std::move(call), out);
}

void requireTime(const std::string& text, const char* option) {
  if (text.empty() || parseRfc3339(text)) return;
  throw Error(Code::kInvalidArgument,
              std::string(option) + " \"" + text + "\" is no time: write it as 2026-11-23T06:40:00Z");
}

void addQuery(std::string& target, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  target.append(target.find('?') == std::string::npos ? "?" : "&").append(name).append("=");
  target += http::percentEncode(value);
}

// "2026-11-23T06:40:00.123Z  order.placed  order_01… #1  evt_01…  {…}"
void print(const v1::Event& event, bool json) {
  std::string line;
  if (json) {
    json::Writer writer(line);
    writeJson(event, writer);
  } else {
    line = formatRfc3339(toTime(event.time())) + "  " + event.type();
    line.append(event.type().size() < 24 ? 24 - event.type().size() : 0, ' ');
    line += event.subject() + " #" + std::to_string(event.sequence()) + "  " + event.id() + "  " + event.data();
  }
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::string filterQuery(const TailOptions& options) {
  std::string target = "/v1/admin/events";
  addQuery(target, "topic", options.topic);
  addQuery(target, "type", options.type);
  addQuery(target, "subject", options.subject);
  addQuery(target, "from", options.from);
  return target;
}

// Where the tail begins: at the oldest event for a time, else at the end.
task<std::int64_t> beginning(StaffClient& shop, const TailOptions& options) {
  if (!options.from.empty()) co_return 0;
  v1::ListEventsResponse newest;
  co_await get(shop, "/v1/admin/events?pageSize=1", newest);
  co_return newest.events().empty() ? 0 : newest.events(0).position();
}

// One question for what is behind `position`. False: the shop is away.
task<bool> ask(StaffClient& shop, const std::string& filter, int wait, std::int64_t position,
               v1::ListEventsResponse& page) {
  std::string target = filter;
  addQuery(target, "pageSize", "100");
  addQuery(target, "after", std::to_string(position));
  addQuery(target, "waitSeconds", std::to_string(wait));
  try {
    co_await get(shop, std::move(target), page);
  } catch (const Error& error) {
    if (error.code() != Code::kUnavailable && error.code() != Code::kDeadlineExceeded) throw;
    co_return false;
  }
  co_return true;
}

task<void> runTail(StaffClient& shop, const TailOptions& options) {
  std::int64_t position = co_await beginning(shop, options);
  const std::string filter = filterQuery(options);
  const int wait = options.no_follow ? 0 : kWaitSeconds;
  bool away = false;
  while (true) {
    v1::ListEventsResponse page;
    const bool answered = co_await ask(shop, filter, wait, position, page);
    if (!answered && !std::exchange(away, true))
      std::fprintf(stderr, "kontor: the shop does not answer; events go on when it does\n");
    if (!answered) {
      co_await runtime::sleep(kAwayPause);
      continue;
    }
    if (std::exchange(away, false)) std::fprintf(stderr, "kontor: the shop is back\n");
    for (const v1::Event& event : page.events()) print(event, options.json);
    if (options.no_follow && page.events().empty() && page.position() == position) co_return;
    position = page.position();
  }
}

std::string replayBody(const ReplayOptions& options) {
  std::string body;
  json::Writer writer(body);
  v1::ReplayEventsRequest request;
  request.set_subject(options.subject);
  request.set_group(options.group);
  request.set_mode(options.again ? v1::REPLAY_MODE_AGAIN : v1::REPLAY_MODE_REDELIVER);
  if (const auto from = parseRfc3339(options.from)) *request.mutable_from() = toTimestamp(*from);
  if (const auto to = parseRfc3339(options.to)) *request.mutable_to() = toTimestamp(*to);
  writeJson(request, writer);
  return body;
}

task<void> runReplay(StaffClient& shop, const ReplayOptions& options, std::string key, v1::Replay& replay) {
  http::Call begin;
  begin.method = "POST";
  begin.target = "/v1/admin/events/replay";
  begin.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", std::move(key)}};
  begin.body = replayBody(options);
  begin.timeout = kFollowTimeout;
  co_await run(shop, std::move(begin), replay);
  while (replay.running()) {
    co_await runtime::sleep(kPollPause);
    const std::string target = "/v1/admin/events/replays/" + replay.id();
    co_await get(shop, target, replay);
  }
}

}  // namespace

int tailEvents(const TailOptions& options) {
  requireTime(options.from, "--from");
  runtime::RealEnvironment environment(1);
  StaffClient shop(environment, options.access.shop, options.access.token, "a look at events");
  runtime::runBlocking(environment.background(), runTail(shop, options));
  environment.stop();
  return 0;
}

int replayEvents(const ReplayOptions& options) {
  requireTime(options.from, "--from");
  requireTime(options.to, "--to");
  runtime::RealEnvironment environment(1);
  StaffClient shop(environment, options.access.shop, options.access.token, "a replay");
  v1::Replay replay;
  const std::string key = environment.newId("replay-");
  runtime::runBlocking(environment.background(), runReplay(shop, options, key, replay));
  environment.stop();
  std::string groups;
  for (const std::string& group : replay.groups()) groups += (groups.empty() ? "" : ", ") + group;
  std::printf("%s: %lld events delivered %s to %s\n", replay.id().c_str(), static_cast<long long>(replay.delivered()),
              options.again ? "again" : "once more",
              groups.empty() ? "nobody: no group has had such events" : groups.c_str());
  if (!options.again && replay.delivered() > 0) std::printf("what a group had handled before, it has dropped\n");
  return 0;
}

}  // namespace kontor

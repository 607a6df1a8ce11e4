#include "services/gateway/kept_answers.hpp"

#include <algorithm>
#include <optional>

#include "chassis/base/assert.hpp"
#include "chassis/runtime/executor.hpp"
#include "chassis/runtime/oneshot.hpp"
#include "services/gateway/request_headers.hpp"

namespace kontor::gateway {
namespace {

/// Calls that began before a change are not waited for more often than this: then one calls alone.
constexpr int kMostWaits = 4;

telemetry::Counter counter(telemetry::Metrics& metrics, const std::string& result) {
  return metrics.counter("gateway_cache_requests_total",
                         "Requests for what may be kept: answered from memory, by a call, or by another's call.",
                         {{"result", result}});
}

std::string_view nameOf(std::string_view parameter) { return parameter.substr(0, parameter.find('=')); }

/// Parameters of one name stay in their order: it is the order of a list.
void appendQuery(std::string_view query, std::string& key) {
  if (query.find('&') == std::string_view::npos) {
    key.append(query);
    return;
  }
  std::vector<std::string_view> parameters;
  while (!query.empty()) {
    parameters.push_back(query.substr(0, query.find('&')));
    query.remove_prefix(std::min(query.size(), parameters.back().size() + 1));
  }
  std::stable_sort(parameters.begin(), parameters.end(),
                   [](std::string_view a, std::string_view b) { return nameOf(a) < nameOf(b); });
  for (const std::string_view each : parameters) key.append(each).push_back('&');
}

}  // namespace

std::size_t KeptAnswer::bytes() const {
  return sizeof(KeptAnswer) + tag.size() + type_lines.size() + lines.size() + body->size() +
         places.size() * sizeof(app::Freshness::Place);
}

/// How a call ended that others wait for.
struct KeptAnswers::Landing {
  Answer answer;  // null: it failed, or was broken off
  std::exception_ptr failure;
};

/// A call under way, and who waits for it.
struct KeptAnswers::Flight {
  app::Freshness::Moment read = 0;  // before it began
  std::vector<runtime::OneShot<Landing>> waiting;
};

struct KeptAnswers::Ticket {
  std::shared_ptr<Flight> flight;
  std::optional<runtime::OneShot<Landing>> waiting;  // none for who has to call
};

/// Lands a flight whose call was broken off, so that nobody waits for ever.
class KeptAnswers::Leading {
 public:
  Leading(KeptAnswers& answers, const std::string& key, Flight& flight)
      : answers_(answers), key_(key), flight_(flight) {}
  ~Leading() {
    if (!landed_) answers_.land(key_, flight_, {nullptr, nullptr});
  }
  Leading(const Leading&) = delete;
  Leading& operator=(const Leading&) = delete;

  void land(const Landing& landing) {
    landed_ = true;
    answers_.land(key_, flight_, landing);
  }

 private:
  KeptAnswers& answers_;
  const std::string& key_;
  Flight& flight_;
  bool landed_ = false;
};

KeptAnswers::KeptAnswers(app::Freshness& freshness, telemetry::Metrics& metrics, std::size_t loops,
                         std::size_t most_bytes)
    : freshness_(freshness),
      hits_(counter(metrics, "hit")),
      misses_(counter(metrics, "miss")),
      waits_(counter(metrics, "wait")) {
  KONTOR_ASSERT(loops > 0, "answers are kept for at least one loop");
  for (std::size_t i = 0; i < loops; ++i) loops_.push_back({keyvalue::Lru<Slot>(most_bytes / loops), {}});
}

bool KeptAnswers::concerns(const http::RequestHead& head) {
  return (head.method == "GET" || head.method == "HEAD") && !head.has_body && !head.find("Authorization");
}

std::string_view KeptAnswers::keyOf(const http::RequestHead& head, std::string& room) {
  room.assign(head.path);
  room.push_back('?');
  appendQuery(head.query, room);
  room.push_back('\n');
  room.append(localeOf(head));
  return room;
}

const KeptAnswer* KeptAnswers::find(const http::RequestHead& head, SteadyTime now) {
  Loop& loop = loops_[head.loop];
  const std::string_view key = keyOf(head, loop.room);
  Slot* slot = loop.slots.find(key);
  if (slot == nullptr) return nullptr;
  const app::Freshness::Moment moment = freshness_.now();
  const bool unchanged = slot->seen == moment || freshness_.unchanged(slot->answer->places, slot->answer->read);
  if (!unchanged || slot->answer->expires <= now) {
    loop.slots.erase(key);
    return nullptr;
  }
  slot->seen = moment;
  hits_.add();
  return slot->answer.get();
}

task<KeptAnswers::Answer> KeptAnswers::get(const http::RequestHead* head, Make make) {
  std::string room;
  const std::string key(keyOf(*head, room));
  for (int waits = 0; waits < kMostWaits; ++waits) {
    const app::Freshness::Moment asked = freshness_.now();
    const Ticket ticket = join(key);
    if (!ticket.waiting) {
      task<Answer> leading = lead(&key, head->loop, ticket.flight, &make);
      co_return co_await leading;
    }
    const auto landed = *ticket.waiting;  // named: GCC 12 reads the way to an operand once more after the wait
    const Landing landing = co_await landed;
    const bool began_after = ticket.flight->read >= asked;
    if (landing.failure && began_after) {
      waits_.add();
      std::rethrow_exception(landing.failure);
    }
    if (!landing.answer) continue;
    if (!began_after && !freshness_.unchanged(landing.answer->places, landing.answer->read)) continue;
    waits_.add();
    keep(key, head->loop, landing.answer);
    co_return landing.answer;
  }
  misses_.add();
  task<std::shared_ptr<KeptAnswer>> making = make();
  co_return co_await making;
}

KeptAnswers::Ticket KeptAnswers::join(const std::string& key) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Flight>& flight = flights_[key];
  if (flight) return {flight, flight->waiting.emplace_back()};
  flight = std::make_shared<Flight>();
  flight->read = freshness_.now();
  return {flight, std::nullopt};
}

task<KeptAnswers::Answer> KeptAnswers::lead(const std::string* key, unsigned loop, std::shared_ptr<Flight> flight,
                                            const Make* make) {
  misses_.add();
  Leading leading(*this, *key, *flight);
  std::shared_ptr<KeptAnswer> made;
  try {
    task<std::shared_ptr<KeptAnswer>> making = (*make)();
    made = co_await making;
  } catch (...) {
    leading.land({nullptr, std::current_exception()});
    throw;
  }
  made->read = flight->read;
  made->expires = runtime::Executor::current().now() + made->lifetime;
  keep(*key, loop, made);
  leading.land({made, nullptr});
  co_return made;
}

void KeptAnswers::land(const std::string& key, Flight& flight, const Landing& landing) {
  std::vector<runtime::OneShot<Landing>> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(flight.waiting);
    flights_.erase(key);
  }
  for (const auto& each : waiting) each.setValue(landing);
}

/// An answer that something has changed since it was begun is not kept at all.
void KeptAnswers::keep(std::string_view key, unsigned loop, const Answer& answer) {
  const app::Freshness::Moment moment = freshness_.now();
  if (!freshness_.unchanged(answer->places, answer->read)) return;
  loops_[loop].slots.put(key, {answer, moment}, answer->bytes());
}

}  // namespace kontor::gateway

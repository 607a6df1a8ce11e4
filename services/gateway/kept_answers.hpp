#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chassis/app/freshness.hpp"
#include "chassis/base/time.hpp"
#include "chassis/http/message.hpp"
#include "chassis/keyvalue/lru.hpp"
#include "chassis/runtime/task.hpp"
#include "chassis/telemetry/metrics.hpp"

namespace kontor::gateway {

struct Route;

/// An answer that is the same for every caller, as it is sent: all but what names the single request.
struct KeptAnswer {
  const Route* route = nullptr;
  int status = 200;
  std::string tag;         // its entity tag
  std::string type_lines;  // headers that only go with a body
  std::string lines;       // all other headers that are the same for everybody
  http::Response::Shared body;
  std::vector<app::Freshness::Place> places;  // what makes it stale
  Duration lifetime{};                        // after which it is thrown away in any case

  // Set by KeptAnswers.
  app::Freshness::Moment read = 0;
  SteadyTime expires{};

  std::size_t bytes() const;
};

/// The gateway's memory of answers: one cache for each event loop, which no other loop touches, so a look-up takes no
/// lock; and one call for equal questions that miss at the same time, on whatever loop.
///
/// An answer is given only while nothing that it shows has changed since before it was made: who knows of a change
/// never gets the answer from before it. That holds for the waiting, too: who asks after a change does not get the
/// answer of a call that began before it.
class KeptAnswers {
 public:
  using Answer = std::shared_ptr<const KeptAnswer>;
  using Make = std::function<task<std::shared_ptr<KeptAnswer>>()>;

  /// `most_bytes` over all `loops`; 0 keeps nothing. `freshness` and `metrics` outlive this.
  KeptAnswers(app::Freshness& freshness, telemetry::Metrics& metrics, std::size_t loops, std::size_t most_bytes);

  /// Whether a request's answer may be kept or come from here, as far as the request goes: it reads, sends no body, and
  /// nobody is logged in.
  static bool concerns(const http::RequestHead& head);
  /// Path, query in the order of its names, and language: what equal questions have in common. Shows into `room`.
  static std::string_view keyOf(const http::RequestHead& head, std::string& room);

  /// The answer that is kept for this question and still fresh; null for none. Valid until the loop goes on. On the
  /// thread of the loop that read `head`.
  const KeptAnswer* find(const http::RequestHead& head, SteadyTime now);
  /// The answer of `make`, or of an equal call that runs already; kept for the next. What `make` throws is thrown to
  /// all who waited for it. `head` is of a Request that outlives the call.
  task<Answer> get(const http::RequestHead* head, Make make);

 private:
  struct Landing;
  struct Flight;
  struct Ticket;
  class Leading;
  struct Slot {
    Answer answer;
    app::Freshness::Moment seen = 0;  // it was fresh then
  };
  struct Loop {
    keyvalue::Lru<Slot> slots;
    std::string room;
  };

  /// A place among those who wait for an equal call; without one when none is under way, which begins it.
  Ticket join(const std::string& key);
  /// Both pointers are to what `get` holds.
  task<Answer> lead(const std::string* key, unsigned loop, std::shared_ptr<Flight> flight, const Make* make);
  void land(const std::string& key, Flight& flight, const Landing& landing);
  void keep(std::string_view key, unsigned loop, const Answer& answer);

  app::Freshness& freshness_;
  std::vector<Loop> loops_;
  telemetry::Counter hits_;
  telemetry::Counter misses_;
  telemetry::Counter waits_;
  std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace kontor::gateway

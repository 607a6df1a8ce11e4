#include "chassis/bus/embedded/embedded_journal.hpp"

#include <utility>

#include "chassis/bus/embedded/dispatch.hpp"

namespace kontor::bus::embedded {
namespace {

template <class T>
task<void> relay(task<T> work, runtime::OneShot<T> answer) {
  try {
    answer.setValue(co_await work);
  } catch (...) {
    answer.setError(std::current_exception());
  }
}

// Runs `work` where the dispatch lives, and answers where the caller is.
template <class T>
task<T> runThere(Dispatch& dispatch, task<T> work) {
  runtime::OneShot<T> answer;
  dispatch.executor().spawn(relay(std::move(work), answer));
  co_return co_await answer;
}

}  // namespace

task<EventPage> EmbeddedJournal::follow(EventFilter filter, std::int64_t after, std::size_t most, Duration longest) {
  const SteadyTime end = runtime::Executor::current().now() + longest;
  while (true) {
    const std::int64_t seen = dispatch_->news();
    EventPage page = co_await pages_.forward(filter, after, most);
    const SteadyTime now = runtime::Executor::current().now();
    if (!page.events.empty() || page.more || now >= end) co_return page;
    after = page.position;
    task<bool> wait = dispatch_->awaitNews(seen, std::chrono::ceil<Duration>(end - now));
    const bool goes_on = co_await runThere(*dispatch_, std::move(wait));
    if (!goes_on) co_return page;
  }
}

task<EventPage> EmbeddedJournal::newest(EventFilter filter, std::optional<std::int64_t> before, std::size_t most) {
  co_return co_await pages_.backward(filter, before, most);
}

void EmbeddedJournal::endFollowing() {
  dispatch_->executor().post([dispatch = dispatch_] { dispatch->endWaiting(); });
}

task<Replay> EmbeddedJournal::replay(ReplayRequest request) {
  task<Replay> work = dispatch_->replay(std::move(request));
  co_return co_await runThere(*dispatch_, std::move(work));
}

task<std::optional<Replay>> EmbeddedJournal::findReplay(std::string id) {
  co_return co_await dispatch_->replays().find(std::move(id));
}

task<std::vector<DeadLetter>> EmbeddedJournal::deadLetters(std::string group, std::string after_group,
                                                           std::string after_id, std::size_t most) {
  co_return co_await dispatch_->letters().list(std::move(group), std::move(after_group), std::move(after_id),
                                               static_cast<std::int64_t>(most));
}

task<std::optional<DeadLetter>> EmbeddedJournal::retry(std::string group, std::string event_id) {
  task<std::optional<DeadLetter>> work = dispatch_->retry(std::move(group), std::move(event_id));
  co_return co_await runThere(*dispatch_, std::move(work));
}

task<bool> EmbeddedJournal::discard(std::string group, std::string event_id) {
  co_return co_await dispatch_->letters().remove(std::move(group), std::move(event_id));
}

}  // namespace kontor::bus::embedded

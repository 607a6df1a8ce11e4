#include "tests/simulation/client.hpp"

namespace kontor::simulation {

task<void> Client::pause(Duration most) {
  co_await runtime::sleep(Duration(static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most.count()) + 1))));
}

bool Client::worthRepeating(const std::optional<Error>& error) {
  if (!error) return false;
  switch (error->code()) {
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kResourceExhausted:
      return true;
    default:
      return error->reason() == "REQUEST_IN_PROGRESS";
  }
}

// An error that no client can have caused is the shop's.
void Client::note(Action action, const std::optional<Error>& error) {
  if (!error) {
    ++facts_.answers.at(indexOf(action));
    return;
  }
  const Code code = error->code();
  const bool ours = code == Code::kInternal || code == Code::kDataLoss || code == Code::kUnknown;
  if (ours && !world_.disk().died())
    complain(std::string(kActionNames.at(indexOf(action))) + " failed: " + error->reason() + ": " + error->message());
}

}  // namespace kontor::simulation

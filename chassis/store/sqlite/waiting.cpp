#include "chassis/store/sqlite/waiting.hpp"

#include <algorithm>
#include <utility>

#include "chassis/runtime/executor.hpp"

namespace kontor::store::sqlite {

void resume(Callers callers, const runtime::Executor& own) {
  std::vector<std::pair<runtime::Executor*, Callers>> elsewhere;
  for (std::shared_ptr<Waiting>& caller : callers) {
    runtime::Executor* const executor = caller->executor;
    // Callers on the writer's own executor (a node of the simulation) each take their own turn, as they would if they
    // were answered one by one: the node may die between any two.
    if (executor == &own) {
      executor->post([held = std::move(caller)] { held->caller.resume(); });
      continue;
    }
    auto found = std::find_if(elsewhere.begin(), elsewhere.end(), [&](const auto& at) { return at.first == executor; });
    if (found == elsewhere.end()) found = elsewhere.insert(found, {executor, {}});
    found->second.push_back(std::move(caller));
  }
  for (auto& [executor, waiting] : elsewhere) {
    executor->post([held = std::move(waiting)] {
      for (const std::shared_ptr<Waiting>& caller : held) caller->caller.resume();
    });
  }
}

}  // namespace kontor::store::sqlite

#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/merchant.hpp"

namespace kontor::simulation {

/// Packs, ships and delivers what is confirmed, until `closing` says that no order comes any more.
class Shipper final : public Client {
 public:
  Shipper(World& world, Facts& facts, std::function<bool()> closing)
      : Client(world, facts, "shipper", staff()), closing_(std::move(closing)) {}
  task<void> run();

 private:
  task<std::vector<std::string>> confirmed();
  task<void> ship(std::string order);

  std::function<bool()> closing_;
};

}  // namespace kontor::simulation

#include "chassis/bus/bus.hpp"

#include <cstdint>

namespace kontor::bus {

int partitionOf(std::string_view subject) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char character : subject) {
    hash ^= static_cast<std::uint8_t>(character);
    hash *= 1'099'511'628'211U;
  }
  return static_cast<int>(hash % kPartitions);
}

}  // namespace kontor::bus

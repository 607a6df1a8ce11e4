#pragma once

#include <algorithm>
#include <vector>

namespace kontor::json {

/// A map's entries by name: a protobuf map has no order of its own, and the same message must give the same text.
template <class Map>
std::vector<const typename Map::value_type*> sorted(const Map& map) {
  std::vector<const typename Map::value_type*> entries;
  entries.reserve(map.size());
  for (const auto& entry : map) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(),
            [](const auto* left, const auto* right) { return left->first < right->first; });
  return entries;
}

}  // namespace kontor::json

#pragma once

#include <cstddef>
#include <memory>

#include "chassis/keyvalue/keyvalue.hpp"

namespace kontor::keyvalue::local {

/// Keys in this process's memory, at most `most_bytes` of them, overhead included; the least recently used go first.
///
/// Split into shards by key, each with a lock of its own that is held for a look-up: readers of different keys do not
/// meet. A value larger than a shard (a sixteenth) is not kept. Time is the calling executor's.
std::shared_ptr<KeyValue> open(std::size_t most_bytes);

}  // namespace kontor::keyvalue::local

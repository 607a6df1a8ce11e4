#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kontor::security {
class Sealer;
}

namespace kontor::store {

/// How many items a list call shows: `asked` (0 takes 20), at most 100.
std::int64_t pageSize(std::int32_t asked);

/// The opaque, sealed token that continues a list after `cursor` (the last item's sort key). `list` names the list and
/// its filter, so that a token of one list is refused by another.
std::string pageToken(const security::Sealer& sealer, std::string_view list, std::string_view cursor);

/// The cursor in a token, empty for an empty token. Throws INVALID_ARGUMENT on "pageToken" when it is not one of ours.
std::string pageCursor(const security::Sealer& sealer, std::string_view list, const std::string& token);

}  // namespace kontor::store

#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "chassis/store/sql.hpp"

namespace kontor::store {

/// A text file that the build compiled into the binary: its path below migrations/ and its content. A service's are
/// `kontor::order::kMigrations` of "services/order/migrations.embed.hpp".
using EmbeddedFile = std::pair<std::string_view, std::string_view>;

/// The migrations of one dialect ("sqlite"), in the order of their numbers: `sqlite/0001_orders.sql` is version 1.
///
/// Asserts that the numbers are 1, 2, 3 … without gaps. The result views into `files`, which must be constants.
std::vector<Migration> migrationsOf(std::span<const EmbeddedFile> files, std::string_view dialect);

/// The N of the `-- compatible_from: N` that a migration's first line must be.
int compatibleFrom(const Migration& migration);

}  // namespace kontor::store

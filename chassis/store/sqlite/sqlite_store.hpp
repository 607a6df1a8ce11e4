#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "chassis/store/sql.hpp"

namespace kontor::runtime {
class Environment;
}
namespace kontor::security {
class Sealer;
}

namespace kontor::store::sqlite {

/// How one SQLite file is opened.
struct Options {
  std::string service;         // "order": source of its events, name of its worker thread
  std::filesystem::path file;  // "data/order.db"
  /// A registered SQLite VFS; empty takes the system's. A named one (the simulation registers its own) needs no shared
  /// memory: reads then use the writer's connection, so the store belongs to one thread.
  std::string vfs;
  std::size_t group_max = 256;   // bodies that may share one commit
  std::size_t queue_max = 4096;  // bodies that may wait; more are refused with RESOURCE_EXHAUSTED / "STORE_BUSY"
  bool sync = true;              // false loses acknowledged commits in a power cut: only for tests that show it
};

/// Opens (or makes) the file, checks its schema version, applies missing migrations and the chassis's own tables
/// (outbox, inbox, idempotency records).
///
/// Throws Error FAILED_PRECONDITION / "SCHEMA_TOO_NEW" when the file's compatible_from is above the newest of
/// `migrations`, UNAVAILABLE when the file cannot be opened or written, naming the file and what to do.
/// `environment` and `sealer` must outlive the store. Blocking: call it at start only.
std::unique_ptr<SqlStore> open(runtime::Environment& environment, const security::Sealer& sealer, Options options,
                               std::span<const Migration> migrations);

}  // namespace kontor::store::sqlite

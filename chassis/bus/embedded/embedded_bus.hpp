#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "chassis/bus/bus.hpp"

namespace kontor::runtime {
class Environment;
}
namespace kontor::security {
class Sealer;
}
namespace kontor::telemetry {
class Log;
}

namespace kontor::bus::embedded {

/// How the embedded bus is opened.
struct Options {
  Options(std::filesystem::path bus_file) : file(std::move(bus_file)) {}  // NOLINT(google-explicit-constructor)

  std::filesystem::path file;   // "data/bus.db"
  std::string vfs;              // as of store::sqlite::Options
  std::int64_t keep = 100'000;  // newest events that are kept for replay, also when every group is done with them …
  Duration keep_for = std::chrono::hours(24 * 30);  // … but not beyond this age
  // Partitions of one group that are handled at the same time: all, so that their transactions share commits.
  std::size_t parallel = 16;
  std::size_t batch = 64;                   // events that are read ahead from one partition
  Duration save_every = Duration(200'000);  // positions are saved together; what a crash forgets is delivered again
};

/// The bus of one process: a durable log in a SQLite file of its own, with positions of each group. No server.
///
/// Handlers run on the environment's background executor, a partition's events one after another. A handler that
/// throws is called again after 100 ms, then twice as long each time up to 5 s; after the subscription's tries the
/// event goes to the table dead_letter and the ones behind it go on. Events that all groups and replays are done with
/// are deleted once they are too old or too many. A new group begins with the oldest event there is. `environment` and
/// `sealer` must outlive it; stop it before it is destroyed, unless its executor runs no more. Blocking: open it at
/// start only. Throws as store::sqlite::open does.
std::unique_ptr<Bus> open(runtime::Environment& environment, const security::Sealer& sealer, Options options,
                          const telemetry::Log& log);

}  // namespace kontor::bus::embedded

#pragma once

#include <optional>
#include <string>

namespace kontor {

/// The words of `kontor doctor`.
struct DoctorOptions {
  std::string data;  // a data folder whose shop does not run; empty: ask the running shop
  std::string shop = "http://127.0.0.1:8080";
  std::string token;   // empty: KONTOR_TOKEN
  std::string config;  // the configuration that the data folder is used with; empty: defaults and the environment
  bool json = false;
};

/// Examines a shop: a running one by asking it for every invariant, or a data folder offline (its stores, schemas,
/// configuration, every invariant, the provider's book beside ours, waiting events). Prints a line for each check, and
/// for each fault what is wrong and what to do. Returns 0 when all is well, 1 when something is not. Throws Error when
/// there is nothing to examine: no such shop or folder, a shop runs on the folder, the token is not accepted.
int doctor(const DoctorOptions& options);

}  // namespace kontor

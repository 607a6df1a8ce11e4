#pragma once

#include <string>

namespace kontor {

/// The words of `kontor import products`.
struct ImportOptions {
  std::string file;
  std::string shop = "http://127.0.0.1:8080";
  std::string token;  // empty: KONTOR_TOKEN
  bool dry_run = false;
  bool track_all = false;
  bool set_stock = false;
};

/// Sends the file to the shop, shows how far the shop has read it, and prints every refused row. Returns 0 when all
/// rows were taken, 1 when some were refused. Throws Error when the file, the shop or the login is not right.
int importProducts(const ImportOptions& options);

}  // namespace kontor

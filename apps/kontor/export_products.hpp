#pragma once

#include <string>

namespace kontor {

/// The words of `kontor export products`.
struct ExportOptions {
  std::string shop = "http://127.0.0.1:8080";
  std::string token;   // empty: KONTOR_TOKEN
  std::string header;  // "classic", "current"; empty: that of the last import
  std::string output;  // a file; empty: standard output
};

/// Writes the shop's products into a product file, and says on standard error in what it differs from the file that was
/// imported last. Returns 0. A file that could not be written whole is removed again. Throws Error when the shop, the
/// login or the file is not right.
int exportProducts(const ExportOptions& options);

}  // namespace kontor

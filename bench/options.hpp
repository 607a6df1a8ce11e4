#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::bench {

/// `--name value` pairs of a driver's command line; a name may come more than once. Throws std::runtime_error for
/// anything else, so that a misspelt option ends a run instead of measuring something else.
class Options {
 public:
  Options(int argc, char** argv, std::vector<std::string_view> known);

  std::string text(std::string_view name, std::string fallback = {}) const;
  double number(std::string_view name, double fallback) const;
  std::size_t count(std::string_view name, std::size_t fallback) const;
  std::vector<std::string> all(std::string_view name) const;

 private:
  std::multimap<std::string, std::string, std::less<>> values_;
};

/// Keeps this process on one core ("--core 1"); -1 leaves it free.
void pinTo(int core);

}  // namespace kontor::bench

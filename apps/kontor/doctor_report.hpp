#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kontor/type/v1/invariants.pb.h"

namespace kontor {

/// One thing that the doctor looked at.
struct Check {
  enum class State : std::uint8_t { kOk, kFault, kSkipped };
  std::string name;
  State state = State::kOk;
  std::string note;                   // what was looked at, or why not
  std::vector<std::string> findings;  // what is wrong, one line each
  std::string advice;                 // what to do about it
};

/// Everything that the doctor found, for people or programs.
class Report {
 public:
  void ok(std::string name, std::string note);
  void skip(std::string name, std::string why);
  void fault(std::string name, std::vector<std::string> findings, std::string advice);
  /// With the advice that fits its name.
  void add(const type::v1::Invariant& invariant);

  std::size_t faults() const;
  /// One line for each check, a fault's findings and advice below it.
  std::string text() const;
  std::string json() const;

 private:
  std::vector<Check> checks_;
};

}  // namespace kontor

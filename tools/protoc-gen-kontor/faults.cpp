#include "tools/protoc-gen-kontor/faults.hpp"

namespace kontor::generator {

std::string Faults::text() const {
  std::string text = lines_.size() == 1 ? "the contract is refused:" : "the contracts are refused:";
  for (const std::string& line : lines_) text += "\n" + line;
  return text;
}

}  // namespace kontor::generator

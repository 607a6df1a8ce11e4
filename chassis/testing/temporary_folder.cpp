#include "chassis/testing/temporary_folder.hpp"

#include <cstdlib>
#include <string>

#include "chassis/base/assert.hpp"

namespace kontor::testing {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "kontor-test-XXXXXX").string();
  KONTOR_ASSERT(::mkdtemp(name.data()) != nullptr, "no temporary folder can be made");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace kontor::testing

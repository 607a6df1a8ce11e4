#include "apps/kontor/check_config.hpp"

#include <cstdio>

#include "apps/kontor/services.hpp"
#include "chassis/config/settings.hpp"

namespace kontor {

int checkConfig(const std::string& file) {
  config::Config config = config::Config::load(file, config::processVariables());
  app::readSettings(config, services());
  config.finish();
  std::printf("%s", config.describe().c_str());
  return 0;
}

}  // namespace kontor

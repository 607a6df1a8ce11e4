#include "apps/kontor/check_config.hpp"

#include <cstdio>

#include "apps/kontor/services.hpp"
#include "chassis/config/settings.embed.hpp"
#include "chassis/config/settings.hpp"

namespace kontor {

int checkConfig(const std::string& file) {
  config::Config config = config::Config::load(file, config::processVariables());
  app::readSettings(config, services());
  config.finish();
  requireOneCurrency(config::Config::load(file, config::processVariables()));
  config::SettingTexts texts;
  for (const auto& [file_name, text] : config::kSettings) texts.emplace(file_name, text);
  std::printf("%s", config.describe(texts).c_str());
  return 0;
}

}  // namespace kontor

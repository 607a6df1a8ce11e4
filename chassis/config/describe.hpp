#pragma once

#include <string>
#include <vector>

#include "chassis/config/section_reader.hpp"

namespace google::protobuf {
class Descriptor;
}

namespace kontor::config {

/// What was read of one section.
struct SectionReading {
  std::string section;
  const google::protobuf::Descriptor* type;
  std::vector<Reading> settings;
};

/// The sections as a commented YAML file; secrets are left out. See `Config::describe`.
std::string describeSections(const std::vector<SectionReading>& sections, const SettingTexts& texts);

}  // namespace kontor::config

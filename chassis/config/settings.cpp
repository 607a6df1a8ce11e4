#include "chassis/config/settings.hpp"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include "chassis/base/error.hpp"
#include "chassis/config/describe.hpp"
#include "chassis/config/schema.hpp"
#include "chassis/config/section_reader.hpp"
#include "chassis/config/text.hpp"

namespace kontor::config {
namespace {

[[noreturn]] void refuse(const std::vector<Fault>& faults) {
  std::string message =
      "the configuration has " + std::to_string(faults.size()) + (faults.size() == 1 ? " error:" : " errors:");
  std::vector<FieldError> fields;
  for (const Fault& fault : faults) {
    const std::string path = fault.path.empty() ? "" : fault.path + ": ";
    message += "\n  " + fault.place.text() + ": " + path + fault.detail;
    fields.push_back({fault.path, fault.reason, fault.place.text() + ": " + fault.detail});
  }
  throw Error(Code::kInvalidArgument, "BAD_CONFIGURATION", std::move(message)).withFields(std::move(fields));
}

// "KONTOR_ORDER__" of KONTOR_ORDER__CHECKOUT_HOLD; empty when the variable is none of ours (KONTOR_TOKEN, PATH).
std::string overridePrefix(const std::string& variable) {
  const std::size_t end = variable.find("__");
  return variable.starts_with("KONTOR_") && end != std::string::npos ? variable.substr(0, end + 2) : "";
}

std::string_view sectionOf(const Member& member) {
  return std::string_view(member.key).substr(0, member.key.find('.'));
}

}  // namespace

struct Config::Impl {
  std::string name;
  std::filesystem::path folder;
  Variables variables;
  Node root;
  std::vector<Fault> faults;
  std::set<std::string, std::less<>> sections;  // read or skipped
  std::vector<std::string> known;               // full paths of all settings read, for suggestions
  std::vector<SectionReading> readings;
};

Config::Config(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Config::Config(Config&&) noexcept = default;
Config& Config::operator=(Config&&) noexcept = default;
Config::~Config() = default;

Variables processVariables() {
  Variables variables;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

Config Config::load(const std::filesystem::path& file, Variables variables) {
  std::error_code failure;
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad() || std::filesystem::is_directory(file, failure)) {
    const char* why = in.is_open() ? "it is no file" : std::strerror(errno);
    refuse({{{file.string(), 0, 0}, "", "UNREADABLE_FILE", "the configuration cannot be read: " + std::string(why)}});
  }
  Config config = parse(text, file.string(), std::move(variables));
  config.impl_->folder = file.parent_path();
  return config;
}

Config Config::parse(std::string_view yaml, std::string name, Variables variables) {
  auto impl = std::make_unique<Impl>();
  impl->name = std::move(name);
  impl->variables = std::move(variables);
  impl->root = parseYaml(yaml, impl->name, impl->faults);
  for (const Fault& fault : impl->faults) {
    if (fault.reason == "YAML_SYNTAX") refuse({fault});
  }
  if (impl->root.kind == Node::Kind::kScalar || impl->root.kind == Node::Kind::kList) {
    refuse({{impl->root.place, "", "WRONG_TYPE", "a configuration is a map of sections such as `order:`"}});
  }
  return Config(std::move(impl));
}

void Config::read(std::string_view section, google::protobuf::Message& into) {
  Impl& impl = *impl_;
  impl.sections.emplace(section);
  for (const Leaf& leaf : leavesOf(*into.GetDescriptor())) impl.known.push_back(std::string(section) + "." + leaf.path);
  std::vector<Reference> members;
  Place where{impl.name, 0, 0};
  for (const Member& member : impl.root.members) {
    if (sectionOf(member) != section) continue;
    where = member.place;
    if (member.key.size() > section.size()) {
      members.push_back({std::string_view(member.key).substr(section.size() + 1), &member});
    } else if (member.value.kind == Node::Kind::kMap) {
      SectionReader::addMembers(member.value, members);
    } else if (member.value.kind != Node::Kind::kNull) {
      impl.faults.push_back({member.value.place, std::string(section), "WRONG_TYPE",
                             "found " + member.value.flow() + ", expected a map of settings"});
    }
  }
  std::vector<Reading> readings;
  SectionReader(std::string(section), impl.variables, impl.folder, impl.faults, readings).read(into, members, where);
  impl.readings.push_back({std::string(section), into.GetDescriptor(), std::move(readings)});
}

void Config::skip(std::string_view section) { impl_->sections.emplace(section); }

void Config::finish() const {
  std::vector<Fault> faults = impl_->faults;
  std::set<std::string> prefixes;
  std::vector<std::string> known = impl_->known;
  for (const std::string& section : impl_->sections) {
    prefixes.insert(variableOf(section, ""));
    known.push_back(section);
  }
  for (const Member& member : impl_->root.members) {
    if (impl_->sections.contains(sectionOf(member))) continue;
    const std::string near = nearest(member.key, known);
    faults.push_back(
        {member.place, member.key, "UNKNOWN_SECTION",
         "is no service or module of this program" + (near.empty() ? "" : "; did you mean " + near + "?")});
  }
  for (const auto& [variable, value] : impl_->variables) {
    const std::string prefix = overridePrefix(variable);
    if (prefix.empty() || prefixes.contains(prefix)) continue;
    faults.push_back({{"environment variable " + variable, 0, 0},
                      "",
                      "UNKNOWN_SECTION",
                      "names no service or module of this program: it must begin with KONTOR_<SECTION>__"});
  }
  if (!faults.empty()) refuse(faults);
}

std::string Config::describe(const SettingTexts& texts) const { return describeSections(impl_->readings, texts); }

Duration durationOf(const google::protobuf::Duration& setting) {
  return std::chrono::seconds(setting.seconds()) + std::chrono::microseconds(setting.nanos() / 1000);
}

}  // namespace kontor::config

#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "chassis/base/time.hpp"

namespace google::protobuf {
class Duration;
class Message;
}  // namespace google::protobuf

namespace kontor::config {

/// Environment variables by name: the process's own, or a test's.
using Variables = std::map<std::string, std::string, std::less<>>;
/// The texts of settings.proto files by path ("services/order/settings.proto"): where `describe` finds the comments.
using SettingTexts = std::map<std::string, std::string, std::less<>>;

/// The variables this process was started with. The only place that reads the environment.
Variables processVariables();

/// The configuration: one YAML file, overridden by the environment, read section by section into settings messages.
///
/// A section is named like its service or module ("order:"); its keys are the fields of that module's settings.proto,
/// with (kontor.api.setting) naming default, range and the like. A field inside a message may be written nested or
/// dotted: `checkout: {hold: 20s}` and `checkout.hold: 20s` are the same. Types: text, true/false, whole numbers,
/// numbers, durations (`500ms`, `20s`, `15m`, `1h30m`, `2d`), lists and maps of them. In any text `${env:NAME}` stands
/// for a variable, `${file:PATH}` for a file's content (from the configuration's folder, without its last line break)
/// and `$${` for a plain `${`. `KONTOR_ORDER__CHECKOUT_HOLD=20s` overrides order.checkout.hold; lists and maps are
/// given as YAML (`[a, b]`).
///
/// Faults are collected over all sections and thrown together by `finish`. Cold: read at start, by one thread.
/// Example: config_test.cpp "ReadsEveryKindOfValue".
class Config {
 public:
  /// Reads `file`. Throws INVALID_ARGUMENT / "BAD_CONFIGURATION" when it cannot be read or is no YAML.
  static Config load(const std::filesystem::path& file, Variables variables);
  /// The same of a text; `name` stands for the file in messages, paths in it count from the current folder.
  static Config parse(std::string_view yaml, std::string name, Variables variables);

  Config(Config&&) noexcept;
  Config& operator=(Config&&) noexcept;
  ~Config();

  /// Fills `into` with the section's values, and defaults where it has none; notes faults for `finish`.
  void read(std::string_view section, google::protobuf::Message& into);
  /// Accepts a section that a service of another process reads: its content is not looked at.
  void skip(std::string_view section);
  /// Throws INVALID_ARGUMENT / "BAD_CONFIGURATION" with every fault found so far, one line each (file:line:column, key,
  /// value, what is expected), and with sections and variables that nobody read. Nothing when all is well.
  void finish() const;

  /// Every setting of the sections read, as YAML: its comment (from `texts`), default, range, variable, value in force
  /// and where that comes from. Secrets are never printed.
  std::string describe(const SettingTexts& texts = {}) const;

 private:
  struct Impl;
  explicit Config(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A setting of type google.protobuf.Duration in the project's own unit.
Duration durationOf(const google::protobuf::Duration& setting);

}  // namespace kontor::config

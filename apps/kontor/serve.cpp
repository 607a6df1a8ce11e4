#include "apps/kontor/serve.hpp"

#include <cstdio>

#include "apps/kontor/first_start.hpp"
#include "apps/kontor/services.hpp"
#include "chassis/app/process.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/runtime/signals.hpp"

namespace kontor {
namespace {

// The command line's words are the environment's overrides under another name, so that one rule decides.
config::Variables overrides(const ServeOptions& options) {
  config::Variables variables = config::processVariables();
  if (options.port) variables["KONTOR_GATEWAY__PORT"] = std::to_string(*options.port);
  if (options.operations_port) variables["KONTOR_PROCESS__OPERATIONS_PORT"] = std::to_string(*options.operations_port);
  if (options.data) variables["KONTOR_PROCESS__DATA"] = *options.data;
  if (options.catalogue) variables["KONTOR_PROCESS__CATALOGUE"] = *options.catalogue;
  std::string only;
  for (const std::string& service : options.only) only += (only.empty() ? "" : ", ") + service;
  if (!only.empty()) variables["KONTOR_PROCESS__SERVICES"] = "[" + only + "]";
  return variables;
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace

int serve(const ServeOptions& options) {
  const runtime::TerminationSignals signals;
  config::Config config = config::Config::load(options.config, overrides(options));
  requireOneCurrency(config::Config::load(options.config, overrides(options)));
  app::Process process(config, services());
  process.start();
  const FirstStart first = firstStart(process);
  if (!first.catalogue.empty()) say(first.catalogue);
  if (!first.password.empty()) say("owner: " + first.owner + " password: " + first.password);
  say("operations: " + process.operationsUrl());
  if (const std::string url = process.publicUrl(); !url.empty()) say("Kontor is open: " + url);
  signals.wait();
  say("Kontor is closing: running requests end first");
  process.stop();
  return 0;
}

}  // namespace kontor

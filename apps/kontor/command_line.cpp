#include "apps/kontor/command_line.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "apps/kontor/check_config.hpp"
#include "apps/kontor/export_products.hpp"
#include "apps/kontor/import_products.hpp"
#include "apps/kontor/serve.hpp"
#include "apps/kontor/version.hpp"
#include "chassis/base/error.hpp"

namespace kontor {
namespace {

void addServe(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("serve", "run the shop, or the services that the configuration or --only names");
  auto options = std::make_shared<ServeOptions>();
  command->add_option("--config", options->config, "the configuration file")->required();
  command->add_option("--only", options->only, "only these services: order,payment")->delimiter(',');
  command->add_option("--port", options->port, "port of the shop (gateway.port)");
  command->add_option("--ops", options->operations_port, "port of /livez, /readyz and /metrics; 0 takes any free one");
  command->add_option("--data", options->data, "folder of everything that must outlive the process");
  command->add_option("--catalog", options->catalogue, "a product file to load into a shop without products");
  command->callback([options, &exit_code] { exit_code = serve(*options); });
}

void addCheckConfig(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("check-config", "read a configuration, name every fault, print what is in force");
  auto file = std::make_shared<std::string>();
  command->add_option("file", *file, "the configuration file")->required();
  command->callback([file, &exit_code] { exit_code = checkConfig(*file); });
}

void addImport(CLI::App& app, int& exit_code) {
  auto* group = app.add_subcommand("import", "bring data into a running shop");
  group->require_subcommand(1);
  auto* command = group->add_subcommand("products", "import a product file (Shopify's CSV, both header generations)");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("file", options->file, "the product file")->required();
  command->add_option("--to", options->shop, "the shop's address")->capture_default_str();
  command->add_option("--token", options->token, "a staff token; else KONTOR_TOKEN");
  command->add_flag("--dry-run", options->dry_run, "read and check the whole file, store nothing");
  command->add_flag("--track-all", options->track_all, "track stock also of variants without an inventory tracker");
  command->add_flag("--set-stock", options->set_stock, "set quantities also of variants that the shop knows already");
  command->callback([options, &exit_code] { exit_code = importProducts(*options); });
}

void addExport(CLI::App& app, int& exit_code) {
  auto* group = app.add_subcommand("export", "take data out of a running shop");
  group->require_subcommand(1);
  auto* command = group->add_subcommand("products", "write all products into a product file (Shopify's CSV)");
  auto options = std::make_shared<ExportOptions>();
  command->add_option("--header", options->header, "classic or current; else that of the file imported last")
      ->check(CLI::IsMember({"classic", "current"}));
  command->add_option("--to", options->shop, "the shop's address")->capture_default_str();
  command->add_option("--token", options->token, "a staff token; else KONTOR_TOKEN");
  command->add_option("--output", options->output, "a file; else standard output");
  command->callback([options, &exit_code] { exit_code = exportProducts(*options); });
}

}  // namespace

int runCommandLine(int argc, char** argv) {
  CLI::App app("Kontor: a headless commerce backend", "kontor");
  app.require_subcommand(1);
  int exit_code = 0;
  addServe(app, exit_code);
  addCheckConfig(app, exit_code);
  addImport(app, exit_code);
  addExport(app, exit_code);
  app.add_subcommand("version", "print the version")->callback([] { std::printf("kontor %s\n", kVersion.data()); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? 0 : 2;
  } catch (const Error& error) {
    std::fprintf(stderr, "kontor: %s\n", error.message().c_str());
    return 1;
  }
  return exit_code;
}

}  // namespace kontor

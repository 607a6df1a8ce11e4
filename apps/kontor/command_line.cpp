#include "apps/kontor/command_line.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "apps/kontor/check_config.hpp"
#include "apps/kontor/doctor.hpp"
#include "apps/kontor/events.hpp"
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

void addDoctor(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("doctor", "examine a shop, running or not: every invariant, its stores, its books");
  auto options = std::make_shared<DoctorOptions>();
  auto* shop = command->add_option("--to", options->shop, "a running shop's address")->capture_default_str();
  command->add_option("--token", options->token, "a staff token for it; else KONTOR_TOKEN");
  command->add_option("--data", options->data, "examine this data folder instead; no shop may run on it")
      ->excludes(shop);
  command->add_option("--config", options->config, "the configuration that the data folder is used with");
  command->add_flag("--json", options->json, "print a JSON document");
  command->callback([options, &exit_code] { exit_code = doctor(*options); });
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

void addAccess(CLI::App& command, ShopAccess& access, const char* to) {
  command.add_option(to, access.shop, "the shop's address")->capture_default_str();
  command.add_option("--token", access.token, "a staff token; else KONTOR_TOKEN");
}

void addTail(CLI::App& group, int& exit_code) {
  auto* command = group.add_subcommand("tail", "print events as they happen, one line each");
  auto options = std::make_shared<TailOptions>();
  command->add_option("--topic", options->topic, "only of this stream: order, payment, …");
  command->add_option("--type", options->type, "only of this type: order.placed, …");
  command->add_option("--subject", options->subject, "only of this order, product, …");
  command->add_option("--from", options->from, "begin at this time (2026-11-23T06:40:00Z) instead of now");
  command->add_flag("--json", options->json, "print each event as a JSON document");
  command->add_flag("--no-follow", options->no_follow, "end when all that is there is printed");
  addAccess(*command, options->access, "--to,--shop");
  command->callback([options, &exit_code] { exit_code = tailEvents(*options); });
}

// The end of a replay is its --to, so the shop has another name here.
void addReplay(CLI::App& group, int& exit_code) {
  auto* command = group.add_subcommand("replay", "have events delivered once more, and wait until they are");
  auto options = std::make_shared<ReplayOptions>();
  auto* subject = command->add_option("--subject", options->subject, "the events of this order, product, …");
  auto* from = command->add_option("--from", options->from, "the events from this time on (2026-11-23T06:40:00Z) …");
  command->add_option("--to", options->to, "… and before this one")->needs(from);
  command->add_option("--group", options->group, "the consumers that they are for, such as notification; else all");
  command->add_flag("--again", options->again, "have their effects once more, also where they are there already")
      ->needs("--group");
  addAccess(*command, options->access, "--shop");
  command->callback([options, subject, from, &exit_code] {
    if (subject->empty() && from->empty())
      throw CLI::ValidationError("replay", "say what to replay: --subject, or --from and --to");
    exit_code = replayEvents(*options);
  });
}

void addEvents(CLI::App& app, int& exit_code) {
  auto* group = app.add_subcommand("events", "see and replay the events of a running shop");
  group->require_subcommand(1);
  addTail(*group, exit_code);
  addReplay(*group, exit_code);
}

}  // namespace

int runCommandLine(int argc, char** argv) {
  CLI::App app("Kontor: a headless commerce backend", "kontor");
  app.require_subcommand(1);
  int exit_code = 0;
  addServe(app, exit_code);
  addCheckConfig(app, exit_code);
  addDoctor(app, exit_code);
  addImport(app, exit_code);
  addExport(app, exit_code);
  addEvents(app, exit_code);
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

#include "services/catalog/module.hpp"

#include "chassis/base/error.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/telemetry/log.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "services/catalog/exporter.hpp"
#include "services/catalog/handlers.hpp"
#include "services/catalog/importer.hpp"
#include "services/catalog/migrations.embed.hpp"
#include "services/catalog/settings.pb.h"
#include "services/catalog/shelf.hpp"
#include "services/catalog/store_sql.hpp"

namespace kontor::catalog {
namespace {

constexpr std::string_view kName = "catalog";

money::Currency currencyOf(const std::string& code) {
  const std::optional<money::Currency> currency = money::Currency::find(code);
  if (!currency)
    throw Error(Code::kInvalidArgument, "BAD_CONFIGURATION",
                "catalog.currency: found " + code + ", expected a currency of ISO 4217 such as EUR");
  return *currency;
}

class CatalogModule final : public app::Module {
 public:
  CatalogModule(app::Host& host, const CatalogSettings& settings) {
    const money::Currency currency = currencyOf(settings.currency());
    TaxRates taxes({settings.tax().rates().begin(), settings.tax().rates().end()});
    const auto database = host.openStore(kName, store::migrationsOf(kMigrations, "sqlite"));
    const auto store = std::make_shared<StoreSql>(host.environment());
    const auto inventory = host.directory().client<inventory::v1::Inventory>();
    importer_ = std::make_shared<Importer>(ImporterParts{host.environment(), host.log(), database, store, inventory,
                                                         host.dataFolder() / "spool", currency,
                                                         static_cast<std::size_t>(settings.imports().batch())});
    exporter_ = std::make_shared<Exporter>(
        ExporterParts{host.environment(), database, store, inventory, host.dataFolder() / "spool", currency});
    const auto shelf = std::make_shared<Shelf>(host.freshness(), static_cast<std::size_t>(settings.cache_bytes()));
    host.directory().provide<v1::Catalog>(
        std::make_shared<Handlers>(HandlerParts{host.environment(), host.sealer(), database, store, inventory,
                                                importer_, exporter_, shelf, settings.currency(), std::move(taxes)}));
  }

  std::string_view name() const override { return kName; }
  task<void> start() override { return importer_->failUnfinished(); }
  task<void> stop() override {
    task<void> exports = exporter_->stop();
    co_await exports;
    task<void> imports = importer_->stop();
    co_await imports;
  }

 private:
  std::shared_ptr<Importer> importer_;
  std::shared_ptr<Exporter> exporter_;
};

}  // namespace

std::unique_ptr<app::Module> makeModule(app::Host& host) {
  CatalogSettings settings;
  host.settings(kName, settings);
  return std::make_unique<CatalogModule>(host, settings);
}

}  // namespace kontor::catalog

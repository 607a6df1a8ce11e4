#pragma once

#include <string>

#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "tests/simulation/client.hpp"
#include "tests/simulation/product_file.hpp"

namespace kontor::simulation {

/// The shop's staff, with every permission.
rpc::Principal staff();

/// Brings product files into the shop, the first one before all else.
class Importer final : public Client {
 public:
  Importer(World& world, Facts& facts, int files) : Client(world, facts, "importer", staff()), files_(files) {}
  task<void> run();
  /// The first file is in: buyers may come.
  bool stocked() const { return stocked_; }

 private:
  task<void> bring(std::vector<ProductRow> rows);
  task<std::string> begin(std::string file);
  task<catalog::v1::ImportJob::State> end(std::string job);

  int files_;
  bool stocked_ = false;
};

/// Corrects stock now and then.
class StockKeeper final : public Client {
 public:
  StockKeeper(World& world, Facts& facts, int corrections)
      : Client(world, facts, "stockkeeper", staff()), corrections_(corrections) {}
  task<void> run();

 private:
  task<void> correct(std::string sku, std::int64_t delta);

  int corrections_;
};

}  // namespace kontor::simulation

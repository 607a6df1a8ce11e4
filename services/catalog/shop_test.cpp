// The fixture of catalog's tests: see catalog_test.hpp.

#include <gtest/gtest.h>

#include "chassis/store/sql.hpp"
#include "services/catalog/catalog_test.hpp"
#include "services/catalog/module.hpp"

namespace kontor::catalog {

using namespace std::chrono_literals;

CatalogShop::CatalogShop(std::string yaml, std::unique_ptr<testing::World> world)
    : yaml_(std::move(yaml)), world_(std::move(world)) {
  std::filesystem::create_directories(spool());
  open();
}

CatalogShop::~CatalogShop() { run(module_->stop()); }

void CatalogShop::open() {
  host_ = std::make_unique<testing::TestHost>(world_->environment(), folder_.path(), yaml_);
  host_->directory().provide<inventory::v1::Inventory>(inventory_);
  module_ = makeModule(*host_);
  run(module_->start());
  catalog_ = host_->directory().client<v1::Catalog>();
}

void CatalogShop::restart() {
  catalog_.reset();
  module_.reset();
  host_.reset();
  open();
}

v1::ImportProductsRequest CatalogShop::request(const std::string& csv, const ImportWish& wish) const {
  v1::ImportProductsRequest request;
  request.mutable_file()->set_content_type("text/csv");
  request.mutable_file()->set_size(static_cast<std::int64_t>(csv.size()));
  if (wish.blob.empty()) {
    request.mutable_file()->set_data(csv);
  } else {
    request.mutable_file()->set_blob(wish.blob);
    std::ofstream(spool() / wish.blob, std::ios::binary) << csv;
  }
  request.set_dry_run(wish.dry_run);
  request.set_track_all(wish.track_all);
  request.set_set_stock(wish.set_stock);
  return request;
}

task<v1::ImportJob> CatalogShop::importTask(std::string csv, ImportWish wish) {
  v1::ImportProductsRequest wanted = request(csv, wish);
  v1::ImportJob job = co_await catalog_->ImportProducts(staff(), std::move(wanted));
  co_return co_await finished(std::move(job));
}

task<v1::ImportJob> CatalogShop::finished(v1::ImportJob job) {
  while (job.state() == v1::ImportJob::STATE_RUNNING) {
    co_await runtime::sleep(1ms);
    v1::GetImportRequest poll;
    poll.set_id(job.id());
    job = co_await catalog_->GetImport(staff(), std::move(poll));
  }
  co_return job;
}

v1::ImportJob CatalogShop::import(const std::string& csv, ImportWish wish) {
  return get(importTask(csv, std::move(wish)));
}

v1::Product CatalogShop::product(const std::string& handle, const std::string& currency) {
  v1::GetProductRequest request;
  request.set_handle(handle);
  request.set_currency(currency);
  return get(catalog_->GetProduct(rpc::Context(), std::move(request)));
}

v1::ListProductsResponse CatalogShop::list(int size, const std::string& token, const std::string& category) {
  v1::ListProductsRequest request;
  request.set_page_size(size);
  request.set_page_token(token);
  request.set_category(category);
  return get(catalog_->ListProducts(rpc::Context(), std::move(request)));
}

v1::Variant CatalogShop::setPrice(const std::string& variant, std::int64_t amount, const std::string& currency) {
  v1::SetPricesRequest request;
  request.set_id(variant);
  request.add_prices()->set_amount(amount);
  request.mutable_prices(0)->set_currency(currency);
  return get(catalog_->SetPrices(staff(), std::move(request)));
}

std::vector<std::string> CatalogShop::events() {
  const store::Rows rows =
      get(host_->stores.at("catalog")->query("SELECT type, subject FROM outbox ORDER BY position", store::params()));
  edit("DELETE FROM outbox");
  std::vector<std::string> events;
  for (const store::Row& row : rows) events.push_back(row.text(0) + " " + row.text(1));
  return events;
}

void CatalogShop::edit(const std::string& sql) {
  auto body = [sql](store::Transaction& in) -> task<void> { co_await in.execute(sql, store::params()); };
  run(host_->stores.at("catalog")->transact(staff(), std::move(body)));
}

std::int64_t CatalogShop::count(const std::string& sql) {
  return get(host_->stores.at("catalog")->query(sql, store::params())).front().int64(0);
}

Error errorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error came";
  return Error(Code::kUnknown, "none");
}

}  // namespace kontor::catalog

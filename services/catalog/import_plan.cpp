#include "services/catalog/import_plan.hpp"

#include "services/catalog/import_file.hpp"
#include "services/catalog/store.hpp"

namespace kontor::catalog {
namespace {

v1::ImportError messageOf(const shopify::RowError& error) {
  v1::ImportError message;
  message.set_line(static_cast<std::int64_t>(error.line));
  message.set_column(error.column_name);
  message.set_value(error.value);
  message.set_expected(error.expected);
  message.set_message(shopify::formatRowError(error));
  return message;
}

// The part of the shop that a batch may touch.
struct Shelf {
  std::unordered_map<std::string, StoredProduct> products;  // by handle
  SkuOwners owners;
};

task<Shelf> shelfFor(store::Statements& in, Store& store, const ImportBatch& batch) {
  Shelf shelf;
  if (batch.products.empty()) co_return shelf;
  std::vector<std::string> handles;
  std::vector<std::string> skus;
  for (const shopify::ImportedProduct& product : batch.products) {
    handles.push_back(product.handle);
    for (const shopify::ImportedVariant& variant : product.variants) skus.push_back(variant.sku);
  }
  shelf.products = co_await store.findByHandles(in, std::move(handles));
  shelf.owners = co_await store.ownersOf(in, std::move(skus));
  co_return shelf;
}

class Planner {
 public:
  explicit Planner(const ImportStanding& standing) : standing_(standing) {
    plan_->job = standing.job;
    plan_->first_error = standing.errors_kept + 1;
  }

  void count(const shopify::ImportProgress& progress) {
    plan_->job.set_bytes_read(static_cast<std::int64_t>(progress.bytes));
    plan_->job.set_rows(static_cast<std::int64_t>(progress.rows));
    const shopify::CsvHabits& habits = progress.habits;
    plan_->habits.set_byte_order_mark(habits.byte_order_mark);
    plan_->habits.set_other_line_ends(static_cast<std::int64_t>(habits.other_line_ends));
    plan_->habits.set_needless_quotes(static_cast<std::int64_t>(habits.needless_quotes));
    plan_->habits.set_empty_rows(static_cast<std::int64_t>(habits.empty_lines + progress.blank_rows));
    plan_->habits.set_other_lengths(static_cast<std::int64_t>(habits.other_lengths));
    plan_->habits.set_trimmed_names(static_cast<std::int64_t>(progress.trimmed_names));
  }

  void refuse(const shopify::RowError& error) {
    plan_->job.set_errors_total(plan_->job.errors_total() + 1);
    const std::int64_t kept = standing_.errors_kept + static_cast<std::int64_t>(plan_->errors.size());
    if (kept < kImportErrorsKept) plan_->errors.push_back(messageOf(error));
  }

  void add(const shopify::ImportedProduct& imported, const Shelf& shelf) {
    const auto known = shelf.products.find(imported.handle);
    const MergeFacts facts{*standing_.header, standing_.currency, standing_.now, shelf.owners, standing_.new_id};
    Merged merged = mergeProduct(known == shelf.products.end() ? nullptr : &known->second, imported, facts);
    for (const shopify::RowError& error : merged.errors) refuse(error);
    if (!merged.accepted) return;
    plan_->job.set_products(plan_->job.products() + 1);
    plan_->job.set_variants(plan_->job.variants() + merged.variants);
    plan_->job.set_images(plan_->job.images() + merged.images);
    if (!standing_.dry_run) plan_->products.push_back(std::move(merged));
  }

  std::shared_ptr<const ImportPlan> take() { return std::move(plan_); }

 private:
  const ImportStanding& standing_;
  std::shared_ptr<ImportPlan> plan_ = std::make_shared<ImportPlan>();
};

}  // namespace

task<std::shared_ptr<const ImportPlan>> planImport(store::Statements& in, Store& store, const ImportBatch& batch,
                                                   const ImportStanding& standing) {
  const Shelf shelf = co_await shelfFor(in, store, batch);
  Planner planner(standing);
  planner.count(batch.progress);
  for (const shopify::RowError& error : batch.errors) planner.refuse(error);
  for (const shopify::ImportedProduct& product : batch.products) planner.add(product, shelf);
  co_return planner.take();
}

}  // namespace kontor::catalog

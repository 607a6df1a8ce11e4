// The half of the contract that changes the catalogue.

#include "services/catalog/handlers.hpp"

#include <algorithm>
#include <set>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/runtime/environment.hpp"
#include "chassis/store/answered.hpp"
#include "kontor/catalog/v1/events.kontor.hpp"
#include "services/catalog/availability.hpp"
#include "services/catalog/importer.hpp"
#include "services/catalog/store.hpp"

namespace kontor::catalog {
namespace {

// The edge has checked what came by REST; calls of other services come straight here.
template <class Request>
void requireValid(const Request& request) {
  json::Reader reader;
  validate(request, reader);
  reader.finish();
}

Error changedMeanwhile(const v1::Product& product) {
  return Error(Code::kAborted, "CONFLICT", "the product \"" + product.handle() + "\" was changed meanwhile; try again");
}

v1::Variant& variantOf(v1::Product& product, const std::string& id) {
  auto& variants = *product.mutable_variants();
  const auto found =
      std::find_if(variants.begin(), variants.end(), [&id](const v1::Variant& variant) { return variant.id() == id; });
  KONTOR_ASSERT(found != variants.end(), "a product's document holds all of its variants");
  return *found;
}

void requireDistinctCurrencies(const v1::SetPricesRequest& request) {
  std::set<std::string_view> seen;
  for (int i = 0; i < request.prices_size(); ++i) {
    const std::string& currency = request.prices(i).currency();
    const std::string path = "prices[" + std::to_string(i) + "].currency";
    try {
      currencyOr(currency, {});
    } catch (const Error& error) {
      throw invalidField(path, error.fields().front().reason, error.fields().front().detail);
    }
    if (!seen.insert(currency).second)
      throw invalidField(path, "DUPLICATE", "there is another price in " + currency + "; give one for each currency");
  }
}

Price priceIn(const v1::PriceInput& input) {
  Price price{input.amount(), std::nullopt};
  if (input.has_compare_at_amount()) price.compare_at = input.compare_at_amount();
  return price;
}

task<void> tellUpserted(store::Transaction& in, const v1::Product& product) {
  v1::ProductUpserted event;
  event.set_product_id(product.id());
  event.set_handle(product.handle());
  co_await in.emit(makeEvent(event));
}

task<void> tellPrice(store::Transaction& in, const v1::Product& product, const v1::Variant& variant) {
  v1::PriceChanged event;
  event.set_product_id(product.id());
  event.set_handle(product.handle());
  event.set_sku(variant.sku());
  co_await in.emit(makeEvent(event));
}

Error importRunning(const std::string& id) {
  return Error(Code::kAborted, "IMPORT_RUNNING",
               "the import " + id + " is running; wait for its end (GET /v1/admin/imports/" + id +
                   "), then import this file again")
      .withDetail("import", id);
}

}  // namespace

task<v1::Product> Handlers::UpdateProduct(rpc::Context context, v1::UpdateProductRequest request) {
  requireValid(request);
  auto kept = std::make_shared<const v1::UpdateProductRequest>(std::move(request));
  auto body = [this, kept, context](store::Transaction& in) { return update(in, *kept, context); };
  v1::Product product = co_await parts_.database->transact(context, std::move(body));
  std::vector<v1::Variant*> variants;
  collectVariants(product, variants);
  co_await addAvailability(parts_.inventory, std::move(context), std::move(variants));
  co_return product;
}

task<v1::Product> Handlers::update(store::Transaction& in, const v1::UpdateProductRequest& request,
                                   const rpc::Context& context) {
  auto reread = [&]() -> task<v1::Product> {
    std::optional<v1::Product> product = co_await parts_.store->findProduct(in, request.id());
    if (!product) throw notFound("product", request.id());
    co_return std::move(*product);
  };
  auto effect = [&]() -> task<v1::Product> {
    v1::Product product = co_await reread();
    rpc::requireVersion(context, product.version());
    const std::int64_t from = product.version();
    if (!applyUpdate(product, request)) co_return product;
    touch(product, in.now());
    const bool updated = co_await parts_.store->updateProduct(in, product, from);
    if (!updated) throw changedMeanwhile(product);
    co_await tellUpserted(in, product);
    co_return product;
  };
  co_return co_await store::answered<v1::Product>(in, context, effect, reread);
}

task<v1::Variant> Handlers::SetPrices(rpc::Context context, v1::SetPricesRequest request) {
  requireValid(request);
  requireDistinctCurrencies(request);
  auto kept = std::make_shared<const v1::SetPricesRequest>(std::move(request));
  auto body = [this, kept, context](store::Transaction& in) { return setPrices(in, *kept, context); };
  v1::Variant variant = co_await parts_.database->transact(context, std::move(body));
  std::vector<v1::Variant*> variants;
  variants.push_back(&variant);
  co_await addAvailability(parts_.inventory, std::move(context), std::move(variants));
  co_return variant;
}

task<v1::Variant> Handlers::setPrices(store::Transaction& in, const v1::SetPricesRequest& request,
                                      const rpc::Context& context) {
  auto load = [&]() -> task<v1::Product> {
    std::optional<v1::Product> product = co_await parts_.store->findByVariant(in, request.id());
    if (!product) throw notFound("variant", request.id());
    co_return std::move(*product);
  };
  auto reread = [&]() -> task<v1::Variant> {
    v1::Product product = co_await load();
    co_return variantOf(product, request.id());
  };
  auto effect = [&]() -> task<v1::Variant> {
    v1::Product product = co_await load();
    rpc::requireVersion(context, product.version());
    const std::int64_t from = product.version();
    v1::Variant& variant = variantOf(product, request.id());
    for (const v1::PriceInput& input : request.prices()) {
      const Price price = priceIn(input);
      co_await parts_.store->putPrice(in, request.id(), price, input.currency());
      if (input.currency() == variant.price().currency()) setPrice(variant, price, input.currency());
    }
    touch(product, in.now());
    const bool updated = co_await parts_.store->updateProduct(in, product, from);
    if (!updated) throw changedMeanwhile(product);
    co_await tellPrice(in, product, variant);
    co_return variant;
  };
  co_return co_await store::answered<v1::Variant>(in, context, effect, reread);
}

// The import as it begins, or as it began when this call's key came before.
task<v1::ImportJob> Handlers::addImport(rpc::Context context, std::shared_ptr<const NewImport> begun) {
  auto body = [this, context, begun](store::Transaction& in) -> task<v1::ImportJob> {
    auto effect = [&]() -> task<v1::ImportJob> {
      const std::optional<std::string> running = co_await parts_.store->addImport(in, *begun);
      if (running) throw importRunning(*running);
      co_return begun->job;
    };
    // An answer of this kind is always small enough to be kept.
    co_return co_await store::answered<v1::ImportJob>(in, context, effect, effect);
  };
  co_return co_await parts_.database->transact(context, std::move(body));
}

task<v1::ImportJob> Handlers::ImportProducts(rpc::Context context, v1::ImportProductsRequest request) {
  requireValid(request);
  auto begun = std::make_shared<NewImport>();
  begun->actor = context.principal().name();
  begun->blob = request.file().blob();
  v1::ImportJob& job = begun->job;
  job.set_id(parts_.environment.newId("imp_"));
  job.set_state(v1::ImportJob::STATE_RUNNING);
  job.set_dry_run(request.dry_run());
  const std::int64_t held = static_cast<std::int64_t>(request.file().data().size());
  job.set_bytes_total(request.file().blob().empty() ? held : request.file().size());
  setTime(*job.mutable_created_at(), parts_.environment.clock().now());
  Importer::requireFile(request.file());
  v1::ImportJob answer;
  try {
    answer = co_await addImport(std::move(context), begun);
  } catch (const Error&) {
    parts_.importer->discard(request.file());
    throw;
  }
  if (answer.id() == job.id()) {
    parts_.importer->begin(job.id(), std::move(request));
  } else {
    parts_.importer->discard(request.file());  // a repeat: the first one has its own copy
  }
  co_return answer;
}

}  // namespace kontor::catalog

#include "services/catalog/domain.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <array>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "money/currency.hpp"

namespace kontor::catalog {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kPpmMost = 1'000'000;

using Status = v1::Product;
constexpr std::array<std::pair<v1::Product::Status, std::string_view>, 3> kStatuses{
    {{Status::STATUS_ACTIVE, "active"}, {Status::STATUS_DRAFT, "draft"}, {Status::STATUS_ARCHIVED, "archived"}}};

bool isTaxKey(std::string_view key) {
  const auto capital = [](char letter) { return letter >= 'A' && letter <= 'Z'; };
  if (key.size() < 2 || !capital(key[0]) || !capital(key[1])) return false;
  return key.size() == 2 || (key[2] == '/' && key.size() > 3);
}

}  // namespace

std::string_view statusName(v1::Product::Status status) {
  for (const auto& [value, name] : kStatuses)
    if (value == status) return name;
  KONTOR_ASSERT(false, "a product has no status");
  return {};
}

v1::Product::Status statusNamed(std::string_view name) {
  for (const auto& [value, text] : kStatuses)
    if (text == name) return value;
  KONTOR_ASSERT(false, "a status that no product has");
  return v1::Product::STATUS_UNSPECIFIED;
}

std::string variantTitle(const v1::Variant& variant) {
  std::string title;
  for (const std::string& value : variant.option_values()) {
    if (value.empty()) continue;
    if (!title.empty()) title += " / ";
    title += value;
  }
  return title;
}

std::string pictureOf(const v1::Product& product) {
  return product.media().empty() ? std::string() : product.media(0).url();
}

void setTime(google::protobuf::Timestamp& timestamp, Time time) {
  const std::int64_t micros = toMicros(time);
  timestamp.set_seconds(micros / kMicros);
  timestamp.set_nanos(static_cast<std::int32_t>(micros % kMicros) * 1000);
}

void setPrice(v1::Variant& variant, const Price& price, std::string_view currency) {
  variant.mutable_price()->set_amount(price.amount);
  variant.mutable_price()->set_currency(std::string(currency));
  variant.clear_compare_at_price();
  if (!price.compare_at) return;
  variant.mutable_compare_at_price()->set_amount(*price.compare_at);
  variant.mutable_compare_at_price()->set_currency(std::string(currency));
}

Price priceOf(const v1::Variant& variant) {
  Price price{variant.price().amount(), std::nullopt};
  if (variant.has_compare_at_price()) price.compare_at = variant.compare_at_price().amount();
  return price;
}

bool pricedIn(const v1::Product& product, std::string_view currency) {
  return std::all_of(product.variants().begin(), product.variants().end(),
                     [currency](const v1::Variant& variant) { return variant.price().currency() == currency; });
}

void showPrices(v1::Product& product, const PriceList& prices, std::string_view currency) {
  google::protobuf::RepeatedPtrField<v1::Variant> shown;
  for (v1::Variant& variant : *product.mutable_variants()) {
    const auto price = prices.find(variant.id());
    if (price == prices.end()) continue;
    setPrice(variant, price->second, currency);
    *shown.Add() = std::move(variant);
  }
  product.mutable_variants()->Swap(&shown);
}

bool applyUpdate(v1::Product& product, const v1::UpdateProductRequest& request) {
  const std::string before = serialised(product);
  if (request.has_title()) {
    if (request.title().find_first_not_of(" \t\r\n") == std::string::npos)
      throw invalidField("title", "REQUIRED", "a product needs a title; leave the field out to keep the present one");
    product.set_title(request.title());
  }
  if (request.has_description()) product.set_description(request.description());
  if (request.status() != v1::Product::STATUS_UNSPECIFIED) product.set_status(request.status());
  return serialised(product) != before;
}

void touch(v1::Product& product, Time now) {
  product.set_version(product.version() + 1);
  setTime(*product.mutable_updated_at(), now);
}

std::string serialised(const google::protobuf::Message& message) {
  std::string bytes;
  bytes.reserve(message.ByteSizeLong());
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    const bool written = message.SerializeToCodedStream(&coded);
    KONTOR_ASSERT(written, "a message does not serialise");
  }
  return bytes;
}

std::string currencyOr(const std::string& currency, const std::string& otherwise) {
  if (currency.empty()) return otherwise;
  if (!money::Currency::find(currency))
    throw invalidField("currency", "UNKNOWN_CURRENCY",
                       "\"" + currency + "\" is no currency; give three capital letters of ISO 4217 such as EUR");
  return currency;
}

TaxRates::TaxRates(std::map<std::string, std::int64_t> rates) : rates_(rates.begin(), rates.end()) {
  for (const auto& [key, ppm] : rates_) {
    if (isTaxKey(key) && ppm >= 0 && ppm <= kPpmMost) continue;
    throw Error(Code::kInvalidArgument, "BAD_CONFIGURATION",
                "catalog.tax.rates: found " + key + ": " + std::to_string(ppm) +
                    ", expected a country (DE) or a country's tax class (DE/reduced) and a rate from 0 to 1000000 "
                    "parts per million");
  }
}

std::int64_t TaxRates::ppm(std::string_view country, std::string_view tax_class) const {
  if (tax_class == kTaxExempt) return 0;
  const std::string own = std::string(country) + "/" + std::string(tax_class);
  if (const auto rate = rates_.find(own); rate != rates_.end()) return rate->second;
  const auto rate = rates_.find(country);
  return rate == rates_.end() ? 0 : rate->second;
}

}  // namespace kontor::catalog

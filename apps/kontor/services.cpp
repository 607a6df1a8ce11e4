#include "apps/kontor/services.hpp"

#include <array>

#include "chassis/base/error.hpp"
#include "chassis/config/settings.hpp"
#include "services/cart/module.hpp"
#include "services/cart/settings.pb.h"
#include "services/catalog/module.hpp"
#include "services/catalog/settings.pb.h"
#include "services/gateway/module.hpp"
#include "services/gateway/settings.pb.h"
#include "services/inventory/module.hpp"
#include "services/inventory/settings.pb.h"
#include "services/notification/module.hpp"
#include "services/notification/settings.pb.h"
#include "services/order/module.hpp"
#include "services/order/settings.pb.h"
#include "services/payment/module.hpp"
#include "services/payment/settings.pb.h"
#include "services/user/module.hpp"
#include "services/user/settings.pb.h"

namespace kontor {
namespace {

template <class Settings>
std::unique_ptr<google::protobuf::Message> empty() {
  return std::make_unique<Settings>();
}

// The gateway comes last and so is stopped first: no new request reaches a service that has stopped.
constexpr std::array<app::ModuleKind, 8> kServices{
    {{"user", user::makeModule, empty<user::UserSettings>},
     {"inventory", inventory::makeModule, empty<inventory::InventorySettings>},
     {"catalog", catalog::makeModule, empty<catalog::CatalogSettings>},
     {"cart", cart::makeModule, empty<cart::CartSettings>},
     {"payment", payment::makeModule, empty<payment::PaymentSettings>},
     {"order", order::makeModule, empty<order::OrderSettings>},
     {"notification", notification::makeModule, empty<notification::NotificationSettings>},
     {"gateway", gateway::makeModule, empty<gateway::GatewaySettings>}}};

}  // namespace

std::span<const app::ModuleKind> services() { return kServices; }

void requireOneCurrency(config::Config config) {
  catalog::CatalogSettings catalogue;
  cart::CartSettings carts;
  config.read("catalog", catalogue);
  config.read("cart", carts);
  const std::string& priced = catalogue.currency();
  const std::string& paid = carts.region().currency();
  if (priced == paid) return;
  throw Error(Code::kInvalidArgument, "BAD_CONFIGURATION",
              "catalog.currency is " + priced + ", cart.region.currency is " + paid +
                  ": products without a price in the carts' currency cannot be bought; set both to the same");
}

}  // namespace kontor

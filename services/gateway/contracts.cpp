#include "chassis/rpc/directory.hpp"
#include "kontor/cart/v1/cart.kontor.hpp"
#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "kontor/inventory/v1/inventory.kontor.hpp"
#include "kontor/notification/v1/notification.kontor.hpp"
#include "kontor/order/v1/order.kontor.hpp"
#include "kontor/payment/v1/payment.kontor.hpp"
#include "kontor/user/v1/user.kontor.hpp"
#include "services/gateway/route.hpp"

// The one place that names what the shop is made of: a new contract is one word here.

namespace kontor::gateway {
namespace {

template <class... Interfaces>
struct Contracts {
  static std::vector<Contract> of(rpc::Directory& directory) {
    return {Contract{Interfaces::table(), directory.client<Interfaces>()}...};
  }
  static std::vector<Contract> tables() { return {Contract{Interfaces::table(), nullptr}...}; }
};

using Shop = Contracts<catalog::v1::Catalog, inventory::v1::Inventory, cart::v1::Carts, order::v1::Orders,
                       payment::v1::Payments, user::v1::Users, notification::v1::Notifications>;

}  // namespace

std::vector<Contract> publicContracts(rpc::Directory& directory) { return Shop::of(directory); }
std::vector<Contract> publicTables() { return Shop::tables(); }

}  // namespace kontor::gateway

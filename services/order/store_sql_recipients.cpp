#include "chassis/base/assert.hpp"
#include "chassis/security/sealer.hpp"
#include "services/order/store.hpp"

namespace kontor::order {
namespace {

constexpr std::string_view kOfOrder = "SELECT id, number, personal FROM orders WHERE id = $1";
constexpr std::string_view kOfCheckout = "SELECT id, number, personal FROM orders WHERE checkout_id = $1";

}  // namespace

task<std::optional<v1::Recipient>> OrderStore::recipient(store::Statements& in, std::string order_id,
                                                         std::string checkout_id) const {
  const bool by_order = !order_id.empty();
  const std::string_view sql = by_order ? kOfOrder : kOfCheckout;
  store::Params values = store::params(by_order ? order_id : checkout_id);
  const store::Rows rows = co_await in.query(sql, std::move(values));
  if (rows.empty()) co_return std::nullopt;
  const store::Row& row = rows.front();
  v1::Recipient recipient;
  recipient.set_order_id(row.text(0));
  recipient.set_number(std::to_string(row.int64(1)));
  v1::Order personal;
  KONTOR_ASSERT(personal.ParseFromString(sealer_.open(row.bytes(2), "orders.personal:" + row.text(0))),
                "personal data parses");
  recipient.set_email(personal.email());
  co_return recipient;
}

}  // namespace kontor::order

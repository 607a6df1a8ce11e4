#include "services/cart/invariants.hpp"

#include "chassis/base/error.hpp"
#include "chassis/store/audit.hpp"
#include "chassis/store/sql.hpp"
#include "services/cart/parts.hpp"

namespace kontor::cart {
namespace {

constexpr std::int64_t kPage = 500;

using Findings = std::vector<std::string> (*)(const Cart&);

void examine(store::Audit& audit, const Cart& cart, Findings findings) {
  ++audit.checked;
  for (const std::string& finding : findings(cart)) audit.violate("cart " + cart.id_hash + ": " + finding);
}

task<type::v1::CheckInvariantsResponse> walk(store::Statements& in, const Parts& parts, Time now) {
  std::vector<store::Audit> audits = co_await parts.store->audit(in, now);
  store::Audit sums("cart: totals equal the sums of lines and shipping");
  store::Audit states("cart: a cart names a checkout exactly when one holds it");
  std::string after;
  for (bool more = true; more;) {
    const std::vector<Cart> carts = co_await parts.store->after(in, after, kPage);
    for (const Cart& cart : carts) {
      examine(sums, cart, wrongSums);
      examine(states, cart, wrongState);
    }
    more = carts.size() == static_cast<std::size_t>(kPage);
    if (more) after = carts.back().id_hash;
  }
  audits.push_back(std::move(sums));
  audits.push_back(std::move(states));
  type::v1::CheckInvariantsResponse response;
  store::addAudits(audits, response);
  const std::vector<store::Audit> records = co_await store::auditRecords(in, parts.sealer, "cart", now);
  store::addAudits(records, response);
  co_return response;
}

}  // namespace

std::vector<std::string> wrongSums(const Cart& cart) {
  Cart anew = cart;
  try {
    price(anew, cart.totals.discount);
  } catch (const Error& error) {
    return {"cannot be priced: " + error.message()};
  }
  std::vector<std::string> wrong;
  for (std::size_t i = 0; i < cart.lines.size(); ++i) {
    const Line& line = cart.lines[i];
    if (line == anew.lines[i]) continue;
    wrong.push_back("line " + line.id + " shows " + std::to_string(line.total) + " with tax " +
                    std::to_string(line.tax) + ", its price and quantity make " + std::to_string(anew.lines[i].total) +
                    " with tax " + std::to_string(anew.lines[i].tax));
  }
  if (cart.totals != anew.totals)
    wrong.push_back("shows " + std::to_string(cart.totals.total) + " with tax " + std::to_string(cart.totals.tax) +
                    ", its lines and shipping make " + std::to_string(anew.totals.total) + " with tax " +
                    std::to_string(anew.totals.tax));
  return wrong;
}

std::vector<std::string> wrongState(const Cart& cart) {
  const bool in_checkout = cart.state == State::kCheckingOut || cart.state == State::kCompleted;
  if (in_checkout == !cart.checkout.empty()) return {};
  const std::string state(stateName(cart.state));
  if (in_checkout) return {"is " + state + " without a checkout"};
  return {"is " + state + ", but names the checkout " + cart.checkout};
}

task<type::v1::CheckInvariantsResponse> checkInvariants(std::shared_ptr<const Parts> parts, Time now) {
  auto read = [parts, now](store::Statements& in) { return walk(in, *parts, now); };
  co_return co_await parts->database->snapshot(std::move(read));
}

}  // namespace kontor::cart

#include "services/cart/invariants.hpp"

#include "chassis/base/error.hpp"
#include "chassis/store/sql.hpp"
#include "services/cart/store.hpp"

namespace kontor::cart {
namespace {

constexpr std::int64_t kPage = 500;
constexpr int kViolationsMax = 20;

using Findings = std::vector<std::string> (*)(const Cart&);

void examine(type::v1::Invariant& invariant, const Cart& cart, Findings findings) {
  invariant.set_checked(invariant.checked() + 1);
  for (const std::string& finding : findings(cart)) {
    invariant.set_ok(false);
    if (invariant.violations_size() < kViolationsMax) invariant.add_violations("cart " + cart.id_hash + ": " + finding);
  }
}

task<type::v1::CheckInvariantsResponse> walk(store::Statements& in, Store& store) {
  type::v1::CheckInvariantsResponse response;
  type::v1::Invariant& sums = *response.add_invariants();
  sums.set_name("cart totals equal the sums of their lines and shipping");
  sums.set_ok(true);
  type::v1::Invariant& states = *response.add_invariants();
  states.set_name("carts name a checkout exactly when one holds them");
  states.set_ok(true);
  std::string after;
  while (true) {
    const std::vector<Cart> carts = co_await store.after(in, after, kPage);
    for (const Cart& cart : carts) {
      examine(sums, cart, wrongSums);
      examine(states, cart, wrongState);
    }
    if (carts.size() < static_cast<std::size_t>(kPage)) co_return response;
    after = carts.back().id_hash;
  }
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

task<type::v1::CheckInvariantsResponse> checkInvariants(store::SqlStore& database, Store& store) {
  auto read = [&store](store::Statements& in) { return walk(in, store); };
  co_return co_await database.snapshot(read);
}

}  // namespace kontor::cart

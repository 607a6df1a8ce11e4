#include "services/cart/invariants.hpp"

#include "services/cart/counter_test.hpp"

namespace kontor::cart {
namespace {

using Strings = std::vector<std::string>;

/// A row edited behind the service's back, and what must be said of it; %C stands for the hash of the only cart.
struct Plant {
  std::string sql;
  std::string said;
};

const std::vector<Plant> kPlants = {
    {"UPDATE cart SET total = total - 1",
     "cart %C: shows 2488 with tax 397, its lines and shipping make 2489 with tax 397"},
    {"UPDATE cart SET state = 'completed'", "cart %C: is completed without a checkout"},
    {"UPDATE cart SET checkout = 'chk_1'", "cart %C: is active, but names the checkout chk_1"},
    {"UPDATE cart SET state = 'checking_out', checkout = 'chk_1'", "cart %C is checking_out, nobody knows since when"},
    {"UPDATE cart SET expires_at = 0", "cart %C is active, though it expired at 1970-01-01T00:00:00Z"},
    {"UPDATE line SET id = 'line_x', id_hash = 'nobody'", "line line_x: there is no cart nobody"},
    {"UPDATE cart SET email = shipping_address", "cart %C, email: "},
};

TEST(Invariants, NameTheEditedCart) {
  for (const Plant& plant : kPlants) {
    Counter shop;
    shop.ready();
    const std::string hash = shop.query("SELECT id_hash FROM cart")[0].text(0);
    ASSERT_EQ(shop.violations(), Strings());
    EXPECT_EQ(shop.edit(plant.sql), 1);
    std::string said = plant.said;
    if (const auto at = said.find("%C"); at != std::string::npos) said.replace(at, 2, hash);
    const Strings found = shop.violations();
    ASSERT_FALSE(found.empty()) << said;
    EXPECT_EQ(found.front().substr(0, said.size()), said);
  }
}

TEST(Invariants, NameTheEditedLine) {
  Counter shop;
  shop.ready();
  EXPECT_EQ(shop.edit("UPDATE line SET tax = tax + 1"), 1);
  ASSERT_EQ(shop.violations().size(), 1u);
  EXPECT_NE(shop.violations()[0].find("shows 1999 with tax 320"), std::string::npos);
}

}  // namespace
}  // namespace kontor::cart

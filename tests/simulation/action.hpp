#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kontor::simulation {

/// What the shop is busy with when a fault strikes.
enum class Action : std::uint8_t {
  kCart,        // a cart is made or changed
  kPay,         // a payment call runs
  kComplete,    // a cart becomes an order
  kCancel,      // an order is cancelled
  kExpiry,      // a checkout that nobody completed is given up
  kShipping,    // an order is packed, shipped or delivered
  kImport,      // a product file is stored
  kAdjustment,  // stock is corrected
  kStart,       // the shop starts after the fault before
  kLook,        // somebody reads
};
inline constexpr std::size_t kActions = 10;
inline constexpr std::array<std::string_view, kActions> kActionNames = {
    "cart", "pay", "complete", "cancel", "expiry", "shipping", "import", "adjustment", "start", "look"};

enum class Fault : std::uint8_t { kKill, kPowerCut };
inline constexpr std::size_t kFaults = 2;
inline constexpr std::array<std::string_view, kFaults> kFaultNames = {"kills", "power cuts"};

/// Which actions are under way; a fault counts for each of them.
using Actions = std::array<bool, kActions>;

constexpr std::size_t indexOf(Action action) { return static_cast<std::size_t>(action); }
constexpr std::size_t indexOf(Fault fault) { return static_cast<std::size_t>(fault); }

}  // namespace kontor::simulation

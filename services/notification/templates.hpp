#pragma once

#include <span>
#include <string>
#include <string_view>

#include "services/notification/domain.hpp"

namespace kontor::notification {

/// All texts there are, by kind and locale.
std::span<const Template> templates();

/// The text for a kind of message in the nearest language: "de-AT" takes "de-AT", else "de", else "en". Asserts that
/// the kind has an English one.
const Template& templateFor(std::string_view kind, std::string_view locale);

/// Why an order was cancelled, in words a shopper understands. A reason without words of its own has an empty one.
std::string cancelReason(std::string_view reason, std::string_view locale);

}  // namespace kontor::notification

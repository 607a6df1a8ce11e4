#pragma once

#include <string>
#include <string_view>

// What the module's .cpp files share of libsodium, without its header.
namespace kontor::security {

/// Readies libsodium; asserts that it can be. Cheap when called again, thread-safe.
void readySodium();
/// Lower-case hexadecimal digits of `bytes`.
std::string toHex(std::string_view bytes);
/// BLAKE2b with 256 bits; with a key of 16 to 64 bytes it is a MAC.
std::string blake2b(std::string_view data, std::string_view key = {});

}  // namespace kontor::security

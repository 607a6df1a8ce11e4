#include "money/currency.hpp"

#include <array>
#include <stdexcept>

namespace kontor::money {
namespace {

// ISO 4217's active codes by the number of decimals, each list sorted: four characters a code, so that a code
// is found by bisection and the list stays readable. Euro, franc and the funds codes (CHE, USN ...) included;
// precious metals, drawing rights and the test codes are left out, for they have no minor unit.
constexpr std::string_view kTwoDecimals =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
    "CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS "
    "VED VES WST XAD XCD XCG YER ZAR ZMW ZWG ";
constexpr std::string_view kNoDecimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ";
constexpr std::string_view kThreeDecimals = "BHD IQD JOD KWD LYD OMR TND ";
constexpr std::string_view kFourDecimals = "CLF UYW ";

struct List {
  std::string_view codes;
  int exponent;
};
constexpr std::array<List, 4> kLists{{{kTwoDecimals, 2}, {kNoDecimals, 0}, {kThreeDecimals, 3}, {kFourDecimals, 4}}};

constexpr size_t kStride = 4;

constexpr std::string_view codeAt(std::string_view codes, size_t index) { return codes.substr(index * kStride, 3); }

constexpr bool isSorted(std::string_view codes) {
  if (codes.size() % kStride != 0) return false;
  for (size_t i = 1; i < codes.size() / kStride; ++i) {
    if (codeAt(codes, i - 1) >= codeAt(codes, i)) return false;
  }
  return true;
}
static_assert(isSorted(kTwoDecimals) && isSorted(kNoDecimals) && isSorted(kThreeDecimals) && isSorted(kFourDecimals),
              "bisection needs the codes sorted, one blank after each");

bool contains(std::string_view codes, std::string_view code) {
  size_t low = 0;
  size_t high = codes.size() / kStride;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (codeAt(codes, middle) < code) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < codes.size() / kStride && codeAt(codes, low) == code;
}

}  // namespace

Currency::Currency(std::string_view code, int exponent) noexcept
    : code_{code[0], code[1], code[2]}, exponent_(static_cast<int8_t>(exponent)) {}

std::optional<Currency> Currency::find(std::string_view code) noexcept {
  if (code.size() != 3) return std::nullopt;
  for (const List& list : kLists) {
    if (contains(list.codes, code)) return Currency(code, list.exponent);
  }
  return std::nullopt;
}

Currency Currency::of(std::string_view code) {
  const std::optional<Currency> currency = find(code);
  if (!currency) {
    throw std::invalid_argument("\"" + std::string(code) +
                                "\" is not a currency; use a code of ISO 4217 such as EUR, USD or JPY");
  }
  return *currency;
}

int64_t Currency::minorUnits() const noexcept {
  constexpr std::array<int64_t, 5> kPowers{1, 10, 100, 1000, 10000};
  return kPowers[static_cast<size_t>(exponent_)];
}

}  // namespace kontor::money

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kontor::catalog::shopify {

struct CsvError;
class Header;

/// One thing that is wrong with a row, in words for the shop's owner.
struct RowError {
  uint64_t line = 0;  ///< from 1, as an editor counts
  std::string
      column_name;       ///< as in the file's header, `#9` for one beyond it; empty if the whole row or file is meant
  std::string value;     ///< what stands there, made printable and cut; empty if nothing does
  std::string problem;   ///< goes on after the value: `is not an amount`
  std::string expected;  ///< what would have been right: `a number like 12.99`
  std::string reason;    ///< a stable word for programs: `NOT_AN_AMOUNT`
};

/// One line: `line 7, column "Variant Price": "abc" is not an amount; expected a number like 12.99`.
std::string formatRowError(const RowError& error);

/// Says what the CSV reader found in the same words; `header` is null as long as none was read.
RowError rowErrorOf(const CsvError& error, const Header* header);

}  // namespace kontor::catalog::shopify

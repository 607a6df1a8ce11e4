#pragma once

#include <string>
#include <vector>

#include "services/catalog/catalog_test.hpp"

namespace kontor::catalog {

using Grid = std::vector<std::vector<std::string>>;

/// What an export answered.
struct Exported {
  std::string text;
  v1::ExportReport report;

  /// The count of a note; 0 when there is none.
  std::int64_t noted(const std::string& kind, const std::string& column = {}) const;
};

Exported exportFile(CatalogShop& shop,
                    v1::ExportProductsRequest::Header header = v1::ExportProductsRequest::HEADER_UNSPECIFIED);

/// The cells of a CSV file, header included.
Grid cellsOf(const std::string& csv);

/// The cells below the column of that name.
std::vector<std::string> columnOf(const Grid& grid, const std::string& name);

/// A product file of random shape and spelling that the import takes without a fault: drawn from rapidcheck, within a
/// property. `cells` is what its rows say, header first; `text` is one of the ways to write them down.
struct RandomFile {
  Grid cells;
  std::string text;
  bool classic = false;
};
RandomFile randomFile();

}  // namespace kontor::catalog

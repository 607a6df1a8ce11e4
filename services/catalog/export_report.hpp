#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kontor/catalog/v1/catalog.kontor.hpp"
#include "services/catalog/export_columns.hpp"

namespace kontor::catalog {

struct ImportedFile;

/// Which file an export follows.
struct ExportOrigin {
  shopify::HeaderKind kind = shopify::HeaderKind::kCurrent;
  std::optional<shopify::Header> header;  // none: Shopify's own columns
  std::int64_t refused = 0;               // what was refused of that file
  FileHabits habits;
};

/// The file imported last with a header of the wanted kind (of any kind when none is said); `files` are newest first.
ExportOrigin originOf(const std::vector<ImportedFile>& files, v1::ExportProductsRequest::Header wanted);

/// What is told with the file, as JSON: counts, and each way in which it differs from the file that was imported.
std::string reportOf(const ExportCounts& counts, const ExportColumns& columns, const ExportOrigin& origin);

}  // namespace kontor::catalog

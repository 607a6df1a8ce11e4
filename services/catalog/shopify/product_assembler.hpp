#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "money/currency.hpp"
#include "services/catalog/shopify/csv_reader.hpp"
#include "services/catalog/shopify/fingerprints.hpp"
#include "services/catalog/shopify/header.hpp"
#include "services/catalog/shopify/imported_product.hpp"
#include "services/catalog/shopify/row_error.hpp"

namespace kontor::catalog::shopify {

class RowReader;

/// What one product may take, so that memory stays bounded whatever a file says.
struct ProductLimits {
  size_t rows = 4096;
  size_t bytes = 16 << 20;  ///< of its rows' cells
};

struct ImportOptions {
  money::Currency currency;  ///< the shop's: what the file's prices are in
  bool track_all = false;    ///< an empty inventory tracker means tracked, too
  ProductLimits limits = {};
  CsvLimits csv = {};
};

/// How far an import is; the header is not counted as a row, nor are empty rows.
struct ImportProgress {
  uint64_t bytes = 0;  ///< of the file, as fed
  uint64_t rows = 0;
  uint64_t bad_rows = 0;  ///< with one error or more
  uint64_t products = 0;  ///< delivered, like variants and images
  uint64_t variants = 0;
  uint64_t images = 0;
  uint64_t products_left_out = 0;
  uint64_t blank_rows = 0;     ///< all cells empty: passed over
  uint64_t trimmed_names = 0;  ///< column names with blanks around them
  CsvHabits habits = {};
};

/// Takes what an import yields, in the file's order; an error may stand after a product whose rows it lies between.
class ProductSink {
 public:
  virtual ~ProductSink() = default;
  virtual void product(ImportedProduct product) = 0;
  virtual void error(RowError error) = 0;
};

/// Makes products of rows, one at a time: a product is delivered when the first row of the next one comes.
///
/// What a bad cell costs: in the product's own columns (title, status, option names …; meant on its first row) the
/// product; in a variant's columns that variant; in an image's columns that image. The rest of the product is kept
/// as long as one variant is good. A row without a handle, or beyond the limits, is left out as a whole.
///
/// The rows of one product must stand together. A handle that comes back after another product would need all
/// products kept in mind, so each such row is an error; of handles only a fingerprint is kept, see `Fingerprints`.
class ProductAssembler {
 public:
  /// `progress` must outlive the assembler, which counts all but bytes in it.
  ProductAssembler(const ImportOptions& options, Header header, ImportProgress& progress);

  void row(const CsvRow& row, ProductSink& sink);
  /// Delivers the last product.
  void finish(ProductSink& sink);

  const Header& header() const noexcept { return header_; }

 private:
  struct Draft;

  void take(const std::string& handle, RowReader& cells, size_t bytes, ProductSink& sink);
  bool admit(RowReader& cells, size_t bytes);
  void addParts(RowReader& cells, bool first);
  std::optional<size_t> addVariant(RowReader& cells);
  std::optional<size_t> addImage(RowReader& cells);
  void nameVariant(RowReader& cells, ImportedVariant& variant);
  void deliver(Draft draft, ProductSink& sink);

  /// The product whose rows are being read.
  struct Draft {
    ImportedProduct product;
    size_t rows = 0;
    size_t bytes = 0;
    bool scattered = false;  // its handle was there before
    bool left_out = false;   // its first row is bad
    bool bad_rows = false;
  };

  ImportOptions options_;
  Header header_;
  ImportProgress& progress_;
  std::optional<Draft> draft_;
  Fingerprints handles_;
  Fingerprints skus_;
};

}  // namespace kontor::catalog::shopify

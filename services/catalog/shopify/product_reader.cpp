#include "services/catalog/shopify/product_reader.hpp"

#include <utility>
#include <variant>

#include "chassis/base/assert.hpp"

namespace kontor::catalog::shopify {

ProductReader::ProductReader(const ImportOptions& options) : options_(options), csv_(options.csv) {}

void ProductReader::feed(std::string_view chunk, ProductSink& sink) {
  progress_.bytes += chunk.size();
  if (failed_) return;
  sink_ = &sink;
  csv_.feed(chunk, *this);
  progress_.habits = csv_.habits();
  sink_ = nullptr;
}

void ProductReader::finish(ProductSink& sink) {
  if (failed_) return;
  sink_ = &sink;
  csv_.finish(*this);
  progress_.habits = csv_.habits();
  sink_ = nullptr;
  if (assembler_) {
    assembler_->finish(sink);
  } else if (!failed_) {
    failed_ = true;
    sink.error({1, "", "", "the file is empty", "a header and one row for each variant", "EMPTY_FILE"});
  }
}

void ProductReader::row(const CsvRow& row) {
  KONTOR_ASSERT(sink_ != nullptr, "rows come during feed and finish only");
  if (failed_) return;
  if (assembler_) return assembler_->row(row, *sink_);
  std::variant<Header, RowError> header = Header::parse(row.line, row.fields);
  if (const RowError* error = std::get_if<RowError>(&header)) {
    failed_ = true;
    return sink_->error(*error);
  }
  csv_.expectColumns(row.fields.size());
  assembler_.emplace(options_, std::get<Header>(std::move(header)), progress_);
  for (size_t i = 0; i < row.fields.size(); ++i)
    progress_.trimmed_names += row.fields[i] == assembler_->header().name(i) ? 0 : 1;
}

void ProductReader::error(const CsvError& error) {
  if (failed_) return;
  if (assembler_) {
    ++progress_.rows;
    ++progress_.bad_rows;
  } else {
    failed_ = true;  // the header itself cannot be read
  }
  sink_->error(rowErrorOf(error, header()));
}

}  // namespace kontor::catalog::shopify

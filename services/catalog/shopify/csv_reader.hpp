#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::catalog::shopify {

/// What one row may take; memory is bounded by `row_bytes` whatever the file's size.
struct CsvLimits {
  size_t row_bytes = 2 << 20;
  size_t field_bytes = 512 << 10;
  size_t columns = 1024;
};

/// One row, valid during the call of `CsvSink::row` only.
struct CsvRow {
  uint64_t line = 0;  ///< where the row begins, from 1, as an editor counts
  std::span<const std::string> fields;
};

/// What can be wrong with a row before anybody looks at what it says.
enum class CsvProblem {
  kUnclosedQuote,   ///< a quote opens and the file ends, or the next quote does not end a field
  kTextAfterQuote,  ///< `"abc"d`: text between the closing quote and the comma
  kInvalidText,     ///< a byte that is not UTF-8, or NUL
  kNotUtf8,         ///< the file begins as UTF-16 does; nothing of it is read
  kTooManyFields,   ///< more fields than the header, or than `CsvLimits::columns`
  kFieldTooLarge,
  kRowTooLarge,
};

/// A row that was left out.
struct CsvError {
  CsvProblem problem = CsvProblem::kUnclosedQuote;
  uint64_t line = 0;    ///< of the quote, the byte or the field in question
  size_t field = 0;     ///< from 0
  size_t limit = 0;     ///< the one that was passed: in bytes or, for kTooManyFields, in fields
  uint64_t offset = 0;  ///< of the byte in question in the file, from 0
  std::string excerpt;  ///< how the field begins, as it stands in the file; the byte alone for kInvalidText
};

/// How a file is written where an export writes otherwise; counts of what was read.
struct CsvHabits {
  bool byte_order_mark = false;
  uint64_t other_line_ends = 0;  ///< rows that end with CRLF or CR, and a last one without any
  uint64_t needless_quotes = 0;  ///< cells in quotes that hold no comma, quote or line end
  uint64_t empty_lines = 0;
  uint64_t other_lengths = 0;  ///< rows with fewer fields than the header, or with empty ones more
};

/// Takes what `CsvReader` finds, in the order of the file.
class CsvSink {
 public:
  virtual ~CsvSink() = default;
  virtual void row(const CsvRow& row) = 0;
  virtual void error(const CsvError& error) = 0;
};

/// Reads CSV (RFC 4180) from chunks of any size, in memory bounded by one row.
///
/// Takes UTF-8 with or without a byte order mark; lines end with CRLF, LF or CR; quoted fields may hold line ends. A
/// quote inside an unquoted field is text (`5" nail`), as spreadsheets read it. Empty lines are passed over. Rows may
/// have fewer fields than `expectColumns`, and more if those are empty.
///
/// A bad row is reported and reading goes on at the line after the one where it began: with an unclosed quote the
/// following rows are so read again as rows. That is bounded: once eight times the file has been read again, the rest
/// of a bad row is passed over instead, so that a hostile file costs linear time.
/// Not thread safe; throws nothing of its own. Example: csv_reader_test.cpp "ReadsRows".
class CsvReader {
 public:
  explicit CsvReader(CsvLimits limits = {});

  /// Reads on; rows and errors go to `sink` before this returns.
  void feed(std::string_view chunk, CsvSink& sink);

  /// The file ends here: delivers a last row without line end. Call once.
  void finish(CsvSink& sink);

  /// How many columns the header has; may be called from `CsvSink::row`.
  void expectColumns(size_t columns) noexcept { columns_ = columns; }

  const CsvHabits& habits() const noexcept { return habits_; }

 private:
  enum class State { kFieldStart, kUnquoted, kQuoted, kQuoteInQuoted, kSkipLine, kDead };
  // Where a field begins: offset from the row's begin, and line.
  struct Origin {
    size_t offset;
    uint64_t line;
  };

  bool passByteOrderMark(bool at_end, CsvSink& sink);
  void scan(CsvSink& sink);
  void step(char character, CsvSink& sink);
  void plain(char character, CsvSink& sink);
  void append(char character, CsvSink& sink);
  void beginField();
  bool endField(CsvSink& sink);
  void endRow(CsvSink& sink);
  bool passTrailingBlanks();
  void beginRow(size_t at, uint64_t line);
  void report(CsvProblem problem, size_t field, size_t offset_in_row, CsvSink& sink);
  void fail(CsvProblem problem, CsvSink& sink);
  void recover();
  void compact();
  size_t bytesInRow() const noexcept { return scan_ - row_begin_; }

  CsvLimits limits_;
  size_t columns_;
  uint64_t bytes_fed_ = 0;
  uint64_t bytes_read_again_ = 0;

  std::string buffer_;          // from the row's begin (or before) to the last byte fed
  uint64_t buffer_offset_ = 0;  // where the buffer begins in the file
  size_t row_begin_ = 0;
  size_t scan_ = 0;
  uint64_t line_ = 1;      // of the byte at scan_
  bool after_cr_ = false;  // the row before ended with CR: an LF at the row's begin belongs to it
  bool begun_ = false;
  State state_ = State::kFieldStart;

  std::vector<std::string> fields_;  // never shrinks, so that the strings keep their memory from row to row
  size_t field_count_ = 0;           // how many of them are in use
  std::vector<Origin> origins_;
  CsvHabits habits_;
};

}  // namespace kontor::catalog::shopify

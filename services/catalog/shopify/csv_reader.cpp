#include "services/catalog/shopify/csv_reader.hpp"

#include <algorithm>
#include <utility>

#include "services/catalog/shopify/csv_writer.hpp"
#include "services/catalog/shopify/utf8.hpp"

namespace kontor::catalog::shopify {
namespace {

constexpr size_t kSliceBytes = 64 << 10;  // a large chunk is taken in slices, so that the buffer stays small
constexpr size_t kExcerptBytes = 60;
constexpr uint64_t kReadAgainFree = 8 << 20;  // small files are always read again in full
constexpr uint64_t kReadAgainTimes = 8;

bool endsLine(char character) { return character == '\n' || character == '\r'; }

// Whether the byte at `at`, inside a row, makes a new line: the LF of a CRLF does not make a second one.
bool beginsLineAfter(const std::string& buffer, size_t at) {
  return buffer[at] == '\r' || (buffer[at] == '\n' && (at == 0 || buffer[at - 1] != '\r'));
}

}  // namespace

CsvReader::CsvReader(CsvLimits limits) : limits_(limits), columns_(limits.columns) { beginField(); }

void CsvReader::feed(std::string_view chunk, CsvSink& sink) {
  bytes_fed_ += chunk.size();
  while (!chunk.empty() && state_ != State::kDead) {
    const std::string_view slice = chunk.substr(0, kSliceBytes);
    chunk.remove_prefix(slice.size());
    buffer_ += slice;
    if (!passByteOrderMark(false, sink)) continue;
    scan(sink);
    compact();
  }
}

void CsvReader::finish(CsvSink& sink) {
  if (!passByteOrderMark(true, sink)) return;
  // A bad row sends scan_ back, each time to a later line.
  do {
    scan(sink);
    if (state_ == State::kQuoted) {
      fail(CsvProblem::kUnclosedQuote, sink);
    } else if (bytesInRow() > 0 && endField(sink)) {
      ++habits_.other_line_ends;
      endRow(sink);
    }
  } while (scan_ < buffer_.size());
  state_ = State::kDead;
}

// False as long as too little was fed to know, and if the file is not UTF-8 at all.
bool CsvReader::passByteOrderMark(bool at_end, CsvSink& sink) {
  if (begun_) return state_ != State::kDead;
  const std::string_view begin = std::string_view(buffer_).substr(0, 3);
  if (begin.size() < 3 && !at_end) return false;
  begun_ = true;
  if (begin.starts_with("\xFF\xFE") || begin.starts_with("\xFE\xFF")) {
    report(CsvProblem::kNotUtf8, 0, 0, sink);
    state_ = State::kDead;
    return false;
  }
  if (begin == "\xEF\xBB\xBF") {
    habits_.byte_order_mark = true;
    beginRow(3, 1);
  }
  return true;
}

void CsvReader::scan(CsvSink& sink) {
  while (scan_ < buffer_.size()) {
    const char character = buffer_[scan_];
    if (bytesInRow() == 0 && std::exchange(after_cr_, false) && character == '\n') {
      row_begin_ = ++scan_;
    } else {
      step(character, sink);
    }
  }
}

// Takes one byte: moves scan_ on by one, unless fail() went back to read a part again.
void CsvReader::step(char character, CsvSink& sink) {
  switch (state_) {
    case State::kFieldStart:
      if (character != '"') return plain(character, sink);
      state_ = State::kQuoted;
      ++scan_;
      return;
    case State::kUnquoted:
      return plain(character, sink);
    case State::kQuoted:
      if (character != '"') return append(character, sink);
      state_ = State::kQuoteInQuoted;
      ++scan_;
      return;
    case State::kQuoteInQuoted:
      if (character == ',' || endsLine(character)) return plain(character, sink);
      if (character != '"') {
        const bool one_line = origins_.back().line == line_;
        return fail(one_line ? CsvProblem::kTextAfterQuote : CsvProblem::kUnclosedQuote, sink);
      }
      state_ = State::kQuoted;
      return append(character, sink);
    case State::kSkipLine:
      if (!endsLine(character)) {
        row_begin_ = ++scan_;
        return;
      }
      after_cr_ = character == '\r';
      return beginRow(scan_ + 1, line_ + 1);
    case State::kDead:
      scan_ = buffer_.size();
  }
}

// A byte outside quotes.
void CsvReader::plain(char character, CsvSink& sink) {
  if (character == ',') {
    if (!endField(sink)) return;
    ++scan_;
    return beginField();
  }
  if (!endsLine(character)) {
    state_ = State::kUnquoted;
    return append(character, sink);
  }
  if (!endField(sink)) return;
  after_cr_ = character == '\r';
  if (after_cr_) ++habits_.other_line_ends;
  ++line_;
  ++scan_;
  endRow(sink);
}

void CsvReader::append(char character, CsvSink& sink) {
  std::string& field = fields_[field_count_];
  if (field.size() >= limits_.field_bytes) return fail(CsvProblem::kFieldTooLarge, sink);
  if (bytesInRow() >= limits_.row_bytes) return fail(CsvProblem::kRowTooLarge, sink);
  field += character;
  if (beginsLineAfter(buffer_, scan_)) ++line_;
  ++scan_;
}

void CsvReader::beginField() {
  state_ = State::kFieldStart;
  if (fields_.size() <= field_count_) fields_.emplace_back();
  fields_[field_count_].clear();
  origins_.push_back({bytesInRow(), line_});
}

// False if that was one too many and the row was given up.
bool CsvReader::endField(CsvSink& sink) {
  if (field_count_ >= limits_.columns) {
    fail(CsvProblem::kTooManyFields, sink);
    return false;
  }
  if (state_ == State::kQuoteInQuoted && !needsQuotes(fields_[field_count_])) ++habits_.needless_quotes;
  ++field_count_;
  return true;
}

// Delivers the row that ends before scan_, unless it is empty or bad.
void CsvReader::endRow(CsvSink& sink) {
  const std::string_view raw = std::string_view(buffer_).substr(row_begin_, bytesInRow());
  if (raw.find_first_not_of("\r\n") == std::string_view::npos) {
    ++habits_.empty_lines;
    return beginRow(scan_, line_);
  }
  if (field_count_ != columns_ && columns_ != limits_.columns) ++habits_.other_lengths;
  if (!passTrailingBlanks()) {
    report(CsvProblem::kTooManyFields, columns_, origins_[columns_].offset, sink);
    // A stray quote may have joined several rows into one: give the later ones another chance.
    return recover();
  }
  const size_t invalid = findInvalidText(raw);
  if (invalid != std::string_view::npos) {
    const auto after = std::upper_bound(origins_.begin(), origins_.end(), invalid,
                                        [](size_t offset, const Origin& origin) { return offset < origin.offset; });
    report(CsvProblem::kInvalidText, static_cast<size_t>(after - origins_.begin()) - 1, invalid, sink);
    return beginRow(scan_, line_);
  }
  sink.row({origins_.front().line, std::span(fields_).first(field_count_)});
  beginRow(scan_, line_);
}

// Drops empty fields beyond the header's; false if one that is not empty remains.
bool CsvReader::passTrailingBlanks() {
  while (field_count_ > columns_ && fields_[field_count_ - 1].empty()) --field_count_;
  return field_count_ <= columns_;
}

void CsvReader::beginRow(size_t at, uint64_t line) {
  row_begin_ = at;
  scan_ = at;
  line_ = line;
  field_count_ = 0;
  origins_.clear();
  beginField();
}

void CsvReader::report(CsvProblem problem, size_t field, size_t offset_in_row, CsvSink& sink) {
  const size_t at = row_begin_ + offset_in_row;
  CsvError error;
  error.problem = problem;
  error.field = field;
  error.limit = problem == CsvProblem::kTooManyFields ? std::min(columns_, limits_.columns)
                : problem == CsvProblem::kRowTooLarge ? limits_.row_bytes
                                                      : limits_.field_bytes;
  error.offset = buffer_offset_ + at;
  error.line = origins_[field].line;
  if (problem == CsvProblem::kInvalidText) {
    error.excerpt = buffer_.substr(at, 1);
    // The byte may stand some lines below its field's begin.
    for (size_t i = row_begin_ + origins_[field].offset; i < at; ++i) error.line += beginsLineAfter(buffer_, i) ? 1 : 0;
  } else {
    error.excerpt = buffer_.substr(at, std::min(kExcerptBytes, scan_ + 1 - at));
    error.excerpt.resize(std::min(error.excerpt.size(), error.excerpt.find_first_of("\r\n")));
  }
  sink.error(error);
}

// Gives up the row in the middle.
void CsvReader::fail(CsvProblem problem, CsvSink& sink) {
  report(problem, origins_.size() - 1, origins_.back().offset, sink);
  recover();
}

// Goes on at the line after the one where the row began, or, where that was not seen yet or is read too often, at
// the next line end.
void CsvReader::recover() {
  const auto begin = buffer_.begin() + static_cast<ptrdiff_t>(row_begin_);
  const auto end = buffer_.begin() + static_cast<ptrdiff_t>(scan_);
  const auto line_end = std::find_if(begin, end, endsLine);
  const uint64_t first_line = origins_.front().line;
  const auto again = static_cast<uint64_t>(end - line_end);
  if (line_end == end || bytes_read_again_ + again > kReadAgainFree + kReadAgainTimes * bytes_fed_) {
    row_begin_ = scan_;
    state_ = State::kSkipLine;
    return;
  }
  bytes_read_again_ += again;
  after_cr_ = *line_end == '\r';
  beginRow(static_cast<size_t>(line_end - buffer_.begin()) + 1, first_line + 1);
}

// Forgets what lies before the row.
void CsvReader::compact() {
  buffer_.erase(0, row_begin_);
  buffer_offset_ += row_begin_;
  scan_ -= row_begin_;
  row_begin_ = 0;
}

}  // namespace kontor::catalog::shopify

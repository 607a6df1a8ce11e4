#include "services/catalog/shopify/csv_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "services/catalog/shopify/utf8.hpp"

namespace kontor::catalog::shopify {
namespace {

using Fields = std::vector<std::string>;

struct Found : CsvSink {
  std::vector<Fields> rows;
  std::vector<uint64_t> lines;
  std::vector<CsvError> errors;

  void row(const CsvRow& row) override {
    rows.emplace_back(row.fields.begin(), row.fields.end());
    lines.push_back(row.line);
  }
  void error(const CsvError& error) override { errors.push_back(error); }
};

Found read(std::string_view text, size_t chunk_bytes = 1 << 20, size_t columns = 100, CsvLimits limits = {}) {
  Found found;
  CsvReader reader(limits);
  reader.expectColumns(columns);
  for (size_t at = 0; at < text.size(); at += chunk_bytes) reader.feed(text.substr(at, chunk_bytes), found);
  reader.finish(found);
  return found;
}

void expectOneError(const Found& found, CsvProblem problem, uint64_t line, size_t field) {
  ASSERT_EQ(found.errors.size(), 1u);
  EXPECT_EQ(found.errors.at(0).problem, problem);
  EXPECT_EQ(found.errors.at(0).line, line);
  EXPECT_EQ(found.errors.at(0).field, field);
}

std::string quoted(const std::string& field) {
  std::string out = "\"";
  for (const char character : field) out += character == '"' ? std::string("\"\"") : std::string(1, character);
  return out + "\"";
}

TEST(CsvReader, ReadsRows) {
  const Found found = read("a,b,c\n1,\"2, and \"\"more\"\"\",3\n,,\n");
  EXPECT_EQ(found.rows, (std::vector<Fields>{{"a", "b", "c"}, {"1", "2, and \"more\"", "3"}, {"", "", ""}}));
  EXPECT_EQ(found.lines, (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_TRUE(found.errors.empty());
}

TEST(CsvReader, TakesAllLineEndsAndPassesOverEmptyLines) {
  const std::vector<Fields> expected{{"a", "b"}, {"c", "d"}};
  EXPECT_EQ(read("a,b\r\nc,d\r\n").rows, expected);
  EXPECT_EQ(read("a,b\nc,d").rows, expected);
  EXPECT_EQ(read("a,b\rc,d\r").rows, expected);
  const Found gaps = read("\r\n\r\na,b\r\n\r\n\nc,d\r\n\r\n");
  EXPECT_EQ(gaps.rows, expected);
  EXPECT_EQ(gaps.lines, (std::vector<uint64_t>{3, 6}));
}

TEST(CsvReader, PassesOverAByteOrderMarkOnly) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\n")
                .rows,
            (std::vector<Fields>{{"a", "b"}}));
  EXPECT_EQ(read("\xEF\xBB\xBF\"a\",b\n", 1).rows, (std::vector<Fields>{{"a", "b"}}));
  EXPECT_TRUE(read("\xEF\xBB\xBF").rows.empty());
  EXPECT_TRUE(read("").rows.empty());
  EXPECT_EQ(read("a").rows, (std::vector<Fields>{{"a"}}));
}

TEST(CsvReader, KeepsLineEndsInsideQuotesAndCountsThem) {
  const Found found = read("a,\"one\r\ntwo\nthree\"\r\nb,\"x\"\r\nc,\"\r\n\"\n");
  EXPECT_EQ(found.rows, (std::vector<Fields>{{"a", "one\r\ntwo\nthree"}, {"b", "x"}, {"c", "\r\n"}}));
  EXPECT_EQ(found.lines, (std::vector<uint64_t>{1, 4, 5}));
}

TEST(CsvReader, AQuoteInsideAnUnquotedFieldIsText) {
  EXPECT_EQ(read("5\" nail,it's \"fine\"\n").rows, (std::vector<Fields>{{"5\" nail", "it's \"fine\""}}));
}

TEST(CsvReader, ReadsTheRowsAfterAnUnclosedQuote) {
  const Found found = read("a,b\n1,\"open\n2,fine\n3,good\n");
  expectOneError(found, CsvProblem::kUnclosedQuote, 2, 1);
  EXPECT_EQ(found.errors.at(0).excerpt, "\"open");
  EXPECT_EQ(found.errors.at(0).offset, 6u);
  EXPECT_EQ(found.rows, (std::vector<Fields>{{"a", "b"}, {"2", "fine"}, {"3", "good"}}));
  EXPECT_EQ(found.lines, (std::vector<uint64_t>{1, 3, 4}));
}

TEST(CsvReader, AnUnclosedQuoteIsFoundAtTheNextQuotedField) {
  const Found found = read("1,\"open\r\n2,fine\r\n3,\"good\"\r\n4,\"last\"\r\n");
  expectOneError(found, CsvProblem::kUnclosedQuote, 1, 1);
  EXPECT_EQ(found.rows, (std::vector<Fields>{{"2", "fine"}, {"3", "good"}, {"4", "last"}}));
  EXPECT_EQ(found.lines, (std::vector<uint64_t>{2, 3, 4}));
}

TEST(CsvReader, TwoUnclosedQuotesAreTwoErrors) {
  const Found found = read("1,\"open\n2,fine\n3,\"again\n4,good\n");
  ASSERT_EQ(found.errors.size(), 2u);
  EXPECT_EQ(found.errors.at(0).line, 1u);
  EXPECT_EQ(found.errors.at(1).line, 3u);
  EXPECT_EQ(found.rows, (std::vector<Fields>{{"2", "fine"}, {"4", "good"}}));
}

TEST(CsvReader, AStrayQuoteThatJoinsRowsIsUndone) {
  // Line 1's quote closes at line 2's: one row of four fields where two are expected.
  const Found found = read("1,\"open\n2,\",x,y\n3,good\n", 1 << 20, 2);
  ASSERT_EQ(found.errors.size(), 2u);
  EXPECT_EQ(found.errors.at(0).problem, CsvProblem::kTooManyFields);
  EXPECT_EQ(found.errors.at(1).problem, CsvProblem::kUnclosedQuote);
  EXPECT_EQ(found.errors.at(1).line, 2u);
  EXPECT_EQ(found.rows, (std::vector<Fields>{{"3", "good"}}));
}

TEST(CsvReader, TextAfterAClosingQuoteIsAnError) {
  const Found found = read("1,\"ok\" no,3\n4,5,6\n");
  expectOneError(found, CsvProblem::kTextAfterQuote, 1, 1);
  EXPECT_EQ(found.errors.at(0).excerpt, "\"ok\" ");
  EXPECT_EQ(found.rows, (std::vector<Fields>{{"4", "5", "6"}}));
}

TEST(CsvReader, NamesInvalidUtf8ByLineFieldAndByte) {
  const Found found = read("a,b\n1,\"x\r\ncaf\xE9\"\n2,caf\xC3\xA9\n");
  expectOneError(found, CsvProblem::kInvalidText, 3, 1);
  EXPECT_EQ(found.errors.at(0).excerpt, "\xE9");
  EXPECT_EQ(found.errors.at(0).offset, 13u);
  EXPECT_EQ(found.rows, (std::vector<Fields>{{"a", "b"}, {"2", "caf\xC3\xA9"}}));
}

TEST(CsvReader, RefusesNulAndUtf16) {
  expectOneError(read(std::string("a,b\0c\n1,2\n", 10)), CsvProblem::kInvalidText, 1, 1);
  const Found utf16 = read(std::string("\xFF\xFEH\0a\0\n\0", 8), 1);
  expectOneError(utf16, CsvProblem::kNotUtf8, 1, 0);
  EXPECT_TRUE(utf16.rows.empty());
}

TEST(CsvReader, TooManyFieldsAreAnErrorUnlessEmpty) {
  const Found found = read("a,b\n1,2,3\n4,5,,\n6\n", 1 << 20, 2);
  expectOneError(found, CsvProblem::kTooManyFields, 2, 2);
  EXPECT_EQ(found.errors.at(0).excerpt, "3");
  EXPECT_EQ(found.rows, (std::vector<Fields>{{"a", "b"}, {"4", "5"}, {"6"}}));
}

TEST(CsvReader, LimitsColumnsFieldsAndRows) {
  const CsvLimits limits{.row_bytes = 40, .field_bytes = 20, .columns = 4};
  const std::string good = "x,y\n";
  const std::string huge(1000, 'h');
  expectOneError(read("1," + huge + "\n" + good, 7, 9, limits), CsvProblem::kFieldTooLarge, 1, 1);
  expectOneError(read("1,\"" + huge + "\n", 7, 9, limits), CsvProblem::kFieldTooLarge, 1, 1);
  expectOneError(read("1,2,3,4,5\n" + good, 7, 9, limits), CsvProblem::kTooManyFields, 1, 4);
  const std::string nearly(15, 'n');
  expectOneError(read(nearly + "," + nearly + "," + nearly + "\n" + good, 7, 9, limits), CsvProblem::kRowTooLarge, 1,
                 2);
  EXPECT_EQ(read("1," + huge + "\n" + good, 7, 9, limits).rows, (std::vector<Fields>{{"x", "y"}}));
  EXPECT_EQ(read("1,2,3,4,5\n" + good, 7, 9, limits).rows, (std::vector<Fields>{{"x", "y"}}));
  EXPECT_EQ(read("1,\"" + huge + "\n" + good, 7, 9, limits).rows, (std::vector<Fields>{{"x", "y"}}));
}

TEST(CsvReader, AHostileFileIsReadInLinearTime) {
  // Each of these lines opens a quote when read afresh and stays open when read inside one.
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "x\",\"\n";
  text += "\nlast,row\n";
  const CsvLimits limits{.row_bytes = 2 << 20, .field_bytes = 512 << 10, .columns = 1024};
  const Found found = read(text, 64 << 10, 1024, limits);
  EXPECT_FALSE(found.errors.empty());
  EXPECT_LT(found.errors.size(), 50'000u);  // each costs up to 1,024 fields; the rest was passed over
}

RC_GTEST_PROP(CsvLaw, WhatIsWrittenIsReadWhateverTheChunks, ()) {
  const auto field = rc::gen::container<std::string>(rc::gen::element('a', 'b', ',', '"', '\n', '\r', ' ', '5'));
  const auto rows = *rc::gen::container<std::vector<Fields>>(rc::gen::container<Fields>(3, field));
  const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n", "\r");
  std::string text;
  for (const Fields& row : rows) {
    text += quoted(row[0]) + "," + quoted(row[1]) + "," + quoted(row[2]) + line_end;
  }
  const Found found = read(text, *rc::gen::inRange<size_t>(1, 20));
  RC_ASSERT(found.rows == rows);
  RC_ASSERT(found.errors.empty());
}

RC_GTEST_PROP(CsvLaw, AnyBytesGiveTheSameWhateverTheChunks, ()) {
  const auto byte = rc::gen::element('a', ',', '"', '\n', '\r', '\xE9', '\xC3', '\xA9');
  const auto text = *rc::gen::resize(200, rc::gen::container<std::string>(byte));
  const CsvLimits limits{.row_bytes = 30, .field_bytes = 12, .columns = 5};
  const Found whole = read(text, 1 << 20, 3, limits);
  const Found pieces = read(text, *rc::gen::inRange<size_t>(1, 9), 3, limits);
  RC_ASSERT(whole.rows == pieces.rows);
  RC_ASSERT(whole.lines == pieces.lines);
  RC_ASSERT(whole.errors.size() == pieces.errors.size());
  for (size_t i = 0; i < whole.errors.size(); ++i) {
    RC_ASSERT(whole.errors[i].problem == pieces.errors[i].problem);
    RC_ASSERT(whole.errors[i].line == pieces.errors[i].line);
    RC_ASSERT(whole.errors[i].offset == pieces.errors[i].offset);
    RC_ASSERT(whole.errors[i].excerpt == pieces.errors[i].excerpt);
  }
  RC_ASSERT(std::is_sorted(whole.lines.begin(), whole.lines.end()));
}

TEST(Utf8, FindsWhatIsNotText) {
  EXPECT_EQ(findInvalidText("plain, Größe, 日本, \xF0\x9F\x8D\xB5"), std::string_view::npos);
  EXPECT_EQ(findInvalidText("ab\x80"), 2u);
  EXPECT_EQ(findInvalidText("\xC0\xAF"), 0u);          // overlong
  EXPECT_EQ(findInvalidText("\xE0\x80\xAF"), 0u);      // overlong
  EXPECT_EQ(findInvalidText("\xED\xA0\x80"), 0u);      // a surrogate
  EXPECT_EQ(findInvalidText("\xF4\x90\x80\x80"), 0u);  // above U+10FFFF
  EXPECT_EQ(findInvalidText("a\xE2\x82"), 1u);         // cut off
  EXPECT_EQ(findInvalidText(std::string("a\0b", 3)), 1u);
}

TEST(Utf8, MakesBytesPrintable) {
  EXPECT_EQ(printable("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(printable("caf\xE9\n"), "caf\\xE9\\x0A");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace kontor::catalog::shopify

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "chassis/json/base64.hpp"
#include "chassis/json/reader.hpp"
#include "chassis/json/rules.hpp"
#include "chassis/json/walk.hpp"
#include "chassis/json/writer.hpp"
#include "chassis/testing/any_text.hpp"

namespace kontor::json {
namespace {

template <class Write>
std::string written(Write write) {
  std::string out;
  Writer writer(out);
  write(writer);
  return out;
}

/// The error of parsing a bad text, as "REASON message".
std::string refusal(std::string_view text, const Limits& limits = {}) {
  try {
    Document::parse(text, limits);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    return error.reason() + " " + error.message();
  }
  return "accepted";
}

/// All faults as "path REASON", one line each.
std::string faultsOf(const Reader& reader) {
  std::string text;
  for (const FieldError& fault : reader.faults()) text += fault.path + " " + fault.reason + "\n";
  return text;
}

TEST(Writer, PlacesCommas) {
  EXPECT_EQ(written([](Writer& writer) {
              writer.beginObject();
              writer.key("a\"b");
              writer.beginArray();
              writer.number(std::int32_t{1});
              writer.beginArray();
              writer.endArray();
              writer.boolean(true);
              writer.beginObject();
              writer.endObject();
              writer.endArray();
              writer.rawKey("\"next\":");
              writer.null();
              writer.rawKey("\"raw\":");
              writer.raw("{\"x\":1}");
              writer.endObject();
            }),
            R"({"a\"b":[1,[],true,{}],"next":null,"raw":{"x":1}})");
}

TEST(Writer, EscapesWhatMustBe) {
  EXPECT_EQ(written([](Writer& writer) { writer.string("\"\\/\b\f\n\r\t\x01\x1f\x7f ü €"); }),
            "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f ü €\"");
}

TEST(Writer, WritesNumbersThatReadBackTheSame) {
  EXPECT_EQ(written([](Writer& writer) { writer.number(std::numeric_limits<std::int64_t>::min()); }),
            "-9223372036854775808");
  EXPECT_EQ(written([](Writer& writer) { writer.number(std::numeric_limits<std::uint64_t>::max()); }),
            "18446744073709551615");
  EXPECT_EQ(written([](Writer& writer) { writer.number(0.1); }), "0.1");
  EXPECT_EQ(written([](Writer& writer) { writer.number(0.1F); }), "0.1");
  EXPECT_EQ(written([](Writer& writer) { writer.number(std::numeric_limits<double>::quiet_NaN()); }), "null");
  EXPECT_EQ(written([](Writer& writer) { writer.number(-std::numeric_limits<float>::infinity()); }), "null");
}

TEST(Document, NamesThePlaceOfAFault) {
  const std::array<std::pair<std::string, std::string>, 27> cases{{
      {"", "line 1, column 1: the text ends too early: expected a value"},
      {"  \n ", "line 2, column 2: the text ends too early: expected a value"},
      {"{\n\"a\": 1,\n\"ü€\": ?}", "line 3, column 7: expected a value"},
      {"{\"a\" 1}", "line 1, column 6: expected \":\" after a member's name"},
      {"{\"a\": 1 \"b\"", "line 1, column 9: expected \",\" or \"}\" after a member"},
      {"[1 2]", "line 1, column 4: expected \",\" or \"]\" after an item"},
      {"[1,]", "line 1, column 4: expected a value"},
      {"{\"a\":1,}", "line 1, column 8: expected a member's name in double quotes"},
      {"{a:1}", "line 1, column 2: expected a member's name in double quotes"},
      {"[1", "line 1, column 3: the text ends too early: expected \",\" or \"]\" after an item"},
      {"{} x", "line 1, column 4: nothing may follow the value"},
      {"1 2", "line 1, column 3: nothing may follow the value"},
      {"[tru]", "line 1, column 2: expected a value"},
      {"[01]", "line 1, column 2: a number may not begin with 0"},
      {"[-]", "line 1, column 3: expected a digit"},
      {"[1.]", "line 1, column 4: expected a digit"},
      {"[1e+]", "line 1, column 5: expected a digit"},
      {"[NaN]", "line 1, column 2: expected a value"},
      {"[18446744073709551616]", "line 1, column 2: the number is out of range"},
      {"[-9223372036854775809]", "line 1, column 2: the number is out of range"},
      {"[1e999]", "line 1, column 2: the number is out of range"},
      {"[\"a\tb\"]", "line 1, column 4: a control character in a string must be escaped"},
      {"[\"a\\x\"]", "line 1, column 4: an unknown escape in a string"},
      {"[\"\\ud800\"]", "line 1, column 3: \\u must be followed by the four hex digits of a character"},
      {"[\"\\u12g4\"]", "line 1, column 3: \\u must be followed by the four hex digits of a character"},
      {"[\"ü\xff\"]", "line 1, column 4: invalid UTF-8"},
      {"[\"abc", "line 1, column 6: the text ends too early: expected \" at the end of a string"},
  }};
  for (const auto& [text, place] : cases) EXPECT_EQ(refusal(text), "MALFORMED_JSON malformed JSON at " + place) << text;
}

TEST(Document, TakesWhatTheGrammarAllows) {
  for (const std::string_view text : {"0", "-0", "1e2", "1E-999", "0.1e+3", "\"\\ud83d\\ude00\"", " [ ] ", "{\"\":{}}",
                                      "null", "18446744073709551615"}) {
    EXPECT_EQ(refusal(text), "accepted") << text;
  }
}

TEST(Document, LimitsTheDepth) {
  const Limits limits{.depth = 3, .members = 1000};
  EXPECT_EQ(refusal("[[[]]]", limits), "accepted");
  EXPECT_EQ(refusal("{\"a\":[{}]}", limits), "accepted");
  EXPECT_EQ(refusal("[[[1]]]", limits), "accepted");
  const std::string fault = "TOO_DEEP JSON nested too deeply at line 1, column ";
  const std::string detail = ": more than 3 objects and lists inside each other";
  EXPECT_EQ(refusal("[[[[], [1]]]]", limits), fault + "8" + detail);
  EXPECT_EQ(refusal("{\"a\":[{\"b\":{\"c\":1}}]}", limits), fault + "12" + detail);
  EXPECT_EQ(refusal(std::string(100'000, '[')).substr(0, 8), "TOO_DEEP");
  // The limit of one text is not that of the next on the same thread.
  EXPECT_EQ(refusal(std::string(64, '[') + "1" + std::string(64, ']')), "accepted");
  EXPECT_EQ(refusal(std::string(65, '[') + "1" + std::string(65, ']')).substr(0, 8), "TOO_DEEP");
}

TEST(Document, OwnsItsTexts) {
  std::string text = "{\"name\":\"" + std::string(3 << 20, 'x') + "\"}";
  const Document document = Document::parse(text);
  text.assign(text.size(), '?');
  ObjectCursor cursor(document.root());
  ASSERT_TRUE(cursor.next());
  EXPECT_EQ(cursor.key(), "name");
  EXPECT_EQ(cursor.value().string(), std::string(3 << 20, 'x'));
  EXPECT_FALSE(cursor.next());
  EXPECT_FALSE(cursor.next());
}

TEST(Document, TellsKindsOfNumbersApart) {
  const Document document = Document::parse("[9223372036854775807, 9223372036854775808, 1.0, -1]");
  ArrayCursor items(document.root());
  ASSERT_TRUE(items.next());
  EXPECT_EQ(items.value().type(), Value::Type::kInteger);
  EXPECT_EQ(items.value().integer(), std::numeric_limits<std::int64_t>::max());
  ASSERT_TRUE(items.next());
  EXPECT_EQ(items.value().type(), Value::Type::kNumber);
  EXPECT_EQ(items.value().unsignedInteger(), 9223372036854775808U);
  ASSERT_TRUE(items.next());
  EXPECT_EQ(items.value().type(), Value::Type::kNumber);
  ASSERT_TRUE(items.next());
  EXPECT_FALSE(items.value().unsignedInteger());
}

/// A reader as the generator would make it: {"name": text, "size": int32, "lines": [{"name": …}], "more": {…}}.
struct Shape {
  std::string name;
  std::int32_t size = 0;
  std::vector<Shape> lines;
  std::vector<std::pair<std::string, std::string>> more;
};

void readShape(const Value& value, Shape& shape, Reader& reader) {
  static constexpr std::array<std::string_view, 4> kMembers{"name", "size", "lines", "more"};
  Members members(value, kMembers, reader);
  while (members.next()) {
    switch (members.index()) {
      case 0:
        read(members.value(), shape.name, reader);
        break;
      case 1:
        read(members.value(), shape.size, reader);
        break;
      case 2:
        for (Items items(members.value(), reader); items.next();) {
          readShape(items.value(), shape.lines.emplace_back(), reader);
        }
        break;
      default:
        for (Entries entries(members.value(), reader); entries.next();) {
          read(entries.value(), shape.more.emplace_back(entries.key(), "").second, reader);
        }
    }
  }
}

Shape shapeOf(std::string_view text, Reader& reader) {
  const Document document = Document::parse(text);
  Shape shape;
  readShape(document.root(), shape, reader);
  return shape;
}

TEST(Reader, NamesEveryBadField) {
  Reader reader;
  shapeOf(R"({"name":1,"size":2147483648,"siez":1,"lines":[{"name":"a"},{"name":[],"size":1.5},3,null],
              "name":"b","more":{"x":"y","x":"z","n":7,"m":null},"lines":[]})",
          reader);
  EXPECT_EQ(faultsOf(reader),
            "name WRONG_TYPE\n"
            "size OUT_OF_RANGE\n"
            "siez UNKNOWN_FIELD\n"
            "lines[1].name WRONG_TYPE\n"
            "lines[1].size WRONG_TYPE\n"
            "lines[2] WRONG_TYPE\n"
            "lines[3] WRONG_TYPE\n"
            "name DUPLICATE_FIELD\n"
            "more.x DUPLICATE_FIELD\n"
            "more.n WRONG_TYPE\n"
            "more.m WRONG_TYPE\n"
            "lines DUPLICATE_FIELD\n");
  EXPECT_EQ(reader.faults()[0].detail, "expected a string, found the number 1");
  EXPECT_EQ(reader.faults()[4].detail, "expected a whole number, found the number 1.5");
  EXPECT_EQ(reader.path(), "");
  try {
    reader.finish();
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.fields().size(), 12U);
    EXPECT_EQ(error.message(),
              "the field \"name\" is not right: expected a string, found the number 1 (and 11 more bad fields)");
  }
}

TEST(Reader, StopsAtTwentyFaults) {
  Reader reader;
  std::string text = "{";
  for (int i = 0; i < 30; ++i) text += "\"unknown" + std::to_string(i) + "\":1,";
  shapeOf(text + "\"name\":\"a\"}", reader);
  EXPECT_EQ(reader.faults().size(), 20U);
}

TEST(Reader, ShortensForeignNamesInPaths) {
  Reader reader;
  shapeOf("{\"" + std::string(63, 'x') + "€" + std::string(9000, 'x') + "\":1}", reader);
  ASSERT_EQ(reader.faults().size(), 1U);
  EXPECT_EQ(reader.faults()[0].path, std::string(63, 'x'));
}

TEST(Reader, LenientReadersPassOverTheUnknown) {
  Reader reader(Unknown::kSkip);
  const Shape shape =
      shapeOf(R"({"newer":{"deep":[1]},"name":"first","name":"second","more":{"x":"y","x":"z"}})", reader);
  EXPECT_EQ(faultsOf(reader), "");
  EXPECT_EQ(shape.name, "first");
  ASSERT_EQ(shape.more.size(), 1U);
  EXPECT_EQ(shape.more[0].second, "y");
  EXPECT_NO_THROW(reader.finish());
}

TEST(Reader, TakesNullAsAbsentAndMembersInAnyOrder) {
  Reader reader;
  const Shape shape = shapeOf(R"({"more":null,"lines":[{"size":2,"name":"x"}],"size":null,"name":"n"})", reader);
  EXPECT_EQ(faultsOf(reader), "");
  EXPECT_EQ(shape.name, "n");
  ASSERT_EQ(shape.lines.size(), 1U);
  EXPECT_EQ(shape.lines[0].size, 2);
}

TEST(Reader, LimitsTheMembersOfAnObject) {
  Reader reader(Unknown::kRefuse, Limits{.depth = 64, .members = 2});
  shapeOf(R"({"more":{"a":"","b":""},"lines":[{"a":1,"b":2,"c":3}]})", reader);
  EXPECT_EQ(faultsOf(reader), "lines[0] TOO_MANY_MEMBERS\n");
}

TEST(Reader, RefusesTheWrongRoot) {
  Reader reader;
  shapeOf("[]", reader);
  EXPECT_EQ(faultsOf(reader), " WRONG_TYPE\n");
  EXPECT_EQ(reader.faults()[0].detail, "expected an object, found a list");
}

template <class T, class Read>
std::string outcome(std::string_view text, T& out, Read readOne) {
  const Document document = Document::parse(text);
  Reader reader;
  const bool set = readOne(document.root(), out, reader);
  return set ? "set" : reader.faults().empty() ? "absent" : reader.faults()[0].reason;
}

TEST(Read, FitsNumbersIntoTheirTypes) {
  const auto any = [](const Value& value, auto& out, Reader& reader) { return read(value, out, reader); };
  std::int32_t small = 0;
  std::uint32_t natural = 0;
  std::uint64_t large = 0;
  float single = 0;
  double real = 0;
  bool flag = false;
  EXPECT_EQ(outcome("-2147483648", small, any), "set");
  EXPECT_EQ(outcome("-2147483649", small, any), "OUT_OF_RANGE");
  EXPECT_EQ(outcome("\"1\"", small, any), "WRONG_TYPE");
  EXPECT_EQ(outcome("1.0", small, any), "WRONG_TYPE");
  EXPECT_EQ(outcome("18446744073709551615", small, any), "OUT_OF_RANGE");
  EXPECT_EQ(outcome("null", small, any), "absent");
  EXPECT_EQ(small, std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(outcome("-1", natural, any), "OUT_OF_RANGE");
  EXPECT_EQ(outcome("18446744073709551615", large, any), "set");
  EXPECT_EQ(large, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(outcome("1e39", single, any), "OUT_OF_RANGE");
  EXPECT_EQ(outcome("3", real, any), "set");
  EXPECT_EQ(real, 3.0);
  EXPECT_EQ(outcome("1", flag, any), "WRONG_TYPE");
  EXPECT_EQ(outcome("true", flag, any), "set");
  EXPECT_TRUE(flag);
}

TEST(Read, TakesBytesAndTimes) {
  std::string bytes;
  std::int64_t micros = 0;
  for (const std::string_view text : {"\"-_8=\"", "\"+/8\"", "\"-_8\""}) {
    EXPECT_EQ(outcome(text, bytes, readBytes), "set") << text;
    EXPECT_EQ(bytes, "\xfb\xff");
  }
  for (const std::string_view text : {"\"a\"", "\"ab=\"", "\"a b=\"", "\"ab==ab==\"", "\"ab===\"", "\"//\""}) {
    EXPECT_EQ(outcome(text, bytes, readBytes), "INVALID_BASE64") << text;
  }
  EXPECT_EQ(outcome("1", bytes, readBytes), "WRONG_TYPE");
  EXPECT_EQ(outcome("\"1970-01-01T01:00:01.5+01:00\"", micros, readTime), "set");
  EXPECT_EQ(micros, 1'500'000);
  EXPECT_EQ(outcome("\"yesterday\"", micros, readTime), "INVALID_TIME");
}

TEST(ReadText, IsAsStrictAsJson) {
  Reader reader;
  std::int64_t number = 0;
  double real = 0;
  bool flag = false;
  EXPECT_TRUE(readText("-5", number, reader));
  EXPECT_EQ(number, -5);
  EXPECT_TRUE(readText("1.5", real, reader));
  EXPECT_TRUE(readText("true", flag, reader));
  EXPECT_TRUE(reader.faults().empty());
  EXPECT_FALSE(readText("", number, reader));
  EXPECT_FALSE(readText("5x", number, reader));
  EXPECT_FALSE(readText("inf", real, reader));
  EXPECT_FALSE(readText("1", flag, reader));
  EXPECT_EQ(faultsOf(reader), " WRONG_TYPE\n WRONG_TYPE\n WRONG_TYPE\n WRONG_TYPE\n");
  EXPECT_EQ(inside("price.amount", "price", "price"), "amount");
  EXPECT_EQ(inside("shipTo.zip.x", "ship_to", "shipTo"), "zip.x");
  EXPECT_FALSE(inside("price", "price", "price"));
  EXPECT_FALSE(inside("prices.amount", "price", "price"));
}

TEST(ReadWord, NamesTheAllowedWords) {
  static constexpr std::array<std::string_view, 2> kWords{"open", "closed"};
  Reader strict;
  EXPECT_EQ(readWordText("closed", kWords, strict), 1U);
  EXPECT_FALSE(readWordText("", kWords, strict));
  EXPECT_FALSE(readWordText("Open", kWords, strict));
  EXPECT_EQ(faultsOf(strict), " UNKNOWN_WORD\n UNKNOWN_WORD\n");
  EXPECT_EQ(strict.faults()[0].detail, "expected one of \"open\", \"closed\"");
  Reader lenient(Unknown::kSkip);
  EXPECT_FALSE(readWordText("ajar", kWords, lenient));
  EXPECT_TRUE(lenient.faults().empty());
}

TEST(Rules, NameTheField) {
  Reader reader;
  const Reader::Path order(reader, "order");
  required(false, "id", reader);
  required(true, "id", reader);
  mostBytes(5, 4, "name", reader);
  mostItems(3, 2, "lines", reader);
  atLeast(std::int64_t{0}, 1, "quantity", reader);
  atMost(1.5, 1, "weight", reader);
  mostBytesEach(std::vector<std::string>{"ok", "long"}, 2, "tags", reader);
  mostBytesOfValues(std::vector<std::pair<std::string, std::string>>{{"size", "long"}}, 2, "more", reader);
  EXPECT_EQ(faultsOf(reader),
            "order.id REQUIRED\norder.name TOO_LONG\norder.lines TOO_MANY_ITEMS\norder.quantity OUT_OF_RANGE\n"
            "order.weight OUT_OF_RANGE\norder.tags[1] TOO_LONG\norder.more.size TOO_LONG\n");
}

RC_GTEST_PROP(Json, TextsSurvive, ()) {
  const std::string text = *testing::anyText();
  const Document document = Document::parse(written([&](Writer& writer) { writer.string(text); }));
  RC_ASSERT(document.root().string() == text);
}

RC_GTEST_PROP(Json, NumbersSurvive, (std::int64_t integer, double real)) {
  const Document whole = Document::parse(written([&](Writer& writer) { writer.number(integer); }));
  RC_ASSERT(whole.root().integer() == integer);
  RC_PRE(std::isfinite(real));
  const Document number = Document::parse(written([&](Writer& writer) { writer.number(real); }));
  RC_ASSERT(number.root().number() == real);
}

RC_GTEST_PROP(Json, BytesSurvive, (const std::vector<char>& data)) {
  const std::string bytes(data.begin(), data.end());
  std::string text;
  std::string back;
  appendBase64(bytes, text);
  RC_ASSERT(text.size() % 4 == 0U);
  RC_ASSERT(decodeBase64(text, back));
  RC_ASSERT(back == bytes);
}

/// One random value, with objects and lists inside.
void writeAny(Writer& writer, int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0:
      return writer.null();
    case 1:
      return writer.boolean(*rc::gen::arbitrary<bool>());
    case 2:
      return writer.number(*rc::gen::arbitrary<std::int64_t>());
    case 3:
      return writer.number(*rc::gen::arbitrary<double>());
    case 4:
      return writer.string(*testing::anyText());
    case 5:
      writer.beginArray();
      for (int left = *rc::gen::inRange(0, 4); left > 0; --left) writeAny(writer, depth - 1);
      return writer.endArray();
    default:
      writer.beginObject();
      for (int left = *rc::gen::inRange(0, 4); left > 0; --left) {
        writer.key(*testing::anyText());
        writeAny(writer, depth - 1);
      }
      writer.endObject();
  }
}

void copy(const Value& value, Writer& writer) {
  switch (value.type()) {
    case Value::Type::kNull:
      return writer.null();
    case Value::Type::kBoolean:
      return writer.boolean(value.boolean());
    case Value::Type::kInteger:
      return writer.number(value.integer());
    case Value::Type::kNumber:
      return writer.number(value.number());
    case Value::Type::kString:
      return writer.string(value.string());
    case Value::Type::kArray:
      writer.beginArray();
      for (ArrayCursor items(value); items.next();) copy(items.value(), writer);
      return writer.endArray();
    case Value::Type::kObject:
      writer.beginObject();
      for (ObjectCursor members(value); members.next();) {
        writer.key(members.key());
        copy(members.value(), writer);
      }
      return writer.endObject();
  }
}

RC_GTEST_PROP(Json, TreesSurvive, ()) {
  const std::string text = written([](Writer& writer) { writeAny(writer, 4); });
  const Document document = Document::parse(text);
  RC_ASSERT(written([&](Writer& writer) { copy(document.root(), writer); }) == text);
}

/// The parser and the scanner must agree on what is malformed, or the message would have no place.
RC_GTEST_PROP(Json, EveryRefusalHasItsPlace, ()) {
  std::string text = written([](Writer& writer) { writeAny(writer, 3); });
  for (int edits = *rc::gen::inRange(1, 4); edits > 0 && !text.empty(); --edits) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    if (*rc::gen::arbitrary<bool>()) {
      text[at] =
          *rc::gen::oneOf(rc::gen::element('"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'e', '.', ' ', 'u'),
                          rc::gen::arbitrary<char>());
    } else {
      text.erase(at, *rc::gen::inRange<std::size_t>(1, 4));
    }
  }
  try {
    Document::parse(text);
  } catch (const Error& error) {
    RC_ASSERT(error.message().find("at line ") != std::string::npos);
  }
}

}  // namespace
}  // namespace kontor::json

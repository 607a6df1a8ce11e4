#include "chassis/json/reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "chassis/base/time.hpp"
#include "chassis/json/base64.hpp"

namespace kontor::json {
namespace {

constexpr std::size_t kMostFaults = 20;
/// Names come from outside: a path shows no more of one than this many bytes.
constexpr std::size_t kMostOfName = 64;

std::string_view shortened(std::string_view name) {
  if (name.size() <= kMostOfName) return name;
  std::size_t end = kMostOfName;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return name.substr(0, end);
}

std::string described(const Value& value) {
  switch (value.type()) {
    case Value::Type::kNull:
      return "null";
    case Value::Type::kBoolean:
      return value.boolean() ? "true" : "false";
    case Value::Type::kInteger:
      return "the number " + std::to_string(value.integer());
    case Value::Type::kNumber: {
      std::array<char, 32> digits;
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.number()).ptr;
      return "the number " + std::string(digits.data(), end);
    }
    case Value::Type::kString:
      return "a string";
    case Value::Type::kArray:
      return "a list";
    case Value::Type::kObject:
      break;
  }
  return "an object";
}

template <class Integer>
bool readInteger(const Value& value, Integer& out, Reader& reader) {
  if (value.isNull()) return false;
  if (const auto natural = value.unsignedInteger(); natural && std::in_range<Integer>(*natural)) {
    out = static_cast<Integer>(*natural);
    return true;
  }
  if (value.type() == Value::Type::kInteger && std::in_range<Integer>(value.integer())) {
    out = static_cast<Integer>(value.integer());
    return true;
  }
  if (value.type() != Value::Type::kInteger && !value.unsignedInteger()) {
    reader.wrongType("a whole number", value);
    return false;
  }
  using Range = std::numeric_limits<Integer>;
  reader.fault("OUT_OF_RANGE", "expected a whole number from " + std::to_string(Range::min()) + " to " +
                                   std::to_string(Range::max()) + ", found " + described(value));
  return false;
}

}  // namespace

void Reader::append(const Path* path, std::string& out) {
  if (path == nullptr) return;
  append(path->outer_, out);
  if (path->member_.data() == nullptr) {
    out.append("[").append(std::to_string(path->index_)).append("]");
    return;
  }
  if (!out.empty()) out.push_back('.');
  out.append(shortened(path->member_));
}

std::string Reader::path() const {
  std::string out;
  append(path_, out);
  return out;
}

void Reader::fault(std::string_view reason, std::string detail) {
  if (faults_.size() < kMostFaults) faults_.push_back({path(), std::string(reason), std::move(detail)});
}

void Reader::wrongType(std::string_view expected, const Value& found) {
  fault("WRONG_TYPE", "expected " + std::string(expected) + ", found " + described(found));
}

void Reader::finish() const {
  if (faults_.empty()) return;
  const FieldError& first = faults_.front();
  const std::string place = first.path.empty() ? "the JSON value" : "the field \"" + first.path + "\"";
  std::string message = place + " is not right: " + first.detail;
  if (faults_.size() > 1) message += " (and " + std::to_string(faults_.size() - 1) + " more bad fields)";
  throw Error(Code::kInvalidArgument, std::move(message)).withFields(faults_);
}

bool read(const Value& value, std::string& out, Reader& reader) {
  if (value.type() == Value::Type::kString) {
    out = value.string();
    return true;
  }
  if (!value.isNull()) reader.wrongType("a string", value);
  return false;
}

bool read(const Value& value, std::int64_t& out, Reader& reader) { return readInteger(value, out, reader); }
bool read(const Value& value, std::int32_t& out, Reader& reader) { return readInteger(value, out, reader); }
bool read(const Value& value, std::uint64_t& out, Reader& reader) { return readInteger(value, out, reader); }
bool read(const Value& value, std::uint32_t& out, Reader& reader) { return readInteger(value, out, reader); }

bool read(const Value& value, double& out, Reader& reader) {
  if (value.type() == Value::Type::kInteger || value.type() == Value::Type::kNumber) {
    out = value.number();
    return true;
  }
  if (!value.isNull()) reader.wrongType("a number", value);
  return false;
}

bool read(const Value& value, float& out, Reader& reader) {
  double number = 0;
  if (!read(value, number, reader)) return false;
  if (std::abs(number) > std::numeric_limits<float>::max()) {
    reader.fault("OUT_OF_RANGE", "expected a number of single precision, found " + described(value));
    return false;
  }
  out = static_cast<float>(number);
  return true;
}

bool read(const Value& value, bool& out, Reader& reader) {
  if (value.type() == Value::Type::kBoolean) {
    out = value.boolean();
    return true;
  }
  if (!value.isNull()) reader.wrongType("true or false", value);
  return false;
}

bool readBytes(const Value& value, std::string& out, Reader& reader) {
  if (value.type() == Value::Type::kString) {
    if (decodeBase64(value.string(), out)) return true;
    reader.fault("INVALID_BASE64", "expected bytes in base64, found a string that is not");
    return false;
  }
  if (!value.isNull()) reader.wrongType("bytes in base64", value);
  return false;
}

bool readTime(const Value& value, std::int64_t& micros, Reader& reader) {
  if (value.type() == Value::Type::kString) {
    if (const auto time = parseRfc3339(value.string())) {
      micros = toMicros(*time);
      return true;
    }
    reader.fault("INVALID_TIME", "expected a time such as \"2026-11-23T02:40:00Z\" (RFC 3339)");
    return false;
  }
  if (!value.isNull()) reader.wrongType("a time such as \"2026-11-23T02:40:00Z\"", value);
  return false;
}

}  // namespace kontor::json

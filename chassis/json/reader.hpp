#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/error.hpp"

namespace kontor::json {

/// What a reader does with members it does not know.
enum class Unknown { kRefuse, kSkip };

/// Limits on foreign JSON; the defaults are the edge's.
struct Limits {
  int depth = 64;
  int members = 1000;  // of one object
};

/// A place in a parsed document: a cheap value (two words), valid as long as its Document.
class Value {
 public:
  enum class Type : std::uint8_t { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };

  Type type() const;
  bool isNull() const { return type() == Type::kNull; }
  /// Each asserts its type; ask `type()` first. An integer beyond int64 is a kNumber.
  bool boolean() const;
  std::int64_t integer() const;
  double number() const;
  std::string_view string() const;

 private:
  friend class Document;
  friend class ObjectCursor;
  friend class ArrayCursor;
  std::array<std::uint64_t, 2> place_{};  // a simdjson element, kept out of this header
};

/// Walks the members of an object in the order of the text.
class ObjectCursor {
 public:
  explicit ObjectCursor(const Value& object);
  /// Moves to the next member; false at the end.
  bool next();
  std::string_view key() const { return key_; }
  const Value& value() const { return value_; }

 private:
  std::array<std::uint64_t, 2> at_{};
  std::array<std::uint64_t, 2> end_{};
  std::string_view key_;
  Value value_;
  bool started_ = false;
};

/// Walks the items of an array.
class ArrayCursor {
 public:
  explicit ArrayCursor(const Value& array);
  bool next();
  const Value& value() const { return value_; }

 private:
  std::array<std::uint64_t, 2> at_{};
  std::array<std::uint64_t, 2> end_{};
  Value value_;
  bool started_ = false;
};

/// A whole parsed and validated JSON text (UTF-8, depth, numbers). Owns what its values point into.
class Document {
 public:
  /// Throws INVALID_ARGUMENT / "MALFORMED_JSON" naming line and column of the first fault.
  static Document parse(std::string_view text, const Limits& limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  Value root() const;
  const Limits& limits() const { return limits_; }

 private:
  struct Impl;
  Document(std::unique_ptr<Impl> impl, const Limits& limits);
  std::unique_ptr<Impl> impl_;
  Limits limits_;
};

/// What generated readers share: the path to where they are and the faults found so far. A reader goes on after a
/// fault, so that the client learns of all bad fields at once (at most 20).
class Reader {
 public:
  explicit Reader(Unknown unknown = Unknown::kRefuse, const Limits& limits = {}) : unknown_(unknown), limits_(limits) {}

  Unknown unknown() const { return unknown_; }
  const Limits& limits() const { return limits_; }

  /// Notes a fault at the present path.
  void fault(std::string_view reason, std::string detail);
  /// "expected a string, found a number".
  void wrongType(std::string_view expected, const Value& found);
  const std::vector<FieldError>& faults() const { return faults_; }
  /// Throws INVALID_ARGUMENT with all faults when there are any.
  void finish() const;

  /// Extends the path for a scope: Path in(reader, "lines"); Path at(reader, 3).
  class Path {
   public:
    Path(Reader& reader, std::string_view member);
    Path(Reader& reader, std::size_t index);
    ~Path() { reader_.path_.resize(size_); }
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

   private:
    Reader& reader_;
    std::size_t size_;
  };
  /// The present path as clients write it: "lines[2].quantity"; empty at the root.
  const std::string& path() const { return path_; }

 private:
  Unknown unknown_;
  Limits limits_;
  std::string path_;
  std::vector<FieldError> faults_;
};

/// Scalars as generated readers take them: each notes a fault and leaves `out` alone when the value does not fit.
/// JSON null leaves `out` alone without a fault (proto3's mapping: null is the default).
void read(const Value& value, std::string& out, Reader& reader);
void read(const Value& value, std::int64_t& out, Reader& reader);
void read(const Value& value, std::int32_t& out, Reader& reader);
void read(const Value& value, std::uint64_t& out, Reader& reader);
void read(const Value& value, std::uint32_t& out, Reader& reader);
void read(const Value& value, double& out, Reader& reader);
void read(const Value& value, float& out, Reader& reader);
void read(const Value& value, bool& out, Reader& reader);
/// Standard or URL-safe base64, padding optional.
void readBytes(const Value& value, std::string& out, Reader& reader);
/// RFC 3339 into microseconds since the epoch.
void readTime(const Value& value, std::int64_t& micros, Reader& reader);

}  // namespace kontor::json

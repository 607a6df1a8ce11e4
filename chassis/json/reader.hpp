#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/error.hpp"

namespace kontor::json {

/// What a reader does with members it does not know.
enum class Unknown { kRefuse, kSkip };

/// Limits on foreign JSON; the defaults are the edge's.
struct Limits {
  int depth = 64;      // objects and lists inside each other; empty ones do not count
  int members = 1000;  // of one object
};

/// A place in a parsed document: a cheap value (two words), valid as long as its Document.
class Value {
 public:
  enum class Type : std::uint8_t { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };

  Type type() const;
  bool isNull() const { return type() == Type::kNull; }
  /// Each asserts its type; ask `type()` first. A whole number beyond int64 is a kNumber. `number` takes both kinds.
  bool boolean() const;
  std::int64_t integer() const;
  double number() const;
  /// A whole number from 0 to 2^64 - 1; nothing for any other value. Asserts nothing.
  std::optional<std::uint64_t> unsignedInteger() const;
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
  /// How many members the object has, whether walked or not.
  std::size_t size() const { return size_; }

 private:
  std::array<std::uint64_t, 2> at_{};
  std::array<std::uint64_t, 2> end_{};
  std::size_t size_ = 0;
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
  /// Copies what it needs of `text`. Throws INVALID_ARGUMENT naming line and column of the first fault, with the reason
  /// "TOO_DEEP" beyond `limits.depth`, else "MALFORMED_JSON".
  static Document parse(std::string_view text, const Limits& limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  Value root() const;
  const Limits& limits() const { return limits_; }

 private:
  struct Impl;
  Document(std::unique_ptr<Impl> impl, const Limits& limits);
  static std::unique_ptr<Impl>& spare();
  std::unique_ptr<Impl> impl_;
  Limits limits_;
};

/// What generated readers share: the path to where they are and the faults found so far. A reader goes on after a
/// fault, so that the client learns of all bad fields at once (at most 20). Not thread-safe; one reader per request.
class Reader {
 public:
  explicit Reader(Unknown unknown = Unknown::kRefuse, const Limits& limits = {}) : unknown_(unknown), limits_(limits) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Unknown unknown() const { return unknown_; }
  const Limits& limits() const { return limits_; }

  /// Notes a fault at the present path. `reason` is a stable UPPER_SNAKE word, `detail` a sentence.
  void fault(std::string_view reason, std::string detail);
  /// WRONG_TYPE: "expected a string, found a number".
  void wrongType(std::string_view expected, const Value& found);
  const std::vector<FieldError>& faults() const { return faults_; }
  /// Throws INVALID_ARGUMENT with all faults when there are any.
  void finish() const;

  /// Extends the path for a scope: Path in(reader, "lines"); Path at(reader, 3). Texts must outlive the scope. Costs
  /// nothing until a fault asks for the path.
  class Path {
   public:
    Path(Reader& reader, std::string_view member) : reader_(reader), outer_(reader.path_), member_(member) {
      reader_.path_ = this;
    }
    Path(Reader& reader, std::size_t index) : reader_(reader), outer_(reader.path_), index_(index) {
      reader_.path_ = this;
    }
    ~Path() { reader_.path_ = outer_; }
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

   private:
    friend class Reader;
    Reader& reader_;
    const Path* outer_;
    std::string_view member_;  // without data: an index
    std::size_t index_ = 0;
  };
  /// The present path as clients write it: "lines[2].quantity"; empty at the root.
  std::string path() const;

 private:
  static void append(const Path* path, std::string& out);

  Unknown unknown_;
  Limits limits_;
  const Path* path_ = nullptr;
  std::vector<FieldError> faults_;
};

/// Scalars as generated readers take them: true when `out` was set. JSON null leaves it alone without a fault (null is
/// the default, as in proto3's mapping); a value that does not fit notes WRONG_TYPE or OUT_OF_RANGE.
bool read(const Value& value, std::string& out, Reader& reader);
bool read(const Value& value, std::int64_t& out, Reader& reader);
bool read(const Value& value, std::int32_t& out, Reader& reader);
bool read(const Value& value, std::uint64_t& out, Reader& reader);
bool read(const Value& value, std::uint32_t& out, Reader& reader);
bool read(const Value& value, double& out, Reader& reader);
bool read(const Value& value, float& out, Reader& reader);
bool read(const Value& value, bool& out, Reader& reader);
/// Standard or URL-safe base64, padding optional.
bool readBytes(const Value& value, std::string& out, Reader& reader);
/// RFC 3339 into microseconds since the epoch.
bool readTime(const Value& value, std::int64_t& micros, Reader& reader);

}  // namespace kontor::json

#pragma once

#include <bitset>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

#include "chassis/json/reader.hpp"

namespace kontor::json {

/// The most members that a message may declare; the generator refuses more.
inline constexpr std::size_t kMostDeclaredMembers = 128;

/// Walks an object whose members are declared: what a generated reader of a message loops over.
///
/// Members that are null are passed over (null is the default). Notes WRONG_TYPE when the value is no object,
/// UNKNOWN_FIELD, DUPLICATE_FIELD and TOO_MANY_MEMBERS; a reader that skips the unknown also takes the first of
/// duplicates without a word. The reader's path names the present member between `next()` and the next `next()`.
class Members {
 public:
  /// `declared` must outlive the walk. Objects whose members stand in declared order are looked up fastest.
  Members(const Value& value, std::span<const std::string_view> declared, Reader& reader);
  bool next();
  /// The present member's place in `declared`.
  std::size_t index() const { return index_; }
  const Value& value() const { return value_; }

 private:
  bool find(std::string_view key);

  Reader& reader_;
  std::span<const std::string_view> declared_;
  std::optional<ObjectCursor> cursor_;
  std::optional<Reader::Path> path_;
  Value value_;
  std::size_t index_ = 0;
  std::size_t expected_ = 0;
  std::bitset<kMostDeclaredMembers> seen_;
};

/// Walks a list; items that are null are faults. The reader's path names the present item.
class Items {
 public:
  Items(const Value& value, Reader& reader);
  bool next();
  const Value& value() const { return value_; }

 private:
  Reader& reader_;
  std::optional<ArrayCursor> cursor_;
  std::optional<Reader::Path> path_;
  Value value_;
  std::size_t index_ = 0;
};

/// Walks an object whose names are data: a map. The same faults as Members but for UNKNOWN_FIELD.
class Entries {
 public:
  Entries(const Value& value, Reader& reader);
  bool next();
  std::string key() const { return std::string(key_); }
  const Value& value() const { return value_; }

 private:
  Reader& reader_;
  std::optional<ObjectCursor> cursor_;
  std::optional<Reader::Path> path_;
  std::string_view key_;
  Value value_;
  std::unordered_set<std::string_view> seen_;
};

/// Reads one of the words of an enum: the index of the word. A fault names the allowed words; a reader that skips the
/// unknown takes an unknown word as absent.
std::optional<std::size_t> readWord(const Value& value, std::span<const std::string_view> words, Reader& reader);

/// Parameters of paths and queries, which are texts: true when `out` was set, else a fault is noted.
bool readText(std::string_view text, std::string& out, Reader& reader);
bool readText(std::string_view text, std::int64_t& out, Reader& reader);
bool readText(std::string_view text, std::int32_t& out, Reader& reader);
bool readText(std::string_view text, std::uint64_t& out, Reader& reader);
bool readText(std::string_view text, std::uint32_t& out, Reader& reader);
bool readText(std::string_view text, double& out, Reader& reader);
bool readText(std::string_view text, float& out, Reader& reader);
bool readText(std::string_view text, bool& out, Reader& reader);
bool readBytesText(std::string_view text, std::string& out, Reader& reader);
std::optional<std::size_t> readWordText(std::string_view text, std::span<const std::string_view> words, Reader& reader);
/// What stands behind the dot of a parameter such as "price.amount"; nothing when it does not begin with either name.
std::optional<std::string_view> inside(std::string_view parameter, std::string_view name, std::string_view json_name);

}  // namespace kontor::json

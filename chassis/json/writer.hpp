#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kontor::json {

/// Writes JSON text straight into a string: no tree, no allocation but the text itself.
///
/// Commas are placed by the writer; the caller keeps objects and arrays balanced. Texts must be valid UTF-8 (protobuf
/// strings are); control characters, quotes and backslashes are escaped. Not thread-safe.
class Writer {
 public:
  /// Appends to `out`, which must outlive the writer.
  explicit Writer(std::string& out) : out_(out) {}

  void beginObject() { open('{'); }
  void endObject() { close('}'); }
  void beginArray() { open('['); }
  void endArray() { close(']'); }

  /// Writes a member's name; `name` is escaped.
  void key(std::string_view name);
  /// Writes a member's name that the generator has already quoted and closed with a colon: "\"id\":".
  void rawKey(std::string_view quoted) {
    separate();
    out_.append(quoted);
    fresh_ = true;
  }

  void string(std::string_view text);
  void number(std::int64_t value);
  void number(std::uint64_t value);
  void number(std::int32_t value) { number(std::int64_t{value}); }
  void number(std::uint32_t value) { number(std::uint64_t{value}); }
  /// The shortest text that reads back as the same number; null for infinities and NaN, which JSON does not have.
  void number(double value);
  void number(float value);
  void boolean(bool value);
  void null();
  /// Bytes as standard base64.
  void bytes(std::string_view data);
  /// Text that is already JSON.
  void raw(std::string_view json) {
    separate();
    out_.append(json);
  }

 private:
  void separate() {
    if (!fresh_) out_.push_back(',');
    fresh_ = false;
  }
  void open(char bracket) {
    separate();
    out_.push_back(bracket);
    fresh_ = true;
  }
  void close(char bracket) {
    out_.push_back(bracket);
    fresh_ = false;
  }

  std::string& out_;
  bool fresh_ = true;  // nothing stands before the next value that a comma must part it from
};

}  // namespace kontor::json

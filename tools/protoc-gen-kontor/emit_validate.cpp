#include "tools/protoc-gen-kontor/emit.hpp"

namespace kontor::generator {
namespace {

constexpr int kDefaultTextBytes = 4096;
constexpr int kDefaultItems = 1000;

/// The rules of one field, as statements.
class FieldRules {
 public:
  FieldRules(const FieldDescriptor& field, Text& source)
      : field_(field),
        rules_(rulesOf(field)),
        value_("message." + accessor(field) + "()"),
        has_("message.has_" + accessor(field) + "()"),
        name_(quoted(field.json_name())),
        source_(source) {}

  void emit() {
    if (rules_.required()) source_("json::required($0, $1, reader);", given(), name_);
    if (field_.is_repeated()) {
      emitItems();
    } else {
      emitSingle();
    }
  }

 private:
  /// What "present and not empty" is for the field's type.
  std::string given() const {
    const Kind kind = kindOf(field_);
    if (field_.is_repeated() || kind == Kind::kText || kind == Kind::kBytes) return "!" + value_ + ".empty()";
    if (field_.has_presence()) return has_;
    return "!wordOf(" + value_ + ").empty()";
  }

  /// The most bytes of a text; empty when there is no limit.
  std::string mostBytes() const {
    const Kind kind = kindOf(field_);
    if (kind != Kind::kText && kind != Kind::kBytes) return {};
    if (!field_.is_repeated() && rules_.max_length() > 0) return std::to_string(rules_.max_length());
    // Bytes are files: the body's own limit holds.
    return kind == Kind::kText ? std::to_string(kDefaultTextBytes) : std::string();
  }

  void emitSingle() {
    if (const std::string limit = mostBytes(); !limit.empty()) {
      source_("json::mostBytes($0.size(), $1, $2, reader);", value_, limit, name_);
    }
    const std::string when = field_.has_presence() ? "if (" + has_ + ") " : "";
    if (rules_.has_min()) emitBound(when + "json::atLeast", rules_.min());
    if (rules_.has_max()) emitBound(when + "json::atMost", rules_.max());
    if (kindOf(field_) == Kind::kMessage) source_("$0json::validateAt($1, $2, reader);", when, value_, name_);
  }

  void emitBound(const std::string& check, std::int64_t bound) {
    // The one int64 that no literal can name.
    const std::string literal = bound == INT64_MIN ? "INT64_MIN" : std::to_string(bound);
    source_("$0($1, $2, $3, reader);", check, value_, literal, name_);
  }

  void emitItems() {
    const int limit = rules_.max_length() > 0 ? rules_.max_length() : kDefaultItems;
    source_("json::mostItems(static_cast<std::size_t>($0.size()), $1, $2, reader);", value_, std::to_string(limit),
            name_);
    if (field_.is_map()) {
      source_("json::mostBytesOfNames($0, $1, $2, reader);", value_, std::to_string(kDefaultTextBytes), name_);
    }
    if (const std::string bytes = mostBytes(); !bytes.empty()) {
      const std::string each = field_.is_map() ? "OfValues" : "Each";
      source_("json::mostBytes$0($1, $2, $3, reader);", each, value_, bytes, name_);
    }
    if (kindOf(field_) == Kind::kMessage) {
      source_("json::validate$0($1, $2, reader);", field_.is_map() ? "Values" : "Each", value_, name_);
    }
  }

  const FieldDescriptor& field_;
  const api::Field& rules_;
  std::string value_;
  std::string has_;
  std::string name_;
  Text& source_;
};

}  // namespace

void emitValidate(const Descriptor& message, Text& source) {
  source("void validate(const $0& message, json::Reader& reader) {", className(message, *message.file()));
  for (const FieldDescriptor* field : jsonFields(message)) FieldRules(*field, source).emit();
  source("}");
  source("");
}

}  // namespace kontor::generator

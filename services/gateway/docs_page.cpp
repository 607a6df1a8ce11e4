#include "services/gateway/docs_page.hpp"

#include <optional>

#include "chassis/json/reader.hpp"
#include "services/gateway/pages.embed.hpp"
#include "services/gateway/pages.hpp"

namespace kontor::gateway {
namespace {

using json::ArrayCursor;
using json::ObjectCursor;
using json::Value;

void escape(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(c);
    }
  }
}

std::optional<Value> member(const Value& object, std::string_view name) {
  if (object.type() != Value::Type::kObject) return std::nullopt;
  ObjectCursor at(object);
  while (at.next()) {
    if (at.key() == name) return at.value();
  }
  return std::nullopt;
}

std::string_view text(const Value& object, std::string_view name) {
  const auto found = member(object, name);
  return found && found->type() == Value::Type::kString ? found->string() : std::string_view{};
}

void print(const Value& value, std::size_t depth, std::string& out);

void printObject(const Value& value, std::size_t depth, std::string& out) {
  const std::string_view reference = text(value, "$ref");
  if (!reference.empty()) {
    const std::string_view name = reference.substr(reference.rfind('/') + 1);
    out.append("<a href=\"#").append(name).append("\">").append(name).append("</a>");
    return;
  }
  out.append("{");
  ObjectCursor at(value);
  bool first = true;
  while (at.next()) {
    out.append(first ? "\n" : ",\n").append(2 * depth + 2, ' ');
    escape(at.key(), out);
    out.append(": ");
    print(at.value(), depth + 1, out);
    first = false;
  }
  if (!first) out.append("\n").append(2 * depth, ' ');
  out.append("}");
}

/// A JSON value as indented text for people; references become links.
void print(const Value& value, std::size_t depth, std::string& out) {
  switch (value.type()) {
    case Value::Type::kObject:
      return printObject(value, depth, out);
    case Value::Type::kArray: {
      out.append("[");
      ArrayCursor at(value);
      for (bool first = true; at.next(); first = false) {
        if (!first) out.append(", ");
        print(at.value(), depth + 1, out);
      }
      out.append("]");
      return;
    }
    case Value::Type::kString:
      return escape(value.string(), out);
    case Value::Type::kInteger:
      out.append(std::to_string(value.integer()));
      return;
    case Value::Type::kBoolean:
      out.append(value.boolean() ? "true" : "false");
      return;
    case Value::Type::kNumber:
      out.append(std::to_string(value.number()));
      return;
    case Value::Type::kNull:
      out.append("null");
  }
}

void section(std::string_view title, const std::optional<Value>& value, std::string& out) {
  if (!value || (value->type() == Value::Type::kArray && !ArrayCursor(*value).next())) return;
  out.append("<p class=\"say\">").append(title).append("</p><pre>");
  print(*value, 0, out);
  out.append("</pre>");
}

void operation(std::string_view verb, std::string_view path, const Value& value, std::string& out) {
  out.append("<details><summary><b>");
  for (const char c : verb) out.push_back(static_cast<char>(c - 'a' + 'A'));
  out.append("</b> <code>");
  escape(path, out);
  out.append("</code> <em>");
  escape(text(value, "x-access"), out);
  out.append("</em></summary><p>");
  escape(text(value, "summary"), out);
  out.append("</p>");
  section("Parameters", member(value, "parameters"), out);
  section("Body", member(value, "requestBody"), out);
  section("Answers", member(value, "responses"), out);
  out.append("</details>\n");
}

}  // namespace

std::string docsPage(std::string_view open_api) {
  const json::Document document = json::Document::parse(open_api);
  std::string out(embeddedPage("docs_head.html"));
  ObjectCursor path(*member(document.root(), "paths"));
  while (path.next()) {
    ObjectCursor verb(path.value());
    while (verb.next()) operation(verb.key(), path.key(), verb.value(), out);
  }
  out.append("<h2>Types</h2>\n");
  const auto components = member(document.root(), "components");
  ObjectCursor schema(*member(*components, "schemas"));
  while (schema.next()) {
    out.append("<details id=\"").append(schema.key()).append("\"><summary><code>").append(schema.key());
    out.append("</code></summary><pre>");
    print(schema.value(), 0, out);
    out.append("</pre></details>\n");
  }
  return out.append("</main>\n</body>\n</html>\n");
}

}  // namespace kontor::gateway

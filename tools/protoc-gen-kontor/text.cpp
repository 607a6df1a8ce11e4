#include "tools/protoc-gen-kontor/text.hpp"

namespace kontor::generator {

std::string Text::fill(std::string_view pattern, const std::string_view* values, std::size_t count) {
  std::string filled;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool placeholder = pattern[at] == '$' && at + 1 < pattern.size();
    const auto index = placeholder ? static_cast<std::size_t>(pattern[at + 1] - '0') : count;
    if (index < count) {
      filled.append(values[index]);
      ++at;
    } else {
      filled.push_back(pattern[at]);
    }
  }
  return filled;
}

void Text::line(std::string_view line) {
  const bool namespaced = line.starts_with("namespace ") || line.starts_with("}  // namespace");
  if (line.starts_with("}") && !namespaced) indent_ -= 2;
  if (line == "public:" || line == "private:") {
    out_.append(indent_ - 1, ' ');
  } else if (!line.empty() && !line.starts_with("#")) {
    out_.append(indent_, ' ');
  }
  out_.append(line).push_back('\n');
  if (line.ends_with("{") && !namespaced) indent_ += 2;
  if (line.starts_with("case ") && line.ends_with(":")) indent_ += 2;
  if (line == "break;") indent_ -= 2;
}

void Text::comment(std::string_view prose) {
  while (!prose.empty()) {
    const std::size_t end = prose.find('\n');
    const std::string_view text = prose.substr(0, end);
    line(text.empty() ? "///" : "/// " + std::string(text));
    prose.remove_prefix(end == std::string_view::npos ? prose.size() : end + 1);
  }
}

std::string quoted(std::string_view text) {
  std::string literal = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\') literal.push_back('\\');
    literal += character == '\n' ? "\\n" : std::string(1, character);
  }
  return literal + "\"";
}

}  // namespace kontor::generator

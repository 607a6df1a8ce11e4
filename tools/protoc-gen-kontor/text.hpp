#pragma once

#include <array>
#include <string>
#include <string_view>

namespace kontor::generator {

/// C++ text under construction: one call per line, which indents itself by its braces.
///
/// text("if ($0 == $1) {", left, right) replaces $0, $1, … by the arguments.
class Text {
 public:
  template <class... Arguments>
  void operator()(std::string_view pattern, const Arguments&... arguments) {
    const std::array<std::string_view, sizeof...(arguments)> values{std::string_view(arguments)...};
    line(fill(pattern, values.data(), values.size()));
  }
  /// Lines of prose behind "/// ".
  void comment(std::string_view prose);
  const std::string& str() const { return out_; }

 private:
  static std::string fill(std::string_view pattern, const std::string_view* values, std::size_t count);
  void line(std::string_view line);

  std::string out_;
  std::size_t indent_ = 0;
};

/// `text` as a C++ string literal.
std::string quoted(std::string_view text);

}  // namespace kontor::generator

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kontor::config {

/// Where a value was written: a file with line and column (from 1), or a source without lines (a variable).
struct Place {
  std::string source;
  int line = 0;
  int column = 0;

  /// "kontor.yaml:3:5", or the source alone.
  std::string text() const;
};

/// One thing that is wrong with the configuration.
struct Fault {
  Place place;
  std::string path;    // "order.checkout.hold"; empty for the text as a whole
  std::string reason;  // UPPER_SNAKE: "UNKNOWN_KEY"
  std::string detail;
};

struct Member;

/// A piece of YAML with its place; keeps every key, also one given twice.
struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  Place place;
  std::string scalar;           // of kScalar: its text as written, `${…}` not yet replaced
  std::vector<Node> items;      // of kList
  std::vector<Member> members;  // of kMap, in the order of the text

  /// The node as YAML on one line, for messages and `describe`.
  std::string flow() const;
};

struct Member {
  std::string key;
  Place place;
  Node value;
};

/// Parses one YAML document; notes syntax errors (one at most) and duplicate keys in `faults`.
Node parseYaml(std::string_view text, const std::string& source, std::vector<Fault>& faults);

}  // namespace kontor::config

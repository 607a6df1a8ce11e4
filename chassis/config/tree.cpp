#include "chassis/config/tree.hpp"

#include <yaml-cpp/yaml.h>

#include <map>

namespace kontor::config {
namespace {

// Aliases may repeat a part of the document, or hold it inside itself: what a configuration never needs is refused.
constexpr int kMaxDepth = 32;
constexpr int kMaxNodes = 100'000;

class Builder {
 public:
  Builder(const std::string& source, std::vector<Fault>& faults) : source_(source), faults_(faults) {}

  Node build(const YAML::Node& from, int depth) {
    Node node;
    node.place = placeOf(from.Mark());
    if (depth > kMaxDepth || ++nodes_ > kMaxNodes) {
      faults_.push_back(
          {node.place, "", "TOO_LARGE", "the YAML is nested too deep or too large (aliases count each time)"});
      return node;
    }
    if (from.IsScalar()) {
      node.kind = Node::Kind::kScalar;
      node.scalar = from.Scalar();
    } else if (from.IsSequence()) {
      node.kind = Node::Kind::kList;
      for (const YAML::Node& item : from) node.items.push_back(build(item, depth + 1));
    } else if (from.IsMap()) {
      node.kind = Node::Kind::kMap;
      addMembers(from, node, depth);
    }
    return node;
  }

  Place placeOf(const YAML::Mark& mark) const {
    if (mark.is_null()) return {source_, 0, 0};
    return {source_, mark.line + 1, mark.column + 1};
  }

 private:
  void addMembers(const YAML::Node& from, Node& node, int depth) {
    std::map<std::string, Place> seen;
    for (const auto& pair : from) {
      const Place place = placeOf(pair.first.Mark());
      if (!pair.first.IsScalar()) {
        faults_.push_back({place, "", "WRONG_TYPE", "a key must be text"});
        continue;
      }
      const std::string& key = pair.first.Scalar();
      const auto [first, fresh] = seen.emplace(key, place);
      if (!fresh) {
        faults_.push_back({place, key, "DUPLICATE_KEY", "is given twice, first at " + first->second.text()});
        continue;
      }
      node.members.push_back({key, place, build(pair.second, depth + 1)});
    }
  }

  const std::string& source_;
  std::vector<Fault>& faults_;
  int nodes_ = 0;
};

bool isPlain(const std::string& text) {
  if (text.empty()) return false;
  return text.find_first_of(":#{}[],&*!|>'\"%@`\n\t\\") == std::string::npos && text.front() != ' ' &&
         text.back() != ' ' && text != "-" && text != "~" && text != "null";
}

std::string quoted(const std::string& text) {
  if (isPlain(text)) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (c == '\n') {
      out += "\\n";
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

}  // namespace

std::string Place::text() const {
  if (line == 0) return source;
  return source + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Node::flow() const {
  std::string out;
  switch (kind) {
    case Kind::kNull:
      return "~";
    case Kind::kScalar:
      return quoted(scalar);
    case Kind::kList:
      for (const Node& item : items) out += (out.empty() ? "" : ", ") + item.flow();
      return "[" + out + "]";
    case Kind::kMap:
      break;
  }
  for (const Member& member : members) {
    out += (out.empty() ? "" : ", ") + quoted(member.key) + ": " + member.value.flow();
  }
  return "{" + out + "}";
}

Node parseYaml(std::string_view text, const std::string& source, std::vector<Fault>& faults) {
  Builder builder(source, faults);
  try {
    // yaml-cpp takes the end of the text for the end of an open quote; it refuses a document's end inside one.
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text) + "\n...\n");
    if (documents.size() > 1) {
      faults.push_back({builder.placeOf(documents[1].Mark()), "", "YAML_SYNTAX",
                        "a second document begins here: join them, or leave out the line ---"});
    }
    if (!documents.empty()) return builder.build(documents.front(), 0);
  } catch (const YAML::Exception& error) {
    const bool open_quote = error.msg.find("in scalar") != std::string::npos;
    faults.push_back({builder.placeOf(error.mark), "", "YAML_SYNTAX",
                      "this is not YAML: " + (open_quote ? "a quote before here is not closed" : error.msg)});
  }
  return {};
}

}  // namespace kontor::config

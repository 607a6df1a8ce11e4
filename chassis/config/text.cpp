#include "chassis/config/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

namespace kontor::config {
namespace {

constexpr std::int64_t kMicro = 1000;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> kUnits{{
    {"ns", 1},
    {"us", kMicro},
    {"ms", kMicro * 1000},
    {"s", kSecond},
    {"m", kSecond * 60},
    {"h", kSecond * 3600},
    {"d", kSecond * 86400},
}};

// A secret is a line or a key file; a longer file is the wrong file.
constexpr std::size_t kMaxSecretFile = 1 << 20;

std::optional<std::int64_t> unitOf(std::string_view name) {
  for (const auto& [unit, nanoseconds] : kUnits) {
    if (unit == name) return nanoseconds;
  }
  return std::nullopt;
}

bool readFile(const std::filesystem::path& path, Expanded& into) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    into.reason = "UNREADABLE_FILE";
    into.detail = "the file " + path.string() + " is a folder";
    return false;
  }
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad() || content.size() > kMaxSecretFile) {
    into.reason = "UNREADABLE_FILE";
    into.detail = "the file " + path.string() + " cannot be read: " +
                  (content.size() > kMaxSecretFile ? "it is larger than 1 MiB" : std::strerror(errno));
    return false;
  }
  if (content.ends_with('\n')) content.pop_back();
  if (content.ends_with('\r')) content.pop_back();
  into.text += content;
  return true;
}

// Appends what one reference ("env:NAME") stands for; false when it stands for nothing.
bool resolve(std::string_view reference, const Variables& variables, const std::filesystem::path& folder,
             Expanded& into) {
  if (reference.starts_with("env:")) {
    const auto found = variables.find(reference.substr(4));
    if (found != variables.end()) {
      into.text += found->second;
      return true;
    }
    into.reason = "UNSET_VARIABLE";
    into.detail = "the environment variable " + std::string(reference.substr(4)) + " is not set";
    return false;
  }
  if (reference.starts_with("file:")) return readFile(folder / reference.substr(5), into);
  into.reason = "BAD_REFERENCE";
  into.detail = "${" + std::string(reference) + "} is not known: use ${env:NAME}, ${file:PATH}, or $${ for a plain ${";
  return false;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, change}));
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::chrono::nanoseconds> parseDuration(std::string_view text) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t total = 0;
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::uint64_t count = 0;
    const auto [digits_end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure != std::errc() || count > static_cast<std::uint64_t>(kMax)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(digits_end - text.data()));
    const std::size_t unit_size = std::min(text.find_first_of("0123456789"), text.size());
    const auto unit = unitOf(text.substr(0, unit_size));
    const auto whole = static_cast<std::int64_t>(count);
    if (!unit || whole > (kMax - total) / *unit) return std::nullopt;
    total += whole * *unit;
    text.remove_prefix(unit_size);
  }
  return std::chrono::nanoseconds(total);
}

Expanded expand(std::string_view text, const Variables& variables, const std::filesystem::path& folder) {
  Expanded out;
  while (!text.empty()) {
    const std::size_t at = text.find("${");
    if (at == std::string_view::npos) break;
    if (at > 0 && text[at - 1] == '$') {  // $${ is the text ${
      out.text.append(text.substr(0, at)).append("{");
      text.remove_prefix(at + 2);
      continue;
    }
    out.text.append(text.substr(0, at));
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) {
      out.reason = "BAD_REFERENCE";
      out.detail = "a ${ is not closed by }; write $${ for a plain ${";
      return out;
    }
    if (!resolve(text.substr(at + 2, end - at - 2), variables, folder, out)) return out;
    text.remove_prefix(end + 1);
  }
  out.text.append(text);
  return out;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  // A third of the letters may differ: "chekout.holt" is still checkout.hold.
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    // The end of a longer path counts as equal: "hold" is found in "order.checkout.hold".
    const bool tail = candidate.size() > word.size() && candidate.ends_with(word) &&
                      candidate[candidate.size() - word.size() - 1] == '.';
    const std::size_t found = tail ? 1 : distance(word, candidate);
    if (found < best_distance) {
      best_distance = found;
      best = candidate;
    }
  }
  return best;
}

}  // namespace kontor::config

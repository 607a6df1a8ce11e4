#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::security {
class Sealer;
}

namespace kontor::store {

class Row;
class Statements;

/// One thing that must hold of stored facts, how many facts were looked at, and what breaks it: one line each with the
/// ids concerned, the first 20 of them. Personal data and secrets stay out of the lines.
struct Audit {
  static constexpr std::size_t kLinesMax = 20;

  explicit Audit(std::string sentence) : name(std::move(sentence)) {}
  void violate(std::string what);

  std::string name;
  std::int64_t checked = 0;
  bool ok = true;
  std::vector<std::string> violations;
};

/// An invariant that SQL can judge alone. `broken` streams in the order of an index, so that memory stays small however
/// many rows there are, and ends with LIMIT 20.
struct Rule {
  std::string_view name;
  std::string_view counted;  // SELECT COUNT(*) of what is looked at
  std::string_view broken;   // SELECT of what breaks it
  std::string (*wording)(const Row& row);
  /// When set, `$1` of `broken` is the moment that lies so long before the one of the check.
  std::optional<Duration> grace{};
};

/// Judges each rule on the one snapshot that `in` is, in their order. `now` decides what is late; a rule with a grace
/// is not judged when `now` is zero.
task<std::vector<Audit>> auditRules(Statements& in, std::span<const Rule> rules, Time now);

/// What must hold of the tables that every store has besides its service's own: the outbox empties, events are
/// numbered, kept answers open and expire. `service` names the store in the lines; `now` as above.
task<std::vector<Audit>> auditRecords(Statements& in, const security::Sealer& sealer, std::string_view service,
                                      Time now);

/// A column as it is written in a line.
std::string number(const Row& row, std::size_t column);

/// Copies an audit into a message of its shape, such as the contracts' Invariant.
template <class Invariant>
void copyAudit(const Audit& audit, Invariant& into) {
  into.set_name(audit.name);
  into.set_ok(audit.ok);
  into.set_checked(audit.checked);
  for (const std::string& line : audit.violations) into.add_violations(line);
}
/// Adds the audits to any message that has `invariants`, such as the contracts' CheckInvariantsResponse.
template <class Response>
void addAudits(const std::vector<Audit>& audits, Response& response) {
  for (const Audit& audit : audits) copyAudit(audit, *response.add_invariants());
}

}  // namespace kontor::store

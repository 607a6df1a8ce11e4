#include "apps/kontor/doctor_report.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "chassis/json/writer.hpp"

namespace kontor {
namespace {

struct Advice {
  std::string_view of;  // a part of the invariant's name
  std::string_view what;
};

// The first that fits counts: from the particular to the general.
constexpr std::array<Advice, 14> kAdvice{
    {{"outbox empties", "look into the log for why events cannot be sent; they are sent once the cause is gone"},
     {"set aside",
      "read the reasons (GET /v1/admin/dead-letters), mend their cause, then have each tried once more (POST "
      "…/{id}/retry)"},
     {"provider's book",
      "look the payment up at the provider; what it holds or took is what counts: void, refund or "
      "capture there, and tell the developers"},
     {"at most one authorisation", "void the authorisation that no order stands on, at the provider"},
     {"money goes back", "refund or void the payment at the provider by hand"},
     {"every service answered", "see that the named service runs and is reached, then examine again"},
     {"opens",
      "the key in keys/seal.key is not the one these rows were sealed with: restore the key that belongs to "
      "this data folder"},
     {"inventory:",
      "count the named skus on the shelf and correct them (POST /v1/admin/inventory/adjustments); tell the "
      "developers what was found"},
     {"catalog:", "import the product file again: it writes rows and documents anew"},
     {"user:", "restore the rows from a backup, or remove the named sessions and roles"},
     {"sandbox:", "the sandbox's ledger was changed by hand: restore sandbox.db from a backup"},
     {"cart:", "restore the rows from a backup; a cart alone may also be left to expire"},
     {"bus:", "restore bus.db together with the other stores from one backup"},
     {"",
      "compare the named orders and payments with the provider's book before anything else; restore from a backup "
      "if rows were edited, and tell the developers"}}};

std::string adviceOn(std::string_view name) {
  const auto* found = std::find_if(kAdvice.begin(), kAdvice.end(), [&](const Advice& advice) {
    return name.find(advice.of) != std::string_view::npos;
  });
  return std::string(found->what);
}

constexpr std::array<std::string_view, 3> kStates{"ok", "fault", "skipped"};

std::string_view word(Check::State state) { return kStates.at(static_cast<std::size_t>(state)); }

void writeTexts(json::Writer& writer, const std::vector<std::string>& texts) {
  writer.beginArray();
  for (const std::string& text : texts) writer.string(text);
  writer.endArray();
}

}  // namespace

void Report::ok(std::string name, std::string note) {
  checks_.push_back({std::move(name), Check::State::kOk, std::move(note), {}, {}});
}
void Report::skip(std::string name, std::string why) {
  checks_.push_back({std::move(name), Check::State::kSkipped, std::move(why), {}, {}});
}
void Report::fault(std::string name, std::vector<std::string> findings, std::string advice) {
  checks_.push_back({std::move(name), Check::State::kFault, {}, std::move(findings), std::move(advice)});
}

void Report::add(const type::v1::Invariant& invariant) {
  if (invariant.ok()) {
    ok(invariant.name(), std::to_string(invariant.checked()) + " looked at");
    return;
  }
  fault(invariant.name(), {invariant.violations().begin(), invariant.violations().end()}, adviceOn(invariant.name()));
}

std::size_t Report::faults() const {
  return static_cast<std::size_t>(std::count_if(
      checks_.begin(), checks_.end(), [](const Check& check) { return check.state == Check::State::kFault; }));
}

std::string Report::text() const {
  std::string text;
  for (const Check& check : checks_) {
    std::string state(check.state == Check::State::kFault ? "FAULT" : word(check.state));
    state.resize(9, ' ');
    text += state + check.name + (check.note.empty() ? "" : " (" + check.note + ")") + "\n";
    for (const std::string& finding : check.findings) text += "           " + finding + "\n";
    if (!check.advice.empty()) text += "         do: " + check.advice + "\n";
  }
  const std::string of = " of " + std::to_string(checks_.size()) + " checks";
  return text + (faults() == 0 ? "all is well: none" + of + " found a fault\n"
                               : std::to_string(faults()) + of + " found a fault\n");
}

std::string Report::json() const {
  std::string text;
  json::Writer writer(text);
  writer.beginObject();
  writer.key("ok");
  writer.boolean(faults() == 0);
  writer.key("checks");
  writer.beginArray();
  for (const Check& check : checks_) {
    writer.beginObject();
    writer.key("name");
    writer.string(check.name);
    writer.key("state");
    writer.string(word(check.state));
    writer.key("note");
    writer.string(check.note);
    writer.key("findings");
    writeTexts(writer, check.findings);
    writer.key("advice");
    writer.string(check.advice);
    writer.endObject();
  }
  writer.endArray();
  writer.endObject();
  return text + "\n";
}

}  // namespace kontor

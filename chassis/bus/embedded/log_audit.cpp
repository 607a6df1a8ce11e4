#include "chassis/bus/embedded/log_audit.hpp"

#include <array>

#include "chassis/store/sql.hpp"

namespace kontor::bus::embedded {
namespace {

using store::number;
using store::Row;

constexpr std::string_view kCountEvents = "SELECT COUNT(*) FROM event_log";
constexpr std::string_view kDisorder =
    "SELECT id, type, subject, sequence, sequence_before FROM (SELECT entry, id, type, subject, sequence, "
    "LAG(sequence) OVER (PARTITION BY source, topic, subject ORDER BY entry) AS sequence_before FROM event_log) "
    "AS ordered WHERE sequence_before >= sequence ORDER BY entry LIMIT 20";
constexpr std::string_view kCountPositions = "SELECT COUNT(*) FROM group_position";
constexpr std::string_view kAhead =
    "SELECT g.group_name, g.topic, g.partition_no, g.entry FROM group_position g "
    "WHERE g.entry > (SELECT COALESCE(MAX(s.seq), 0) FROM sqlite_sequence s WHERE s.name = 'event_log') "
    "ORDER BY g.group_name, g.topic, g.partition_no LIMIT 20";
constexpr std::string_view kCountLetters = "SELECT COUNT(*) FROM dead_letter";
constexpr std::string_view kLetters =
    "SELECT group_name, id, type, subject, attempts, reason FROM dead_letter ORDER BY group_name, id LIMIT 20";

std::string disorderLine(const Row& row) {
  return "event " + row.text(0) + " (" + row.text(1) + " of " + row.text(2) + ") has the sequence " + number(row, 3) +
         " and lies behind " + number(row, 4);
}
std::string aheadLine(const Row& row) {
  return "group " + row.text(0) + " is at entry " + number(row, 3) + " of " + row.text(1) + "/" + number(row, 2) +
         ", which was never written";
}
std::string letterLine(const Row& row) {
  return row.text(0) + " could not handle event " + row.text(1) + " (" + row.text(2) + " of " + row.text(3) + ") in " +
         number(row, 4) + " attempts: " + row.text(5);
}

constexpr std::array<store::Rule, 3> kRules{
    {{"bus: the events of a subject lie in their order", kCountEvents, kDisorder, disorderLine},
     {"bus: no group is ahead of the log", kCountPositions, kAhead, aheadLine},
     {"bus: no event was set aside", kCountLetters, kLetters, letterLine}}};

}  // namespace

task<std::vector<store::Audit>> auditLog(store::Statements& in, Time now) { return store::auditRules(in, kRules, now); }

}  // namespace kontor::bus::embedded

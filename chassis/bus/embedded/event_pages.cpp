#include "chassis/bus/embedded/event_pages.hpp"

#include <algorithm>

#include "chassis/runtime/executor.hpp"
#include "chassis/store/event_rows.hpp"
#include "chassis/store/sql.hpp"

namespace kontor::bus::embedded {
namespace {

using store::Params;
using store::params;
using store::Row;
using store::Rows;

// A window is read in place on the caller's loop, which serves others between two of them.
constexpr std::int64_t kWindow = 2000;
constexpr int kWindowsMost = 20;

constexpr std::string_view kEnds = "SELECT COALESCE(MIN(entry), 1), COALESCE(MAX(entry), 0) FROM event_log";

std::string windowSql(std::string_view direction) {
  return "SELECT entry, " + std::string(store::kEventColumns) +
         " FROM event_log WHERE entry > $1 AND entry <= $2 AND ($3 = '' OR topic = $3) AND ($4 = '' OR type = $4) "
         "AND ($5 = '' OR subject = $5) AND ($6 IS NULL OR time >= $6) AND ($7 IS NULL OR time < $7) ORDER BY entry " +
         std::string(direction) + " LIMIT $8";
}

// The part of the window (after, up_to] that is asked for.
Params windowParams(std::int64_t after, std::int64_t up_to, const EventFilter& filter, std::size_t most) {
  return params(after, up_to, filter.topic, filter.type, filter.subject, filter.from, filter.to,
                static_cast<std::int64_t>(most));
}

void append(const Rows& rows, EventPage& page) {
  for (const Row& row : rows) page.events.push_back({row.int64(0), store::eventOf(row, 1)});
}

}  // namespace

task<EventPage> EventPages::forward(const EventFilter& filter, std::int64_t after, std::size_t most) {
  const Rows ends = co_await store_.query(kEnds, Params());
  const std::int64_t newest = ends.at(0).int64(1);
  EventPage page;
  page.position = std::max(after, std::min(newest, ends.at(0).int64(0) - 1));
  const std::string sql = windowSql("ASC");
  for (int window = 0; window < kWindowsMost && page.position < newest && page.events.size() < most; ++window) {
    if (window > 0) co_await runtime::yield();
    const std::int64_t end = std::min(page.position + kWindow, newest);
    const std::size_t wanted = most - page.events.size();
    const Rows rows = co_await store_.query(sql, windowParams(page.position, end, filter, wanted));
    append(rows, page);
    page.position = rows.size() == wanted ? rows.back().int64(0) : end;
  }
  page.more = page.position < newest;
  co_return page;
}

task<EventPage> EventPages::backward(const EventFilter& filter, std::optional<std::int64_t> before, std::size_t most) {
  const Rows ends = co_await store_.query(kEnds, Params());
  const std::int64_t oldest = ends.at(0).int64(0);
  EventPage page;
  page.position = std::min(before.value_or(ends.at(0).int64(1) + 1), ends.at(0).int64(1) + 1);
  const std::string sql = windowSql("DESC");
  for (int window = 0; window < kWindowsMost && page.position > oldest && page.events.size() < most; ++window) {
    if (window > 0) co_await runtime::yield();
    const std::int64_t begin = std::max(page.position - kWindow, oldest);
    const std::size_t wanted = most - page.events.size();
    const Rows rows = co_await store_.query(sql, windowParams(begin - 1, page.position - 1, filter, wanted));
    append(rows, page);
    page.position = rows.size() == wanted ? rows.back().int64(0) : begin;
  }
  page.more = page.position > oldest;
  co_return page;
}

}  // namespace kontor::bus::embedded

#include "chassis/base/time.hpp"

#include <charconv>
#include <string>

namespace kontor {
namespace {

namespace chr = std::chrono;

// Reads exactly `digits` digits at `at`; -1 when there are none.
int readDigits(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// Reads ".123456789" (up to nine decimals; those beyond microseconds are dropped) and moves `at` past it.
std::optional<Duration> readFraction(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '.') return Duration(0);
  const std::size_t first = ++at;
  std::int64_t micros = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    if (at - first < 6) micros = micros * 10 + (text[at] - '0');
    ++at;
  }
  const std::size_t digits = at - first;
  if (digits == 0 || digits > 9) return std::nullopt;
  for (std::size_t i = digits; i < 6; ++i) micros *= 10;
  return Duration(micros);
}

// Reads "Z" or "+02:00" to the end of the text.
std::optional<chr::minutes> readOffset(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::nullopt;
  if ((text[at] == 'Z' || text[at] == 'z') && at + 1 == text.size()) return chr::minutes(0);
  if ((text[at] != '+' && text[at] != '-') || text.size() != at + 6 || text[at + 3] != ':') return std::nullopt;
  const int hours = readDigits(text, at + 1, 2);
  const int minutes = readDigits(text, at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const chr::minutes offset(hours * 60 + minutes);
  return text[at] == '+' ? offset : -offset;
}

// At least `digits` digits. By hand: an answer has a dozen times in it, and printf takes longer than all else of one.
void appendDigits(std::string& into, std::int64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  if (text.size() < digits) into.append(digits - text.size(), '0');
  into += text;
}

}  // namespace

std::string formatRfc3339(Time time) {
  const auto day = chr::floor<chr::days>(time);
  const chr::year_month_day date(day);
  const chr::hh_mm_ss<Duration> clock(time - day);
  const std::int64_t micros = clock.subseconds().count();
  std::string text;
  text.reserve(28);
  appendDigits(text, static_cast<int>(date.year()), 4);
  appendDigits(text += '-', static_cast<unsigned>(date.month()), 2);
  appendDigits(text += '-', static_cast<unsigned>(date.day()), 2);
  appendDigits(text += 'T', clock.hours().count(), 2);
  appendDigits(text += ':', clock.minutes().count(), 2);
  appendDigits(text += ':', clock.seconds().count(), 2);
  const bool millis = micros % 1000 == 0;
  if (micros != 0) appendDigits(text += '.', millis ? micros / 1000 : micros, millis ? 3 : 6);
  text += 'Z';
  return text;
}

std::optional<Time> parseRfc3339(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
      text[16] != ':')
    return std::nullopt;
  const int hours = readDigits(text, 11, 2);
  const int minutes = readDigits(text, 14, 2);
  const int seconds = readDigits(text, 17, 2);
  const int year = readDigits(text, 0, 4);
  const int month = readDigits(text, 5, 2);
  const int day = readDigits(text, 8, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60 || year < 0 || month < 0 ||
      day < 0)
    return std::nullopt;
  const chr::year_month_day date{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                 chr::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  std::size_t at = 19;
  const auto fraction = readFraction(text, at);
  if (!fraction) return std::nullopt;
  const auto offset = readOffset(text, at);
  if (!offset) return std::nullopt;
  return Time(chr::sys_days(date)) + chr::hours(hours) + chr::minutes(minutes) + chr::seconds(seconds) + *fraction -
         *offset;
}

}  // namespace kontor

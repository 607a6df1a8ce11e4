#pragma once

#include <string_view>

#include "chassis/base/time.hpp"

namespace google::protobuf {
class Duration;
class Timestamp;
}  // namespace google::protobuf

namespace kontor {

/// Between protobuf's types and ours; digits below a microsecond are dropped.
Time toTime(const google::protobuf::Timestamp& timestamp);
google::protobuf::Timestamp toTimestamp(Time time);
Duration toDuration(const google::protobuf::Duration& duration);
google::protobuf::Duration toProtoDuration(Duration duration);

}  // namespace kontor

namespace kontor::json {

class Reader;
class Value;
class Writer;

/// A Timestamp is RFC 3339 in UTC ("2026-11-23T02:40:00Z"), a Duration seconds with up to nine decimals ("3.5s").
void write(const google::protobuf::Timestamp& timestamp, Writer& writer);
void write(const google::protobuf::Duration& duration, Writer& writer);
/// True when `out` was set; else a fault (INVALID_TIME, INVALID_DURATION, WRONG_TYPE) is noted, but for null.
bool read(const Value& value, google::protobuf::Timestamp& out, Reader& reader);
bool read(const Value& value, google::protobuf::Duration& out, Reader& reader);
/// The same for parameters of paths and queries.
bool readText(std::string_view text, google::protobuf::Timestamp& out, Reader& reader);
bool readText(std::string_view text, google::protobuf::Duration& out, Reader& reader);

}  // namespace kontor::json

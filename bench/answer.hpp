#pragma once

#include <cstddef>
#include <string_view>

namespace kontor::bench {

/// One HTTP/1.1 answer inside a receive buffer. Views into it.
struct Answer {
  int status = 0;
  std::string_view body;
  std::size_t bytes = 0;  // of head and body: where the next answer starts
  bool close = false;     // the server ends the connection after it
};

enum class Parsed { kWhole, kPart, kMalformed };

/// Reads the answer that `buffer` begins with. Takes what the measured servers send (a Content-Length, or a status
/// without a body) and calls all else malformed: a chunked answer would be counted wrongly, not slowly.
Parsed parseAnswer(std::string_view buffer, Answer& out);

/// The value of the first member of that name in a JSON text whose shape is known; empty when there is none.
std::string_view textMember(std::string_view json, std::string_view quoted_name);

}  // namespace kontor::bench

// What a provider answers, read by our client.
//
// Input: one byte (its lowest bit: the answer to a HEAD; the others: how the rest is cut into pieces) and the answer's
// bytes. However they are cut, the same answer comes out, or none. Seeds: testdata/fuzz/response_parser_fuzz.

#include <cstdio>
#include <cstdlib>

#include "chassis/base/error.hpp"
#include "chassis/http/client.hpp"
#include "chassis/http/response_parser.hpp"

namespace kontor::http {
namespace {

constexpr std::int64_t kMostBytes = 64 * 1024;

/// The answer as text; empty when the bytes are refused or not a whole answer.
std::string readInPieces(std::string_view bytes, std::size_t piece, bool head_only) {
  ResponseParser parser(head_only, kMostBytes);
  try {
    for (std::size_t at = 0; at < bytes.size() && !parser.done(); at += piece) parser.feed(bytes.substr(at, piece));
  } catch (const Error& error) {
    if (error.code() == Code::kInternal) std::abort();
    return {};
  }
  if (!parser.done()) return {};
  const Answer answer = parser.take();
  if (answer.body.size() > static_cast<std::size_t>(kMostBytes)) std::abort();
  std::string text = std::to_string(answer.status) + "\n";
  for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\n";
  return text + answer.body;
}

}  // namespace
}  // namespace kontor::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const bool head_only = (bytes[0] & 1U) != 0;
  const std::string whole = kontor::http::readInPieces(input, input.size(), head_only);
  const std::string pieces = kontor::http::readInPieces(input, bytes[0] / 2U % 16U + 1, head_only);
  if (whole == pieces) return 0;
  std::fprintf(stderr, "whole:\n%s\nin pieces:\n%s\n", whole.c_str(), pieces.c_str());
  std::abort();
}

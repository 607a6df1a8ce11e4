#pragma once

// For this folder's .cpp files only: brings Beast in.

#include <boost/beast/http/basic_parser.hpp>
#include <string_view>

namespace kontor::http {

/// Gives `parser` what it takes of the front of `bytes`, as often as it takes something; returns how many bytes were
/// used. `failure` is set when they cannot be read; that more must come is none.
///
/// A message in chunks is held back while fewer bytes are there than its last chunk has ("0" and two line ends): Beast
/// 1.81 asserts that it has come as a whole once it looked at a part of it.
template <bool kRequest>
std::size_t feed(boost::beast::http::basic_parser<kRequest>& parser, std::string_view bytes,
                 boost::beast::error_code& failure) {
  constexpr std::size_t kLastChunkBytes = 5;
  std::size_t used = 0;
  while (used < bytes.size() && !parser.is_done()) {
    const bool in_chunks = parser.is_header_done() && parser.chunked();
    if (in_chunks && bytes.size() - used < kLastChunkBytes) break;
    const std::size_t taken = parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), failure);
    used += taken;
    if (failure == boost::beast::http::error::need_more) {
      failure = {};
      break;
    }
    if (failure || taken == 0) break;
  }
  return used;
}

}  // namespace kontor::http

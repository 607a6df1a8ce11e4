#pragma once

#include <string_view>

#include "chassis/http/message.hpp"

namespace kontor::http {

/// Reads the head of a plain request in one pass over its bytes: HTTP/1.1, one Host, nothing that announces a body, an
/// expectation or another protocol, and only characters that nobody reads differently.
///
/// Most requests are plain. False for every other head, right or wrong, which is then for the strict parser: so this
/// reader refuses nothing, and what it takes the strict parser would take in the same way (http_test.cpp "PlainHead").
/// `bytes` is one whole head, its empty line included, in lines that end with CRLF. `keep_alive` says whether the
/// connection may go on. What `head` shows is undefined after false.
bool readPlainHead(std::string_view bytes, RequestHead& head, bool& keep_alive);

}  // namespace kontor::http

#pragma once

#include <string>
#include <string_view>

namespace kontor::http {

/// A weak entity tag of a representation, from a 64-bit hash of its bytes: W/"0f3c…". Equal bytes give equal tags in
/// every process of one build.
std::string entityTag(std::string_view bytes);

/// Whether If-None-Match names `tag` (weak comparison, RFC 9110 13.1.2) or is "*": then the answer is a 304.
bool noneMatchNames(std::string_view if_none_match, std::string_view tag);

}  // namespace kontor::http

#pragma once

#include <string>
#include <string_view>

#include "chassis/http/message.hpp"

namespace kontor::http {

/// Serves the plain files below one folder: media pictures, a storefront's assets.
///
/// Never leaves the folder: no dot names, no symbolic links, no escapes by encoding. Thread-safe; opens the file in
/// place.
class StaticFiles {
 public:
  /// `folder` need not exist yet: until it does, nothing is found.
  explicit StaticFiles(std::string folder) : folder_(std::move(folder)) {}

  /// The file at `path` (relative, percent-encoded as it came), with type and ETag; 304 when the client has
  /// it. Throws NOT_FOUND, or INVALID_ARGUMENT for a bad encoding.
  Response serve(const RequestHead& head, std::string_view path) const;

 private:
  std::string folder_;
};

/// The media type for a file's name: "image/svg+xml"; unknown endings are "application/octet-stream".
std::string_view mediaType(std::string_view file_name);

}  // namespace kontor::http

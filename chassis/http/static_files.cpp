#include "chassis/http/static_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "chassis/base/error.hpp"
#include "chassis/http/conditional.hpp"
#include "chassis/http/uri.hpp"

namespace kontor::http {
namespace {

/// Opens `path` one segment after the other, following no link, so that no name can lead out of `folder`.
OpenFile openBelow(const std::string& folder, std::string_view path) {
  OpenFile at(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (at.descriptor() >= 0) {
    const std::string name(path.substr(0, path.find('/')));
    if (name.empty() || name.starts_with('.')) return OpenFile(-1);
    const bool last = name.size() == path.size();
    const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (last ? O_NONBLOCK : O_DIRECTORY);
    at = OpenFile(::openat(at.descriptor(), name.c_str(), flags));
    if (last) return at;
    path.remove_prefix(name.size() + 1);
  }
  return at;
}

std::string tagOf(const struct stat& facts) {
  return entityTag(std::to_string(facts.st_mtim.tv_sec) + "." + std::to_string(facts.st_mtim.tv_nsec) + "/" +
                   std::to_string(facts.st_size));
}

}  // namespace

std::string_view mediaType(std::string_view file_name) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".webp", "image/webp"},
      {".avif", "image/avif"},
      {".gif", "image/gif"},
      {".ico", "image/x-icon"},
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".txt", "text/plain; charset=utf-8"},
      {".csv", "text/csv; charset=utf-8"},
      {".woff2", "font/woff2"},
      {".mp4", "video/mp4"},
      {".pdf", "application/pdf"},
  };
  const std::size_t dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    for (const auto& [ending, type] : kTypes) {
      if (equalsIgnoringCase(file_name.substr(dot), ending)) return type;
    }
  }
  return "application/octet-stream";
}

Response StaticFiles::serve(const RequestHead& head, std::string_view path) const {
  const auto decoded = percentDecode(path);
  if (!decoded) throw Error(Code::kInvalidArgument, "BAD_PATH", "the path is not percent-encoded UTF-8");
  OpenFile file = openBelow(folder_, *decoded);
  struct stat facts {};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    throw notFound("file", *decoded);
  }
  const std::string tag = tagOf(facts);
  const bool known = noneMatchNames(head.header("If-None-Match"), tag);
  Response response(known ? 304 : 200);
  response.add("ETag", tag).add("Cache-Control", "public, max-age=300");
  if (known) return response;
  response.add("Content-Type", mediaType(*decoded));
  response.body = Response::File{std::move(file), facts.st_size};
  return response;
}

}  // namespace kontor::http

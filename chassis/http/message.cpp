#include "chassis/http/message.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "chassis/base/error.hpp"

namespace kontor::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Copies a view's bytes to `at` and makes the view show the copy.
void moveView(std::string_view& view, char*& at) {
  if (!view.empty()) std::memcpy(at, view.data(), view.size());
  view = std::string_view(at, view.size());
  at += view.size();
}

RequestHead headOf(std::string_view method, std::string_view target, std::vector<Header> headers) {
  RequestHead head;
  head.method = method;
  head.target = target;
  head.headers = std::move(headers);
  return head;
}

bool breaksLine(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char left, char right) { return lower(left) == lower(right); });
}

std::optional<std::string_view> RequestHead::find(std::string_view name) const {
  for (const Header& each : headers) {
    if (equalsIgnoringCase(each.name, name)) return each.value;
  }
  return std::nullopt;
}

std::size_t RequestHead::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(), [name](const Header& each) { return equalsIgnoringCase(each.name, name); }));
}

void splitTarget(RequestHead& head) {
  const std::size_t mark = head.target.find('?');
  head.path = head.target.substr(0, mark);
  head.query = mark == std::string_view::npos ? std::string_view{} : head.target.substr(mark + 1);
}

Body::~Body() {
  if (!file_.empty()) ::unlink(file_.c_str());
}

void Body::swap(Body& other) noexcept {
  text_.swap(other.text_);
  file_.swap(other.file_);
  std::swap(size_, other.size_);
}

Request::Request(const RequestHead& head, Body content) : body(std::move(content)), head_(head) {
  std::size_t size = head.method.size() + head.target.size() + head.peer.size();
  for (const Header& each : head.headers) size += each.name.size() + each.value.size();
  bytes_ = std::make_unique<char[]>(size);
  char* at = bytes_.get();
  moveView(head_.method, at);
  moveView(head_.target, at);
  moveView(head_.peer, at);
  for (Header& each : head_.headers) {
    moveView(each.name, at);
    moveView(each.value, at);
  }
  splitTarget(head_);
}

Request::Request(std::string_view method, std::string_view target, std::vector<Header> headers, std::string content)
    : Request(headOf(method, target, std::move(headers)), Body(std::move(content))) {
  head_.has_body = body.size() > 0;
}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Response::Response(int http_status, std::string_view content_type, std::string text)
    : status(http_status), body(std::move(text)) {
  add("Content-Type", content_type);
}

Response& Response::add(std::string_view name, std::string_view value) {
  if (breaksLine(name) || breaksLine(value)) {
    throw Error(Code::kInternal, "header " + std::string(name) + " holds a line break or NUL");
  }
  header_lines.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

std::optional<std::string_view> Response::find(std::string_view name) const {
  std::string_view rest = header_lines;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(": ");
    if (equalsIgnoringCase(line.substr(0, colon), name)) return line.substr(colon + 2);
  }
  return std::nullopt;
}

std::string_view Response::text() const {
  if (const auto* own = std::get_if<std::string>(&body)) return *own;
  if (const auto* shared = std::get_if<Shared>(&body)) return **shared;
  return {};
}

std::int64_t Response::size() const {
  if (const auto* file = std::get_if<File>(&body)) return file->size;
  return static_cast<std::int64_t>(text().size());
}

Response::File openFile(const std::string& path) {
  OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &facts) != 0)
    throw Error(Code::kUnavailable, "FILE_UNREADABLE",
                "the file " + path + " cannot be read: " + std::strerror(errno) + "; ask for it again");
  return {std::move(file), facts.st_size};
}

std::string_view statusPhrase(int status) {
  static constexpr std::pair<int, std::string_view> kPhrases[] = {
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {499, "Client Closed Request"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {507, "Insufficient Storage"},
  };
  for (const auto& [known, phrase] : kPhrases) {
    if (known == status) return phrase;
  }
  return {};
}

}  // namespace kontor::http

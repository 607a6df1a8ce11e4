#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kontor {

/// gRPC's canonical status codes, with gRPC's numbers, so that a local failure reads like a remote one.
enum class Code : std::uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

/// The canonical name ("INVALID_ARGUMENT"), also the default `reason` of an error.
std::string_view codeName(Code code);

/// The HTTP status that a code becomes at the edge when the error names none itself.
int httpStatus(Code code);

/// One bad field of a request: `path` as the client wrote it ("lines[2].quantity"), a stable UPPER_SNAKE
/// `reason`, and a sentence that says what was expected.
struct FieldError {
  std::string path;
  std::string reason;
  std::string detail;
};

/// A fact a client may need to act ("available": 3). Texts and whole numbers only: they cross JSON and gRPC unchanged.
using Detail = std::pair<std::string, std::variant<std::int64_t, std::string>>;

/// What ends a request: thrown by handlers, turned into an RFC 9457 problem at the edge and a status over gRPC.
///
/// `reason` is a stable UPPER_SNAKE word clients may switch on; `message` says what was wrong, with which value, and
/// what to do. `mayHaveRun` is true when the callee may have taken effect (a lost answer), which is a different
/// statement from "did not run". Copyable; safe to throw across coroutines.
class Error : public std::exception {
 public:
  Error(Code code, std::string reason, std::string message);
  /// An error whose reason is the code's own name.
  Error(Code code, std::string message);

  /// Overrides the HTTP status that follows from the code (402, 412, 413, 422 have no code of their own).
  [[nodiscard]] Error withStatus(int http_status) &&;
  [[nodiscard]] Error withDetail(std::string name, std::variant<std::int64_t, std::string> value) &&;
  [[nodiscard]] Error withField(FieldError field) &&;
  [[nodiscard]] Error withFields(std::vector<FieldError> fields) &&;
  /// Marks that the call may have taken effect although no answer came.
  [[nodiscard]] Error thatMayHaveRun() &&;

  Code code() const { return code_; }
  const std::string& reason() const { return reason_; }
  const std::string& message() const { return message_; }
  int status() const { return status_; }
  bool mayHaveRun() const { return may_have_run_; }
  const std::vector<Detail>& details() const { return details_; }
  const std::vector<FieldError>& fields() const { return fields_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Code code_;
  int status_;
  bool may_have_run_ = false;
  std::string reason_;
  std::string message_;
  std::vector<Detail> details_;
  std::vector<FieldError> fields_;
};

/// 400 with one bad field.
Error invalidField(std::string path, std::string reason, std::string detail);
/// 404: nothing of `kind` is known by `id`, or the caller may not know of it.
Error notFound(std::string_view kind, std::string_view id);

}  // namespace kontor

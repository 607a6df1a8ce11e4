#include "chassis/base/error.hpp"

#include <array>

#include "chassis/base/assert.hpp"

namespace kontor {
namespace {

struct CodeFacts {
  std::string_view name;
  int http_status;
};

// In the order of gRPC's numbers. The statuses are those of google.rpc.Code, but for FAILED_PRECONDITION: a state
// that forbids the call is a conflict to an HTTP client, not a malformed request.
constexpr std::array<CodeFacts, 17> kCodes{{{"OK", 200},
                                            {"CANCELLED", 499},
                                            {"UNKNOWN", 500},
                                            {"INVALID_ARGUMENT", 400},
                                            {"DEADLINE_EXCEEDED", 504},
                                            {"NOT_FOUND", 404},
                                            {"ALREADY_EXISTS", 409},
                                            {"PERMISSION_DENIED", 403},
                                            {"RESOURCE_EXHAUSTED", 429},
                                            {"FAILED_PRECONDITION", 409},
                                            {"ABORTED", 409},
                                            {"OUT_OF_RANGE", 400},
                                            {"UNIMPLEMENTED", 501},
                                            {"INTERNAL", 500},
                                            {"UNAVAILABLE", 503},
                                            {"DATA_LOSS", 500},
                                            {"UNAUTHENTICATED", 401}}};

const CodeFacts& facts(Code code) {
  const auto index = static_cast<std::size_t>(code);
  KONTOR_ASSERT(index < kCodes.size(), "a code outside gRPC's list");
  return kCodes[index];
}

}  // namespace

std::string_view codeName(Code code) { return facts(code).name; }

int httpStatus(Code code) { return facts(code).http_status; }

Error::Error(Code code, std::string reason, std::string message)
    : code_(code), status_(httpStatus(code)), reason_(std::move(reason)), message_(std::move(message)) {}

Error::Error(Code code, std::string message) : Error(code, std::string(codeName(code)), std::move(message)) {}

Error Error::withStatus(int http_status) && {
  status_ = http_status;
  return std::move(*this);
}

Error Error::withDetail(std::string name, std::variant<std::int64_t, std::string> value) && {
  details_.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

Error Error::withField(FieldError field) && {
  fields_.push_back(std::move(field));
  return std::move(*this);
}

Error Error::withFields(std::vector<FieldError> fields) && {
  fields_ = std::move(fields);
  return std::move(*this);
}

Error Error::thatMayHaveRun() && {
  may_have_run_ = true;
  return std::move(*this);
}

Error invalidField(std::string path, std::string reason, std::string detail) {
  std::string message = "the field \"" + path + "\" is not right: " + detail;
  return Error(Code::kInvalidArgument, std::move(message))
      .withField({std::move(path), std::move(reason), std::move(detail)});
}

Error notFound(std::string_view kind, std::string_view id) {
  std::string message = "no ";
  message.append(kind).append(" \"").append(id).append("\" is known");
  return Error(Code::kNotFound, std::move(message));
}

}  // namespace kontor

#include "chassis/http/problem.hpp"

#include "chassis/json/reader.hpp"
#include "chassis/json/writer.hpp"

namespace kontor::http {
namespace {

/// Messages of these codes are written for operators: they may name files, queries and hosts.
bool speaksOfInsides(const Error& error) {
  switch (error.code()) {
    case Code::kInternal:
    case Code::kUnknown:
    case Code::kDataLoss:
    case Code::kDeadlineExceeded:
      return true;
    case Code::kUnavailable:
      return error.reason() == codeName(Code::kUnavailable);  // a reason of its own was chosen for clients
    default:
      return false;
  }
}

std::string_view publicDetail(const Error& error) {
  if (!speaksOfInsides(error)) return error.message();
  if (error.code() == Code::kDeadlineExceeded) {
    return "The answer took too long; the request may have taken effect. Look before you repeat it, or repeat it with "
           "the "
           "same Idempotency-Key.";
  }
  if (error.code() == Code::kUnavailable) return "A part of the shop is not available now. Try again in a moment.";
  return "Something went wrong on our side. If it stays, report the traceId.";
}

void text(json::Writer& out, std::string_view name, std::string_view value) {
  out.key(name);
  out.string(value);
}

void writeDetails(const Error& error, json::Writer& out) {
  out.key("details");
  out.beginObject();
  for (const auto& [name, value] : error.details()) {
    out.key(name);
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out.number(*number);
    } else {
      out.string(std::get<std::string>(value));
    }
  }
  out.endObject();
}

void writeFields(const Error& error, json::Writer& out) {
  out.key("errors");
  out.beginArray();
  for (const FieldError& field : error.fields()) {
    out.beginObject();
    text(out, "path", field.path);
    text(out, "reason", field.reason);
    text(out, "detail", field.detail);
    out.endObject();
  }
  out.endArray();
}

Code codeOf(int status) {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return Code::kInvalidArgument;
    case 401:
      return Code::kUnauthenticated;
    case 402:
    case 412:
      return Code::kFailedPrecondition;
    case 403:
      return Code::kPermissionDenied;
    case 404:
      return Code::kNotFound;
    case 409:
      return Code::kAborted;
    case 429:
      return Code::kResourceExhausted;
    case 501:
      return Code::kUnimplemented;
    case 503:
      return Code::kUnavailable;
    case 504:
      return Code::kDeadlineExceeded;
    default:
      return status >= 500 ? Code::kInternal : Code::kUnknown;
  }
}

/// What of a problem an Error is made from.
struct Parts {
  std::string reason;
  std::string detail;
  std::vector<Detail> details;
  std::vector<FieldError> fields;
};

std::string textOf(const json::Value& value) {
  return value.type() == json::Value::Type::kString ? std::string(value.string()) : std::string();
}

void readDetails(const json::Value& object, Parts& parts) {
  if (object.type() != json::Value::Type::kObject) return;
  json::ObjectCursor member(object);
  while (member.next()) {
    if (member.value().type() == json::Value::Type::kInteger) {
      parts.details.emplace_back(std::string(member.key()), member.value().integer());
    } else {
      parts.details.emplace_back(std::string(member.key()), textOf(member.value()));
    }
  }
}

void readFields(const json::Value& array, Parts& parts) {
  if (array.type() != json::Value::Type::kArray) return;
  json::ArrayCursor item(array);
  while (item.next()) {
    if (item.value().type() != json::Value::Type::kObject) continue;
    FieldError field;
    json::ObjectCursor member(item.value());
    while (member.next()) {
      if (member.key() == "path") field.path = textOf(member.value());
      if (member.key() == "reason") field.reason = textOf(member.value());
      if (member.key() == "detail") field.detail = textOf(member.value());
    }
    parts.fields.push_back(std::move(field));
  }
}

Parts readParts(std::string_view body) {
  Parts parts;
  const json::Document document = json::Document::parse(body);
  if (document.root().type() != json::Value::Type::kObject) return parts;
  json::ObjectCursor member(document.root());
  while (member.next()) {
    if (member.key() == "reason") parts.reason = textOf(member.value());
    if (member.key() == "detail") parts.detail = textOf(member.value());
    if (member.key() == "details") readDetails(member.value(), parts);
    if (member.key() == "errors") readFields(member.value(), parts);
  }
  return parts;
}

}  // namespace

std::string problemJson(const Error& error, const ProblemSource& source) {
  std::string body;
  json::Writer out(body);
  out.beginObject();
  text(out, "type", "about:blank");
  text(out, "title", statusPhrase(error.status()));
  out.key("status");
  out.number(std::int64_t{error.status()});
  text(out, "detail", publicDetail(error));
  text(out, "reason", error.reason());
  const bool open = !speaksOfInsides(error);
  if (open && !error.details().empty()) writeDetails(error, out);
  if (!source.instance.empty()) text(out, "instance", source.instance);
  if (!source.trace_id.empty()) text(out, "traceId", source.trace_id);
  if (open && !error.fields().empty()) writeFields(error, out);
  out.endObject();
  return body;
}

Response problemResponse(const Error& error, const ProblemSource& source) {
  Response response(error.status(), "application/problem+json", problemJson(error, source));
  for (const auto& [name, value] : error.details()) {
    const auto* seconds = std::get_if<std::int64_t>(&value);
    if (name == "retryAfter" && seconds) response.add("Retry-After", std::to_string(*seconds));
  }
  return response;
}

Error errorFromProblem(int status, std::string_view body) {
  Parts parts;
  try {
    parts = readParts(body);
  } catch (const Error&) {
    parts = {};  // not JSON: a proxy's page, say; the status has to do
  }
  const Code code = codeOf(status);
  if (parts.reason.empty()) parts.reason = codeName(code);
  if (parts.detail.empty()) parts.detail = "the server answered " + std::to_string(status);
  Error error = Error(code, std::move(parts.reason), std::move(parts.detail)).withStatus(status);
  for (auto& [name, value] : parts.details) {
    error = std::move(error).withDetail(std::move(name), std::move(value));
  }
  error = std::move(error).withFields(std::move(parts.fields));
  if (status == 504 || status == 502) error = std::move(error).thatMayHaveRun();
  return error;
}

}  // namespace kontor::http

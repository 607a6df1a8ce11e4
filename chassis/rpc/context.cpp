#include "chassis/rpc/context.hpp"

#include <algorithm>

#include "chassis/base/error.hpp"

namespace kontor::rpc {
namespace {

std::string_view kindName(Principal::Kind kind) {
  switch (kind) {
    case Principal::Kind::kAnonymous:
      return "anonymous";
    case Principal::Kind::kCustomer:
      return "customer";
    case Principal::Kind::kStaff:
      return "staff";
    case Principal::Kind::kApiKey:
      return "api_key";
    case Principal::Kind::kService:
      return "service";
  }
  return "unknown";
}

}  // namespace

bool Principal::allows(std::string_view permission) const {
  return std::any_of(permissions.begin(), permissions.end(),
                     [permission](const std::string& held) { return held == "*" || held == permission; });
}

std::string Principal::name() const {
  const std::string_view word = kindName(kind);
  return kind == Kind::kAnonymous ? std::string(word) : std::string(word) + ":" + id;
}

Context::Context() {
  // Every anonymous call without a deadline is the same: one value serves them all.
  static const auto kEmpty = std::make_shared<const Data>();
  data_ = kEmpty;
}

Context Context::forService(std::string_view name) {
  Data data;
  data.principal.kind = Principal::Kind::kService;
  data.principal.id = name;
  return Context(std::move(data));
}

Context Context::withDeadline(SteadyTime deadline) const {
  if (data_->deadline && *data_->deadline <= deadline) return *this;
  Data data = *data_;
  data.deadline = deadline;
  return Context(std::move(data));
}

Context Context::withoutDeadline() const {
  if (!data_->deadline) return *this;
  Data data = *data_;
  data.deadline.reset();
  return Context(std::move(data));
}

Context Context::withTrace(telemetry::TraceContext trace) const {
  // Once for each call of a sampled trace: made where it stays, not copied and then moved there.
  auto data = std::make_shared<Data>(*data_);
  data->trace = trace;
  Context changed(*this);
  changed.data_ = std::move(data);
  return changed;
}

Context Context::asService(std::string_view name) const {
  // Names what goes on instead of copying all: every call between services comes through here.
  Data data;
  data.deadline = data_->deadline;
  data.principal.kind = Principal::Kind::kService;
  data.principal.id = name;
  data.trace = data_->trace;
  data.request_id = data_->request_id;
  data.locale = data_->locale;
  return Context(std::move(data));
}

void requireVersion(const Context& context, std::int64_t actual) {
  const auto& expected = context.expectedVersion();
  if (!expected || *expected == actual) return;
  throw Error(Code::kFailedPrecondition, "VERSION_MISMATCH",
              "If-Match names version " + std::to_string(*expected) + ", but the present version is " +
                  std::to_string(actual) + ": read it again and repeat the change")
      .withStatus(412)
      .withDetail("version", actual);
}

}  // namespace kontor::rpc

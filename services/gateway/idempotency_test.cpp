#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "services/gateway/route.hpp"

// Which calls may be repeated with a key: read from the contracts' tables, so that a new method cannot be forgotten.
namespace kontor::gateway {
namespace {

/// The calls that change something and promise nothing to a repeat, each with its reason.
const std::map<std::string_view, std::string_view> kExempt = {
    {"kontor.user.v1.Users/LoginCustomer", "each login has a session of its own"},
    {"kontor.user.v1.Users/LoginStaff", "each login has a session of its own"},
    {"kontor.catalog.v1.Catalog/ExportProducts", "changes nothing: a repeat is a new export"}};

bool changes(const rpc::Method& method) {
  return std::any_of(method.http.begin(), method.http.end(),
                     [](const rpc::HttpBinding& binding) { return binding.verb != "GET"; });
}

TEST(Idempotency, EveryCallThatChangesSomethingMayBeRepeated) {
  std::size_t checked = 0;
  std::map<std::string_view, bool> met;
  for (const Contract& contract : publicTables()) {
    for (const rpc::Method& method : contract.table) {
      const bool exempt = kExempt.contains(method.full_name);
      if (exempt) met[method.full_name] = true;
      if (!method.http.empty() && !changes(method)) continue;  // a GET: idempotent by nature
      ++checked;
      EXPECT_NE(method.idempotent, exempt)
          << method.full_name << (exempt ? " is repeatable now: strike it from the list" : " must keep its answers");
    }
  }
  EXPECT_EQ(met.size(), kExempt.size()) << "the list names a call that is no more";
  EXPECT_GT(checked, 30U);
}

}  // namespace
}  // namespace kontor::gateway

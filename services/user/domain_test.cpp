#include "services/user/domain.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "chassis/base/error.hpp"

namespace kontor::user {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

using Words = std::vector<std::string>;

bool permits(const Words& roles, const std::string& permission) {
  const Words all = permissionsOf(roles);
  return std::find(all.begin(), all.end(), permission) != all.end();
}

TEST(Email, HasANormalForm) {
  EXPECT_EQ(normalEmail("  Ann@Example.ORG\n"), "ann@example.org");
  EXPECT_NO_THROW(requireEmail("ann@example.org"));
  for (const char* bad : {"", "ann", "@example.org", "ann@", "a@b@c", "an n@example.org"}) {
    EXPECT_THROW(requireEmail(bad), Error) << bad;
  }
  try {
    requireEmail("not an address");
  } catch (const Error& error) {
    EXPECT_EQ(error.fields().at(0).path, "email");
    EXPECT_EQ(error.message().find("not an address"), std::string::npos) << "personal data stays out of messages";
  }
}

TEST(Roles, PermitWhatTheDomainSays) {
  EXPECT_EQ(permissionsOf(Words{"owner"}), Words{"*"});
  EXPECT_EQ(permissionsOf(Words{"viewer", "owner"}), Words{"*"});
  EXPECT_TRUE(permissionsOf(Words{"nobody"}).empty());
  EXPECT_TRUE(permissionsOf(Words{}).empty());
  EXPECT_TRUE(permits({"admin"}, "staff:write"));
  EXPECT_TRUE(permits({"catalog-manager"}, "product:write"));
  EXPECT_FALSE(permits({"catalog-manager"}, "order:read"));
  EXPECT_TRUE(permits({"inventory-manager"}, "inventory:write"));
  EXPECT_TRUE(permits({"order-manager"}, "order:write"));
  EXPECT_FALSE(permits({"order-manager"}, "payment:refund"));
  EXPECT_TRUE(permits({"support"}, "order:note"));
  EXPECT_FALSE(permits({"support"}, "order:write"));
  EXPECT_TRUE(permits({"finance"}, "payment:refund"));
  EXPECT_TRUE(permits({"support", "finance"}, "return:write"));
}

TEST(Roles, ViewersOnlyRead) {
  for (const std::string& permission : permissionsOf(Words{"viewer"})) {
    EXPECT_TRUE(permission.ends_with(":read")) << permission;
    EXPECT_FALSE(permission.starts_with("staff:")) << permission;
  }
}

TEST(Roles, AdminHoldsWhatAllRolesButTheOwnerHold) {
  for (const Role& role : allRoles()) {
    EXPECT_EQ(mayGrant(permissionsOf(Words{"admin"}), role.name), role.name != "owner") << role.name;
  }
}

TEST(Roles, NobodyGivesAwayMoreThanTheyHave) {
  EXPECT_TRUE(mayGrant(Words{"*"}, "owner"));
  EXPECT_FALSE(mayGrant(permissionsOf(Words{"support"}), "finance"));
  EXPECT_TRUE(mayGrant(permissionsOf(Words{"support", "finance"}), "finance"));
  EXPECT_FALSE(mayGrant(Words{}, "viewer"));
}

TEST(Roles, UnknownOnesAreNamed) {
  EXPECT_NO_THROW(requireRoles(Words{"support", "viewer"}));
  try {
    requireRoles(Words{"support", "wizard"});
    FAIL() << "accepted a wizard";
  } catch (const Error& error) {
    EXPECT_EQ(error.fields().at(0).path, "roles[1]");
    EXPECT_NE(error.fields().at(0).detail.find("catalog-manager"), std::string::npos);
  }
}

RC_GTEST_PROP(Roles, PermissionsAreSortedAndOnce, (const std::vector<std::uint8_t>& picks)) {
  Words roles;
  for (const std::uint8_t pick : picks) roles.emplace_back(allRoles()[pick % allRoles().size()].name);
  const Words all = permissionsOf(roles);
  RC_ASSERT(std::adjacent_find(all.begin(), all.end(), std::greater_equal<>()) == all.end());
}

class SessionRules : public ::testing::Test {
 protected:
  SessionRules() {
    session_.created_at = session_.last_seen_at = now_;
    session_.expires_at = now_ + life_.absolute;
  }
  const SessionLife life_{hours(1), hours(12)};
  const Time now_ = fromMicros(1'000'000'000'000);
  Session session_;
};

TEST_F(SessionRules, EndWhenIdle) {
  EXPECT_TRUE(alive(session_, life_, now_ + hours(1) - seconds(1)));
  EXPECT_FALSE(alive(session_, life_, now_ + hours(1)));
  session_.last_seen_at = now_ + minutes(30);
  EXPECT_TRUE(alive(session_, life_, now_ + minutes(89)));
}

TEST_F(SessionRules, EndAbsolutely) {
  session_.last_seen_at = now_ + hours(12) - seconds(1);
  EXPECT_TRUE(alive(session_, life_, now_ + hours(12) - seconds(1)));
  EXPECT_FALSE(alive(session_, life_, now_ + hours(12)));
}

TEST_F(SessionRules, UseIsNotedOnceAMinute) {
  EXPECT_FALSE(worthNoting(session_, life_, now_ + seconds(59)));
  EXPECT_TRUE(worthNoting(session_, life_, now_ + seconds(60)));
  EXPECT_TRUE(worthNoting(session_, {minutes(1), hours(1)}, now_ + seconds(15))) << "a short life is noted more often";
}

TEST(AttemptRules, TheSixthWaitsForTheWindowsEnd) {
  const AttemptLimit limit;
  const Time since = fromMicros(1'000'000'000'000);
  EXPECT_EQ(waitAfter({5, since}, limit, since), Duration(0));
  EXPECT_EQ(waitAfter({6, since}, limit, since), minutes(15));
  EXPECT_EQ(waitAfter({6, since}, limit, since + minutes(10)), minutes(5));
  EXPECT_GT(waitAfter({6, since}, limit, since + minutes(15)), Duration(0)) << "a count over the limit never passes";
}

}  // namespace
}  // namespace kontor::user

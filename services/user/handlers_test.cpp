#include "services/user/handlers.hpp"

#include <gtest/gtest.h>

#include <set>

#include "chassis/base/error.hpp"
#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/security/passwords.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/store/migrations.hpp"
#include "chassis/store/sqlite/sqlite_store.hpp"
#include "chassis/testing/temporary_folder.hpp"
#include "services/user/migrations.embed.hpp"
#include "services/user/store_sql.hpp"
#include "services/user/sweep.hpp"

namespace kontor::user {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kPassword = "correct horse";

class KeptLines final : public telemetry::LogSink {
 public:
  void write(std::string_view line) noexcept override { text.append(line); }
  std::string text;
};

// The service on a real SQLite file, in virtual time.
class UserTest : public ::testing::Test {
 protected:
  UserTest() {
    store::sqlite::Options options;
    options.service = "user";
    options.file = folder_.path() / "user.db";
    database_ = store::sqlite::open(world(), sealer_, options, store::migrationsOf(kMigrations, "sqlite"));
    rules_.customer = {hours(24 * 14), hours(24 * 90)};
    rules_.staff = {hours(1), hours(12)};
    handlers_ = make({8, 1});
  }

  runtime::Environment& world() { return simulation_.environment(node_); }

  std::shared_ptr<Handlers> make(security::PasswordCost cost) {
    return std::make_shared<Handlers>(
        Parts{world(), database_, store_, std::make_shared<security::Passwords>(world(), cost), sealer_,
              telemetry::Log({}, lines_, world().clock())},
        rules_);
  }

  // Runs a call to its end in virtual time; throws what it throws.
  template <class T>
  T run(task<T> work) {
    std::optional<T> value;
    std::exception_ptr failure;
    world().background().spawn(settle(std::move(work), value, failure));
    EXPECT_TRUE(simulation_.runUntil([&] { return value || failure; }, minutes(1)));
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
  }
  template <class T>
  static task<void> settle(task<T> work, std::optional<T>& value, std::exception_ptr& failure) {
    try {
      value.emplace(co_await work);
    } catch (...) {
      failure = std::current_exception();
    }
  }
  // The reason a call is refused with; "ok" when it is not.
  template <class T>
  std::string refusal(task<T> work) {
    try {
      run(std::move(work));
    } catch (const Error& error) {
      last_ = std::make_unique<Error>(error);
      return error.fields().empty() ? error.reason() : error.fields().front().reason;
    }
    return "ok";
  }
  std::int64_t execute(std::string sql) {
    auto body = [sql](store::Transaction& in) { return in.execute(sql, {}); };
    return run(database_->transact(rpc::Context(), std::move(body)));
  }
  std::int64_t count(std::string sql) { return run(database_->query(sql, {})).at(0).int64(0); }
  std::string text(std::string sql) { return run(database_->query(sql, {})).at(0).text(0); }

  std::string registered(const std::string& email = "ann@example.org") {
    v1::RegisterRequest request;
    request.set_email(email);
    request.set_password(kPassword);
    request.set_name("Ann");
    return run(handlers_->Register({}, request)).token();
  }
  std::string owner() {
    v1::EnsureOwnerRequest request;
    request.set_email("owner@example.org");
    return run(handlers_->EnsureOwner({}, request)).password();
  }
  static v1::LoginRequest credentials(const std::string& email, const std::string& password,
                                      const std::string& peer = "192.0.2.1") {
    v1::LoginRequest request;
    request.set_email(email);
    request.set_password(password);
    request.set_peer(peer);
    return request;
  }
  task<v1::LoginResponse> loginAnn(const std::string& password, const std::string& peer = "192.0.2.1") {
    return handlers_->LoginCustomer({}, credentials("ann@example.org", password, peer));
  }
  v1::AuthenticateResponse authenticate(const std::string& token) {
    v1::AuthenticateRequest request;
    request.set_token(token);
    return run(handlers_->Authenticate({}, request));
  }
  // The context that the gateway makes of a token.
  rpc::Context as(const std::string& token) {
    const v1::AuthenticateResponse who = authenticate(token);
    EXPECT_TRUE(who.valid());
    rpc::Context::Data data;
    data.principal.kind = who.kind() == "staff" ? rpc::Principal::Kind::kStaff : rpc::Principal::Kind::kCustomer;
    data.principal.id = who.id();
    data.principal.session = who.session();
    data.principal.permissions.assign(who.permissions().begin(), who.permissions().end());
    return rpc::Context(std::move(data));
  }
  v1::CreateStaffRequest newStaff(const std::string& email, const std::string& role) {
    v1::CreateStaffRequest request;
    request.set_email(email);
    request.set_password(kPassword);
    request.add_roles(role);
    return request;
  }
  std::string staffToken(const std::string& email, const std::string& password) {
    return run(handlers_->LoginStaff({}, credentials(email, password))).token();
  }
  // What the invariants complain of.
  std::vector<std::string> violations() {
    std::vector<std::string> all;
    type::v1::CheckInvariantsRequest request;
    *request.mutable_as_of() = toTimestamp(world().clock().now());
    const auto response = run(handlers_->CheckInvariants({}, request));
    EXPECT_EQ(response.invariants_size(), 8);
    for (const auto& invariant : response.invariants()) {
      EXPECT_EQ(invariant.ok(), invariant.violations().empty());
      all.insert(all.end(), invariant.violations().begin(), invariant.violations().end());
    }
    return all;
  }

  testing::TemporaryFolder folder_;
  runtime::Simulation simulation_{1};
  std::size_t node_ = simulation_.addNode();
  const security::Sealer sealer_{"k1", std::string(32, 'k'), world().random()};
  std::shared_ptr<KeptLines> lines_ = std::make_shared<KeptLines>();
  std::shared_ptr<store::SqlStore> database_;
  std::shared_ptr<Store> store_ = std::make_shared<StoreSql>(sealer_);
  Rules rules_;
  std::shared_ptr<Handlers> handlers_;
  std::unique_ptr<Error> last_;
};

TEST_F(UserTest, ACustomerRegistersAndIsKnown) {
  const std::string token = registered("  Ann@Example.org ");
  EXPECT_TRUE(token.starts_with("ses_"));
  EXPECT_GE(token.size(), 30u);
  const v1::Customer me = run(handlers_->GetMe(as(token), {}));
  EXPECT_EQ(me.email(), "ann@example.org");
  EXPECT_EQ(me.name(), "Ann");
  EXPECT_TRUE(me.id().starts_with("cus_"));
  const v1::AuthenticateResponse who = authenticate(token);
  EXPECT_EQ(who.kind(), "customer");
  EXPECT_EQ(who.permissions_size(), 0);
  EXPECT_EQ(count("SELECT COUNT(*) FROM outbox WHERE type = 'customer.registered'"), 1);
  EXPECT_TRUE(violations().empty());
}

TEST_F(UserTest, RegistrationRefusesBadInput) {
  registered();
  const auto attempt = [this](const std::string& email, const std::string& password) {
    v1::RegisterRequest request;
    request.set_email(email);
    request.set_password(password);
    return refusal(handlers_->Register({}, request));
  };
  EXPECT_EQ(attempt("ANN@example.org", kPassword), "EMAIL_TAKEN");
  EXPECT_EQ(attempt("nobody", kPassword), "INVALID_EMAIL");
  EXPECT_EQ(attempt("bob@example.org", "short"), "TOO_SHORT");
  EXPECT_EQ(attempt("bob@example.org", "password123"), "TOO_COMMON");
  EXPECT_EQ(count("SELECT COUNT(*) FROM account"), 1);
}

TEST_F(UserTest, NothingPersonalAndNoTokenIsStored) {
  const std::string token = registered();
  run(loginAnn(kPassword));
  EXPECT_EQ(refusal(loginAnn("wrong password")), "INVALID_CREDENTIALS");
  simulation_.runFor(seconds(1));
  EXPECT_EQ(count("SELECT COUNT(*) FROM account WHERE email LIKE '%ann%' OR email_hash LIKE '%ann%'"), 0);
  EXPECT_EQ(count("SELECT COUNT(*) FROM session WHERE token_hash LIKE '%" + token.substr(4) + "%'"), 0);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    std::FILE* file = std::fopen(entry.path().c_str(), "rb");
    std::string bytes(4 << 20, '\0');
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    std::fclose(file);
    for (const std::string& canary : {std::string("ann@example.org"), token, std::string(kPassword)}) {
      EXPECT_EQ(bytes.find(canary), std::string::npos) << canary << " in " << entry.path();
    }
  }
  EXPECT_EQ(lines_->text, "");
}

TEST_F(UserTest, LoginAnswersAlikeForUnknownAndWrong) {
  registered();
  EXPECT_EQ(refusal(loginAnn("wrong password")), "INVALID_CREDENTIALS");
  const std::string wrong = last_->message();
  EXPECT_EQ(refusal(handlers_->LoginCustomer({}, credentials("bob@example.org", kPassword))), "INVALID_CREDENTIALS");
  EXPECT_EQ(last_->message(), wrong);
  EXPECT_EQ(last_->status(), 401);
  EXPECT_EQ(refusal(handlers_->LoginCustomer({}, credentials("no address", kPassword))), "INVALID_CREDENTIALS");
  EXPECT_EQ(refusal(handlers_->LoginStaff({}, credentials("ann@example.org", kPassword))), "INVALID_CREDENTIALS")
      << "a customer is no staff";
}

TEST_F(UserTest, LoginRotatesTheToken) {
  const std::string first = registered();
  const std::string second = run(loginAnn(kPassword)).token();
  EXPECT_NE(first, second);
  EXPECT_NE(authenticate(first).session(), authenticate(second).session());
}

TEST_F(UserTest, TheSixthAttemptOfOneAddressWaits) {
  registered();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(refusal(loginAnn("wrong password")), "INVALID_CREDENTIALS");
  EXPECT_EQ(refusal(loginAnn(kPassword)), "TOO_MANY_ATTEMPTS") << "also with the right password";
  EXPECT_EQ(last_->status(), 429);
  ASSERT_EQ(last_->details().size(), 1u);
  EXPECT_EQ(last_->details()[0].first, "retryAfter");
  EXPECT_EQ(std::get<std::int64_t>(last_->details()[0].second), 900);
  EXPECT_EQ(refusal(loginAnn(kPassword, "192.0.2.2")), "ok") << "another address is not locked out";
  EXPECT_EQ(refusal(loginAnn(kPassword)), "TOO_MANY_ATTEMPTS") << "and does not free the first";
  EXPECT_EQ(refusal(handlers_->LoginCustomer({}, credentials("bob@example.org", "x"))), "INVALID_CREDENTIALS");
  simulation_.runFor(minutes(15));
  EXPECT_EQ(refusal(loginAnn(kPassword)), "ok");
}

TEST_F(UserTest, UnknownAccountsAreLimitedAlike) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(refusal(loginAnn("wrong password")), "INVALID_CREDENTIALS");
  EXPECT_EQ(refusal(loginAnn("wrong password")), "TOO_MANY_ATTEMPTS");
}

TEST_F(UserTest, ASuccessForgetsFailures) {
  registered();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(refusal(loginAnn("wrong password")), "INVALID_CREDENTIALS");
    EXPECT_EQ(refusal(loginAnn(kPassword)), "ok");
  }
}

TEST_F(UserTest, ManyAttemptsAtOnceDoNotSlipThrough) {
  registered();
  std::vector<std::optional<v1::LoginResponse>> answers(40);
  std::vector<std::exception_ptr> failures(40);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    world().background().spawn(settle(loginAnn("guess number " + std::to_string(i)), answers[i], failures[i]));
  }
  const auto done = [&failures] { return std::all_of(failures.begin(), failures.end(), [](auto& f) { return !!f; }); };
  ASSERT_TRUE(simulation_.runUntil(done, minutes(1)));
  std::map<std::string, int> reasons;
  for (const std::exception_ptr& failure : failures) {
    try {
      std::rethrow_exception(failure);
    } catch (const Error& error) {
      ++reasons[error.reason()];
    }
  }
  EXPECT_EQ(reasons["INVALID_CREDENTIALS"], 5);
  EXPECT_EQ(reasons["TOO_MANY_ATTEMPTS"], 35);
}

TEST_F(UserTest, LogoutIsFinalAtOnce) {
  const std::string token = registered();
  const std::string other = run(loginAnn(kPassword)).token();
  const rpc::Context context = as(token);
  run(handlers_->LogoutCustomer(context, {}));
  EXPECT_FALSE(authenticate(token).valid());
  EXPECT_TRUE(authenticate(other).valid());
  EXPECT_EQ(refusal(handlers_->LogoutCustomer(context, {})), "ok") << "may be repeated";
  EXPECT_FALSE(authenticate("ses_unknown").valid());
  EXPECT_FALSE(authenticate("").valid());
}

TEST_F(UserTest, SessionsEndWhenIdleAndAbsolutely) {
  const std::string password = owner();
  const std::string token = staffToken("owner@example.org", password);
  const std::string idle = staffToken("owner@example.org", password);
  for (int i = 0; i < 11 * 60 + 30; i += 30) {
    EXPECT_TRUE(authenticate(token).valid()) << "after " << i << " minutes";
    simulation_.runFor(minutes(30));
  }
  EXPECT_FALSE(authenticate(idle).valid());
  EXPECT_TRUE(authenticate(token).valid());
  simulation_.runFor(minutes(29));
  EXPECT_TRUE(authenticate(token).valid());
  simulation_.runFor(minutes(2));
  EXPECT_FALSE(authenticate(token).valid()) << "twelve hours after the login";
}

TEST_F(UserTest, TheOwnerIsMadeOnce) {
  const std::string password = owner();
  EXPECT_EQ(password.size(), 23u);
  EXPECT_EQ(owner(), "") << "there is an owner already";
  const std::string token = staffToken("owner@example.org", password);
  const v1::Staff me = run(handlers_->GetStaffMe(as(token), {}));
  EXPECT_EQ(me.roles(0), "owner");
  EXPECT_EQ(me.permissions(0), "*");
  EXPECT_EQ(authenticate(token).kind(), "staff");
  EXPECT_TRUE(violations().empty());
}

TEST_F(UserTest, StaffAreMadeByThoseWhoMay) {
  const rpc::Context boss = as(staffToken("owner@example.org", owner()));
  const v1::Staff admin = run(handlers_->CreateStaff(boss, newStaff("admin@example.org", "admin")));
  EXPECT_EQ(admin.version(), 1);
  const rpc::Context second = as(staffToken("admin@example.org", kPassword));
  EXPECT_TRUE(second.principal().allows("staff:write"));
  EXPECT_EQ(refusal(handlers_->CreateStaff(second, newStaff("eve@example.org", "owner"))), "ROLE_TOO_POWERFUL");
  EXPECT_EQ(refusal(handlers_->CreateStaff(second, newStaff("eve@example.org", "wizard"))), "UNKNOWN_ROLE");
  EXPECT_EQ(refusal(handlers_->CreateStaff(second, newStaff("admin@example.org", "viewer"))), "EMAIL_TAKEN");
  EXPECT_EQ(refusal(handlers_->CreateStaff(second, newStaff("sue@example.org", "support"))), "ok");
  EXPECT_EQ(refusal(handlers_->CreateStaff(rpc::Context::forService("app"), newStaff("o@example.org", "owner"))), "ok");
  EXPECT_TRUE(violations().empty());
}

TEST_F(UserTest, CreateStaffIsAnsweredOncePerKey) {
  const rpc::Context boss = as(staffToken("owner@example.org", owner()));
  rpc::Context::Data data;
  data.principal = boss.principal();
  data.idempotency = rpc::Idempotency{"staff:1 CreateStaff", "key-1", "print-1"};
  const rpc::Context context(std::move(data));
  const v1::Staff first = run(handlers_->CreateStaff(context, newStaff("sue@example.org", "support")));
  const v1::Staff again = run(handlers_->CreateStaff(context, newStaff("sue@example.org", "support")));
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(count("SELECT COUNT(*) FROM account WHERE kind = 'staff'"), 2);
}

TEST_F(UserTest, StaffAreListedPageByPage) {
  owner();
  const rpc::Context service = rpc::Context::forService("app");
  for (int i = 0; i < 5; ++i) {
    run(handlers_->CreateStaff(service, newStaff("s" + std::to_string(i) + "@example.org", "viewer")));
    simulation_.runFor(seconds(1));
  }
  std::set<std::string> seen;
  v1::ListStaffRequest request;
  request.set_page_size(4);
  const v1::ListStaffResponse first = run(handlers_->ListStaff(service, request));
  ASSERT_EQ(first.staff_size(), 4);
  request.set_page_token(first.next_page_token());
  const v1::ListStaffResponse second = run(handlers_->ListStaff(service, request));
  ASSERT_EQ(second.staff_size(), 2);
  EXPECT_EQ(second.next_page_token(), "");
  for (const auto& member : first.staff()) seen.insert(member.email());
  for (const auto& member : second.staff()) seen.insert(member.email());
  EXPECT_EQ(seen.size(), 6u);
  request.set_page_token("forged");
  EXPECT_NE(refusal(handlers_->ListStaff(service, request)), "ok");
}

TEST_F(UserTest, ANewPasswordEndsAllOtherSessions) {
  const std::string password = owner();
  const std::string token = staffToken("owner@example.org", password);
  const std::string other = staffToken("owner@example.org", password);
  v1::ChangePasswordRequest request;
  request.set_current_password("not the one");
  request.set_new_password("battery staple");
  EXPECT_EQ(refusal(handlers_->ChangeStaffPassword(as(token), request)), "WRONG_PASSWORD");
  request.set_current_password(password);
  request.set_new_password("12345678");
  EXPECT_EQ(refusal(handlers_->ChangeStaffPassword(as(token), request)), "TOO_COMMON");
  request.set_new_password("battery staple");
  EXPECT_EQ(refusal(handlers_->ChangeStaffPassword(as(token), request)), "ok");
  EXPECT_TRUE(authenticate(token).valid());
  EXPECT_FALSE(authenticate(other).valid());
  EXPECT_EQ(refusal(handlers_->LoginStaff({}, credentials("owner@example.org", password))), "INVALID_CREDENTIALS");
  EXPECT_EQ(refusal(handlers_->LoginStaff({}, credentials("owner@example.org", "battery staple"))), "ok");
}

// Reads credentials as they were: the moment between a login's read and its write, held still.
class StaleStore final : public StoreSql {
 public:
  StaleStore(const security::Sealer& sealer, Credentials known) : StoreSql(sealer), known_(std::move(known)) {}
  task<std::optional<Credentials>> findCredentials(store::Statements&, AccountKind, std::string) override {
    co_return known_;
  }

 private:
  Credentials known_;
};

TEST_F(UserTest, ALoginThatWasOvertakenByANewPasswordFails) {
  registered();
  const store::Rows rows = run(database_->query("SELECT id, password FROM account", {}));
  store_ = std::make_shared<StaleStore>(sealer_, Credentials{rows.at(0).text(0), rows.at(0).text(1)});
  handlers_ = make({8, 1});
  EXPECT_EQ(refusal(loginAnn(kPassword)), "ok");
  execute("UPDATE account SET password = 'changed meanwhile'");
  EXPECT_EQ(refusal(loginAnn(kPassword)), "INVALID_CREDENTIALS");
  EXPECT_EQ(count("SELECT COUNT(*) FROM session"), 2);
}

TEST_F(UserTest, AnOldHashIsReplacedAtLogin) {
  registered();
  handlers_ = make({16, 1});
  run(loginAnn(kPassword));
  EXPECT_EQ(count("SELECT COUNT(*) FROM account WHERE password LIKE '$argon2id$v=19$m=16,t=1,p=1$%'"), 1);
  EXPECT_EQ(refusal(loginAnn(kPassword)), "ok");
}

TEST_F(UserTest, TheSweepKeepsWhatCounts) {
  const std::string token = registered();
  run(loginAnn(kPassword));
  EXPECT_EQ(refusal(loginAnn("wrong password")), "INVALID_CREDENTIALS");
  EXPECT_EQ(run(sweep(database_, store_, rules_, world().clock().now())), 0);
  simulation_.runFor(minutes(16));
  EXPECT_EQ(run(sweep(database_, store_, rules_, world().clock().now())), 1) << "the attempt";
  simulation_.runFor(hours(24 * 10));
  EXPECT_TRUE(authenticate(token).valid());
  simulation_.runFor(hours(24 * 5));
  EXPECT_EQ(run(sweep(database_, store_, rules_, world().clock().now())), 1) << "the idle session";
  EXPECT_TRUE(authenticate(token).valid());
}

TEST_F(UserTest, InvariantsNameAnEditedRow) {
  const std::string customer = run(handlers_->GetMe(as(registered("bob@example.org")), {})).id();
  owner();
  const auto said = [this](const std::string& sql) {
    execute(sql);
    std::string all;
    for (const std::string& line : violations()) all += line + "\n";
    EXPECT_EQ(all.find("example.org"), std::string::npos) << "personal data stays out of violations";
    return all;
  };
  const auto named = [](const std::string& all, const std::string& text) {
    EXPECT_NE(all.find(text), std::string::npos) << all;
  };
  ASSERT_EQ(said("UPDATE attempt SET count = count"), "");
  const std::string session = text("SELECT id FROM session WHERE account = '" + customer + "'");
  const std::string is_bob = " WHERE account = '" + customer + "'";
  named(said("UPDATE session SET expires_at = created_at" + is_bob),
        "session " + session + " of account " + customer + " ends or was used before it began");
  named(said("UPDATE session SET created_at = 0, last_seen_at = 0, expires_at = 1" + is_bob),
        "session " + session + " of account " + customer + " is kept, though it ended at 1970-01-01T00:00:00.000001Z");
  named(said("UPDATE session SET kind = 'staff'" + is_bob),
        "session " + session + " of account " + customer + ", which is not there");
  execute("DELETE FROM session" + is_bob);
  named(said("UPDATE account SET email_hash = 'x' WHERE id = '" + customer + "'"),
        "account " + customer + " has the look-up hash of another e-mail");
  named(said("UPDATE account SET email = (SELECT name FROM account b WHERE b.id = account.id)"),
        "account " + customer + ": ");
  const std::string roles = said("UPDATE staff_role SET role = 'wizard'");
  named(roles, "has the role wizard");
  named(roles, "there are staff, but no owner");
}

}  // namespace
}  // namespace kontor::user

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "chassis/json/wellknown.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/security/signature.hpp"
#include "chassis/testing/temporary_folder.hpp"
#include "chassis/testing/test_host.hpp"
#include "chassis/testing/worlds.hpp"
#include "services/payment/domain.hpp"
#include "services/payment/module.hpp"

namespace kontor::payment {
namespace {

using testing::TemporaryFolder;
using testing::TestHost;
using testing::World;

v1::AuthorizeRequest wish(const std::string& ref, const std::string& token, std::int64_t amount = 1999) {
  v1::AuthorizeRequest request;
  request.set_ref(ref);
  request.set_token(token);
  request.set_provider("sandbox");
  request.mutable_amount()->set_amount(amount);
  request.mutable_amount()->set_currency("EUR");
  return request;
}

Payment fresh() { return newPayment("pay_1", wish("chk_1", "tok")); }

Payment after(const Payment& payment, Fact fact) {
  const auto change = apply(payment, {fact, "p", "/act", {}});
  return change ? change->after : payment;
}

// --- domain ---

TEST(Domain, FollowsTheStates) {
  EXPECT_EQ(after(fresh(), Fact::kAuthorized).state(), Payment::STATE_AUTHORIZED);
  EXPECT_EQ(after(fresh(), Fact::kDeclined).state(), Payment::STATE_FAILED);
  const Payment waiting = after(fresh(), Fact::kRequiresAction);
  EXPECT_EQ(waiting.state(), Payment::STATE_REQUIRES_ACTION);
  EXPECT_EQ(waiting.next_action().url(), "/act");
  EXPECT_EQ(after(waiting, Fact::kAuthorized).state(), Payment::STATE_AUTHORIZED);
  EXPECT_FALSE(after(waiting, Fact::kAuthorized).has_next_action());
  EXPECT_EQ(after(after(fresh(), Fact::kAuthorized), Fact::kVoided).state(), Payment::STATE_VOIDED);
  EXPECT_FALSE(apply(fresh(), {Fact::kPending, {}, {}, {}}));
  EXPECT_FALSE(apply(fresh(), {Fact::kNotKnown, {}, {}, {}}));
}

TEST(Domain, TellsNothingNewOnlyOnce) {
  const Payment held = after(fresh(), Fact::kAuthorized);
  EXPECT_FALSE(apply(held, {Fact::kAuthorized, {}, {}, {}}));
  EXPECT_FALSE(apply(after(held, Fact::kVoided), {Fact::kVoided, {}, {}, {}}));
}

TEST(Domain, RefusesWhatContradictsIt) {
  const Payment held = after(fresh(), Fact::kAuthorized);
  EXPECT_THROW(apply(held, {Fact::kDeclined, {}, {}, {}}), Error);
  EXPECT_THROW(capture(fresh(), 1), Error);
  EXPECT_THROW(capture(held, 2000), Error);
  EXPECT_THROW(refund(held, 1), Error);
  const Payment taken = capture(held, 1999).after;
  EXPECT_THROW(apply(taken, {Fact::kVoided, {}, {}, {}}), Error);
  EXPECT_THROW(refund(taken, 2000), Error);
}

TEST(Domain, WritesDownMoneyThatComesLate) {
  const Payment expired = giveUp(after(fresh(), Fact::kRequiresAction), "late")->after;
  EXPECT_EQ(expired.state(), Payment::STATE_EXPIRED);
  EXPECT_EQ(after(expired, Fact::kAuthorized).state(), Payment::STATE_AUTHORIZED);
  EXPECT_TRUE(inForce(after(expired, Fact::kAuthorized)));
}

// Whatever is tried in whatever order: 0 ≤ refunded ≤ captured ≤ authorised ≤ asked.
RC_GTEST_PROP(Domain, KeepsItsAmountsInOrder, ()) {
  Payment payment = fresh();
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
  for (const int step : steps) {
    try {
      if (step < 5) payment = after(payment, static_cast<Fact>(step == 4 ? 5 : step));
      if (step == 5) payment = capture(payment, *rc::gen::inRange<std::int64_t>(-1, 2500)).after;
      if (step == 6) payment = refund(payment, *rc::gen::inRange<std::int64_t>(-1, 2500)).after;
    } catch (const Error&) {
      continue;
    }
    RC_ASSERT(payment.refunded().amount() >= 0);
    RC_ASSERT(payment.refunded().amount() <= payment.captured().amount());
    RC_ASSERT(payment.captured().amount() <= payment.authorized().amount());
    RC_ASSERT(payment.authorized().amount() <= payment.amount().amount());
  }
}

// --- the service over the sandbox, in virtual time ---

class PaymentTest : public ::testing::Test {
 protected:
  PaymentTest()
      : world_(testing::simulatedWorld(1)),
        host_(world_->environment(), folder_.path(), "payment:\n  sandbox.secret: s3cret\n"),
        module_(makeModule(host_)),
        payments_(host_.directory().client<v1::Payments>()) {
    world_->run(module_->start());
  }
  ~PaymentTest() override { world_->run(module_->stop()); }

  template <class Response>
  Response get(task<Response> work) {
    std::optional<Response> answer;
    world_->run(into(std::move(work), answer));
    return std::move(*answer);
  }
  template <class Response>
  static task<void> into(task<Response> work, std::optional<Response>& answer) {
    answer = co_await work;
  }

  Payment authorize(const std::string& ref, const std::string& token) {
    return get(payments_->Authorize({}, wish(ref, token)));
  }
  // Authorises without waiting for an answer that may never come.
  void ask(const std::string& ref, const std::string& token) {
    world_->environment().background().spawn(ignore(payments_->Authorize({}, wish(ref, token))));
    EXPECT_TRUE(world_->waitUntil([&] { return true; }));
    world_->run(pause(std::chrono::milliseconds(50)));
  }
  static task<void> ignore(task<Payment> work) {
    try {
      co_await work;
    } catch (const Error&) {
      // the provider that never answers
    }
  }
  static task<void> pause(Duration span) { co_await runtime::sleep(span); }

  v1::SettleResponse settle(const std::string& ref) {
    v1::SettleRequest request;
    request.set_ref(ref);
    return get(payments_->Settle({}, std::move(request)));
  }
  Payment giveUpOn(const std::string& ref) {
    v1::VoidRequest request;
    request.set_ref(ref);
    return get(payments_->Void({}, std::move(request)));
  }
  Payment state(const std::string& ref) {
    v1::GetPaymentRequest request;
    request.set_ref(ref);
    return get(payments_->GetPayment({}, std::move(request)));
  }
  void decide(const Payment& payment, const std::string& outcome) {
    v1::DecideSandboxActionRequest request;
    request.set_id(payment.next_action().url().substr(std::string("/sandbox/actions/").size()));
    request.set_outcome(outcome);
    get(payments_->DecideSandboxAction({}, std::move(request)));
  }
  v1::CompareBooksResponse books() {
    v1::CompareBooksRequest request;
    request.mutable_until()->set_seconds(4'000'000'000);
    return get(payments_->CompareBooks({}, std::move(request)));
  }
  std::vector<std::string> violations() {
    type::v1::CheckInvariantsRequest request;
    *request.mutable_as_of() = toTimestamp(world_->environment().clock().now());
    std::vector<std::string> found;
    const auto answer = get(payments_->CheckInvariants({}, std::move(request)));
    for (const auto& invariant : answer.invariants())
      for (const std::string& line : invariant.violations()) found.push_back(invariant.name() + ": " + line);
    return found;
  }
  // Changes the stored facts behind the service's back.
  void execute(const std::string& store, std::string sql) {
    auto edit = [sql](store::Transaction& in) -> task<void> { co_await in.query(sql, store::Params{}); };
    world_->run(host_.stores.at(store)->transact({}, edit));
  }

  TemporaryFolder folder_;
  std::unique_ptr<World> world_;
  TestHost host_;
  std::unique_ptr<app::Module> module_;
  std::shared_ptr<v1::Payments> payments_;
};

TEST_F(PaymentTest, ApprovesAndDeclinesAtOnce) {
  EXPECT_EQ(authorize("chk_a", "tok_approve").state(), Payment::STATE_AUTHORIZED);
  EXPECT_EQ(authorize("chk_b", "tok_decline").state(), Payment::STATE_FAILED);
  EXPECT_EQ(authorize("chk_c", "tok_of_nobody").state(), Payment::STATE_FAILED);
}

TEST_F(PaymentTest, AsksOnceForAReference) {
  authorize("chk_a", "tok_decline");
  EXPECT_EQ(authorize("chk_a", "tok_approve").state(), Payment::STATE_FAILED);
}

TEST_F(PaymentTest, RefusesADelayedAuthorizeOfWhatWasGivenUp) {
  EXPECT_EQ(giveUpOn("chk_a").state(), Payment::STATE_VOIDED);
  EXPECT_EQ(authorize("chk_a", "tok_approve").state(), Payment::STATE_VOIDED);
  EXPECT_EQ(books().entries_size(), 1);
  EXPECT_FALSE(books().entries(0).has_provider());
}

TEST_F(PaymentTest, AnActionEndsByTheBuyersDecision) {
  const Payment approved = authorize("chk_a", "tok_requires_action");
  ASSERT_EQ(approved.state(), Payment::STATE_REQUIRES_ACTION);
  decide(approved, "approve");
  EXPECT_TRUE(world_->waitUntil([&] { return state("chk_a").state() == Payment::STATE_AUTHORIZED; }));
  const Payment refused = authorize("chk_b", "tok_requires_action");
  decide(refused, "decline");
  EXPECT_TRUE(world_->waitUntil([&] { return state("chk_b").state() == Payment::STATE_FAILED; }));
  EXPECT_THROW(decide(refused, "approve"), Error);
  EXPECT_THROW(decide(refused, "perhaps"), Error);
}

TEST_F(PaymentTest, ASilentProviderIsFoundOutByAsking) {
  ask("chk_a", "tok_timeout");
  EXPECT_EQ(state("chk_a").state(), Payment::STATE_CREATED);
  EXPECT_EQ(settle("chk_a").knowledge(), v1::SettleResponse::KNOWLEDGE_KNOWN);
  EXPECT_EQ(state("chk_a").state(), Payment::STATE_AUTHORIZED);
  ask("chk_b", "tok_unknown");
  EXPECT_EQ(settle("chk_b").knowledge(), v1::SettleResponse::KNOWLEDGE_PENDING);
  world_->run(pause(std::chrono::seconds(11)));
  EXPECT_EQ(settle("chk_b").knowledge(), v1::SettleResponse::KNOWLEDGE_NOT_KNOWN);
  EXPECT_EQ(giveUpOn("chk_b").state(), Payment::STATE_FAILED);
}

TEST_F(PaymentTest, SlowAuthorisesInTheEnd) {
  EXPECT_EQ(authorize("chk_a", "tok_slow").state(), Payment::STATE_AUTHORIZED);
}

TEST_F(PaymentTest, ALateWebhookComesAfterTheVoid) {
  const Payment waiting = authorize("chk_a", "tok_late_webhook");
  EXPECT_EQ(waiting.state(), Payment::STATE_REQUIRES_ACTION);
  // The checkout's expiry was left out, so the webhook is due at once.
  EXPECT_TRUE(world_->waitUntil([&] { return state("chk_a").state() == Payment::STATE_AUTHORIZED; }));
  EXPECT_EQ(giveUpOn("chk_a").state(), Payment::STATE_VOIDED);
  EXPECT_EQ(books().entries(0).provider().authorized(), 0);
}

TEST_F(PaymentTest, CapturesOnceForEachFulfilment) {
  authorize("chk_a", "tok_approve");
  v1::CaptureRequest request;
  request.set_ref("chk_a");
  request.set_capture_ref("ful_1");
  request.mutable_amount()->set_amount(1000);
  EXPECT_EQ(get(payments_->Capture({}, request)).captured().amount(), 1000);
  EXPECT_EQ(get(payments_->Capture({}, request)).captured().amount(), 1000);
  request.set_capture_ref("ful_2");
  EXPECT_THROW(get(payments_->Capture({}, request)), Error);
  v1::RefundRequest back;
  back.set_ref("chk_a");
  back.set_refund_ref("ref_1");
  back.mutable_amount()->set_amount(400);
  EXPECT_EQ(get(payments_->Refund({}, back)).refunded().amount(), 400);
  EXPECT_EQ(get(payments_->Refund({}, back)).refunded().amount(), 400);
  EXPECT_EQ(books().entries(0).provider().captured(), 1000);
  EXPECT_EQ(books().entries(0).provider().refunded(), 400);
}

TEST_F(PaymentTest, AWebhookIsTakenOnceAndOnlyWhenSigned) {
  authorize("chk_a", "tok_requires_action");
  const std::string body = R"({"id":"evt_1","type":"payment.authorized","ref":"chk_a","later":true})";
  v1::ReceiveWebhookRequest request;
  request.set_provider("sandbox");
  request.mutable_body()->set_data(body);
  request.set_signature("t=1,v1=00");
  EXPECT_THROW(get(payments_->ReceiveWebhook({}, request)), Error);
  EXPECT_EQ(state("chk_a").state(), Payment::STATE_REQUIRES_ACTION);
  request.set_signature(security::signBody("s3cret", body, world_->environment().clock().now()));
  EXPECT_TRUE(get(payments_->ReceiveWebhook({}, request)).received());
  EXPECT_TRUE(get(payments_->ReceiveWebhook({}, request)).received());
  EXPECT_EQ(state("chk_a").state(), Payment::STATE_AUTHORIZED);
  EXPECT_EQ(state("chk_a").version(), 3);
}

// A webhook that was on its way while the payment was given up: the provider holds nothing any more.
TEST_F(PaymentTest, AWebhookThatWasOvertakenByAVoidBringsNothingBack) {
  authorize("chk_a", "tok_requires_action");
  EXPECT_EQ(giveUpOn("chk_a").state(), Payment::STATE_VOIDED);
  const std::string body = R"({"id":"evt_1","type":"payment.authorized","ref":"chk_a"})";
  v1::ReceiveWebhookRequest request;
  request.set_provider("sandbox");
  request.mutable_body()->set_data(body);
  request.set_signature(security::signBody("s3cret", body, world_->environment().clock().now()));
  EXPECT_TRUE(get(payments_->ReceiveWebhook({}, request)).received());
  EXPECT_EQ(state("chk_a").state(), Payment::STATE_VOIDED);
  EXPECT_EQ(books().entries(0).provider().state(), "voided");
}

TEST(Domain, WhatWasSaidBeforeThePaymentEndedCountsNoMore) {
  const Notice authorized{Fact::kAuthorized, "p", {}, {}};
  Payment ended = after(fresh(), Fact::kDeclined);
  ended.set_version(3);
  EXPECT_TRUE(overtaken(ended, authorized, 2));
  EXPECT_FALSE(overtaken(ended, authorized, 3)) << "asked after it had ended: the provider holds money all the same";
  EXPECT_FALSE(overtaken(ended, {Fact::kVoided, {}, {}, {}}, 2));
  EXPECT_FALSE(overtaken(fresh(), authorized, 0));
}

TEST_F(PaymentTest, AnUnknownProviderIsNamed) {
  v1::AuthorizeRequest request = wish("chk_a", "tok_approve");
  request.set_provider("pigeon");
  try {
    get(payments_->Authorize({}, request));
    FAIL() << "a provider that is not there took money";
  } catch (const Error& error) {
    EXPECT_EQ(error.fields().at(0).path, "provider");
  }
}

// Each edit of rows behind the service's back, and what must be said of it; %P stands for the payment's id.
struct Plant {
  std::string store;
  std::vector<std::string> edits;
  std::string said;
};

// What a test's name shows.
void PrintTo(const Plant& plant, std::ostream* out) { *out << plant.said.substr(0, plant.said.find(':', 9)); }

const std::vector<Plant> kPlants = {
    {"payment",
     {"UPDATE payment SET authorized = 1500"},
     "payment: amounts are the sums of their history: %P of chk_a: authorized is 1500, its history says 1999"},
    {"payment",
     {"UPDATE payment SET captured = 3"},
     "payment: amounts are the sums of their history: %P of chk_a: captured is 3, its history says 0"},
    {"payment",
     {"PRAGMA ignore_check_constraints = ON", "UPDATE payment SET captured = 3000",
      "PRAGMA ignore_check_constraints = OFF"},
     "payment: refunded <= captured <= authorized <= asked: %P of chk_a has taken or returned too much"},
    {"payment",
     {"UPDATE payment SET captured = 500, refunded = 500"},
     "payment: a payment's state tells its amounts: %P of chk_a is authorized with 1999 authorised, 500 captured, 500 "
     "refunded"},
    {"payment",
     {"CREATE TABLE bare AS SELECT * FROM payment_event", "DROP TABLE payment_event",
      "ALTER TABLE bare RENAME TO payment_event",
      "INSERT INTO payment_event VALUES ('pev_x', 'chk_x', 'failed', 0, '', '', 0)"},
     "payment: every event is of a payment: event pev_x (failed): there is no payment of chk_x"},
    {"payment",
     {"DROP INDEX payment_event_once",
      "INSERT INTO payment_event VALUES ('pev_1', 'chk_a', 'captured', 5, 'ful_1', '', 0)",
      "INSERT INTO payment_event VALUES ('pev_2', 'chk_a', 'captured', 5, 'ful_1', '', 0)"},
     "payment: one capture for each fulfilment, one refund for each reference: chk_a: ful_1 was captured 2 times"},
    {"payment",
     {"INSERT INTO payment_event VALUES ('pev_1', 'chk_a', 'captured', 0, '', '', 0)"},
     "payment: every capture and refund says for what: chk_a: event pev_1 says captured, but not for what"},
    {"sandbox",
     {"UPDATE entry SET captured = 1999"},
     "sandbox: each entry's amounts are the sums of its operations: chk_a: captured 1999, operations say 0; refunded "
     "0, "
     "operations say 0"},
    {"sandbox",
     {"UPDATE entry SET authorized = 2000"},
     "sandbox: refunded <= captured <= authorized <= asked: chk_a: asked 1999, authorised 2000, captured 0, refunded "
     "0"},
    {"sandbox",
     {"INSERT INTO webhook VALUES ('evt_x', 'chk_a', 'payment.authorized', 0)"},
     "sandbox: every webhook is taken: webhook evt_x of chk_a waits since 1970-01-01T00:00:00Z"},
};

class PaymentPlants : public PaymentTest, public ::testing::WithParamInterface<Plant> {};

TEST_P(PaymentPlants, AreNamed) {
  std::string said = GetParam().said;
  const std::string id = authorize("chk_a", "tok_approve").id();
  if (const auto at = said.find("%P"); at != std::string::npos) said.replace(at, 2, id);
  ASSERT_EQ(violations(), std::vector<std::string>());
  for (const std::string& edit : GetParam().edits) execute(GetParam().store, edit);
  const std::vector<std::string> found = violations();
  EXPECT_NE(std::find(found.begin(), found.end(), said), found.end()) << said << "\nnot among " << found.size();
}
INSTANTIATE_TEST_SUITE_P(Each, PaymentPlants, ::testing::ValuesIn(kPlants));

TEST_F(PaymentTest, BooksAreComparedInPages) {
  for (int i = 0; i < 1'010; ++i) authorize("chk_" + std::to_string(10'000 + i), "tok_approve");
  std::set<std::string> seen;
  v1::CompareBooksRequest request;
  request.mutable_until()->set_seconds(4'000'000'000);
  int pages = 0;
  do {
    const auto page = get(payments_->CompareBooks({}, request));
    for (const auto& entry : page.entries()) EXPECT_TRUE(seen.insert(entry.ref()).second) << entry.ref();
    request.set_after_ref(page.next_after_ref());
    ++pages;
  } while (!request.after_ref().empty());
  EXPECT_EQ(seen.size(), 1'010u);
  EXPECT_EQ(pages, 3);
}

TEST_F(PaymentTest, WhatTheProviderHasJustChangedIsNotCompared) {
  authorize("chk_a", "tok_approve");
  const Time then = world_->environment().clock().now() + std::chrono::seconds(1);
  world_->run(pause(std::chrono::seconds(5)));
  v1::CaptureRequest request;
  request.set_ref("chk_a");
  request.set_capture_ref("ful_1");
  request.mutable_amount()->set_amount(1'999);
  get(payments_->Capture({}, request));
  v1::CompareBooksRequest compare;
  *compare.mutable_until() = toTimestamp(then);
  EXPECT_EQ(get(payments_->CompareBooks({}, compare)).entries_size(), 0);
}

}  // namespace
}  // namespace kontor::payment

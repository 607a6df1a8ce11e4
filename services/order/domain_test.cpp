#include "services/order/domain.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <vector>

#include "services/order/cross_checks.hpp"
#include "services/order/verdicts.hpp"

namespace kontor::order {
namespace {

using namespace std::chrono_literals;
using payment::v1::Payment;
using payment::v1::SettleResponse;

constexpr Time kNow = fromMicros(1'000'000'000);

Checkout at(Step step) {
  Checkout checkout;
  checkout.id = "chk_1";
  checkout.step = checkout.stored_step = step;
  checkout.expires_at = kNow + 15min;
  if (step != Step::kBegun) checkout.asked_at = kNow;
  return checkout;
}

Checkout withOrder(Step step, v1::Order::Status status, v1::Order::PaymentStatus payment) {
  Checkout checkout = at(step);
  checkout.order_id = "order_1";
  checkout.order_status = status;
  checkout.order_payment = payment;
  return checkout;
}

Facts known(const std::function<void(Facts&)>& set = [](Facts&) {}) {
  Facts facts;
  facts.now = kNow;
  set(facts);
  return facts;
}

struct Row {
  const char* name;
  Checkout checkout;
  Facts facts;
  Action expected;
};

void expectAll(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(next(row.checkout, row.facts), row.expected) << row.name;
}

TEST(Next, PaysStepByStep) {
  const Checkout begun = at(Step::kBegun);
  Checkout again = begun;
  again.replaces = "chk_0";
  expectAll({
      {"locks first", begun, known([](Facts& f) { f.payer = true; }), Action::kLock},
      {"then holds stock", begun, known([](Facts& f) { f.payer = f.locked = true; }), Action::kReserve},
      {"then asks for money", begun, known([](Facts& f) { f.payer = f.locked = f.reserved = true; }),
       Action::kAuthorize},
      {"clears the older one before", again, known([](Facts& f) { f.payer = true; }), Action::kClearOld},
      {"and then locks", again, known([](Facts& f) { f.payer = f.old_cleared = true; }), Action::kLock},
      {"a dead call's is undone", begun, known(), Action::kFree},
      {"a refused one is undone", begun, known([](Facts& f) {
         f.payer = true;
         f.refusal = kOutOfStock;
         f.freed = true;
       }),
       Action::kReopen},
      {"and fails", begun, known([](Facts& f) {
         f.payer = f.freed = f.reopened = true;
         f.refusal = kOutOfStock;
       }),
       Action::kFail},
  });
}

TEST(Next, NeverAuthorisesAgain) {
  for (const Step step : {Step::kAuthorizing, Step::kUnknown}) {
    expectAll({
        {"asks", at(step), known(), Action::kAsk},
        {"waits when nothing is known", at(step), known([](Facts& f) { f.asked = true; }), Action::kPark},
        {"calls off what nobody knows", at(step), known([](Facts& f) { f.asked = f.give_up = true; }),
         Action::kCallOff},
        {"asks once more then", at(step), known([](Facts& f) { f.give_up = f.called_off = true; }), Action::kAsk},
        {"completes without the buyer", at(step), known([](Facts& f) { f.asked = f.authorized = true; }),
         Action::kBeginCompleting},
        {"gives a lost one up", at(step), known([](Facts& f) {
           f.asked = true;
           f.refusal = kPaymentFailed;
         }),
         Action::kRelease},
    });
  }
  Checkout unwanted = at(Step::kUnknown);
  unwanted.cancel_actor = "customer";
  expectAll({
      {"a cancelled one is released when known", unwanted, known([](Facts& f) { f.asked = f.authorized = true; }),
       Action::kRelease},
      {"the call that waited in vain answers", at(Step::kUnknown), known([](Facts& f) { f.payer = true; }),
       Action::kPark},
  });
}

TEST(Next, HoldsUntilItExpires) {
  Checkout expired = at(Step::kAuthorized);
  expired.expires_at = kNow;
  Checkout action_expired = at(Step::kRequiresAction);
  action_expired.expires_at = kNow;
  expectAll({
      {"waits for its buyer", at(Step::kAuthorized), known(), Action::kPark},
      {"completes with its buyer", at(Step::kAuthorized), known([](Facts& f) { f.buyer = true; }),
       Action::kBeginCompleting},
      {"the buyer wins over the clock", expired, known([](Facts& f) { f.buyer = true; }), Action::kBeginCompleting},
      {"expires", expired, known(), Action::kRelease},
      {"an action expires too", action_expired, known(), Action::kRelease},
      {"an action is waited for", at(Step::kRequiresAction), known(), Action::kPark},
      {"news are looked at", at(Step::kRequiresAction), known([](Facts& f) { f.nudged = true; }), Action::kAsk},
      {"so are returning buyers", at(Step::kRequiresAction), known([](Facts& f) { f.buyer = true; }), Action::kAsk},
      {"once", at(Step::kRequiresAction), known([](Facts& f) { f.buyer = f.asked = true; }), Action::kPark},
      {"an unknown outcome never expires", at(Step::kUnknown), known([](Facts& f) {
         f.now = kNow + 24h;
         f.asked = true;
       }),
       Action::kPark},
  });
}

TEST(Next, CompletesAndNeverTurnsBack) {
  const auto pending = v1::Order::STATUS_PENDING;
  const auto confirmed = v1::Order::STATUS_CONFIRMED;
  const auto cancelled = v1::Order::STATUS_CANCELLED;
  const auto paid = v1::Order::PAYMENT_STATUS_AUTHORIZED;
  Checkout old = withOrder(Step::kCompleting, pending, paid);
  old.expires_at = kNow - 24h;
  expectAll({
      {"promises stock", old, known(), Action::kCommit},
      {"takes a lost hold again", old, known([](Facts& f) { f.hold_lost = true; }), Action::kReserveAgain},
      {"or gives the order up", old, known([](Facts& f) { f.sold_out = true; }), Action::kGiveUpOrder},
      {"closes the cart", old, known([](Facts& f) { f.committed = true; }), Action::kClose},
      {"confirms, and is done", old, known([](Facts& f) { f.committed = f.closed = true; }), Action::kConfirm},
      {"closes the cart of an order given up", withOrder(Step::kCompleting, cancelled, paid), known(), Action::kClose},
      {"is done with it", withOrder(Step::kCompleting, cancelled, paid), known([](Facts& f) { f.closed = true; }),
       Action::kFinish},
      {"stays done", withOrder(Step::kDone, confirmed, paid), known(), Action::kPark},
  });
  EXPECT_DEATH(
      {
        Checkout checkout = at(Step::kCompleting);
        advance(checkout, Step::kReleasing);
      },
      "cannot move");
}

TEST(Next, UndoesMoneyStockCart) {
  const Checkout releasing = at(Step::kReleasing);
  const auto cancelled = v1::Order::STATUS_CANCELLED;
  const auto paid = v1::Order::PAYMENT_STATUS_AUTHORIZED;
  Checkout wished = withOrder(Step::kDone, v1::Order::STATUS_CONFIRMED, paid);
  wished.cancel_actor = "customer";
  expectAll({
      {"money first", releasing, known(), Action::kVoid},
      {"then stock", releasing, known([](Facts& f) { f.voided = true; }), Action::kFree},
      {"then the cart", releasing, known([](Facts& f) { f.voided = f.freed = true; }), Action::kReopen},
      {"then it has failed", releasing, known([](Facts& f) { f.voided = f.freed = f.reopened = true; }), Action::kFail},
      {"a failed one rests", at(Step::kFailed), known(), Action::kPark},
      {"but for late money", at(Step::kFailed), known([](Facts& f) { f.nudged = true; }), Action::kLookAtLate},
      {"a cancelled order pays back", withOrder(Step::kDone, cancelled, paid), known(), Action::kVoid},
      {"and gives back", withOrder(Step::kDone, cancelled, paid), known([](Facts& f) { f.voided = true; }),
       Action::kFree},
      {"and notes it", withOrder(Step::kDone, cancelled, paid), known([](Facts& f) { f.voided = f.freed = true; }),
       Action::kNoteReturned},
      {"once", withOrder(Step::kDone, cancelled, v1::Order::PAYMENT_STATUS_VOIDED), known(), Action::kPark},
      {"a wish is done when the order stands", wished, known(), Action::kCancelOrder},
  });
}

TEST(Learn, TakesTheProvidersWord) {
  const auto learned = [](SettleResponse::Knowledge knowledge, Payment::State state, Time now, bool called_off) {
    Checkout checkout = at(Step::kUnknown);
    Facts facts = known([&](Facts& f) {
      f.now = now;
      f.called_off = called_off;
    });
    SettleResponse answer;
    answer.set_knowledge(knowledge);
    answer.mutable_payment()->set_state(state);
    learn(checkout, facts, answer, 10s);
    return facts;
  };
  using S = SettleResponse;
  EXPECT_TRUE(learned(S::KNOWLEDGE_KNOWN, Payment::STATE_AUTHORIZED, kNow, false).authorized);
  EXPECT_TRUE(learned(S::KNOWLEDGE_KNOWN, Payment::STATE_REQUIRES_ACTION, kNow, false).action_needed);
  EXPECT_EQ(learned(S::KNOWLEDGE_KNOWN, Payment::STATE_FAILED, kNow, false).refusal, kPaymentFailed);
  EXPECT_TRUE(learned(S::KNOWLEDGE_KNOWN, Payment::STATE_CREATED, kNow, false).refusal.empty());
  EXPECT_FALSE(learned(S::KNOWLEDGE_NOT_KNOWN, Payment::STATE_CREATED, kNow + 9s, false).give_up);
  EXPECT_TRUE(learned(S::KNOWLEDGE_NOT_KNOWN, Payment::STATE_CREATED, kNow + 10s, false).give_up);
  EXPECT_EQ(learned(S::KNOWLEDGE_NOT_KNOWN, Payment::STATE_CREATED, kNow + 10s, true).refusal, kPaymentFailed);
  EXPECT_FALSE(learned(S::KNOWLEDGE_PENDING, Payment::STATE_CREATED, kNow + 1h, false).give_up);
}

TEST(Backoff, DoublesUpToAMinute) {
  const std::vector<Duration> expected{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(backoff(static_cast<std::int64_t>(i)), expected[i]);
}

RC_GTEST_PROP(Lease, ParkingNeverForgetsAnUnfinishedCheckout, ()) {
  const auto step = static_cast<Step>(*rc::gen::inRange(0, 9));
  Checkout checkout = at(step);
  checkout.tries = *rc::gen::inRange(0, 100);
  take(checkout, "me", kNow, 30s);
  RC_ASSERT(checkout.live(kNow) && !checkout.live(kNow + 30s));
  RC_ASSERT(checkout.epoch == checkout.stored_epoch + 1);
  park(checkout, kNow);
  RC_ASSERT(!checkout.live(kNow));
  RC_ASSERT(checkout.wake_at.has_value() == (step != Step::kDone && step != Step::kFailed));
}

Checkout driven(Checkout checkout) {
  hold(checkout, "somebody", kNow, 30s);
  return checkout;
}

TEST(JudgePayment, ReadsTheWholeTable) {
  using Kind = PayVerdict::Kind;
  const auto judge = [](std::vector<Checkout> checkouts) { return judgePayment(checkouts, {}, kNow).kind; };
  EXPECT_EQ(judge({}), Kind::kBegin);
  EXPECT_EQ(judge({at(Step::kFailed)}), Kind::kBegin);
  EXPECT_EQ(judge({at(Step::kAuthorized)}), Kind::kBegin);
  EXPECT_EQ(judge({at(Step::kRequiresAction)}), Kind::kBegin);
  EXPECT_EQ(judge({at(Step::kBegun)}), Kind::kBegin);  // its call died
  EXPECT_EQ(judge({driven(at(Step::kBegun))}), Kind::kPending);
  EXPECT_EQ(judge({at(Step::kAuthorizing)}), Kind::kPending);
  EXPECT_EQ(judge({at(Step::kUnknown)}), Kind::kPending);
  EXPECT_EQ(judge({at(Step::kCompleting)}), Kind::kPending);
  EXPECT_EQ(judge({at(Step::kDone)}), Kind::kClosed);
  EXPECT_EQ(judge({at(Step::kReleasing)}), Kind::kUndoFirst);
  EXPECT_EQ(judge({driven(at(Step::kReleasing))}), Kind::kWait);
  EXPECT_EQ(judge({at(Step::kReleasing), at(Step::kDone)}), Kind::kClosed);
}

TEST(JudgePayment, KnowsItsRepeats) {
  using Kind = PayVerdict::Kind;
  const RequestKey key{"hash", "print"};
  const auto judge = [&](Checkout checkout, const RequestKey& asked) {
    checkout.pay = key;
    return judgePayment({checkout}, asked, kNow).kind;
  };
  EXPECT_EQ(judge(at(Step::kAuthorized), {"hash", "other body"}), Kind::kKeyReused);
  EXPECT_EQ(judge(driven(at(Step::kBegun)), key), Kind::kInProgress);
  EXPECT_EQ(judge(driven(at(Step::kAuthorizing)), key), Kind::kInProgress);
  EXPECT_EQ(judge(at(Step::kAuthorizing), key), Kind::kResume);
  EXPECT_EQ(judge(at(Step::kUnknown), key), Kind::kResume);
  EXPECT_EQ(judge(at(Step::kAuthorized), key), Kind::kAnswer);
  EXPECT_EQ(judge(at(Step::kDone), key), Kind::kAnswer);
  Checkout declined = at(Step::kFailed);
  declined.reason = kDeclined;
  EXPECT_EQ(judge(declined, key), Kind::kAnswer);
  Checkout sold_out = at(Step::kFailed);
  sold_out.reason = kOutOfStock;
  EXPECT_EQ(judge(sold_out, key), Kind::kBegin);
  EXPECT_EQ(judge(at(Step::kAuthorized), {"another", "print"}), Kind::kBegin);
}

TEST(JudgeCompletion, ReadsTheWholeTable) {
  using Kind = CompleteVerdict::Kind;
  const auto judge = [](std::vector<Checkout> checkouts) { return judgeCompletion(checkouts, {}, kNow).kind; };
  EXPECT_EQ(judge({}), Kind::kPaymentRequired);
  EXPECT_EQ(judge({at(Step::kFailed)}), Kind::kPaymentRequired);
  EXPECT_EQ(judge({at(Step::kReleasing)}), Kind::kPaymentRequired);
  EXPECT_EQ(judge({at(Step::kAuthorized)}), Kind::kComplete);
  EXPECT_EQ(judge({driven(at(Step::kAuthorized))}), Kind::kWait);
  EXPECT_EQ(judge({at(Step::kRequiresAction)}), Kind::kAskFirst);
  EXPECT_EQ(judge({at(Step::kUnknown)}), Kind::kAwait);
  EXPECT_EQ(judge({withOrder(Step::kUnknown, v1::Order::STATUS_PENDING, v1::Order::PAYMENT_STATUS_AWAITING)}),
            Kind::kAwaited);
  EXPECT_EQ(judge({driven(at(Step::kCompleting))}), Kind::kWait);
  EXPECT_EQ(judge({at(Step::kCompleting)}), Kind::kResume);
  EXPECT_EQ(judge({at(Step::kFailed), at(Step::kDone)}), Kind::kAnswer);
}

TEST(JudgeCompletion, RepeatsADeclineAndNothingElseThatFailed) {
  using Kind = CompleteVerdict::Kind;
  const RequestKey key{"hash", "print"};
  const auto judge = [&](Step step, std::string_view reason, const RequestKey& asked) {
    Checkout checkout = at(step);
    checkout.complete = key;
    checkout.reason = reason;
    return judgeCompletion({checkout}, asked, kNow).kind;
  };
  EXPECT_EQ(judge(Step::kFailed, kDeclined, key), Kind::kRefused);
  EXPECT_EQ(judge(Step::kFailed, kPaymentFailed, key), Kind::kRefused);
  EXPECT_EQ(judge(Step::kReleasing, kPaymentFailed, key), Kind::kWait);
  EXPECT_EQ(judge(Step::kFailed, kPaymentFailed, {"another", "print"}), Kind::kPaymentRequired);
  EXPECT_EQ(judge(Step::kFailed, kOutOfStock, key), Kind::kPaymentRequired);
}

TEST(JudgeRelease, RefusesWhatMayBecomeAnOrder) {
  EXPECT_EQ(judgeRelease(at(Step::kAuthorized), kNow), ReleaseVerdict::kRelease);
  EXPECT_EQ(judgeRelease(at(Step::kRequiresAction), kNow), ReleaseVerdict::kRelease);
  EXPECT_EQ(judgeRelease(at(Step::kReleasing), kNow), ReleaseVerdict::kFinish);
  EXPECT_EQ(judgeRelease(at(Step::kFailed), kNow), ReleaseVerdict::kGone);
  EXPECT_EQ(judgeRelease(at(Step::kDone), kNow), ReleaseVerdict::kClosed);
  for (const Step step : {Step::kAuthorizing, Step::kUnknown, Step::kCompleting})
    EXPECT_EQ(judgeRelease(at(step), kNow), ReleaseVerdict::kPending);
}

CheckoutFact fact(const std::string& id, Step step, v1::Order::Status status) {
  return {id,
          "cart of " + id,
          step,
          status == v1::Order::STATUS_UNSPECIFIED ? "" : "order of " + id,
          status,
          v1::Order::PAYMENT_STATUS_AUTHORIZED,
          kNow,
          5,
          v1::Order::FULFILMENT_STATUS_UNFULFILLED};
}

payment::v1::BookEntry entry(const std::string& ref, Payment::State state, std::int64_t ours, std::int64_t theirs) {
  payment::v1::BookEntry line;
  line.set_ref(ref);
  line.set_ours(true);
  line.set_state(state);
  line.mutable_authorized()->set_amount(ours);
  line.mutable_provider()->set_state(theirs > 0 ? "authorized" : "voided");
  line.mutable_provider()->set_authorized(theirs);
  return line;
}

std::string violationsOf(ShopInvariants&& shop) {
  std::string text;
  for (const store::Audit& audit : std::move(shop).take()) {
    EXPECT_EQ(audit.ok, audit.violations.empty());
    for (const std::string& line : audit.violations) text += line + "\n";
  }
  return text;
}

cart::v1::CartLock lockOf(const std::string& checkout, cart::v1::Cart::State state) {
  cart::v1::CartLock lock;
  lock.set_checkout_id(checkout);
  lock.set_state(state);
  return lock;
}

TEST(ShopInvariants, AreQuietWhenAllIsWell) {
  ShopInvariants shop;
  const CheckoutFact good = fact("chk_1", Step::kDone, v1::Order::STATUS_CONFIRMED);
  const CheckoutFact gone = fact("chk_2", Step::kFailed, v1::Order::STATUS_UNSPECIFIED);
  inventory::v1::Reservation promised;
  promised.set_ref("chk_1");
  promised.set_state(inventory::v1::Reservation::STATE_COMMITTED);
  shop.judge(StockPage{{promised}, {good, gone}});
  shop.judge(MoneyPage{{entry("chk_1", Payment::STATE_AUTHORIZED, 5, 5), entry("chk_2", Payment::STATE_VOIDED, 0, 0)},
                       {good, gone}});
  shop.judge(LockPage{{lockOf("chk_1", cart::v1::Cart::STATE_COMPLETED)}, {good, gone}});
  EXPECT_EQ(violationsOf(std::move(shop)), "");
}

TEST(ShopInvariants, NameWhatIsLeftBehind) {
  ShopInvariants shop;
  const CheckoutFact gone = fact("chk_2", Step::kFailed, v1::Order::STATUS_UNSPECIFIED);
  const CheckoutFact bare = fact("chk_3", Step::kDone, v1::Order::STATUS_CONFIRMED);
  inventory::v1::Reservation held;
  held.set_ref("chk_2");
  held.set_state(inventory::v1::Reservation::STATE_HELD);
  shop.judge(StockPage{{held}, {gone, bare}});
  shop.judge(MoneyPage{{entry("chk_2", Payment::STATE_AUTHORIZED, 5, 5)}, {gone, bare}});
  shop.judge(LockPage{{lockOf("chk_2", cart::v1::Cart::STATE_CHECKING_OUT)}, {gone, bare}});
  EXPECT_EQ(ShopInvariants::unpaidOf(MoneyPage{{}, {gone, bare}}).at(0).id, "chk_3");
  const std::string text = violationsOf(std::move(shop));
  EXPECT_NE(text.find("chk_2 is failed, but stock is held"), std::string::npos) << text;
  EXPECT_NE(text.find("chk_2 is failed, but money is held"), std::string::npos) << text;
  EXPECT_NE(text.find("chk_2 is failed, but its cart is still locked"), std::string::npos) << text;
  EXPECT_NE(text.find("no stock is promised"), std::string::npos) << text;
  EXPECT_NE(text.find("chk_3 is done, its order order of chk_3 confirmed, but its cart is not completed"),
            std::string::npos)
      << text;
}

TEST(ShopInvariants, NameWhatIsHeldForNobody) {
  ShopInvariants shop;
  inventory::v1::Reservation held;
  held.set_ref("chk_9");
  held.set_state(inventory::v1::Reservation::STATE_HELD);
  shop.judge(StockPage{{held}, {}});
  shop.judge(MoneyPage{{entry("chk_8", Payment::STATE_AUTHORIZED, 5, 5)}, {}});
  shop.judge(LockPage{{lockOf("chk_7", cart::v1::Cart::STATE_CHECKING_OUT)}, {}});
  EXPECT_EQ(violationsOf(std::move(shop)),
            "stock is held for chk_9, which is no checkout\nmoney is held for chk_8, which is no checkout\n"
            "a cart is held by chk_7, which is no checkout\n");
}

TEST(ShopInvariants, NameAnOrderThatDisagreesWithItsPayment) {
  ShopInvariants shop;
  CheckoutFact dear = fact("chk_1", Step::kDone, v1::Order::STATUS_CONFIRMED);
  dear.total = 6;
  CheckoutFact taken = fact("chk_2", Step::kDone, v1::Order::STATUS_CONFIRMED);
  taken.order_payment = v1::Order::PAYMENT_STATUS_CAPTURED;
  CheckoutFact unsold = fact("chk_3", Step::kFailed, v1::Order::STATUS_UNSPECIFIED);
  shop.judge(
      MoneyPage{{entry("chk_1", Payment::STATE_AUTHORIZED, 5, 5), entry("chk_2", Payment::STATE_AUTHORIZED, 5, 5)},
                {dear, taken}});
  shop.judge(LockPage{{lockOf("chk_3", cart::v1::Cart::STATE_COMPLETED)}, {unsold}});
  EXPECT_EQ(
      violationsOf(std::move(shop)),
      "checkout chk_3 is failed, but its cart is completed\n"
      "checkout chk_1 is done, its order order of chk_1 confirmed: its total is 6, authorised are 5\n"
      "checkout chk_2 is done, its order order of chk_2 confirmed and says captured, its payment is authorized\n");
}

TEST(ShopInvariants, LeaveYoungFactsAlone) {
  ShopInvariants shop;
  CheckoutFact young = fact("chk_1", Step::kDone, v1::Order::STATUS_CONFIRMED);
  young.young = true;
  shop.judge(StockPage{{}, {young}});
  shop.judge(MoneyPage{{entry("chk_1", Payment::STATE_AUTHORIZED, 5, 4)}, {young}});
  shop.judge(LockPage{{lockOf("chk_1", cart::v1::Cart::STATE_CHECKING_OUT)}, {young}});
  EXPECT_TRUE(ShopInvariants::unpaidOf(MoneyPage{{}, {young}}).empty());
  EXPECT_EQ(violationsOf(std::move(shop)), "");
}

TEST(ShopInvariants, NameTwoAuthorisationsAndTwoBooks) {
  ShopInvariants shop;
  CheckoutFact one = fact("chk_1", Step::kDone, v1::Order::STATUS_CONFIRMED);
  CheckoutFact two = fact("chk_2", Step::kReleasing, v1::Order::STATUS_UNSPECIFIED);
  two.cart_hash = one.cart_hash;
  shop.judge(MoneyPage{
      {entry("chk_1", Payment::STATE_AUTHORIZED, 5, 4), entry("chk_2", Payment::STATE_AUTHORIZED, 5, 4)}, {one, two}});
  const std::string text = violationsOf(std::move(shop));
  EXPECT_NE(text.find("two authorisations of one cart: chk_1 and chk_2"), std::string::npos) << text;
  EXPECT_NE(text.find("chk_1: we hold 5 and took 0, the provider says 4 and 0"), std::string::npos) << text;
  EXPECT_EQ(text.find("chk_2: we hold"), std::string::npos) << "its money is being given back: " << text;
}

}  // namespace
}  // namespace kontor::order

#include "services/notification/domain.hpp"

#include <gtest/gtest.h>

#include <set>

#include "chassis/base/error.hpp"
#include "services/notification/templates.hpp"

namespace kontor::notification {
namespace {

using namespace std::chrono_literals;

std::string failureOf(std::string_view text, const Values& values) {
  try {
    return "rendered " + render(text, values);
  } catch (const Error& error) {
    return error.reason() + ": " + error.message();
  }
}

TEST(Render, PutsValuesIntoTheirPlaces) {
  EXPECT_EQ(render("Order {number} of {shop}.", {{"number", "1001"}, {"shop", "Kontor"}}), "Order 1001 of Kontor.");
  EXPECT_EQ(render("{a}{a}", {{"a", "x"}}), "xx");
  EXPECT_EQ(render("plain }", {}), "plain }");
  EXPECT_EQ(render("", {}), "");
}

TEST(Render, AValueIsNeverLookedInto) { EXPECT_EQ(render("{a}", {{"a", "{b} {"}}), "{b} {"); }

TEST(Render, NamesWhatIsMissing) {
  EXPECT_EQ(
      failureOf("{number} {tracking}", {{"number", "1"}, {"shop", "K"}}),
      "MISSING_PLACEHOLDER: the text asks for {tracking}, which this message does not have; it has: number, shop");
  EXPECT_EQ(failureOf("a {number", {{"number", "1"}}), "BAD_TEMPLATE: the brace before \"number\" is not closed");
}

TEST(Templates, EveryKindHasTheSameNamesInEveryLanguage) {
  std::map<std::string_view, std::map<std::string_view, std::vector<std::string>>> names;
  for (const Template& text : templates()) {
    const std::string both = std::string(text.subject) + " " + std::string(text.text);
    EXPECT_TRUE(names[text.kind].emplace(text.locale, placeholdersOf(both)).second)
        << text.kind << " has two texts in " << text.locale;
  }
  EXPECT_EQ(names.size(), 10U);
  for (const auto& [kind, by_locale] : names) {
    ASSERT_EQ(by_locale.size(), 2U) << kind;
    EXPECT_EQ(by_locale.at("en"), by_locale.at("de")) << kind;
  }
}

TEST(Templates, TheNearestLanguageIsTaken) {
  EXPECT_EQ(templateFor("order.placed", "de").locale, "de");
  EXPECT_EQ(templateFor("order.placed", "de-AT").locale, "de");
  EXPECT_EQ(templateFor("order.placed", "fr").locale, "en");
  EXPECT_EQ(templateFor("order.placed", "").locale, "en");
  EXPECT_EQ(cancelReason("CUSTOMER", "de-AT"), "Sie haben darum gebeten. ");
  EXPECT_EQ(cancelReason("SOMETHING_NEW", "en"), "");
}

TEST(Message, IsTriedEverMoreSeldomAndThenGivenUp) {
  const Patience patience{3, 10s};
  const Time now = fromMicros(1'000'000'000);
  Message message;
  message.tries = 1;
  Message after = notSent(message, "MAIL_DOWN: no server", patience, now);
  EXPECT_EQ(after.state, State::kQueued);
  EXPECT_EQ(after.next_try_at, now + 10s);
  EXPECT_EQ(after.failure, "MAIL_DOWN: no server");
  after.tries = 2;
  after = notSent(after, "MAIL_DOWN: no server", patience, now);
  EXPECT_EQ(after.next_try_at, now + 20s);
  after.tries = 3;
  after = notSent(after, "MAIL_DOWN: no server", patience, now);
  EXPECT_EQ(after.state, State::kFailed);
}

TEST(Message, ForgetsItsFailureWhenItIsSent) {
  Message message;
  message.failure = "MAIL_DOWN: no server";
  const Message after = sent(message, "folder", fromMicros(7));
  EXPECT_EQ(after.state, State::kSent);
  EXPECT_EQ(after.transport, "folder");
  EXPECT_EQ(after.sent_at, fromMicros(7));
  EXPECT_EQ(after.failure, "");
}

TEST(MessageDeathTest, IsNotSentTwice) {
  Message message;
  message.state = State::kSent;
  EXPECT_DEATH(static_cast<void>(sent(message, "log", Time())), "only a queued message");
}

}  // namespace
}  // namespace kontor::notification

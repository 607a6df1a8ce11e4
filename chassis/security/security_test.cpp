#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "chassis/base/error.hpp"
#include "chassis/runtime/real_environment.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/security/keyring.hpp"
#include "chassis/security/passwords.hpp"
#include "chassis/security/sealer.hpp"
#include "chassis/security/signature.hpp"
#include "chassis/security/sodium.hpp"
#include "chassis/security/tokens.hpp"

namespace kontor::security {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

std::string reasonOf(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.fields().empty() ? error.reason() : error.fields().front().reason;
  }
  return "none";
}

std::string bytes(std::size_t count, char value) { return std::string(count, value); }

// RFC 4231, test cases 1 to 4, 6 and 7.
TEST(Hmac, GivesTheKnownAnswers) {
  EXPECT_EQ(toHex(hmacSha256(bytes(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(toHex(hmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(toHex(hmacSha256(bytes(20, '\xaa'), bytes(50, '\xdd'))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(toHex(hmacSha256(bytes(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(toHex(hmacSha256(bytes(131, '\xaa'),
                             "This is a test using a larger than block-size key and a larger than block-size data. "
                             "The key needs to be hashed before being used by the HMAC algorithm.")),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

class SignatureTest : public ::testing::Test {
 protected:
  SignatureCheck check(const std::string& header, Time when, const std::string& body = "{\"id\":1}") {
    return checkSignature(header, body, secrets_, when);
  }
  const Time now_ = fromMicros(1'492'774'577'500'000);
  const std::vector<std::string> secrets_{"whsec_old", "whsec_new"};
  const std::string header_ = signBody("whsec_new", "{\"id\":1}", now_);
};

TEST_F(SignatureTest, HasStripesForm) {
  EXPECT_EQ(header_, "t=1492774577,v1=" + toHex(hmacSha256("whsec_new", "1492774577.{\"id\":1}")));
  EXPECT_EQ(check(header_, now_), SignatureCheck::kValid);
  EXPECT_EQ(check("t=1492774577,v0=ab,v1=00," + header_.substr(13), now_), SignatureCheck::kValid);
}

TEST_F(SignatureTest, RefusesForgeries) {
  EXPECT_EQ(check(header_, now_, "{\"id\":2}"), SignatureCheck::kMismatch);
  EXPECT_EQ(check("t=1492774578," + header_.substr(13), now_), SignatureCheck::kMismatch);
  EXPECT_EQ(check(signBody("whsec_other", "{\"id\":1}", now_), now_), SignatureCheck::kMismatch);
  EXPECT_EQ(check(header_.substr(0, header_.size() - 1), now_), SignatureCheck::kMismatch);
  for (const char* bad : {"", "t=1", "v1=ab", "t=,v1=ab", "t=1x,v1=ab", ",,,"}) {
    EXPECT_EQ(check(bad, now_), SignatureCheck::kMalformed) << bad;
  }
}

TEST_F(SignatureTest, IsGoodForFiveMinutes) {
  EXPECT_EQ(check(header_, now_ + seconds(300)), SignatureCheck::kValid);
  EXPECT_EQ(check(header_, now_ + seconds(301)), SignatureCheck::kExpired);
  EXPECT_EQ(check(header_, now_ - seconds(300)), SignatureCheck::kValid);
  EXPECT_EQ(check(header_, now_ - seconds(301)), SignatureCheck::kExpired);
  EXPECT_EQ(check(signBody("whsec_new", "{\"id\":1}", Time::min()), now_), SignatureCheck::kExpired);
}

TEST(Tokens, AreStoredAsTheirHash) {
  EXPECT_EQ(tokenHash("abc"), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");  // BLAKE2b-256
  EXPECT_TRUE(equalSecrets("same", "same"));
  EXPECT_FALSE(equalSecrets("same", "sane"));
  EXPECT_FALSE(equalSecrets("same", "samesame"));
}

class SealerTest : public ::testing::Test {
 protected:
  runtime::SeededRandom random_{1};
  const Sealer sealer_{"k1", bytes(32, 'k'), random_};
};

RC_GTEST_FIXTURE_PROP(SealerTest, WhatIsSealedComesBack, (const std::string& plain, const std::string& context)) {
  const std::string sealed = sealer_.seal(plain, context);
  RC_ASSERT(sealer_.open(sealed, context) == plain);
  RC_ASSERT(sealer_.seal(plain, context) != sealed);
}

RC_GTEST_FIXTURE_PROP(SealerTest, AnyChangeIsFound, (const std::string& plain, std::uint16_t place)) {
  std::string sealed = sealer_.seal(plain, "user.email:1");
  sealed[place % sealed.size()] = static_cast<char>(sealed[place % sealed.size()] ^ (1 << place % 8));
  RC_ASSERT(reasonOf([&] { sealer_.open(sealed, "user.email:1"); }) == "SEAL_BROKEN");
}

TEST_F(SealerTest, RefusesMovedCutAndForeignValues) {
  const std::string sealed = sealer_.seal("ann@example.org", "user.email:1");
  EXPECT_EQ(sealed.find("ann"), std::string::npos);
  EXPECT_EQ(reasonOf([&] { sealer_.open(sealed, "user.email:2"); }), "SEAL_BROKEN");
  EXPECT_EQ(reasonOf([&] { sealer_.open(sealed, "user.name:1"); }), "SEAL_BROKEN");
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(reasonOf([&] { sealer_.open(sealed.substr(0, size), "user.email:1"); }), "SEAL_BROKEN");
  }
  const Sealer same_id("k1", bytes(32, 'x'), random_);
  const Sealer other_id("k2", bytes(32, 'k'), random_);
  EXPECT_EQ(reasonOf([&] { same_id.open(sealed, "user.email:1"); }), "SEAL_BROKEN");
  EXPECT_EQ(reasonOf([&] { other_id.open(sealed, "user.email:1"); }), "SEAL_BROKEN");
}

TEST_F(SealerTest, LooksUpByEqualityAndPurpose) {
  EXPECT_EQ(sealer_.lookup("ann@example.org", "user.email"), sealer_.lookup("ann@example.org", "user.email"));
  EXPECT_NE(sealer_.lookup("ann@example.org", "user.email"), sealer_.lookup("ann@example.org", "order.email"));
  EXPECT_NE(sealer_.lookup("bc", "a"), sealer_.lookup("c", "ab"));
  EXPECT_NE(sealer_.lookup("a", "p"), Sealer("k1", bytes(32, 'x'), random_).lookup("a", "p"));
  EXPECT_EQ(sealer_.lookup("a", "p").size(), 64u);
}

class KeyRingTest : public ::testing::Test {
 protected:
  KeyRingTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~KeyRingTest() override { fs::remove_all(folder_); }
  std::string reason() {
    return reasonOf([this] { KeyRing::openOrMake(folder_, random_); });
  }

  const fs::path folder_ = fs::temp_directory_path() / ("kontor_keyring_test_" + std::to_string(getpid()));
  const fs::path file_ = folder_ / "keys" / "seal.key";
  runtime::SeededRandom random_{1};
};

TEST_F(KeyRingTest, MakesAKeyOnceForItsOwnerAlone) {
  const KeyRing made = KeyRing::openOrMake(folder_, random_);
  struct stat facts {};
  ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((folder_ / "keys").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);
  const KeyRing opened = KeyRing::openOrMake(folder_, random_);
  EXPECT_EQ(opened.id(), made.id());
  EXPECT_EQ(opened.sealer(random_).open(made.sealer(random_).seal("x", "c"), "c"), "x");
}

TEST_F(KeyRingTest, RefusesAKeyThatOthersMayRead) {
  KeyRing::openOrMake(folder_, random_);
  ::chmod(file_.c_str(), 0640);
  EXPECT_EQ(reason(), "KEY_EXPOSED");
}

TEST_F(KeyRingTest, RefusesStoresWithoutTheirKey) {
  std::ofstream(folder_ / "user.db") << "x";
  EXPECT_EQ(reason(), "KEY_MISSING");
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(KeyRingTest, RefusesWhatIsNoKey) {
  for (const std::string text : {"", "secret", "kontor-seal-key:", "kontor-seal-key:zz", "kontor-seal-key:00ff"}) {
    EXPECT_EQ(reasonOf([&] { KeyRing::parse(text, "setting"); }), "KEY_MALFORMED") << text;
  }
  const std::string good = "kontor-seal-key:" + std::string(64, 'a');
  EXPECT_EQ(KeyRing::parse(good, "setting").id(), KeyRing::parse(good + "\n", "setting").id());
  EXPECT_EQ(reasonOf([&] { KeyRing::parse(good + "0", "setting"); }), "KEY_MALFORMED");
}

TEST_F(KeyRingTest, NamesAFolderThatCannotBeWritten) {
  std::ofstream(folder_ / "keys") << "a file where the folder should be";
  EXPECT_EQ(reason(), "KEY_UNAVAILABLE");
}

class PasswordsTest : public ::testing::Test {
 protected:
  template <class T>
  T wait(task<T> work) {
    std::optional<T> result;
    runtime::runBlocking(environment_.background(), into(std::move(work), result));
    return *result;
  }
  template <class T>
  static task<void> into(task<T> work, std::optional<T>& result) {
    result = co_await work;
  }

  runtime::RealEnvironment environment_{1};
  Passwords cheap_{environment_, {8, 1}};
};

TEST_F(PasswordsTest, HashesAsOwaspAdvises) {
  Passwords passwords(environment_, {});
  const std::string phc = wait(passwords.hash("correct horse"));
  EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << phc;
  EXPECT_TRUE(wait(passwords.verify("correct horse", phc)));
  EXPECT_FALSE(wait(passwords.verify("correct horsf", phc)));
  EXPECT_FALSE(passwords.needsRehash(phc));
  EXPECT_TRUE(cheap_.needsRehash(phc));
  EXPECT_TRUE(wait(cheap_.verify("correct horse", phc))) << "an old hash is good until it is replaced";
}

TEST_F(PasswordsTest, SaltsEachHash) {
  EXPECT_NE(wait(cheap_.hash("correct horse")), wait(cheap_.hash("correct horse")));
}

TEST_F(PasswordsTest, TakesWholePasswords) {
  const std::string phc = wait(cheap_.hash(std::string(256, 'x') + "a"));
  EXPECT_FALSE(wait(cheap_.verify(std::string(256, 'x') + "b", phc)));
  EXPECT_FALSE(wait(cheap_.verify(std::string("zero\0one", 8), wait(cheap_.hash(std::string("zero\0two", 8))))));
}

TEST_F(PasswordsTest, NoHashFitsNoPassword) {
  for (const std::string phc : {"", "nobody", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"}) {
    EXPECT_FALSE(wait(cheap_.verify("nobody", phc))) << phc;
    EXPECT_TRUE(cheap_.needsRehash(phc));
  }
  EXPECT_FALSE(wait(cheap_.verify("nobody", std::string(500, '$'))));
}

// By the CPU's clock, which a busy machine does not stretch.
TEST_F(PasswordsTest, AnUnknownAccountCostsAsMuchWorkAsAKnownOne) {
  Passwords passwords(environment_, {});
  const std::string phc = wait(passwords.hash("correct horse"));
  const auto work = [&](const std::string& stored) {
    const std::clock_t began = std::clock();
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(wait(passwords.verify("correct horsf", stored)));
    return static_cast<double>(std::clock() - began);
  };
  const double known = work(phc);
  EXPECT_GT(work(""), 0.5 * known);
}

TEST_F(PasswordsTest, RefusesMoreThanItCanDo) {
  runtime::Simulation simulation(1);
  const std::size_t node = simulation.addNode();
  runtime::Environment& world = simulation.environment(node);
  Passwords passwords(world, {8, 1});
  int hashed = 0;
  int refused = 0;
  const auto one = [](Passwords& all, int& good, int& bad) -> task<void> {
    try {
      task<std::string> work = all.hash("correct horse");
      co_await work;
      ++good;
    } catch (const Error& error) {
      EXPECT_EQ(error.reason(), "BUSY");
      ++bad;
    }
  };
  // All begin before the first hash runs: the simulation runs them and the worker on one executor, in posting order or
  // not.
  {
    const runtime::Executor::Scope scope(world.background());
    for (int i = 0; i < 100; ++i) world.background().spawnHere(one(passwords, hashed, refused));
  }
  EXPECT_TRUE(simulation.runUntil([&] { return hashed + refused == 100; }, std::chrono::minutes(1)));
  EXPECT_EQ(refused, 36);
}

TEST(GoodPassword, RulesOutShortLongAndCommon) {
  const auto reason = [](const std::string& password) {
    return reasonOf([&] { requireGoodPassword(password, "password"); });
  };
  EXPECT_EQ(reason("seven77"), "TOO_SHORT");
  EXPECT_EQ(reason("\u00e4\u00e4\u00e4\u00e4"), "TOO_SHORT") << "characters are counted, not bytes";
  EXPECT_EQ(reason("correct horse"), "none");
  EXPECT_EQ(reason(std::string(256, 'x')), "none");
  EXPECT_EQ(reason(std::string(257, 'x')), "TOO_LONG");
  EXPECT_EQ(reason("Password123"), "TOO_COMMON");
  EXPECT_EQ(reason("12345678"), "TOO_COMMON");
}

}  // namespace
}  // namespace kontor::security

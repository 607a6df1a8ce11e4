#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "chassis/base/error.hpp"
#include "chassis/config/settings.hpp"
#include "chassis/config/text.hpp"
#include "kontor/api/options.pb.h"

namespace kontor::config {
namespace {

::testing::AssertionResult has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess() << text;
  return ::testing::AssertionFailure() << "\"" << part << "\" is not in:\n" << text;
}

constexpr std::string_view kProto = R"(
syntax = "proto3";
package kontor.config.test;
import "google/protobuf/duration.proto";
import "kontor/api/options.proto";
message Settings {
  message Checkout {
    // How long a checkout holds
    // its stock.
    google.protobuf.Duration hold = 1 [(kontor.api.setting) = {default: "15m", min: 1, max: 86400}];
    int32 tries = 2 [(kontor.api.setting) = {default: "3", min: 1, max: 10}];
  }
  message Peer {
    string host = 1 [(kontor.api.setting) = {required: true}];
    uint32 port = 2 [(kontor.api.setting) = {default: "80", max: 65535}];
  }
  Checkout checkout = 1;
  string greeting = 2 [(kontor.api.setting) = {default: "hello"}];
  bool open = 3 [(kontor.api.setting) = {default: "true"}];
  double rate = 4 [(kontor.api.setting) = {default: "0.5", min: 0, max: 1}];
  repeated string hosts = 5 [(kontor.api.setting) = {default: "[a, b]"}];
  map<string, string> labels = 6;
  repeated Peer peers = 7;
  string mode = 8 [(kontor.api.setting) = {default: "fast", one_of: ["fast", "safe"]}];
  // Signs tokens.
  string signing_key = 9 [(kontor.api.setting) = {secret: true}];
  int64 big = 10;
}
message Guarded {
  string key = 1 [(kontor.api.setting) = {secret: true, required: true}];
  string owner = 2 [(kontor.api.setting) = {required: true}];
}
)";

// Settings messages built from kProto at run time, so that a test's schema stands in the test.
class Schema {
 public:
  Schema() : pool_(google::protobuf::DescriptorPool::generated_pool()) {
    // The options and Duration must be in the generated pool before they are imported.
    google::protobuf::Duration::descriptor();
    api::Setting::descriptor();
    google::protobuf::io::ArrayInputStream stream(kProto.data(), static_cast<int>(kProto.size()));
    google::protobuf::io::Tokenizer tokenizer(&stream, nullptr);
    google::protobuf::FileDescriptorProto file;
    google::protobuf::compiler::Parser parser;
    EXPECT_TRUE(parser.Parse(&tokenizer, &file));
    file.set_name("test/settings.proto");
    EXPECT_NE(pool_.BuildFile(file), nullptr);
    factory_.SetDelegateToGeneratedFactory(true);
  }
  std::unique_ptr<google::protobuf::Message> make(const std::string& name) {
    const auto* type = pool_.FindMessageTypeByName("kontor.config.test." + name);
    return std::unique_ptr<google::protobuf::Message>(factory_.GetPrototype(type)->New());
  }

 private:
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
};

class ConfigTest : public ::testing::Test {
 protected:
  std::string read(std::string_view yaml, const Variables& variables = {}, const std::string& type = "Settings") {
    Config config = Config::parse(yaml, "kontor.yaml", variables);
    const auto settings = schema_.make(type);
    config.read("order", *settings);
    config.finish();
    description_ = config.describe({{"test/settings.proto", std::string(kProto)}});
    return settings->ShortDebugString();
  }
  // The message of the error that `yaml` must end with.
  std::string refused(std::string_view yaml, const Variables& variables = {}, const std::string& type = "Settings") {
    try {
      ADD_FAILURE() << "accepted as " << read(yaml, variables, type);
    } catch (const Error& error) {
      EXPECT_EQ(error.reason(), "BAD_CONFIGURATION");
      EXPECT_EQ(error.code(), Code::kInvalidArgument);
      faults_ = error.fields();
      return error.message();
    }
    return "";
  }

  Schema schema_;
  std::string description_;
  std::vector<FieldError> faults_;
};

constexpr const char* kDefaults =
    "checkout { hold { seconds: 900 } tries: 3 } greeting: \"hello\" open: true rate: 0.5 "
    "hosts: \"a\" hosts: \"b\" mode: \"fast\"";

TEST_F(ConfigTest, DefaultsFillWhatIsNotGiven) {
  EXPECT_EQ(read(""), kDefaults);
  EXPECT_EQ(read("order:"), kDefaults);
}

TEST_F(ConfigTest, ReadsEveryKindOfValue) {
  const std::string all = read(R"(order:
  checkout: {hold: 1m30s, tries: 10}
  greeting: "good: day"
  open: false
  rate: 0.25
  hosts: [c]
  labels: {a.b: one}
  peers: [{host: x}, {host: y, port: 8080}]
  mode: safe
  signing_key: k
  big: -9223372036854775808
)");
  EXPECT_EQ(all,
            "checkout { hold { seconds: 90 } tries: 10 } greeting: \"good: day\" rate: 0.25 hosts: \"c\" "
            "labels { key: \"a.b\" value: \"one\" } peers { host: \"x\" port: 80 } peers { host: \"y\" port: 8080 } "
            "mode: \"safe\" signing_key: \"k\" big: -9223372036854775808");
}

TEST_F(ConfigTest, DottedKeysAreNestedKeys) {
  const std::string nested = read("order:\n  checkout:\n    hold: 20s\n    tries: 4\n");
  EXPECT_TRUE(has(nested, "hold { seconds: 20 } tries: 4"));
  EXPECT_EQ(read("order:\n  checkout.hold: 20s\n  checkout.tries: 4\n"), nested);
  EXPECT_EQ(read("order:\n  checkout.hold: 20s\n  checkout: {tries: 4}\n"), nested);
  EXPECT_EQ(read("order.checkout.hold: 20s\norder.checkout: {tries: 4}\n"), nested);
}

TEST_F(ConfigTest, VariablesOverrideTheFile) {
  const std::string all = read("order: {checkout.hold: 20s, greeting: file}", {{"KONTOR_ORDER__CHECKOUT_HOLD", "30s"},
                                                                               {"KONTOR_ORDER__CHECKOUT__TRIES", "7"},
                                                                               {"KONTOR_ORDER__HOSTS", "[x, y]"},
                                                                               {"KONTOR_ORDER__LABELS", "{k: v}"},
                                                                               {"KONTOR_TOKEN", "not a setting"}});
  EXPECT_TRUE(has(all, "hold { seconds: 30 } tries: 7"));
  EXPECT_TRUE(has(all, "greeting: \"file\""));
  EXPECT_TRUE(has(all, "hosts: \"x\" hosts: \"y\" labels { key: \"k\" value: \"v\" }"));
}

TEST_F(ConfigTest, ReferencesBringVariablesAndFiles) {
  const auto folder = std::filesystem::temp_directory_path() / ("kontor_config_test_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "key") << "s3cret\n";
  std::ofstream(folder / "kontor.yaml")
      << "order: {signing_key: '${file:key}', greeting: 'hi ${env:WHO} $${x}', big: '${env:BIG}'}";
  Config config = Config::load(folder / "kontor.yaml", {{"WHO", "Ann ${env:BIG}"}, {"BIG", "12"}});
  const auto settings = schema_.make("Settings");
  config.read("order", *settings);
  config.finish();
  const std::string all = settings->ShortDebugString();
  EXPECT_TRUE(has(all, "signing_key: \"s3cret\" big: 12"));
  EXPECT_TRUE(has(all, "greeting: \"hi Ann ${env:BIG} ${x}\""));
  std::filesystem::remove_all(folder);
}

TEST_F(ConfigTest, NamesAnUnknownKeyAndTheNearest) {
  EXPECT_EQ(refused("order:\n  chekout.hold: 20s\n"),
            "the configuration has 1 error:\n"
            "  kontor.yaml:2:3: order.chekout.hold: is not a setting; did you mean checkout.hold?");
  EXPECT_TRUE(has(refused("order:\n  checkout:\n    hodl: 1s\n"),
                  "kontor.yaml:3:5: order.checkout.hodl: is not a setting; did you mean hold?"));
  EXPECT_TRUE(has(refused("order: {hold: 1s}"), "did you mean checkout.hold?"));
  EXPECT_TRUE(has(refused("order: {checkout: {xxxxxxxxx: 1}}"), "known here: hold, tries"));
  EXPECT_TRUE(has(refused("order: {greeting.x: 1}"), "order.greeting.x: is not a setting"));
  EXPECT_EQ(faults_.at(0).reason, "UNKNOWN_KEY");
}

TEST_F(ConfigTest, NamesAWrongType) {
  const std::string message = refused(R"(order:
  checkout: {hold: soon, tries: 3.5}
  greeting: [x]
  open: yes
  rate: many
  hosts: a
  labels: [a]
  peers: [7]
  big: 0x10
)");
  EXPECT_TRUE(has(message, "the configuration has 9 errors:"));
  EXPECT_TRUE(has(message,
                  "kontor.yaml:2:20: order.checkout.hold: found soon, expected a duration such as 500ms, "
                  "20s or 15m from 1s to 86400s"));
  EXPECT_TRUE(has(message, ":2:33: order.checkout.tries: found 3.5, expected a whole number from 1 to 10"));
  EXPECT_TRUE(has(message, "order.greeting: found [x], expected text"));
  EXPECT_TRUE(has(message, "order.open: found yes, expected true or false"));
  EXPECT_TRUE(has(message, "order.rate: found many, expected a number from 0 to 1"));
  EXPECT_TRUE(has(message, "order.hosts: found a, expected a list such as [a, b], each item text"));
  EXPECT_TRUE(has(message, "order.labels: found [a], expected a map, each value text"));
  EXPECT_TRUE(has(message, "order.peers[0]: found 7, expected a map of settings"));
  for (const FieldError& fault : faults_) EXPECT_EQ(fault.reason, "WRONG_TYPE") << fault.path;
  EXPECT_TRUE(has(refused("order: {checkout: 5}"), "order.checkout: found 5, expected a map"));
  EXPECT_TRUE(has(refused("order: 5"), "kontor.yaml:1:8: order: found 5, expected a map of settings"));
  EXPECT_TRUE(has(refused("[a]"), "a configuration is a map of sections"));
  EXPECT_TRUE(has(refused("order: {big: }"), "order.big: found nothing, expected a whole number"));
}

TEST_F(ConfigTest, NamesWhatIsOutOfRange) {
  const std::string message = refused(R"(order:
  checkout: {hold: 500ms, tries: 11}
  rate: 1.5
  mode: slow
  peers: [{host: x, port: 65536}, {host: y, port: -1}]
  big: 9223372036854775808
)");
  EXPECT_TRUE(has(message, "the configuration has 7 errors:"));
  EXPECT_TRUE(has(message, "order.mode: found slow, expected one of: fast, safe"));
  EXPECT_TRUE(has(message, "kontor.yaml:5:51: order.peers[1].port: found -1, expected a whole number of at most"));
  for (const FieldError& fault : faults_) EXPECT_EQ(fault.reason, "OUT_OF_RANGE") << fault.path;
  EXPECT_TRUE(has(refused("order: {rate: nan}"), "order.rate"));
}

TEST_F(ConfigTest, NamesWhatIsMissing) {
  const std::string message = refused("order: {key: ''}", {}, "Guarded");
  EXPECT_TRUE(has(message,
                  "kontor.yaml:1:1: order.key: is a required secret: set it by ${env:NAME} or ${file:PATH}"
                  " in the file, or set KONTOR_ORDER__KEY"));
  EXPECT_TRUE(has(message, "order.owner: is required: set it to text in the file, or set KONTOR_ORDER__OWNER"));
  EXPECT_TRUE(has(refused("", {}, "Guarded"), "kontor.yaml: order.owner: is required"));
  EXPECT_TRUE(has(refused("order: {peers: [{port: 1}]}"), "order.peers[0].host: is required: set it to text"));
  EXPECT_EQ(faults_.at(0).reason, "MISSING");
}

TEST_F(ConfigTest, NamesBadReferences) {
  EXPECT_TRUE(has(refused("order:\n  greeting: ${env:NOWHERE}\n"),
                  "kontor.yaml:2:13: order.greeting: the environment variable NOWHERE is not set"));
  EXPECT_TRUE(has(refused("order: {signing_key: '${file:/nowhere/key}'}"),
                  "order.signing_key: the file /nowhere/key cannot be read: No such file or directory"));
  EXPECT_EQ(faults_.at(0).reason, "UNREADABLE_FILE");
  EXPECT_TRUE(has(refused("order: {greeting: '${nonsense}'}"), "${nonsense} is not known"));
  EXPECT_TRUE(has(refused("order: {greeting: '${env:X'}"), "is not closed"));
}

TEST_F(ConfigTest, NamesSyntaxErrors) {
  EXPECT_TRUE(has(refused("order:\n  greeting: \"open\n"),
                  "kontor.yaml:4:1: this is not YAML: a quote before here is not closed"));
  EXPECT_TRUE(has(refused("order: {}\n---\nuser: {}\n"), "a second document begins here"));
  EXPECT_TRUE(has(refused("a: &a [*a]"), "kontor.yaml"));
  EXPECT_THROW(Config::load("/nowhere/kontor.yaml", {}), Error);
}

TEST_F(ConfigTest, NamesDuplicateKeys) {
  EXPECT_TRUE(has(refused("order: {open: true,\n open: false}"),
                  "kontor.yaml:2:2: open: is given twice, first at kontor.yaml:1:9"));
  EXPECT_TRUE(has(refused("order: {checkout.hold: 1s, checkout: {hold: 2s}}"),
                  "kontor.yaml:1:39: order.checkout.hold: is given twice, first at kontor.yaml:1:9"));
  EXPECT_TRUE(has(refused("order: {}\norder: {}"), "order: is given twice"));
}

TEST_F(ConfigTest, NamesSectionsOfNoService) {
  EXPECT_TRUE(has(refused("oder: {checkout.hold: 1s}"),
                  "kontor.yaml:1:1: oder: is no service or module of this program; did you mean order?"));
  EXPECT_TRUE(has(refused("checkout.hold: 1s"), "did you mean order.checkout.hold?"));
  EXPECT_TRUE(has(refused("", {{"KONTOR_ODER__OPEN", "true"}}),
                  "environment variable KONTOR_ODER__OPEN: names no service or module"));
  EXPECT_TRUE(has(refused("", {{"KONTOR_ORDER__OPNE", "true"}}), "did you mean KONTOR_ORDER__OPEN?"));
  Config config = Config::parse("elsewhere: {a: 1}", "kontor.yaml", {{"KONTOR_ELSEWHERE__A", "2"}});
  EXPECT_THROW(config.finish(), Error);
  config.skip("elsewhere");
  EXPECT_NO_THROW(config.finish());
}

TEST_F(ConfigTest, TellsAllFaultsTogether) {
  const std::string message = refused("order: {opne: true, checkout.hold: never, mode: x}\nuse: {}",
                                      {{"KONTOR_ORDER__CHECKOUT_TRIES", "many"}});
  EXPECT_TRUE(has(message, "the configuration has 5 errors:"));
  EXPECT_TRUE(has(message, "environment variable KONTOR_ORDER__CHECKOUT_TRIES: order.checkout.tries: found many"));
}

TEST_F(ConfigTest, NeverPrintsASecret) {
  EXPECT_FALSE(has(refused("order: {signing_key: [hunter2]}"), "hunter2"));
  read("order: {signing_key: hunter2}");
  EXPECT_FALSE(has(description_, "hunter2"));
  EXPECT_TRUE(has(description_,
                  "  # Signs tokens.\n  # secret, text; KONTOR_ORDER__SIGNING_KEY\n"
                  "  # signing_key: (set)\n"));
}

TEST_F(ConfigTest, DescribesEverySetting) {
  read("order:\n  open: false\n");
  EXPECT_TRUE(has(description_,
                  "order:\n"
                  "  # How long a checkout holds\n"
                  "  # its stock.\n"
                  "  # a duration such as 500ms, 20s or 15m from 1s to 86400s; default 15m; "
                  "KONTOR_ORDER__CHECKOUT_HOLD\n"
                  "  checkout.hold: 15m\n"));
  EXPECT_TRUE(has(description_, "  open: false  # kontor.yaml:2:9\n"));
  EXPECT_TRUE(has(description_, "  # labels:\n"));
  // The description is itself a configuration that says the same.
  const std::string before = read("order:\n  open: false\n");
  EXPECT_EQ(read(std::string(description_)), before);
}

TEST(Text, ReadsDurations) {
  using namespace std::chrono_literals;
  EXPECT_EQ(parseDuration("15m"), 15min);
  EXPECT_EQ(parseDuration("1h30m"), 90min);
  EXPECT_EQ(parseDuration("500ms"), 500ms);
  EXPECT_EQ(parseDuration("2d"), 48h);
  EXPECT_EQ(parseDuration("0"), 0s);
  for (const char* bad : {"", "5", "m", "5x", "-5s", "1.5s", "5 s", "99999999999d", "s5"}) {
    EXPECT_FALSE(parseDuration(bad)) << bad;
  }
}

TEST(Text, FindsTheNearestWord) {
  EXPECT_EQ(nearest("hodl", {"hold", "tries"}), "hold");
  EXPECT_EQ(nearest("abcdefgh", {"hold", "tries"}), "");
}

TEST(Settings, ReadsTheProcessEnvironment) {
  ASSERT_EQ(setenv("KONTOR_CONFIG_TEST", "a=b", 1), 0);
  EXPECT_EQ(processVariables().find("KONTOR_CONFIG_TEST")->second, "a=b");
}

}  // namespace
}  // namespace kontor::config

// Compiles what comes out of testdata/kontor/shop/v1 and runs it: codecs against protobuf's own JSON, rules,
// parameters, events, and a service called through its face and through its client.
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <functional>

#include "chassis/json/reader.hpp"
#include "chassis/json/writer.hpp"
#include "chassis/rpc/channel.hpp"
#include "chassis/rpc/face.hpp"
#include "chassis/runtime/simulation.hpp"
#include "chassis/store/event.hpp"
#include "chassis/testing/any_text.hpp"
#include "kontor/shop/v1/events.kontor.hpp"
#include "kontor/shop/v1/shop.kontor.hpp"

namespace kontor::shop::v1 {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

std::string textOf(const Message& message, const rpc::MessageCodec& codec) {
  std::string text;
  json::Writer writer(text);
  codec.write_json(message, writer);
  return text;
}

void parseInto(std::string_view text, Message& message, const rpc::MessageCodec& codec, json::Reader& reader) {
  const json::Document document = json::Document::parse(text);
  codec.read_json(document.root(), message, reader);
}

std::string faultsOf(const json::Reader& reader) {
  std::string text;
  for (const FieldError& fault : reader.faults()) text += fault.path + " " + fault.reason + "\n";
  return text;
}

/// The faults of reading `text` as a Product.
std::string faultsOfText(std::string_view text, json::Unknown unknown = json::Unknown::kRefuse) {
  Product product;
  json::Reader reader(unknown);
  parseInto(text, product, codecOf(product), reader);
  return faultsOf(reader);
}

// --- random messages, by reflection ----------------------------------------------------------------------------------

using Accepts = std::function<bool(const FieldDescriptor&)>;

void fill(Message& message, const Accepts& accepts, int depth);

void fillTime(Message& message) {
  const auto seconds = *rc::gen::inRange<std::int64_t>(-1'000'000'000, 4'000'000'000);
  const auto micros = *rc::gen::inRange(0, 1'000'000);
  const bool negative = seconds < 0 && message.GetTypeName() == "google.protobuf.Duration";
  message.GetReflection()->SetInt64(&message, message.GetDescriptor()->field(0), seconds);
  message.GetReflection()->SetInt32(&message, message.GetDescriptor()->field(1),
                                    negative ? -micros * 1000 : micros * 1000);
}

/// Sets or adds one value, as the pair of member functions of Reflection for its type does.
template <class Value, class Set, class Add>
void put(Message& message, const FieldDescriptor& field, Value value, Set set, Add add) {
  const auto* reflection = message.GetReflection();
  if (field.is_repeated()) {
    (reflection->*add)(&message, &field, std::move(value));
  } else {
    (reflection->*set)(&message, &field, std::move(value));
  }
}

void fillMessage(Message& message, const FieldDescriptor& field, const Accepts& accepts, int depth) {
  const auto* reflection = message.GetReflection();
  Message* inner =
      field.is_repeated() ? reflection->AddMessage(&message, &field) : reflection->MutableMessage(&message, &field);
  if (inner->GetTypeName().starts_with("google.protobuf.")) return fillTime(*inner);
  fill(*inner, accepts, field.is_map() ? depth : depth - 1);
}

void fillOne(Message& message, const FieldDescriptor& field, const Accepts& accepts, int depth) {
  using Reflection = google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(message, field, *rc::gen::arbitrary<std::int32_t>(), &Reflection::SetInt32, &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return put(message, field, *rc::gen::arbitrary<std::int64_t>(), &Reflection::SetInt64, &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(message, field, *rc::gen::arbitrary<std::uint32_t>(), &Reflection::SetUInt32, &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(message, field, *rc::gen::arbitrary<std::uint64_t>(), &Reflection::SetUInt64, &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(message, field, *rc::gen::arbitrary<double>(), &Reflection::SetDouble, &Reflection::AddDouble);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(message, field, *rc::gen::arbitrary<float>(), &Reflection::SetFloat, &Reflection::AddFloat);
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(message, field, *rc::gen::arbitrary<bool>(), &Reflection::SetBool, &Reflection::AddBool);
    case FieldDescriptor::CPPTYPE_ENUM:
      // The zero value stands for "absent": in lists and maps it has no word.
      return put(message, field, *rc::gen::inRange(1, field.enum_type()->value_count()), &Reflection::SetEnumValue,
                 &Reflection::AddEnumValue);
    case FieldDescriptor::CPPTYPE_STRING:
      return put(message, field, *testing::anyText(), &Reflection::SetString, &Reflection::AddString);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return fillMessage(message, field, accepts, depth);
  }
}

void fill(Message& message, const Accepts& accepts, int depth) {
  if (depth == 0) return;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (!accepts(field)) continue;
    const bool in_map = field.containing_type()->options().map_entry();  // name and value are always there
    const int times = in_map ? 1 : *rc::gen::inRange(0, field.is_map() || !field.is_repeated() ? 2 : 4);
    for (int time = 0; time < times; ++time) fillOne(message, field, accepts, depth);
  }
}

/// A product of any fields but the internal one.
Product anyProduct(const Accepts& accepts) {
  Product product;
  fill(
      product, [&](const FieldDescriptor& field) { return field.name() != "tenant" && accepts(field); }, 3);
  return product;
}

bool isEnum(const FieldDescriptor& field) {
  const FieldDescriptor& value = field.is_map() ? *field.message_type()->map_value() : field;
  return value.cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
}

bool hasSixtyFourBits(const FieldDescriptor& field) {
  const FieldDescriptor& value = field.is_map() ? *field.message_type()->map_value() : field;
  return value.cpp_type() == FieldDescriptor::CPPTYPE_INT64 || value.cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
}

// --- codecs ----------------------------------------------------------------------------------------------------------

RC_GTEST_PROP(Codec, ReadsWhatItWrites, ()) {
  const Product product = anyProduct([](const FieldDescriptor&) { return true; });
  Product back;
  json::Reader reader;
  parseInto(textOf(product, codecOf(product)), back, codecOf(back), reader);
  RC_ASSERT(faultsOf(reader) == "");
  RC_ASSERT(MessageDifferencer::Equals(product, back));
}

RC_GTEST_PROP(Codec, IsReadByProtobuf, ()) {
  const Product product = anyProduct([](const FieldDescriptor& field) { return !isEnum(field); });
  Product back;
  const auto status = google::protobuf::util::JsonStringToMessage(textOf(product, codecOf(product)), &back);
  RC_ASSERT(status.ok());
  RC_ASSERT(MessageDifferencer::Equals(product, back));
}

RC_GTEST_PROP(Codec, ReadsWhatProtobufWrites, ()) {
  const Product product =
      anyProduct([](const FieldDescriptor& field) { return !isEnum(field) && !hasSixtyFourBits(field); });
  std::string text;
  RC_ASSERT(google::protobuf::util::MessageToJsonString(product, &text).ok());
  Product back;
  json::Reader reader;
  parseInto(text, back, codecOf(back), reader);
  RC_ASSERT(faultsOf(reader) == "");
  RC_ASSERT(MessageDifferencer::Equals(product, back));
}

TEST(Codec, WritesTheMapping) {
  Product product;
  product.set_id("p1");
  product.set_amount(-9007199254740993);
  product.set_ratio(0.5F);
  product.set_digest("\xfb\xff");
  product.set_status(Product::STATUS_ON_HOLD);
  product.mutable_created_at()->set_seconds(1);
  product.mutable_created_at()->set_nanos(500'000'000);
  product.mutable_lead_time()->set_seconds(3);
  product.mutable_lead_time()->set_nanos(500'000'000);
  product.add_variants()->set_sku("s1");
  product.add_variants()->set_available(0);
  product.add_history(Product::STATUS_ACTIVE);
  for (const char* name : {"b", "a", "c"}) (*product.mutable_metadata())[name] = name;
  product.set_price_list("");
  product.set_tenant("never shown");
  EXPECT_EQ(textOf(product, codecOf(product)),
            R"({"id":"p1","title":"","amount":-9007199254740993,"stars":0,"views":0,"colour":0,"weight":0,"ratio":0.5,)"
            R"("gift":false,"digest":"+/8=","status":"on_hold","createdAt":"1970-01-01T00:00:01.500Z",)"
            R"("leadTime":"3.5s","variants":[{"sku":"s1","available":null},{"sku":"","available":0}],"tags":[],)"
            R"("history":["active"],"sizes":[],"metadata":{"a":"a","b":"b","c":"c"},"byName":{},"counts":{},)"
            R"("priceList":"","default":"","states":{},"restockedAt":[]})");
}

TEST(Codec, NamesFaultsByTheirPaths) {
  EXPECT_EQ(faultsOfText(R"({"id":1,"created_at":"x","createdAt":"x","leadTime":"3","status":"","tenant":"t",
                             "variants":[{"sku":"a"},{"bundle":{"amount":"1"}}],"byName":{"x":{"available":true}},
                             "counts":{"y":1.5},"history":["active","gone"],"digest":"?","tags":"a",
                             "fixedPrice":1,"priceList":"b","title":"a","title":"b"})"),
            "id WRONG_TYPE\ncreated_at UNKNOWN_FIELD\ncreatedAt INVALID_TIME\nleadTime INVALID_DURATION\n"
            "status UNKNOWN_WORD\ntenant UNKNOWN_FIELD\nvariants[1].bundle.amount WRONG_TYPE\n"
            "byName.x.available WRONG_TYPE\ncounts.y WRONG_TYPE\nhistory[1] UNKNOWN_WORD\ndigest INVALID_BASE64\n"
            "tags WRONG_TYPE\npriceList CONFLICTING_FIELDS\ntitle DUPLICATE_FIELD\n");
}

TEST(Codec, LenientReadersTakeNewerTexts) {
  EXPECT_EQ(faultsOfText(R"({"newer":1,"status":"newer","variants":[{"newer":{}}],"title":"a","title":"b"})",
                         json::Unknown::kSkip),
            "");
}

TEST(Codec, AppliesTheRules) {
  Product product;
  product.set_title(std::string(4097, 'x'));
  product.set_amount(9007199254740992);
  for (int i = 0; i < 4; ++i) product.add_variants()->set_sku(i == 2 ? "" : "s");
  product.mutable_variants(0)->mutable_bundle()->set_id(std::string(41, 'x'));
  (*product.mutable_by_name())["x"].set_available(1);
  product.add_tags(std::string(5000, 'x'));
  json::Reader reader;
  codecOf(product).validate(product, reader);
  EXPECT_EQ(
      faultsOf(reader),
      "id REQUIRED\ntitle TOO_LONG\namount OUT_OF_RANGE\nvariants TOO_MANY_ITEMS\nvariants[0].bundle.id TOO_LONG\n"
      "variants[2].sku REQUIRED\ntags[0] TOO_LONG\nbyName.x.sku REQUIRED\n");
}

TEST(Codec, SetsFieldsByParameters) {
  ListProductsRequest request;
  const rpc::MessageCodec& codec = codecOf(request);
  json::Reader reader;
  const auto set = [&](std::string_view name, std::string_view text) {
    return codec.set_field(request, name, text, reader);
  };
  for (const auto& [name, text] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"page_size", "7"},
                                                                            {"tags", "a"},
                                                                            {"tags", "b"},
                                                                            {"priceLimit.amount", "9"},
                                                                            {"status", "on_hold"},
                                                                            {"since", "1970-01-01T00:00:01Z"},
                                                                            {"within", "2s"},
                                                                            {"onSale", "true"},
                                                                            {"weight", "0.5"},
                                                                            {"cursor", "_w"}}) {
    EXPECT_TRUE(set(name, text)) << name;
  }
  EXPECT_EQ(faultsOf(reader), "");
  EXPECT_EQ(textOf(request, codec),
            R"({"pageSize":7,"tags":["a","b"],"priceLimit":{"amount":9,"currency":""},"status":"on_hold",)"
            R"("since":"1970-01-01T00:00:01Z","within":"2s","onSale":true,"weight":0.5,"cursor":"/w=="})");
  EXPECT_FALSE(set("tenant", "t")) << "internal fields are unknown to clients";
  EXPECT_FALSE(set("priceLimit", "t"));
  EXPECT_FALSE(set("priceLimit.sum", "t"));
  EXPECT_TRUE(set("pageSize", "many"));
  EXPECT_TRUE(set("priceLimit.amount", "1.5"));
  EXPECT_TRUE(set("status", "gone"));
  EXPECT_EQ(faultsOf(reader), "pageSize WRONG_TYPE\npriceLimit.amount WRONG_TYPE\nstatus UNKNOWN_WORD\n");
}

TEST(Codec, TellsTheStatusAnAnswerAsksFor) {
  CreateResponse response;
  EXPECT_EQ(codecOf(response).http_status(response), 0);
  response.set_http_status(202);
  EXPECT_EQ(codecOf(response).http_status(response), 202);
  EXPECT_EQ(textOf(response, codecOf(response)), R"({"id":""})");
  EXPECT_EQ(codecOf(Product()).http_status(Product()), 0);
  EXPECT_EQ(codecOf(response).full_name, "kontor.shop.v1.CreateResponse");
}

TEST(Codec, HasWordsForEnums) {
  EXPECT_EQ(wordOf(Product::STATUS_ON_HOLD), "on_hold");
  EXPECT_EQ(wordOf(Product::STATUS_UNSPECIFIED), "");
  EXPECT_EQ(wordOf(static_cast<Product::Status>(99)), "");
  Product::Status status = Product::STATUS_UNSPECIFIED;
  EXPECT_TRUE(fromWord("active", status));
  EXPECT_EQ(status, Product::STATUS_ACTIVE);
  EXPECT_FALSE(fromWord("", status));
}

TEST(Event, CarriesItsData) {
  ProductSold sold;
  sold.set_product_id("prod_1");
  sold.add_lines()->set_quantity(2);
  const store::Event event = makeEvent(sold);
  EXPECT_EQ(event.topic, "product");
  EXPECT_EQ(event.type, kProductSold);
  EXPECT_EQ(event.subject, "prod_1");
  EXPECT_EQ(event.schema, "kontor.shop.v1.ProductSold");
  ProductSold back;
  readEvent(event.data, back);
  EXPECT_TRUE(MessageDifferencer::Equals(sold, back));
}

TEST(Event, IsReadByOlderConsumers) {
  ProductSold sold;
  readEvent(R"({"productId":"p","lines":[{"sku":"s","newer":[]}],"status":"newer","newer":{"a":1}})", sold);
  EXPECT_EQ(sold.product_id(), "p");
  EXPECT_EQ(sold.lines(0).sku(), "s");
  EXPECT_THROW(readEvent("{\"productId\":", sold), Error);
  EXPECT_THROW(readEvent("{\"productId\":3}", sold), Error);
}

// --- a service, called locally and over a channel --------------------------------------------------------------------

class FakeShop final : public Shop {
 public:
  task<Product> GetProduct(rpc::Context context, GetProductRequest request) override {
    if (request.handle() == "none") throw notFound("product", request.handle());
    co_await runtime::sleep(std::chrono::milliseconds(20));
    Product product;
    product.set_id(request.handle());
    product.set_title(context.principal().id);
    co_return product;
  }
  task<ListProductsResponse> ListProducts(rpc::Context /*context*/, ListProductsRequest /*request*/) override {
    co_return ListProductsResponse();
  }
  task<CreateResponse> CreateProduct(rpc::Context /*context*/, Product request) override {
    CreateResponse response;
    response.set_id(request.id());
    co_return response;
  }
  task<CreateResponse> Upload(rpc::Context /*context*/, UploadRequest /*request*/) override {
    co_return CreateResponse();
  }
  task<Product> Freeze(rpc::Context /*context*/, GetProductRequest /*request*/) override { co_return Product(); }
};

/// Sends every request and answer through its bytes, as a network would.
class SerialisingChannel final : public rpc::Channel {
 public:
  explicit SerialisingChannel(std::shared_ptr<Shop> target) : target_(std::move(target)) {}
  task<rpc::MessagePtr> call(const rpc::Method& method, rpc::Context context, rpc::MessagePtr request) override {
    rpc::MessagePtr sent = copyOf(*method.request, *request);
    task<rpc::MessagePtr> work = method.invoke(*target_, std::move(context), std::move(sent));
    rpc::MessagePtr answer = co_await work;
    co_return copyOf(*method.response, *answer);
  }

 private:
  static rpc::MessagePtr copyOf(const rpc::MessageCodec& codec, const Message& message) {
    rpc::MessagePtr copy = codec.create();
    EXPECT_TRUE(copy->ParseFromString(message.SerializeAsString()));
    return copy;
  }
  std::shared_ptr<Shop> target_;
};

/// Notes what a face reports, and gives the callee another caller's name to see that its context is used.
class NotingObserver final : public rpc::CallObserver {
 public:
  rpc::Context begin(const rpc::Method& method, const rpc::Context& context) override {
    notes += "begin " + std::string(method.name) + "\n";
    return context;
  }
  void end(const rpc::Method& method, const rpc::Context& /*context*/, SteadyTime /*began*/,
           const Error* failure) override {
    notes += "end " + std::string(method.name) + " " + (failure == nullptr ? "ok" : failure->reason()) + "\n";
  }
  std::string notes;
};

class Calls : public ::testing::TestWithParam<const char*> {
 protected:
  std::shared_ptr<Shop> makeShop() {
    const auto target = std::make_shared<FakeShop>();
    if (GetParam() == std::string("client"))
      return std::make_shared<Shop::Client>(std::make_shared<SerialisingChannel>(target));
    const auto binding = std::make_shared<rpc::Binding>(observer_);
    binding->bind(target);
    return std::make_shared<Shop::Face>(binding);
  }

  /// Gets one product and tells "id by caller", or the reason of the failure.
  std::string get(const std::string& handle, std::chrono::milliseconds timeout) {
    const std::size_t node = world_.addNode();
    std::string outcome;
    world_.environment(node).background().spawn(body(makeShop(), handle, timeout, outcome));
    EXPECT_TRUE(world_.runUntil([&] { return !outcome.empty(); }, std::chrono::seconds(10)));
    return outcome;
  }

  static task<void> body(std::shared_ptr<Shop> shop, std::string handle, std::chrono::milliseconds timeout,
                         std::string& outcome) {
    rpc::Context::Data data;
    data.principal.id = "cus_1";
    data.deadline = runtime::Executor::current().now() + timeout;
    rpc::Context context(std::move(data));
    GetProductRequest request;
    request.set_handle(handle);
    try {
      const Product product = co_await shop->GetProduct(std::move(context), std::move(request));
      outcome = product.id() + " by " + product.title();
    } catch (const Error& error) {
      outcome = error.reason();
    }
  }

  runtime::Simulation world_{1};
  std::shared_ptr<NotingObserver> observer_ = std::make_shared<NotingObserver>();
};

TEST_P(Calls, AnswerAndFailAlike) {
  EXPECT_EQ(get("shirt", std::chrono::seconds(1)), "shirt by cus_1");
  EXPECT_EQ(get("none", std::chrono::seconds(1)), "NOT_FOUND");
}

INSTANTIATE_TEST_SUITE_P(Shop, Calls, ::testing::Values("face", "client"),
                         [](const auto& instance) { return std::string(instance.param); });

class Face : public Calls {};

TEST_P(Face, KeepsDeadlinesAndReports) {
  EXPECT_EQ(get("shirt", std::chrono::milliseconds(10)), "DEADLINE_EXCEEDED");
  EXPECT_EQ(get("shirt", std::chrono::milliseconds(100)), "shirt by cus_1");
  EXPECT_EQ(get("none", std::chrono::milliseconds(100)), "NOT_FOUND");
  EXPECT_EQ(get("shirt", std::chrono::milliseconds(0)), "DEADLINE_EXCEEDED") << "a call without time left is not begun";
  EXPECT_EQ(observer_->notes,
            "begin GetProduct\nend GetProduct DEADLINE_EXCEEDED\nbegin GetProduct\nend GetProduct ok\n"
            "begin GetProduct\nend GetProduct NOT_FOUND\n");
}

INSTANTIATE_TEST_SUITE_P(Shop, Face, ::testing::Values("face"));

TEST(Table, SaysWhatTheContractSays) {
  const auto table = Shop::table();
  ASSERT_EQ(table.size(), 5U);
  const rpc::Method& get = table[0];
  EXPECT_EQ(get.service, Shop::kName);
  EXPECT_EQ(get.full_name, "kontor.shop.v1.Shop/GetProduct");
  EXPECT_EQ(get.summary, "One product, by its \"handle\".");
  ASSERT_EQ(get.http.size(), 2U);
  EXPECT_EQ(get.http[1].path, "/v1/items/{handle}");
  EXPECT_TRUE(get.idempotent);
  EXPECT_EQ(get.cache_seconds, 5);
  EXPECT_EQ(get.request->full_name, "kontor.shop.v1.GetProductRequest");
  EXPECT_EQ(get.response, &codecOf(Product()));
  EXPECT_EQ(table[2].access.permission, "product:write");
  EXPECT_EQ(table[2].http[0].success_status, 201);
  EXPECT_FALSE(table[3].idempotent);
  EXPECT_TRUE(table[4].http.empty());
  EXPECT_EQ(table[4].access.rule, rpc::Access::Rule::kInternal);
  EXPECT_EQ(FakeShop().methods().data(), table.data());
}

}  // namespace
}  // namespace kontor::shop::v1

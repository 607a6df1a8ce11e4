#include "chassis/rpc/directory.hpp"

#include <gtest/gtest.h>

#include <array>

#include "chassis/rpc/channel.hpp"

namespace kontor::rpc {
namespace {

// A contract as the generator writes it, by hand; it has no methods, since nobody calls it.
class Neighbours : public Service {
 public:
  static constexpr std::string_view kName = "test.Neighbours";
  class Face;
  class Client;
  std::span<const Method> methods() const final { return {}; }
};
class Neighbours::Face final : public Neighbours {
 public:
  explicit Face(std::shared_ptr<Binding> binding) : binding_(std::move(binding)) {}

 private:
  std::shared_ptr<Binding> binding_;
};
class Neighbours::Client final : public Neighbours {
 public:
  explicit Client(std::shared_ptr<Channel>) {}
};

class Silent final : public CallObserver {
 public:
  Context begin(const Method&, const Context& context) override { return context; }
  void end(const Method&, const Context&, SteadyTime, const Error*) override {}
};

class Needy final : public Neighbours {
 public:
  explicit Needy(std::shared_ptr<Neighbours> other) : other_(std::move(other)) {}

 private:
  std::shared_ptr<Neighbours> other_;
};

TEST(Directory, EndsServicesThatHoldEachOther) {
  std::weak_ptr<Neighbours> left;
  {
    Directory directory(std::make_shared<Silent>());
    auto service = std::make_shared<Needy>(directory.client<Neighbours>());
    left = service;
    directory.provide<Neighbours>(service);
    directory.requireComplete();
  }
  EXPECT_TRUE(left.expired());
}

TEST(Directory, NamesWhatNobodyServes) {
  Directory directory(std::make_shared<Silent>());
  const auto wanted = directory.client<Neighbours>();
  try {
    directory.requireComplete();
    FAIL() << "nobody serves it";
  } catch (const Error& error) {
    EXPECT_EQ(error.reason(), "SERVICE_NOT_PLACED");
    EXPECT_NE(error.message().find("test.Neighbours"), std::string::npos);
  }
}

}  // namespace
}  // namespace kontor::rpc

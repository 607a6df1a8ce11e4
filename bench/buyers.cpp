// Buyers who do nothing but buy: each walks the whole path, six calls a checkout, on a keep-alive connection of its
// own. Closed loop: N at once, each beginning again when it has its order. With --rate: checkouts begin by schedule.
// Prints one line of JSON; a job is a checkout, and it is done when its order was answered.
#include <array>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "bench/generator.hpp"
#include "bench/options.hpp"

namespace kontor::bench {
namespace {

constexpr std::string_view kAddress = R"({"email":"load@example.org","shippingAddress":{"name":"Load",)"
                                      R"("line1":"Quay 1","city":"Kiel","postalCode":"24103","country":"DE"}})";

struct Step {
  std::string_view verb;
  std::string_view tail;  // after the cart's path
  int status;
};

constexpr std::array<Step, 6> kSteps{{{"POST", "", 201},
                                      {"POST", "/lines", 201},
                                      {"PATCH", "", 200},
                                      {"PUT", "/shipping", 200},
                                      {"POST", "/payment", 201},
                                      {"POST", "/complete", 201}}};

class CheckoutWork final : public Work {
 public:
  CheckoutWork(std::vector<std::string> skus, const std::string& option, const std::string& host, std::size_t slots)
      : skus_(std::move(skus)), host_(host), buyers_(slots) {
    if (skus_.empty() || option.empty()) throw std::runtime_error("give --sku (as often as you like) and --option");
    shipping_ = R"({"optionId":")" + option + R"("})";
  }

  std::string_view begin(std::size_t slot) override {
    Buyer& buyer = buyers_[slot];
    buyer.step = 0;
    buyer.cart = "/v1/store/carts";
    return ask(buyer, "{}");
  }

  Verdict answered(std::size_t slot, const Answer& answer, std::string_view& request) override {
    Buyer& buyer = buyers_[slot];
    if (answer.status != kSteps[buyer.step].status) return Verdict::kWrong;
    if (buyer.step == 0) {
      const std::string_view id = textMember(answer.body, "\"id\":");
      if (id.empty()) return Verdict::kWrong;
      buyer.cart.append("/").append(id);
    }
    if (buyer.step + 1 == kSteps.size()) {
      return answer.body.find("\"order\":{") == std::string_view::npos ? Verdict::kWrong : Verdict::kDone;
    }
    ++buyer.step;
    request = ask(buyer, bodyOf(buyer.step));
    return Verdict::kNext;
  }

 private:
  struct Buyer {
    std::size_t step = 0;
    std::string cart;
    std::string request;
  };

  std::string bodyOf(std::size_t step) {
    switch (step) {
      case 1:
        next_ = (next_ + 1) % skus_.size();
        return R"({"sku":")" + skus_[next_] + R"(","quantity":1})";
      case 2:
        return std::string(kAddress);
      case 3:
        return shipping_;
      case 4:
        return R"({"provider":"sandbox","token":"tok_approve"})";
      default:
        return "{}";
    }
  }

  std::string_view ask(Buyer& buyer, const std::string& body) {
    const Step& step = kSteps[buyer.step];
    buyer.request.assign(step.verb).append(" ").append(buyer.cart).append(step.tail);
    buyer.request.append(" HTTP/1.1\r\nHost: ").append(host_).append("\r\nContent-Type: application/json");
    buyer.request.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return buyer.request;
  }

  std::vector<std::string> skus_;
  std::string host_;
  std::string shipping_;
  std::vector<Buyer> buyers_;
  std::size_t next_ = 0;
};

void run(const Options& options) {
  Plan plan = planOf(options);
  CheckoutWork work(options.all("sku"), options.text("option"), plan.host, plan.connections);
  std::printf("%s\n", toJson(generate(plan, work)).c_str());
}

}  // namespace
}  // namespace kontor::bench

int main(int argc, char** argv) {
  try {
    kontor::bench::run(kontor::bench::Options(argc, argv, kontor::bench::planOptions({"sku", "option"})));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "buyers: %s\n", error.what());
    return 1;
  }
}

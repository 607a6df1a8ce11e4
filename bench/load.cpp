// Sends one kind of request over keep-alive connections, as fast as answers come (closed loop) or by schedule (--rate,
// open loop), and prints one line of JSON. Every answer's status is checked, and its length when --length is given.
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "bench/generator.hpp"
#include "bench/options.hpp"

namespace kontor::bench {
namespace {

// The same request again and again, or requests that differ in their targets alone, taken in turn.
class RequestWork final : public Work {
 public:
  RequestWork(const Options& options, const std::string& host) {
    const std::string method = options.text("method", "GET");
    const std::string body = options.text("body");
    std::string tail = " HTTP/1.1\r\nHost: " + host + "\r\n";
    if (method != "GET") {
      tail += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    }
    tail += "\r\n" + body;
    for (const std::string& target : targets(options)) requests_.push_back(method + " " + target + tail);
    if (requests_.empty()) throw std::runtime_error("nothing to ask for: give --target or --targets FILE");
    status_ = static_cast<int>(options.number("status", 200));
    length_ = options.count("length", 0);
  }

  std::string_view begin(std::size_t) override {
    next_ = next_ + 1 == requests_.size() ? 0 : next_ + 1;
    return requests_[next_];
  }

  Verdict answered(std::size_t, const Answer& answer, std::string_view&) override {
    const bool right = answer.status == status_ && (length_ == 0 || answer.body.size() == length_);
    return right ? Verdict::kDone : Verdict::kWrong;
  }

 private:
  static std::vector<std::string> targets(const Options& options) {
    std::vector<std::string> found = options.all("target");
    if (const std::string name = options.text("targets"); !name.empty()) {
      std::ifstream file(name);
      for (std::string line; std::getline(file, line);) {
        if (!line.empty()) found.push_back(line);
      }
    }
    return found;
  }

  std::vector<std::string> requests_;
  std::size_t next_ = 0;
  int status_;
  std::size_t length_;
};

void run(const Options& options) {
  const Plan plan = planOf(options);
  RequestWork work(options, plan.host + ":" + std::to_string(plan.port));
  std::printf("%s\n", toJson(generate(plan, work)).c_str());
}

}  // namespace
}  // namespace kontor::bench

int main(int argc, char** argv) {
  try {
    kontor::bench::run(kontor::bench::Options(
        argc, argv, kontor::bench::planOptions({"method", "target", "targets", "body", "status", "length"})));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}

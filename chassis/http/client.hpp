#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chassis/base/time.hpp"
#include "chassis/runtime/task.hpp"

namespace kontor::runtime {
class Loop;
}

namespace kontor::http {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// What a client sends. `target` begins with a slash and is percent-encoded already.
struct Call {
  std::string method = "GET";
  std::string target = "/";
  HeaderList headers;  // Host, Content-Length and Connection are the client's own
  std::string body;
  /// Streamed as the body instead of `body`, in constant memory.
  std::string file;
  /// Called after each piece of the file that was sent.
  std::function<void(std::int64_t sent, std::int64_t total)> progress;
  /// Takes the body of a successful answer piece by piece as it comes, instead of `Answer::body`, without a limit: what
  /// it throws ends the call. The pieces may be those of an answer that then breaks off.
  std::function<void(std::string_view piece)> receive;
  /// Replaces the client's.
  std::optional<Duration> timeout;
};

/// What came back, whatever its status.
struct Answer {
  int status = 0;
  HeaderList headers;
  std::string body;

  std::optional<std::string_view> find(std::string_view name) const;
};

struct ClientSettings {
  /// From the call to the whole answer.
  Duration timeout = std::chrono::seconds(30);
  /// A larger answer fails the call; bytes.
  std::int64_t most_bytes = 16 << 20;
};

/// A small HTTP/1.1 client for one server: plain TCP, connections kept for the next call. Lives on one loop.
///
/// Fails with UNAVAILABLE when the call did not run (no connection), with `mayHaveRun` when the answer was lost, with
/// DEADLINE_EXCEEDED when it took too long. It never repeats a call.
class Client {
 public:
  /// `url` is "http://host:port"; `loop` outlives the client. Throws INVALID_ARGUMENT for another kind of URL.
  Client(runtime::Loop& loop, std::string_view url, ClientSettings settings = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// On the client's loop only; several calls may run at a time. The client outlives its calls.
  task<Answer> send(Call call);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kontor::http

#pragma once

// For drivers' .cpp files only: brings Asio in.

#include <boost/system/error_code.hpp>
#include <coroutine>
#include <cstddef>
#include <utility>

namespace kontor::runtime {

/// How an Asio operation ended: its failure, and bytes moved if it moves any.
struct IoResult {
  boost::system::error_code failure;
  std::size_t size = 0;
};

/// Awaits one Asio operation on a loop's own socket; made by `asioAwait`.
///
/// Posts nothing: Asio completes on the loop's thread, never inside the call that begins the operation, so the waiter
/// is resumed in place. The waiter's frame must not be destroyed while the loop still runs; a loop that ended destroys
/// frames and pending operations together.
template <class Begin>
class AsioAwait {
 public:
  explicit AsioAwait(Begin begin) : begin_(std::move(begin)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    begin_([this, waiter](boost::system::error_code failure, std::size_t size = 0) {
      result_ = {failure, size};
      waiter.resume();
    });
  }
  IoResult await_resume() const noexcept { return result_; }

 private:
  Begin begin_;
  IoResult result_;
};

/// `begin` is called with the completion handler: `asioAwait([&](auto done) { socket.async_read_some(b, done); })`.
template <class Begin>
AsioAwait<Begin> asioAwait(Begin begin) {
  return AsioAwait<Begin>(std::move(begin));
}

}  // namespace kontor::runtime

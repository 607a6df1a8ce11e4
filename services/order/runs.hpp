#pragma once

#include <memory>
#include <string>

#include "chassis/runtime/task.hpp"

namespace kontor::order {

/// Which checkouts this process drives now, so that a second caller can wait for the end of a drive. Thread-safe.
class Runs {
 public:
  Runs();

  /// Marks a drive; it ends with the seat.
  class Seat {
   public:
    ~Seat();
    Seat(Seat&&) noexcept = default;
    Seat& operator=(Seat&&) = delete;

   private:
    friend class Runs;
    struct Place;
    explicit Seat(std::shared_ptr<Place> place) : place_(std::move(place)) {}
    std::shared_ptr<Place> place_;
  };
  Seat begin(std::string checkout_id);

  /// Returns when the checkout's drive has ended. One that runs in another process is looked at again after a moment.
  task<void> wait(std::string checkout_id) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace kontor::order

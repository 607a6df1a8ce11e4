#pragma once

#include <bit>
#include <string>
#include <vector>

#include "chassis/base/assert.hpp"
#include "chassis/store/sql.hpp"

namespace kontor::inventory {

/// The right side of an IN: texts as "($1, $2, …)" and its parameters. Filled up to a power of two by repeating the
/// last text, so that few different statements have to be prepared.
class SqlList {
 public:
  /// `texts` has at least one.
  explicit SqlList(const std::vector<std::string>& texts) {
    KONTOR_ASSERT(!texts.empty(), "a list in SQL has at least one value");
    const std::size_t size = std::bit_ceil(texts.size());
    params_.reserve(size);
    for (std::size_t i = 0; i < size; ++i) params_.emplace_back(i < texts.size() ? texts[i] : texts.back());
  }

  std::string placeholders() const {
    std::string text = "(";
    for (std::size_t i = 1; i <= params_.size(); ++i) text += (i == 1 ? "$" : ", $") + std::to_string(i);
    return text + ")";
  }
  store::Params takeParams() { return std::move(params_); }

 private:
  store::Params params_;
};

}  // namespace kontor::inventory

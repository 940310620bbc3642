#pragma once
// Errors as values for parsers: a value or the reason why there is none. Becomes std::expected with C++23.

#include <utility>
#include <variant>

namespace windhover::decoders {

template <typename Value, typename Error>
class Result {
 public:
  Result(Value value)
      : held_(std::in_place_index<0>, std::move(value)) {}       // NOLINT: reads as `return value;`
  Result(Error error) : held_(std::in_place_index<1>, error) {}  // NOLINT: reads as `return Error::x;`

  bool has_value() const { return held_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  const Value& operator*() const { return *std::get_if<0>(&held_); }
  const Value* operator->() const { return std::get_if<0>(&held_); }
  Error error() const { return *std::get_if<1>(&held_); }

 private:
  std::variant<Value, Error> held_;
};

}  // namespace windhover::decoders

#pragma once
// Joins the packets of one extended advertisement: the announcement on a primary channel, which may be the
// only one to name the sender, the AUX_ADV_IND it points at and the AUX_CHAIN_INDs behind that. Core
// Specification Vol 6 Part B 2.3.4 and 4.4.2.

#include <memory>
#include <optional>
#include <vector>

#include "decoders/bluetooth/advertising_pdu.hpp"
#include "decoders/decoder.hpp"

namespace windhover::decoders::bluetooth {

class AdvertisingLinker final : public Linker {
 public:
  void take(const FramePart& part, StreamTime at, Output& out) override;
  void finish(Output& out) override;

  static constexpr std::size_t kMostExpected = 256;    ///< packets pointed at
  static constexpr std::size_t kMostDataBytes = 1650;  ///< of one advertisement, Vol 6 Part B 2.3.4.9

 private:
  /// What has been received of the advertisement whose next packet is pointed at.
  struct Expected {
    std::uint8_t channel_index = 0;
    double from_s = 0, to_s = 0;  ///< when it must start
    std::optional<std::uint16_t> adi{};
    std::optional<DeviceAddress> advertiser{};
    std::vector<std::uint8_t> data{};  ///< AdvData so far
    FramePart first{};                 ///< the packet that began the data; its payload grows with each one
    StreamTime at{};
    bool chain = false;  ///< `first` and `at` are set
  };

  std::optional<Expected> extract(const FramePart& part, const AdvertisingPdu& pdu, double start_s);
  void expect(const AdvertisingPdu& pdu, double start_s, Expected expected, Output& out);
  void expire(double now_s, Output& out);
  static void give_up(const Expected& expected, Output& out);

  std::vector<Expected> expected_;  // in the order in which they were pointed at
};

std::unique_ptr<Linker> make_advertising_linker();

}  // namespace windhover::decoders::bluetooth

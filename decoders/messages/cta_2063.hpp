#pragma once
// Serial numbers of ANSI/CTA-2063-A: form, maker, and the model of DJI aircraft.
// Tables: declarations of compliance accepted by the FAA, from a public mirror, as of kSerialTableDate. Where
// the model names of that list contradict community tables the list is right.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace windhover::decoders::messages {

inline constexpr std::string_view kSerialTableSource = "FAA declarations of compliance for Remote ID";
inline constexpr std::string_view kSerialTableDate = "2025-11-28";

/// A violation is a soft fact: 0.6 % of the serials declared to the FAA have a wrong length, all of one
/// maker.
enum class SerialForm : std::uint8_t {
  well_formed,      ///< 4-character maker code, length digit 1..F, that many characters, no O and no I
  too_short,        ///< no room for code, length and one character
  bad_character,    ///< outside 0-9 and A-Z without O and I
  length_mismatch,  ///< the fifth character does not count what follows
};
std::string_view to_string(SerialForm form);

SerialForm check_serial(std::string_view serial);

/// Maker (several share some codes: "A / B") of the first four characters; empty if the code is not listed or
/// the list does not name the maker.
std::string_view serial_maker(std::string_view serial);

/// Whether the maker code is in the table, named or not.
bool serial_maker_code_listed(std::string_view serial);

/// Model of a DJI serial by its first eight characters; empty if not listed.
std::string_view dji_model_of_serial(std::string_view serial);

}  // namespace windhover::decoders::messages

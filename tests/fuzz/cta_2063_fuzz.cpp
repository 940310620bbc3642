// libFuzzer target: any text as a serial number.

#include "decoders/messages/cta_2063.hpp"
#include "tests/fuzz/remote_id_invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace windhover::fuzz;
  const std::string serial(input, input + size);
  const SerialForm form = check_serial(serial);
  check(form != SerialForm::well_formed || (size >= 6 && size <= 20));
  if (form == SerialForm::well_formed) check_text(serial, 20);
  check(serial_maker(serial).empty() || serial_maker_code_listed(serial));
  check(dji_model_of_serial(serial).empty() || serial_maker(serial) == "DJI");
  return 0;
}

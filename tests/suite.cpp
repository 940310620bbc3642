#include <boost/test/unit_test.hpp>

// Written out rather than asked of the header by BOOST_TEST_MODULE, which would have to come before it is
// precompiled.
int main(int argc, char* argv[]) {
  return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}

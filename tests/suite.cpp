#define BOOST_TEST_MODULE windhover
#include <boost/test/unit_test.hpp>

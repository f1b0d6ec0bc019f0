// main() of every test program.
#define BOOST_TEST_MODULE echopool
#include <boost/test/unit_test.hpp>

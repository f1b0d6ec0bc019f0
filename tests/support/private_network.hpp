// A network of the test's own (network_namespaces(7)), in which it may forge, broadcast and add addresses. For tests
// only; before the first thread.
#pragma once

#include <echopool/endpoint.hpp>

#include <boost/test/tree/test_unit.hpp>

namespace echopool::test {

/// For `*boost::unit_test::precondition(private_network_permitted)`: whether enter_private_network() would work here.
[[nodiscard]] boost::test_tools::assertion_result private_network_permitted(boost::unit_test::test_unit_id unit);

/// Puts the calling thread into a network that has a loopback interface, which is up, and nothing else; with all rights
/// over it, also for an ordinary user where user namespaces are permitted. Throws std::system_error.
void enter_private_network();

/// Has `socket` join a multicast group on the loopback interface and send to groups there; does nothing for an address
/// that is not multicast. Throws std::system_error.
void join_on_loopback(int socket, const Endpoint& group);

/// Adds to the loopback interface one more IPv6 address (the port plays no part). Throws std::system_error.
void add_loopback_address(const Endpoint& address);

}  // namespace echopool::test

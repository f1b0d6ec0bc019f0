# What the packages say of themselves.
set(framework_description "With libechopool a protocol is written as straight-line blocking code and
runs as a production server: a fixed pool of threads, connections parked
while they wait for input, limits for every wait and every resource, and a
stop that loses nothing.")

set(summary_server "echo service (RFC 862) over TCP and UDP")
set(description_server "echopoold sends back whatever it is sent: a service to test networks,
balancers, firewalls and clients against. A fixed pool of threads serves
connections with plain blocking calls; a connection that waits for input is
parked and costs no thread, so that idle connections starve no others.

Every wait has a limit and every resource a bound, all of them set in one
commented INI file. As installed it listens on the loopback addresses alone,
confined by systemd; socket activation for port 7 is at hand.")

set(summary_client "client that talks to, measures and explains echo services")
set(description_client "echopool is the companion of echopoold and works with every service that
sends back what it is sent: it talks like nc without the deadlock, measures
round trips over TCP and UDP with loss, duplicates, reordering and corruption
told apart, puts loads on a service at a fixed rate, serves as a monitoring
plugin, and shows what the classic write-write deadlock looks like.")

set(summary_library "thread-pool server framework with blocking sockets")
set(description_library "${framework_description}

This package contains the shared library.")

set(summary_development "thread-pool server framework, development files")
set(description_development "${framework_description}

This package contains the headers (C++20, standard library alone), the CMake
package (find_package(echopool)) and the pkg-config file (echopool-server).")

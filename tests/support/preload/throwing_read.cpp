// Preloaded into a program (LD_PRELOAD, ld.so(8)) that uses libechopool.so, makes every read of a handler throw what no
// handler expects.
#include <echopool/session.hpp>

#include <stdexcept>

std::span<const std::byte> echopool::Session::read_some() { throw std::logic_error{"thrown on purpose"}; }

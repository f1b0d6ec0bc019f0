#include "accept/accept_policy.hpp"

#include <cerrno>

namespace echopool {

AcceptVerdict classify_accept_error(int error) noexcept {
  switch (error) {
    case EAGAIN:
#if EWOULDBLOCK != EAGAIN
    case EWOULDBLOCK:
#endif
      return AcceptVerdict::wait;

    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case ETIMEDOUT:
    case ESOCKTNOSUPPORT:
    case EPROTONOSUPPORT:
      return AcceptVerdict::retry;

    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EFAULT:
      return AcceptVerdict::give_up;

    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case ENOSR:
    default:
      return AcceptVerdict::back_off;
  }
}

}  // namespace echopool

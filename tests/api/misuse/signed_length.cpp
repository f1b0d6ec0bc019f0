// A length has a width and no sign.
// error: static assertion failed: the length of a frame is
#include <echopool/framing.hpp>
using namespace echopool;

Next answer(Session& peer, std::string_view payload);

#ifdef MISTAKE
const Handler framed{frames<int>(1_MiB, answer)};
#else
const Handler framed{frames<std::uint32_t>(1_MiB, answer)};
#endif

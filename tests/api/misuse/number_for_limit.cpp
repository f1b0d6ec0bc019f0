// 4096 of what? A limit is a size.
// error: could not convert .4096. from .int. to .echopool::ByteSize.|cannot convert
#include <echopool/framing.hpp>
using namespace echopool;

Next answer(Session& peer, std::string_view line);

#ifdef MISTAKE
const Handler framed{lines(4096, answer)};
#else
const Handler framed{lines(4096_B, answer)};
#endif

// echopoold: the echo service.
#include "run_mode.hpp"

#include <echopool/traceback.hpp>

#include <unistd.h>

int main(int argc, char** argv) {
  const std::vector<std::string> arguments{argv + (argc > 0 ? 1 : 0), argv + argc};
  std::error_code no_folder;  // the one we were started in may have been removed
  echopool::enable_tracebacks();
  return echopool::run_echopoold({arguments, ::environ, std::filesystem::current_path(no_folder)});
}

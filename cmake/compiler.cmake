# Compile options of everything that is ours, in one interface target; a consumer of the library inherits none of them.
add_library(echopool-compiler INTERFACE)

if(ECHOPOOL_DEVELOP AND NOT ECHOPOOL_FUZZ)  # the warnings are GCC's
  target_compile_options(echopool-compiler INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
    -Wcast-qual -Woverloaded-virtual -Werror)
endif()

# Debian's and Fedora's hardening flags; the package builds add their own on top.
target_compile_options(echopool-compiler INTERFACE -fstack-protector-strong -fstack-clash-protection)
target_link_options(echopool-compiler INTERFACE -Wl,-z,relro,-z,now)
target_compile_definitions(echopool-compiler INTERFACE
  BOOST_LOG_DYN_LINK BOOST_ALL_DYN_LINK $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

if(ECHOPOOL_SANITIZE)
  target_compile_options(echopool-compiler INTERFACE
    -fsanitize=${ECHOPOOL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(echopool-compiler INTERFACE -fsanitize=${ECHOPOOL_SANITIZE})
endif()

if(ECHOPOOL_FUZZ)
  target_compile_options(echopool-compiler INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(echopool-compiler INTERFACE -fsanitize=address,undefined)
endif()

if(ECHOPOOL_COVERAGE)
  target_compile_options(echopool-compiler INTERFACE --coverage -fprofile-abs-path -fprofile-update=atomic)
  target_link_options(echopool-compiler INTERFACE --coverage)
endif()

# A program of ours links four times as fast with it, and there are two hundred of them. Packages take the system's own.
find_program(MOLD mold)
if(ECHOPOOL_DEVELOP AND MOLD)
  target_link_options(echopool-compiler INTERFACE -fuse-ld=mold)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

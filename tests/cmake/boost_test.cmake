# echopool_add_tests(LABEL dir LIBRARIES targets… [FOLDERS folders…] [TIMEOUT seconds] [PREFIX text]): every *_test.cpp of
# the current folder, or of these folders in it, becomes an executable, and every test case in it a CTest test of its own
# process, named <file>.<case>.
#
# CMake 3.25 has no discovery for Boost.Test, so discover_boost_tests.cmake asks the built executable for its cases.
function(echopool_add_tests)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT;PREFIX" "LIBRARIES;FOLDERS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  set(patterns *_test.cpp)
  if(arg_FOLDERS)
    list(TRANSFORM arg_FOLDERS APPEND /*_test.cpp OUTPUT_VARIABLE patterns)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    set(name ${arg_PREFIX}${name})
    add_executable(${name} ${source})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/${arg_LABEL})
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} echopool-test-support)
    target_precompile_headers(${name} REUSE_FROM echopool-test-support)
    set(list ${CMAKE_CURRENT_BINARY_DIR}/${name}_cases.cmake)
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND ${CMAKE_COMMAND} -D EXECUTABLE=$<TARGET_FILE:${name}> -D NAME=${name} -D LABEL=${arg_LABEL}
              -D TIMEOUT=${arg_TIMEOUT} -D OUTPUT=${list} -P ${PROJECT_SOURCE_DIR}/tests/cmake/discover_boost_tests.cmake
      BYPRODUCTS ${list} VERBATIM)
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${list})
  endforeach()
endfunction()

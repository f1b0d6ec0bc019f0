# Where things go and how they are compiled, when they are for a package. Included before the rooms.
set(ECHOPOOL_PACKAGE_FORMAT "" CACHE STRING "Build for this kind of package: DEB or RPM; empty: for a plain prefix")
set_property(CACHE ECHOPOOL_PACKAGE_FORMAT PROPERTY STRINGS "" DEB RPM)

if(NOT ECHOPOOL_PACKAGE_FORMAT)
  # Installed programs find their library wherever the prefix is moved to.
  file(RELATIVE_PATH to_library /${CMAKE_INSTALL_SBINDIR} /${CMAKE_INSTALL_LIBDIR})
  set(CMAKE_INSTALL_RPATH $ORIGIN/${to_library})
  return()
endif()

if(ECHOPOOL_PACKAGE_FORMAT STREQUAL "RPM")
  execute_process(COMMAND rpm --eval %{_lib} OUTPUT_VARIABLE CMAKE_INSTALL_LIBDIR OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
endif()
# rpm's tools overlook libraries that are not executable; Debian's libraries are not.
string(COMPARE EQUAL ${ECHOPOOL_PACKAGE_FORMAT} "DEB" plain_libraries)
set(CMAKE_INSTALL_SO_NO_EXE ${plain_libraries} CACHE INTERNAL "" FORCE)

# What distributions add for their own packages; the rest is in cmake/compiler.cmake.
add_compile_options(-D_FORTIFY_SOURCE=2 -Wformat -Werror=format-security)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-fcf-protection)
endif()
# The same commit gives the same bytes, wherever it is built: no path of the build is kept.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)

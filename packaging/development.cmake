# find_package(echopool) and pkg-config echopool-server.
include(CMakePackageConfigHelpers)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/echopool)
configure_package_config_file(cmake/echopoolConfig.cmake.in echopoolConfig.cmake INSTALL_DESTINATION ${config_folder})
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file(echopoolConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/echopoolConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/echopoolConfigVersion.cmake
        DESTINATION ${config_folder} COMPONENT development)
install(EXPORT echopool FILE echopoolTargets.cmake NAMESPACE echopool:: DESTINATION ${config_folder}
        COMPONENT development)

# In a package the prefix is known; elsewhere the file says where it is, so that the whole can be moved.
set(ECHOPOOL_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
if(NOT ECHOPOOL_PACKAGE_FORMAT)
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" ECHOPOOL_PC_PREFIX "\${pcfiledir}/${up}")
endif()
configure_file(cmake/echopool-server.pc.in echopool-server.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/echopool-server.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT development)

# What to read first, and complete servers to begin with.
set(doc_folder echopool)
if(ECHOPOOL_PACKAGE_FORMAT STREQUAL "DEB")
  set(doc_folder libechopool-dev)
elseif(ECHOPOOL_PACKAGE_FORMAT STREQUAL "RPM")
  set(doc_folder libechopool-devel)
endif()
set(doc_folder ${CMAKE_INSTALL_DATADIR}/doc/${doc_folder})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples DESTINATION ${doc_folder} COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/docs/tutorial.md ${PROJECT_SOURCE_DIR}/docs/migrating.md
        DESTINATION ${doc_folder} COMPONENT development)

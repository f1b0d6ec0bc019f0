# Debian packages: the names, what they depend on, and what each has under /usr/share/doc.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/lib)  # our own library is named below
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_PACKAGE_SOURCE echopool)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)  # for the moment: finish.sh compresses

set(CPACK_DEBIAN_SERVER_PACKAGE_NAME echopool-server)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION net)
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS
    "libechopool0 (= ${PROJECT_VERSION}), systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_SERVER_PACKAGE_SUGGESTS "echopool-client")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_SOURCE_DIR}/deb/conffiles
    ${CMAKE_CURRENT_SOURCE_DIR}/deb/postinst
    ${CMAKE_CURRENT_SOURCE_DIR}/deb/prerm
    ${CMAKE_CURRENT_SOURCE_DIR}/deb/postrm)

set(CPACK_DEBIAN_CLIENT_PACKAGE_NAME echopool-client)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SECTION net)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SUGGESTS "echopool-server")

# Before 1.0 a new minor version may change the interface, though the soname stays: a program is bound to its own.
math(EXPR next_minor "${PROJECT_VERSION_MINOR} + 1")
set(next_minor ${PROJECT_VERSION_MAJOR}.${next_minor})
set(ECHOPOOL_SHLIBS "libechopool0 (>= ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}), libechopool0 (<< ${next_minor}~)")
configure_file(deb/shlibs.in deb/shlibs @ONLY)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libechopool0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_BINARY_DIR}/deb/shlibs ${CMAKE_CURRENT_SOURCE_DIR}/deb/triggers)

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libechopool-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libechopool0 (= ${PROJECT_VERSION})")

# Debian's names for upstream's list of changes and for the licence; a package of ours is native, so there is one list.
set(changelog ${CMAKE_CURRENT_BINARY_DIR}/deb/changelog)
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/deb)
echopool_add_changelog(deb ${changelog})
execute_process(COMMAND ${GZIP} -9nkf ${changelog} COMMAND_ERROR_IS_FATAL ANY)
foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${summary_${component}}\n${description_${component}}")
  install(FILES deb/copyright ${changelog}.gz
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME} COMPONENT ${component})
endforeach()

set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/deb/finish.cmake)

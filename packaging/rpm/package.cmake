# RPM packages, to be built on the distribution they are for: what they need of Boost is that distribution's.
set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_LICENSE BSL-1.0)
set(CPACK_PACKAGE_RELOCATABLE OFF)
# For the same commit the same bytes. Debug symbols are packed by rpm's own macro: CPack's way depends on the folder.
set(CPACK_RPM_SPEC_MORE_DEFINE "%global _buildhost localhost
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global packager ${CPACK_PACKAGE_CONTACT}
%if \"%{name}\" != \"libechopool-devel\"
%debug_package
%endif")

# Whatever the system owns, the packages do not.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /usr/sbin /usr/lib/firewalld /usr/lib/firewalld/services /usr/lib/systemd /usr/lib/systemd/system /usr/lib/sysusers.d /usr/share/bash-completion
    /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/site-functions /usr/share/licenses
    /usr/share/man /usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man8
    /usr/${CMAKE_INSTALL_LIBDIR}/cmake /usr/${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(CPACK_RPM_SERVER_PACKAGE_NAME echopool-server)
set(CPACK_RPM_SERVER_PACKAGE_GROUP "System Environment/Daemons")
set(CPACK_RPM_SERVER_PACKAGE_REQUIRES "libechopool0 = ${PROJECT_VERSION}")
set(CPACK_RPM_SERVER_PACKAGE_REQUIRES_POST systemd)  # its systemd-sysusers
set(CPACK_RPM_SERVER_USER_FILELIST "%config(noreplace) ${CMAKE_INSTALL_FULL_SYSCONFDIR}/echopool/echopoold.ini")
set(CPACK_RPM_SERVER_POST_INSTALL_SCRIPT_FILE ${CMAKE_CURRENT_SOURCE_DIR}/rpm/post)
set(CPACK_RPM_SERVER_PRE_UNINSTALL_SCRIPT_FILE ${CMAKE_CURRENT_SOURCE_DIR}/rpm/preun)
set(CPACK_RPM_SERVER_POST_UNINSTALL_SCRIPT_FILE ${CMAKE_CURRENT_SOURCE_DIR}/rpm/postun)

set(CPACK_RPM_CLIENT_PACKAGE_NAME echopool-client)
set(CPACK_RPM_CLIENT_PACKAGE_GROUP "Applications/Internet")

set(CPACK_RPM_LIBRARY_PACKAGE_NAME libechopool0)
set(CPACK_RPM_LIBRARY_PACKAGE_GROUP "System Environment/Libraries")
set(CPACK_RPM_LIBRARY_USER_FILELIST  # brp-elfperms takes the bit away again
    "%attr(755,root,root) /usr/${CMAKE_INSTALL_LIBDIR}/libechopool.so.${PROJECT_VERSION}")
set(CPACK_RPM_LIBRARY_POST_INSTALL_SCRIPT_FILE ${CMAKE_CURRENT_SOURCE_DIR}/rpm/ldconfig)
set(CPACK_RPM_LIBRARY_POST_UNINSTALL_SCRIPT_FILE ${CMAKE_CURRENT_SOURCE_DIR}/rpm/ldconfig)

set(CPACK_RPM_DEVELOPMENT_PACKAGE_NAME libechopool-devel)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_GROUP "Development/Libraries")
set(CPACK_RPM_DEVELOPMENT_PACKAGE_REQUIRES "libechopool0 = ${PROJECT_VERSION}")

set(CPACK_RPM_CHANGELOG_FILE ${CMAKE_CURRENT_BINARY_DIR}/rpm/changelog)
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/rpm)
echopool_add_changelog(rpm ${CPACK_RPM_CHANGELOG_FILE})
foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  string(SUBSTRING "${summary_${component}}" 0 1 first)
  string(SUBSTRING "${summary_${component}}" 1 -1 others)
  string(TOUPPER ${first} first)
  set(CPACK_RPM_${upper}_PACKAGE_SUMMARY ${first}${others})
  set(CPACK_RPM_${upper}_PACKAGE_DESCRIPTION "${description_${component}}")
  set(licenses ${CMAKE_INSTALL_FULL_DATADIR}/licenses/${CPACK_RPM_${upper}_PACKAGE_NAME})
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${licenses} COMPONENT ${component})
  list(APPEND CPACK_RPM_${upper}_USER_FILELIST "%license %doc ${licenses}/LICENSE")
endforeach()

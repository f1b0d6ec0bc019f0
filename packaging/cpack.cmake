# What DEB and RPM packages have in common; included when ECHOPOOL_PACKAGE_FORMAT says which to make.
set(CPACK_GENERATOR ${ECHOPOOL_PACKAGE_FORMAT})
set(CPACK_PACKAGE_NAME echopool)
set(CPACK_PACKAGE_VENDOR "echopool developers")
set(CPACK_PACKAGE_CONTACT "echopool developers <echopool@example.org>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_SET_DESTDIR ON)  # /etc is outside of the prefix
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL server client library development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/settle_times.cmake)

set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each component has its own
include(descriptions.cmake)

# Whatever is generated for a package from the history of the project.
function(echopool_add_changelog format file)
  execute_process(
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/changelog.sh ${format} ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_VERSION}
    OUTPUT_FILE ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(ECHOPOOL_PACKAGE_FORMAT STREQUAL "DEB")
  include(deb/package.cmake)
else()
  include(rpm/package.cmake)
endif()
include(CPack)

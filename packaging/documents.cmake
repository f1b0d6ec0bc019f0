# Manual pages and completions, made at build time from the programs' own option tables; the INI file, rsyslog's snippet.
add_executable(echopool-describe
  describe/bash_completion.cpp
  describe/client_program.cpp
  describe/daemon_program.cpp
  describe/main.cpp
  describe/manual.cpp
  describe/program.cpp
  describe/zsh_completion.cpp)
target_link_libraries(echopool-describe PRIVATE echopoold-parts echopool-client-cli echopool-static)

set(made)
find_program(SCDOC scdoc)
find_program(GZIP gzip)
function(echopool_add_page name section component)
  set(page ${CMAKE_CURRENT_BINARY_DIR}/${name}.${section})
  add_custom_command(OUTPUT ${page}.gz
    COMMAND echopool-describe page ${CMAKE_CURRENT_SOURCE_DIR}/man/${name}.${section}.scd.in ${page}.scd
    COMMAND ${SCDOC} < ${page}.scd > ${page}
    COMMAND ${GZIP} -9nkf ${page}
    DEPENDS echopool-describe man/${name}.${section}.scd.in)
  install(FILES ${page}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT ${component})
  set(made ${made} ${page}.gz PARENT_SCOPE)
endfunction()
if(SCDOC AND GZIP)
  echopool_add_page(echopoold 8 server)
  echopool_add_page(echopoold.ini 5 server)
  echopool_add_page(echopool 1 client)
elseif(ECHOPOOL_PACKAGE_FORMAT)
  message(FATAL_ERROR "packages have manual pages: install scdoc and gzip")
else()
  message(STATUS "without scdoc there are no manual pages")
endif()

# Debian keeps what packages bring apart from what an administrator adds.
set(zsh_folder site-functions)
if(ECHOPOOL_PACKAGE_FORMAT STREQUAL "DEB")
  set(zsh_folder vendor-completions)
endif()
function(echopool_add_completions program component)
  set(bash ${CMAKE_CURRENT_BINARY_DIR}/completions/${program})
  set(zsh ${CMAKE_CURRENT_BINARY_DIR}/completions/_${program})
  add_custom_command(OUTPUT ${bash} ${zsh}
    COMMAND ${CMAKE_COMMAND} -E make_directory completions
    COMMAND echopool-describe bash ${program} ${bash}
    COMMAND echopool-describe zsh ${program} ${zsh}
    DEPENDS echopool-describe)
  install(FILES ${bash} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${component})
  install(FILES ${zsh} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${zsh_folder} COMPONENT ${component})
  set(made ${made} ${bash} ${zsh} PARENT_SCOPE)
endfunction()
echopool_add_completions(echopoold server)
echopool_add_completions(echopool client)
add_custom_target(echopool-documents ALL DEPENDS ${made})

set(ini_folder ${CMAKE_INSTALL_SYSCONFDIR}/echopool)
if(ECHOPOOL_PACKAGE_FORMAT)
  set(ini_folder ${CMAKE_INSTALL_FULL_SYSCONFDIR}/echopool)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/etc/echopoold.ini DESTINATION ${ini_folder} COMPONENT server)
install(FILES ${PROJECT_SOURCE_DIR}/docs/operations.md ${PROJECT_SOURCE_DIR}/docs/log-messages.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/echopool-server COMPONENT server)
install(FILES rsyslog/echopoold.conf rsyslog/logrotate
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/echopool-server/examples/rsyslog COMPONENT server)

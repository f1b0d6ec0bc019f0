# systemd: the service, the sockets and what they activate, the user.
file(READ systemd/confinement.conf ECHOPOOL_CONFINEMENT)
string(STRIP "${ECHOPOOL_CONFINEMENT}" ECHOPOOL_CONFINEMENT)
foreach(unit echopoold.service echopoold-activated.service)
  configure_file(systemd/${unit}.in systemd/${unit} @ONLY)
endforeach()
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/systemd/echopoold.service
  ${CMAKE_CURRENT_BINARY_DIR}/systemd/echopoold-activated.service
  systemd/echopoold.socket
  DESTINATION lib/systemd/system COMPONENT server)
install(FILES sysusers/echopool-server.conf DESTINATION lib/sysusers.d COMPONENT server)

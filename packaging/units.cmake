# systemd: the service, the sockets and what they activate, the user. What firewalls call the service.
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
install(FILES firewall/echopoold.xml DESTINATION lib/firewalld/services COMPONENT server)
if(ECHOPOOL_PACKAGE_FORMAT STREQUAL "DEB")
  install(FILES firewall/ufw DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/ufw/applications.d RENAME echopool-server
          COMPONENT server)
endif()

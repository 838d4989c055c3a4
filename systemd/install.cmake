# Installs the units. Paths of programs and documents in them follow the prefix of the installation; the configuration stays in /etc/sigap.
include(GNUInstallDirs)
set(SIGAP_UNIT_DIR "lib/systemd/system" CACHE PATH "Where systemd units go")

foreach(unit sigapd.service sigapd.socket)
	file(READ ${CMAKE_CURRENT_LIST_DIR}/${unit} text)
	string(REPLACE "/usr/bin/sigapd" "${CMAKE_INSTALL_FULL_BINDIR}/sigapd" text "${text}")
	string(REPLACE "/usr/share/doc/sigap" "${CMAKE_INSTALL_FULL_DATADIR}/doc/sigap" text "${text}")
	file(WRITE ${CMAKE_BINARY_DIR}/systemd/${unit} "${text}")
	install(FILES ${CMAKE_BINARY_DIR}/systemd/${unit} DESTINATION ${SIGAP_UNIT_DIR})
endforeach()
install(FILES ${CMAKE_CURRENT_LIST_DIR}/sigap.sysusers.conf DESTINATION lib/sysusers.d RENAME sigap.conf)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/sigap.tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME sigap.conf)
# A folder that is made on the way would have what the umask leaves.
install(DIRECTORY DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/sigap
	DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/../README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/sigap)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/sigap RENAME systemd.md)

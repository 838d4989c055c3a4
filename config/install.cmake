# Installs what an operator sets. Files that an operator may have edited are never overwritten: the fresh one goes beside, as NAME.new.
# Modes are given here: neither the checkout's nor the umask of whoever installs says who may read what. agencies.json is to hold
# secrets, so it is its owner's and its group's from the beginning.
include(GNUInstallDirs)
set(SIGAP_CONFIG_DIR "/etc/sigap" CACHE PATH "Where the configuration goes")

set(folder_mode OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(file_mode OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)

install(DIRECTORY DESTINATION ${CMAKE_INSTALL_DATADIR}/sigap DIRECTORY_PERMISSIONS ${folder_mode})
install(DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/sigap/config
	FILE_PERMISSIONS ${file_mode} DIRECTORY_PERMISSIONS ${folder_mode}
	PATTERN "install.cmake" EXCLUDE
	PATTERN "gammu-receive" PERMISSIONS ${folder_mode})
install(CODE "set(SIGAP_CONFIG_FROM \"${CMAKE_CURRENT_LIST_DIR}\")\nset(SIGAP_CONFIG_TO \"${SIGAP_CONFIG_DIR}\")")
install(CODE [[
	set(secret OWNER_READ OWNER_WRITE GROUP_READ)
	set(plain ${secret} WORLD_READ)
	set(program ${plain} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
	file(GLOB_RECURSE files RELATIVE ${SIGAP_CONFIG_FROM} ${SIGAP_CONFIG_FROM}/*)
	list(REMOVE_ITEM files install.cmake)
	foreach(file ${files})
		set(to "$ENV{DESTDIR}${SIGAP_CONFIG_TO}/${file}")
		get_filename_component(folder "${to}" DIRECTORY)
		set(mode ${plain})
		if(file STREQUAL "agencies.json")
			set(mode ${secret})
		elseif(file STREQUAL "gateways/gammu-receive")
			set(mode ${program})
		endif()
		if(NOT EXISTS "${folder}")
			file(MAKE_DIRECTORY "${folder}")
			file(CHMOD "${folder}" PERMISSIONS ${program})
		endif()
		if(NOT EXISTS "${to}")
			message(STATUS "Installing: ${to}")
			file(COPY "${SIGAP_CONFIG_FROM}/${file}" DESTINATION "${folder}" FILE_PERMISSIONS ${mode})
		else()
			file(SHA256 "${to}" there)
			file(SHA256 "${SIGAP_CONFIG_FROM}/${file}" fresh)
			if(NOT there STREQUAL fresh)
				message(STATUS "Kept: ${to} (the fresh one is ${file}.new)")
				configure_file("${SIGAP_CONFIG_FROM}/${file}" "${to}.new" COPYONLY FILE_PERMISSIONS ${mode})
			endif()
		endif()
	endforeach()
]])

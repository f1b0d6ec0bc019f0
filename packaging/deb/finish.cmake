# After CPack has made the .deb files, each is taken apart and put together again, because CPack 3.25
# - adds ldconfig scripts to the library, for which there is a trigger (deb-triggers(5), `activate-noawait ldconfig`),
# - cannot say Multi-Arch,
# - names wrong paths in the checksums of debug symbols, makes those executable and leaves them without documents.
# dpkg-deb also settles owners and times (SOURCE_DATE_EPOCH): the same commit gives the same bytes.
foreach(package IN LISTS CPACK_PACKAGE_FILES)
  execute_process(COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/finish.sh ${package} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

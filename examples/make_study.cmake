# cmake -DLANDSCAPE=<program> -DSTRUCTURE=<file> -DDATABASE=<file> -P make_study.cmake
file(REMOVE ${DATABASE} ${DATABASE}-wal ${DATABASE}-shm)
foreach(command IN ITEMS "sample;import;${STRUCTURE};--name;glass;--potential;zhou2004;--cell;aniso" "map;glass;--searches;4")
  execute_process(COMMAND ${LANDSCAPE} --db ${DATABASE} ${command} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

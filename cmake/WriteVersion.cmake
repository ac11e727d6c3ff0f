# Writes OUTPUT with the release, and the commit where git knows one; touches it only when that changed.
cmake_minimum_required(VERSION 3.25)
set(version "${RELEASE}")
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} -c safe.directory=${SOURCE} describe --always --exclude=* --dirty --abbrev=12
    WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(commit)
    string(APPEND version "+${commit}")
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define LANDSCAPE_CODE_VERSION \"${version}\"\n" @ONLY)

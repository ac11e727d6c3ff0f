# The code version recorded with every result: the release, and the commit where git knows one. It is looked up at every
# build and reaches one source, landscape/version.cpp, so that a commit recompiles that one alone.
find_package(Git QUIET)
set(landscape_version_folder ${PROJECT_BINARY_DIR}/generated)
add_custom_target(landscape_code_version
  COMMAND ${CMAKE_COMMAND} -DRELEASE=${PROJECT_VERSION} -DGIT=$<$<BOOL:${GIT_FOUND}>:${GIT_EXECUTABLE}>
          -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${landscape_version_folder}/landscape_code_version.hpp
          -P ${CMAKE_CURRENT_LIST_DIR}/WriteVersion.cmake
  BYPRODUCTS ${landscape_version_folder}/landscape_code_version.hpp
  COMMENT "code version" VERBATIM)

# Lets a source of `target` include <landscape_code_version.hpp>, which defines LANDSCAPE_CODE_VERSION.
function(landscape_use_code_version target)
  add_dependencies(${target} landscape_code_version)
  target_include_directories(${target} PRIVATE ${landscape_version_folder})
endfunction()

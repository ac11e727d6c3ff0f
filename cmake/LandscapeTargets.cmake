# One place for what every library of the project shares.

find_program(LANDSCAPE_CCACHE ccache)
mark_as_advanced(LANDSCAPE_CCACHE)
if(LANDSCAPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What ccache asks for before it caches compilations that use a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${LANDSCAPE_CCACHE})
endif()

add_library(landscape_options INTERFACE)
set_target_properties(landscape_options PROPERTIES EXPORT_NAME options)
target_compile_features(landscape_options INTERFACE cxx_std_20)
target_compile_definitions(landscape_options INTERFACE EIGEN_DONT_PARALLELIZE)
# Without contraction the same source gives the same bits on every processor of one instruction set.
target_compile_options(landscape_options INTERFACE $<BUILD_INTERFACE:-ffp-contract=off>)
set(landscape_warnings -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND landscape_warnings -Wno-restrict)  # false alarms on "text" + std::string (GCC bug 105651)
endif()
if(LANDSCAPE_WERROR)
  list(APPEND landscape_warnings -Werror)
endif()
if(LANDSCAPE_SANITIZE)
  add_compile_options(-fsanitize=${LANDSCAPE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LANDSCAPE_SANITIZE})
  if(LANDSCAPE_SANITIZE MATCHES "undefined")
    # Checks at each access of Eigen's templates double the build. Bad pointers the address sanitizer sees as well;
    # wrong alignment and wrong dynamic types nobody looks for then.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=null,alignment,object-size,vptr)
  endif()
  add_compile_definitions(EIGEN_DONT_VECTORIZE)
endif()

# The headers that most sources include and that take longest to read, compiled once for each target.
set(landscape_common_headers <algorithm> <array> <cmath> <filesystem> <functional> <map> <memory> <optional> <random>
    <span> <sstream> <string> <vector>)
function(landscape_precompile target)
  target_precompile_headers(${target} PRIVATE ${landscape_common_headers} ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()

# Libraries that are headers alone: used in a source only, they are no business of who links the installed library.
set(landscape_header_only Boost::headers CLI11::CLI11 Random123::Random123 nanoflann::nanoflann
    nlohmann_json::nlohmann_json)

# landscape_add_library(<folder> SOURCES ... LIBS <public> PRIVATE_LIBS <private> PRECOMPILE <headers>)
# makes target landscape_<folder>, alias landscape::<folder>, with sources named from the folder.
function(landscape_add_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;PRIVATE_LIBS;PRECOMPILE" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "landscape_add_library(${folder}): what is ${ARG_UNPARSED_ARGUMENTS}?")
  endif()
  set(private_libs "")
  foreach(lib IN LISTS ARG_PRIVATE_LIBS)
    if(lib IN_LIST landscape_header_only)
      set(lib $<BUILD_INTERFACE:${lib}>)
    endif()
    list(APPEND private_libs ${lib})
  endforeach()
  set(target landscape_${folder})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(landscape::${folder} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${folder})
  set_property(GLOBAL APPEND PROPERTY LANDSCAPE_LIBRARIES ${target})
  # Installed headers are <landscape/md/...> to others and "md/..." to one another.
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/landscape>)
  target_link_libraries(${target} PUBLIC landscape_options ${ARG_LIBS} PRIVATE ${private_libs})
  target_compile_options(${target} PRIVATE ${landscape_warnings})
  landscape_precompile(${target} ${ARG_PRECOMPILE})
endfunction()

# landscape_add_example(<name> SOURCES ... LIBS ... ARGS <arguments of its test>)
# makes a program that includes headers as installed ones, and a CTest test that runs it.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include)
file(CREATE_LINK ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/include/landscape SYMBOLIC)
function(landscape_add_example name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;ARGS" ${ARGN})
  add_executable(example_${name} ${ARG_SOURCES})
  set_target_properties(example_${name} PROPERTIES OUTPUT_NAME ${name})
  target_include_directories(example_${name} PRIVATE ${PROJECT_BINARY_DIR}/include)
  target_link_libraries(example_${name} PRIVATE ${ARG_LIBS})
  target_compile_options(example_${name} PRIVATE ${landscape_warnings})
  if(LANDSCAPE_BUILD_TESTS)
    add_test(NAME example_${name} COMMAND example_${name} ${ARG_ARGS})
    set_tests_properties(example_${name} PROPERTIES LABELS build TIMEOUT 300)
  endif()
endfunction()

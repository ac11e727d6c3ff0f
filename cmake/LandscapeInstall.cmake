# Install rules and the package that find_package(landscape) reads.
include(CMakePackageConfigHelpers)
get_property(landscape_libraries GLOBAL PROPERTY LANDSCAPE_LIBRARIES)
set(landscape_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/landscape)

install(TARGETS landscape_options ${landscape_libraries} EXPORT landscapeTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(target IN LISTS landscape_libraries)
  get_target_property(folder ${target} EXPORT_NAME)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/landscape
    FILES_MATCHING PATTERN "*.hpp" PATTERN "detail" EXCLUDE PATTERN "detail.hpp" EXCLUDE
    PATTERN "lanes_*.hpp" EXCLUDE PATTERN "singles_*.hpp" EXCLUDE PATTERN "*passes.hpp" EXCLUDE)  # one instruction set each, included by kernels_*.cpp alone
endforeach()
if(TARGET landscape)
  install(TARGETS landscape RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# What the exported libraries link becomes what the package looks for: a static library needs its private dependencies too.
set(package_of_Eigen3::Eigen "Eigen3 3.4")
set(package_of_OpenMP::OpenMP_CXX "OpenMP COMPONENTS CXX")
set(package_of_LAPACK::LAPACK "LAPACK")
set(package_of_Boost::headers "Boost 1.74")
set(package_of_SQLite::SQLite3 "SQLite3 3.40")
set(package_of_SQLiteCpp "SQLiteCpp")
set(package_of_CLI11::CLI11 "CLI11")
set(package_of_tomlplusplus::tomlplusplus "tomlplusplus")
set(package_of_fmt::fmt "fmt")
set(package_of_nlohmann_json::nlohmann_json "nlohmann_json")
set(package_of_nanoflann::nanoflann "nanoflann")
set(package_of_ZLIB::ZLIB "ZLIB")
set(package_of_Random123::Random123 "Random123")
set(package_of_voro++::voro++ "voro++")
set(package_of_Threads::Threads "Threads")
set(dependencies "")
list(TRANSFORM landscape_libraries REPLACE "^landscape_" "landscape::" OUTPUT_VARIABLE LANDSCAPE_EXPORTED_LIBRARIES)
foreach(target IN LISTS landscape_libraries)
  get_target_property(links ${target} LINK_LIBRARIES)
  foreach(link IN LISTS links)
    if(DEFINED package_of_${link})
      list(APPEND dependencies "find_dependency(${package_of_${link}})")
    elseif(NOT link MATCHES "^(landscape(_|::)|\\$<BUILD_INTERFACE:)")
      message(FATAL_ERROR "${target} links ${link}: say in LandscapeInstall.cmake which package brings it")
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES dependencies)
list(JOIN dependencies "\n" LANDSCAPE_FIND_DEPENDENCIES)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/landscapeConfig.cmake.in
  ${PROJECT_BINARY_DIR}/landscapeConfig.cmake INSTALL_DESTINATION ${landscape_package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/landscapeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/landscapeConfig.cmake ${PROJECT_BINARY_DIR}/landscapeConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/FindRandom123.cmake ${CMAKE_CURRENT_LIST_DIR}/Findvoro++.cmake DESTINATION ${landscape_package_folder})
install(EXPORT landscapeTargets NAMESPACE landscape:: DESTINATION ${landscape_package_folder})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

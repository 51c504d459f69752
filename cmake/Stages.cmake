# A stage is a folder of src/ and a static library. It may link only to stages before it, so that an
# include against the flow fails to link. tests/<stage>/ becomes one test program.
#
#   dislodge_stage(mail AFTER evidence LIBRARIES PkgConfig::FMT)
function(dislodge_stage name)
  cmake_parse_arguments(STAGE "" "" "AFTER;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_library(dislodge_${name} STATIC ${sources})
  target_link_libraries(dislodge_${name} PUBLIC dislodge_settings)
  foreach(earlier ${STAGE_AFTER})
    if(TARGET dislodge_${earlier})
      target_link_libraries(dislodge_${name} PUBLIC dislodge_${earlier})
    endif()
  endforeach()
  target_link_libraries(dislodge_${name} PUBLIC ${STAGE_LIBRARIES})
  # The sanitizer build compiles what nearly every file includes once, which takes a quarter off it. The release build
  # does not: there an include that is missing must show.
  if(DISLODGE_SANITIZE)
    if(name STREQUAL "base")
      target_precompile_headers(dislodge_base PRIVATE
        <algorithm> <array> <cstdint> <filesystem> <fmt/format.h> <functional> <map> <memory> <optional> <set> <span>
        <string> <string_view> <tl/expected.hpp> <unordered_map> <utility> <vector>)
    else()
      target_precompile_headers(dislodge_${name} REUSE_FROM dislodge_base)
    endif()
  endif()
endfunction()

# What all test programs share: the heavy headers are compiled once, with the first of them, and the tests' own
# code is not optimised (what is tested is).
function(dislodge_test_settings target)
  target_compile_options(${target} PRIVATE -O0 -U_FORTIFY_SOURCE)
  get_property(headers GLOBAL PROPERTY dislodge_test_headers)
  if(headers)
    target_precompile_headers(${target} REUSE_FROM ${headers})
  else()
    set_property(GLOBAL PROPERTY dislodge_test_headers ${target})
    target_precompile_headers(${target} PRIVATE <gtest/gtest.h> <gmock/gmock.h> <string> <vector> <map>)
  endif()
endfunction()

# One test program a stage: tests/<stage>/*_test.cpp, linked to the stage and, where a test needs
# neighbours, to those named after it.
function(dislodge_stage_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cpp)
  if(NOT sources OR NOT TARGET dislodge_${name})
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE dislodge_${name} ${ARGN} GTest::gmock_main)
  target_compile_definitions(${name}_test PRIVATE
    DISLODGE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" DISLODGE_BINARY="${CMAKE_BINARY_DIR}/dislodge")
  dislodge_test_settings(${name}_test)
  add_test(NAME ${name} COMMAND ${name}_test)
endfunction()

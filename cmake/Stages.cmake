# What the sanitizer build optimises: the stages that read what an intruder may have written, byte by byte, and those that
# weigh whole logs and graphs. The others handle few things at a time; unoptimised they compile in half the time.
set(DISLODGE_OPTIMISED_STAGES base casefile evidence mail file repo secret log detect reach)

# What nearly every file includes is compiled once, which takes a fifth off a build; scripts/includes sees to it that
# every file includes what it uses all the same. Such headers fit only what is compiled alike, so each kind compiles its
# own, with its first target.
function(dislodge_headers target stage)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set(kind program)
  elseif(DISLODGE_SANITIZE AND NOT stage IN_LIST DISLODGE_OPTIMISED_STAGES)
    set(kind plain)
  else()
    set(kind optimised)
  endif()
  if(DISLODGE_SANITIZE AND NOT kind STREQUAL "optimised")
    target_compile_options(${target} PRIVATE -O0)
  endif()
  get_property(headers GLOBAL PROPERTY dislodge_${kind}_headers)
  if(headers)
    target_precompile_headers(${target} REUSE_FROM ${headers})
  else()
    set_property(GLOBAL PROPERTY dislodge_${kind}_headers ${target})
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <cstdint> <filesystem> <fmt/format.h> <functional> <map> <memory> <optional> <set> <span>
      <string> <string_view> <tl/expected.hpp> <unordered_map> <utility> <vector>)
  endif()
endfunction()

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
  dislodge_headers(dislodge_${name} ${name})
endfunction()

# What all test programs share: the heavy headers are compiled once, with the first of them, and the tests' own
# code is not optimised (what is tested is).
function(dislodge_test_settings target)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_options(${target} PRIVATE -O0 -U_FORTIFY_SOURCE)
  if(DISLODGE_SANITIZE)
    # Memory is watched in the tests too, since what they hand over is read by what is tested; the rest of the
    # sanitizers would only watch the tests themselves.
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined,fuzzer-no-link)
    target_compile_definitions(${target} PRIVATE DISLODGE_SANITIZED_TESTS)
  endif()
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

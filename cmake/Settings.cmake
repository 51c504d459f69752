# Language, warnings and sanitizers, as one interface target that every target of ours links.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# -O2 with line tables: a crash report from the field names its line.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # The cache holds what uses headers compiled ahead only if it is told that their text alone counts.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CCACHE_PROGRAM})
endif()

add_library(dislodge_settings INTERFACE)
target_include_directories(dislodge_settings INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(dislodge_settings INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wunused
  -fstack-protector-strong
  -pthread) # said for all, so that every test program can use the headers that the first of them compiled
if(DISLODGE_DEV)
  target_compile_options(dislodge_settings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these in its own headers at -O2 (GCC bugs 105329, 105651, 107852).
  target_compile_options(dislodge_settings INTERFACE
    -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-dangling-pointer
    -Wno-maybe-uninitialized)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(dislodge_settings INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
endif()
if(DISLODGE_SANITIZE)
  target_compile_options(dislodge_settings INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
    # What these find ends in the address sanitizer's report as well; without them a build takes a tenth less.
    -fno-sanitize=null,object-size,vptr,function)
  target_link_options(dislodge_settings INTERFACE -fsanitize=address,undefined)
  if(DISLODGE_FUZZ)
    target_compile_options(dislodge_settings INTERFACE -fsanitize=fuzzer-no-link)
  endif()
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  target_link_options(dislodge_settings INTERFACE -fuse-ld=mold)
endif()

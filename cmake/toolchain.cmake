# Compiler, flags, compiler cache and linker: the same for every target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or Asan" FORCE)
endif()

# No -g in Release: it costs a tenth of the build; traces come from errors and spans.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_ASAN "-O1 -g1 -fno-omit-frame-pointer")
if(KONTOR_SANITIZE)
  add_compile_options(-fsanitize=${KONTOR_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KONTOR_SANITIZE})
endif()

# No path of the building machine in a binary; also lets two checkouts share one compiler cache.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

find_program(KONTOR_CCACHE ccache)
if(KONTOR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what precompiled headers need; nothing of ours uses __TIME__.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${KONTOR_CCACHE})
endif()

find_program(KONTOR_MOLD mold)
if(KONTOR_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Kontor's own code answers to all of these; generated and vendor headers are SYSTEM and answer to none. Clang, which
# builds the fuzz targets only, has other warnings of the same names.
set(KONTOR_WARNINGS)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  set(KONTOR_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
  # GCC 12 reports these inside std::string and coroutine frames once the optimiser or a sanitizer has inlined them
  # (GCC bugs 105329, 105562, 105651), and more of them when the headers are precompiled: it then forgets that they are
  # the system's. The sanitizers look for the same faults at run time.
  list(APPEND KONTOR_WARNINGS -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow
       -Wno-stringop-overread)
  if(KONTOR_SANITIZE MATCHES thread)
    list(APPEND KONTOR_WARNINGS -Wno-tsan)  # Asio's fences, which this sanitizer does not model
  endif()
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# Half of a compile goes into reading the same headers of the standard library and protobuf again; compiled once, they
# save a third of the whole build (docs/decisions/headers-are-precompiled.md). The presets turn it on; a build without
# it (make fuzz) shows that each file includes what it needs.
option(KONTOR_PRECOMPILE "Compile cmake/precompiled.hpp once for all" OFF)

# kontor_precompile(<target> [TEST]): TEST for code that Release does not optimise: the flags must be the same.
function(kontor_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TEST" "" "")
  if(NOT KONTOR_PRECOMPILE)
    return()
  endif()
  set(source kontor_precompiled)
  if(arg_TEST)
    set(source kontor_precompiled_test)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${source})
endfunction()

# The target that holds the compiled headers.
function(kontor_precompiled target)
  set(empty ${CMAKE_BINARY_DIR}/${target}.cpp)
  file(GENERATE OUTPUT ${empty} CONTENT "")
  add_library(${target} OBJECT ${empty})
  kontor_own_code(${target})
  target_link_libraries(${target} PRIVATE protobuf::libprotobuf Threads::Threads)
  target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)
endfunction()

if(KONTOR_PRECOMPILE)
  add_compile_options(-fpch-preprocess)  # what ccache asks for
  kontor_precompiled(kontor_precompiled)
  kontor_precompiled(kontor_precompiled_test)
  target_compile_options(kontor_precompiled_test PRIVATE $<$<CONFIG:Release>:-O0>)
endif()

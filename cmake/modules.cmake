# One function per kind of folder: module (chassis/*, money), service, application, suite of tests that cross services.

# Who only runs the shop needs no GoogleTest; `make test` installs it and configures again.
enable_testing()
include(GoogleTest)
find_package(GTest CONFIG QUIET)
find_package(rapidcheck CONFIG QUIET)
if(GTest_FOUND AND rapidcheck_FOUND)
  set(KONTOR_TESTS ON)
  add_custom_target(kontor_chassis_tests)  # what `make tsan` builds
else()
  message(STATUS "GoogleTest or rapidcheck is not installed: no tests in this build (tools/setup test installs them)")
endif()

# kontor_module(<folder> [DEPENDS modules...] [LIBRARIES libs...] [TEST_DEPENDS modules...])
#
# *.cpp of the folder and its driver subfolders -> static library kontor_<last folder name>
# *_test.cpp                                    -> executable <last folder name>_test, one ctest per test, label `unit`
# settings.proto                                -> compiled in, included as "<folder>/settings.pb.h"
# stored.proto                                  -> the same: messages kept serialised in columns of the module's store
# migrations/, pages/                           -> compiled in, included as "<folder>/migrations.embed.hpp"
# DEPENDS names Kontor modules (base, rpc, contracts), LIBRARIES what others wrote (simdjson::simdjson).
# *_fuzz.cpp                                    -> in a fuzzing build, an executable of that name (cmake/fuzz.cmake)
# *_bench.cpp and testdata/ are left out: bench/ builds the first.
function(kontor_module folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;LIBRARIES;TEST_DEPENDS")
  get_filename_component(name ${folder} NAME)
  kontor_sources(sources tests ${folder})
  kontor_library(kontor_${name} ${folder} SOURCES ${sources} DEPENDS ${arg_DEPENDS} LIBRARIES ${arg_LIBRARIES})
  if(tests AND KONTOR_TESTS)
    kontor_test(${name}_test LABEL unit SOURCES ${tests} DEPENDS ${name} ${arg_TEST_DEPENDS})
    if(folder MATCHES "^chassis/")
      add_dependencies(kontor_chassis_tests ${name}_test)
    endif()
  endif()
  kontor_fuzz_targets(${name} ${folder})
endfunction()

# kontor_service(<folder> [DEPENDS ...] [LIBRARIES ...] [TEST_DEPENDS ...]): a module that speaks contracts.
function(kontor_service folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;LIBRARIES;TEST_DEPENDS")
  kontor_module(
    ${folder}
    DEPENDS contracts ${arg_DEPENDS}
    LIBRARIES ${arg_LIBRARIES}
    TEST_DEPENDS ${arg_TEST_DEPENDS})
endfunction()

# kontor_app(<folder> [DEPENDS ...] [LIBRARIES ...] [TEST_DEPENDS ...])
#
# main.cpp          -> executable bin/<last folder name>
# the other sources -> library kontor_<last folder name>, so that tests can link them
function(kontor_app folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;LIBRARIES;TEST_DEPENDS")
  get_filename_component(name ${folder} NAME)
  kontor_module(${folder} DEPENDS ${arg_DEPENDS} LIBRARIES ${arg_LIBRARIES} TEST_DEPENDS ${arg_TEST_DEPENDS})
  add_executable(${name} ${CMAKE_SOURCE_DIR}/${folder}/main.cpp)
  kontor_own_code(${name})
  kontor_depends(${name} PRIVATE ${name})
  add_dependencies(${name} kontor_layers)
endfunction()

# kontor_suite(<folder> LABEL <label> [TIMEOUT seconds] [DEPENDS modules...]): tests that cross services (tests/*), one
# executable.
function(kontor_suite folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "DEPENDS")
  get_filename_component(name ${folder} NAME)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  if(sources AND KONTOR_TESTS)
    kontor_test(${name}_test LABEL ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} SOURCES ${sources} DEPENDS ${arg_DEPENDS})
    if(TARGET kontor)
      add_dependencies(${name}_test kontor)  # such tests start bin/kontor
    endif()
  endif()
endfunction()

# --- parts of the above ---

# Sorts a folder's .cpp files into product sources (with generated ones) and tests.
function(kontor_sources sources_variable tests_variable folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "(_(bench|fuzz)\\.cpp|/main\\.cpp)$|/testdata/")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  set(root ${CMAKE_SOURCE_DIR})
  file(GLOB_RECURSE protos CONFIGURE_DEPENDS RELATIVE ${root} ${root}/${folder}/settings.proto
       ${root}/${folder}/stored.proto)
  if(protos)
    kontor_generate(generated ROOT ${CMAKE_SOURCE_DIR} PROTOS ${protos})
    list(APPEND sources ${generated})
  endif()
  foreach(texts migrations pages)
    if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/${folder}/${texts})
      kontor_embed(embedded ${folder} ${texts})
      list(APPEND sources ${embedded})
    endif()
  endforeach()
  set(${sources_variable} ${sources} PARENT_SCOPE)
  set(${tests_variable} ${tests} PARENT_SCOPE)
endfunction()

# A static library, or an interface library for a folder of headers only.
function(kontor_library target folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;DEPENDS;LIBRARIES")
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    kontor_own_code(${target})
    kontor_precompile(${target})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${CMAKE_SOURCE_DIR})
  target_include_directories(${target} SYSTEM ${scope} ${KONTOR_GEN})
  kontor_depends(${target} ${scope} ${arg_DEPENDS})
  target_link_libraries(${target} ${scope} ${arg_LIBRARIES} Threads::Threads)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${folder}/settings.proto)
    target_link_libraries(${target} ${scope} kontor_api_options)
  endif()
endfunction()

function(kontor_test target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;DEPENDS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${target} ${arg_SOURCES})
  kontor_own_code(${target})
  # A test spends its time in the library it tests: not optimising its own code halves the wait for the compiler.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
  kontor_precompile(${target} TEST)
  kontor_depends(${target} PRIVATE ${arg_DEPENDS})
  target_link_libraries(${target} PRIVATE GTest::gtest_main rapidcheck)
  gtest_discover_tests(
    ${target}
    TEST_PREFIX "${target}/"
    DISCOVERY_MODE PRE_TEST
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS ${arg_LABEL} ENVIRONMENT "RC_PARAMS=seed=1")
endfunction()

function(kontor_own_code target)
  target_compile_options(${target} PRIVATE ${KONTOR_WARNINGS})
endfunction()

# Links kontor_<module> for each name and remembers the name for kontor_check_depends.
function(kontor_depends target scope)
  foreach(module IN LISTS ARGN)
    target_link_libraries(${target} ${scope} kontor_${module})
    set_property(GLOBAL APPEND PROPERTY KONTOR_DEPENDS "${target}>kontor_${module}")
  endforeach()
endfunction()

# Runs last: a misspelt DEPENDS would otherwise end as an obscure linker message.
function(kontor_check_depends)
  get_property(pairs GLOBAL PROPERTY KONTOR_DEPENDS)
  foreach(pair IN LISTS pairs)
    string(REPLACE ">" ";" pair ${pair})
    list(GET pair 0 target)
    list(GET pair 1 module)
    if(NOT TARGET ${module})
      message(WARNING "${target} DEPENDS on ${module}, which no folder in KONTOR_FOLDERS builds")
    endif()
  endforeach()
endfunction()

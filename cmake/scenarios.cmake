# kontor_scenarios(<folder> [TIMEOUT seconds] [REPEATED files...])
#
# Python tests that start bin/kontor and use it as a client would (tests/<folder>/*_test.py): one ctest for each file,
# label `scenario`. They share tests/support/. The files of REPEATED run a second time (<folder>_repeated/*), in which
# every POST is sent twice with one Idempotency-Key and must be answered twice alike.
function(kontor_scenarios folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "REPEATED")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  get_filename_component(suite ${folder} NAME)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*_test.py)
  foreach(script IN LISTS scripts)
    get_filename_component(name ${script} NAME_WE)
    kontor_scenario(${suite}/${name} ${suite}.${name} ${arg_TIMEOUT})
    if(name IN_LIST arg_REPEATED)
      kontor_scenario(${suite}_repeated/${name} ${suite}.${name} ${arg_TIMEOUT} KONTOR_REPEAT=1)
    endif()
  endforeach()
endfunction()

# One file as one ctest; further arguments are its environment.
function(kontor_scenario test module timeout)
  set(environment "KONTOR_BIN=$<TARGET_FILE:kontor>;KONTOR_SANITIZE=${KONTOR_SANITIZE};PYTHONDONTWRITEBYTECODE=1")
  add_test(
    NAME ${test}
    COMMAND ${KONTOR_PYTHON} -m unittest -v ${module}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/tests)
  set_tests_properties(
    ${test} PROPERTIES TIMEOUT ${timeout} LABELS scenario ENVIRONMENT "${environment};${ARGN}")
endfunction()

# kontor_scenarios(<folder> [TIMEOUT seconds])
#
# Python tests that start bin/kontor and use it as a client would (tests/<folder>/*_test.py): one ctest for each file,
# label `scenario`. They share tests/support/.
function(kontor_scenarios folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  get_filename_component(suite ${folder} NAME)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*_test.py)
  foreach(script IN LISTS scripts)
    get_filename_component(name ${script} NAME_WE)
    add_test(
      NAME ${suite}/${name}
      COMMAND ${KONTOR_PYTHON} -m unittest -v ${suite}.${name}
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/tests)
    set_tests_properties(
      ${suite}/${name}
      PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS scenario ENVIRONMENT
                 "KONTOR_BIN=$<TARGET_FILE:kontor>;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()

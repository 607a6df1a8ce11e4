# tools/tidy as a part of the build: one service including another's insides ends the build, not a review.
find_program(KONTOR_PYTHON python3 HINTS /usr/bin REQUIRED)

# Runs in a tenth of a second, so it runs always: what it reads is the whole tree.
add_custom_target(
  kontor_layers ALL
  COMMAND ${KONTOR_PYTHON} -B ${CMAKE_SOURCE_DIR}/tools/tidy/main.py --layers
  COMMENT "layers"
  VERBATIM)

function(kontor_tidy_tests)
  set(tidy ${CMAKE_SOURCE_DIR}/tools/tidy)
  add_test(NAME tidy/layers COMMAND ${KONTOR_PYTHON} -B ${tidy}/main.py --layers)
  add_test(NAME tidy/rules COMMAND ${KONTOR_PYTHON} -B -m unittest discover -s ${tidy} -p "*_test.py")
  set_tests_properties(tidy/layers tidy/rules PROPERTIES LABELS unit TIMEOUT 60)
  # Contracts only grow: held to contracts/released.txt; and the check itself, on pairs of contracts.
  set(contracts ${CMAKE_SOURCE_DIR}/tools/contracts)
  add_test(NAME contracts/only_grow COMMAND ${KONTOR_PYTHON} -B ${contracts}/main.py --googleapis ${KONTOR_GOOGLEAPIS})
  add_test(NAME contracts/rules COMMAND ${KONTOR_PYTHON} -B -m unittest discover -s ${contracts} -p "*_test.py")
  set_tests_properties(contracts/only_grow contracts/rules PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

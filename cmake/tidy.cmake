# The layer graph is checked by every build, so that one service cannot include another's insides unnoticed.
find_program(KONTOR_PYTHON python3 HINTS /usr/bin REQUIRED)

# Writes the header that kontor_embed promises. Called by the build with ROOT, HEADER, MODULE, NAME and FILES.
string(SUBSTRING ${NAME} 0 1 initial)
string(SUBSTRING ${NAME} 1 -1 rest)
string(TOUPPER ${initial} initial)
list(LENGTH FILES count)

set(text "#pragma once\n#include <array>\n#include <string_view>\n#include <utility>\n\nnamespace kontor::${MODULE} {\n\n")
string(APPEND text "inline constexpr std::array<std::pair<std::string_view, std::string_view>, ${count}> k${initial}${rest}{{\n")
foreach(file IN LISTS FILES)
  file(READ ${ROOT}/${file} content)
  string(APPEND text "    {\"${file}\", R\"~embed~(${content})~embed~\"},\n")
endforeach()
string(APPEND text "}};\n\n}  // namespace kontor::${MODULE}\n")
file(WRITE ${HEADER} "${text}")

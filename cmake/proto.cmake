# Everything protoc makes. Output lies in ${KONTOR_GEN}, never in git, and is included as
# "kontor/order/v1/order.pb.h" or "services/order/settings.pb.h".

find_package(Protobuf REQUIRED MODULE)
set(KONTOR_GEN ${CMAKE_BINARY_DIR}/gen)
set(KONTOR_CONTRACTS_ROOT ${CMAKE_SOURCE_DIR}/contracts)
file(MAKE_DIRECTORY ${KONTOR_GEN})

# google/api/{annotations,http}.proto: the REST paths' annotations, from Debian's golang-github-gogo-googleapis-dev.
set(KONTOR_GOOGLEAPIS
    /usr/share/gocode/src/github.com/gogo/googleapis
    CACHE PATH "Folder that holds google/api/http.proto")
if(NOT EXISTS ${KONTOR_GOOGLEAPIS}/google/api/http.proto)
  message(FATAL_ERROR "${KONTOR_GOOGLEAPIS} has no google/api/http.proto: run tools/setup, or set KONTOR_GOOGLEAPIS")
endif()

# kontor_generate(<sources-variable> ROOT <import root> PROTOS <path below the root>... [OUT <folder>] [KONTOR])
#
# Runs protoc on each file and puts the names of the generated sources into the variable. With KONTOR, protoc-gen-kontor
# runs too and adds x.kontor.{hpp,cpp}. A change in an imported file regenerates exactly its importers.
function(kontor_generate sources_variable)
  cmake_parse_arguments(PARSE_ARGV 1 arg "KONTOR" "ROOT;OUT" "PROTOS")
  if(NOT arg_OUT)
    set(arg_OUT ${KONTOR_GEN})
  endif()
  set(imports -I ${arg_ROOT} -I ${KONTOR_CONTRACTS_ROOT} -I ${KONTOR_GOOGLEAPIS})
  set(sources)
  foreach(proto IN LISTS arg_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(base ${arg_OUT}/${stem})
    get_filename_component(base_folder ${base} DIRECTORY)
    file(MAKE_DIRECTORY ${base_folder})
    add_custom_command(
      OUTPUT ${base}.pb.cc ${base}.pb.h
      COMMAND protobuf::protoc ${imports} --cpp_out=${arg_OUT} --dependency_out=${base}.pb.d ${proto}
      DEPENDS ${arg_ROOT}/${proto}
      DEPFILE ${base}.pb.d
      COMMENT "protoc ${proto}"
      VERBATIM)
    list(APPEND sources ${base}.pb.cc)
    if(arg_KONTOR)
      add_custom_command(
        OUTPUT ${base}.kontor.cpp ${base}.kontor.hpp
        COMMAND protobuf::protoc ${imports} --plugin=protoc-gen-kontor=$<TARGET_FILE:protoc-gen-kontor>
                --kontor_out=${arg_OUT} --dependency_out=${base}.kontor.d ${proto}
        DEPENDS ${arg_ROOT}/${proto} protoc-gen-kontor
        DEPFILE ${base}.kontor.d
        COMMENT "protoc-gen-kontor ${proto}"
        VERBATIM)
      list(APPEND sources ${base}.kontor.cpp)
    endif()
  endforeach()
  set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS -w)
  set_property(GLOBAL APPEND PROPERTY KONTOR_GENERATED ${sources})
  set(${sources_variable} ${sources} PARENT_SCOPE)
endfunction()

# kontor_contracts([DEPENDS modules...])
#
# contracts/**.proto into one library, kontor_contracts. The options themselves (kontor/api, google/api) go into
# kontor_api_options, which the generator links too: this is how it can read them with GetExtension.
function(kontor_contracts)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "DEPENDS")
  file(GLOB_RECURSE protos CONFIGURE_DEPENDS RELATIVE ${KONTOR_CONTRACTS_ROOT} ${KONTOR_CONTRACTS_ROOT}/*.proto)
  set(options ${protos})
  list(FILTER options INCLUDE REGEX "^kontor/api/")
  list(FILTER protos EXCLUDE REGEX "^kontor/api/")

  kontor_generate(google_sources ROOT ${KONTOR_GOOGLEAPIS} PROTOS google/api/http.proto google/api/annotations.proto)
  kontor_generate(option_sources ROOT ${KONTOR_CONTRACTS_ROOT} PROTOS ${options})
  add_library(kontor_api_options STATIC ${google_sources} ${option_sources})
  kontor_generated_library(kontor_api_options)

  if(TARGET protoc-gen-kontor)
    kontor_generate(sources ROOT ${KONTOR_CONTRACTS_ROOT} PROTOS ${protos} KONTOR)
    # Files are generated one by one; what they must keep to together (no two methods on one path) is checked here.
    set(checked ${KONTOR_GEN}/contracts.checked)
    list(TRANSFORM protos PREPEND ${KONTOR_CONTRACTS_ROOT}/ OUTPUT_VARIABLE files)
    add_custom_command(
      OUTPUT ${checked}
      COMMAND protobuf::protoc -I ${KONTOR_CONTRACTS_ROOT} -I ${KONTOR_GOOGLEAPIS}
              --plugin=protoc-gen-kontor=$<TARGET_FILE:protoc-gen-kontor> --kontor_out=check:${KONTOR_GEN} ${protos}
      COMMAND ${CMAKE_COMMAND} -E touch ${checked}
      DEPENDS ${files} protoc-gen-kontor
      COMMENT "check contracts together"
      VERBATIM)
    list(APPEND sources ${checked})
  else()
    message(WARNING "tools/protoc-gen-kontor is not there: contracts get messages, but no services")
    kontor_generate(sources ROOT ${KONTOR_CONTRACTS_ROOT} PROTOS ${protos})
  endif()
  if(sources)
    add_library(kontor_contracts STATIC ${sources})
    kontor_generated_library(kontor_contracts)
    kontor_depends(kontor_contracts PUBLIC ${arg_DEPENDS})
    target_link_libraries(kontor_contracts PUBLIC kontor_api_options)
  endif()
endfunction()

# What any library of generated code needs: the generated folder as SYSTEM, protobuf, the repository's root.
function(kontor_generated_library target)
  target_include_directories(${target} SYSTEM PUBLIC ${KONTOR_GEN})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf Threads::Threads)
  kontor_own_code(${target})  # silenced per file by -w; the flags must be those of the precompiled headers
  kontor_precompile(${target})
endfunction()

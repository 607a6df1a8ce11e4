# kontor_embed(<sources-variable> <folder> <subfolder>)
#
# Every text file below <folder>/<subfolder> as constants in the generated header "<folder>/<subfolder>.embed.hpp":
# an array of (path below the subfolder, text) pairs, sorted by path, in the module's namespace.
# services/order/migrations becomes kontor::order::kMigrations. A binary so needs no files beside it.
function(kontor_embed sources_variable folder subfolder)
  set(root ${CMAKE_SOURCE_DIR}/${folder}/${subfolder})
  set(header ${KONTOR_GEN}/${folder}/${subfolder}.embed.hpp)
  get_filename_component(module ${folder} NAME)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${root} ${root}/*)
  list(SORT files)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DROOT=${root} -DHEADER=${header} -DMODULE=${module} -DNAME=${subfolder} "-DFILES=${files}"
            -P ${CMAKE_SOURCE_DIR}/cmake/write_embed.cmake
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/write_embed.cmake
    COMMENT "embed ${folder}/${subfolder}"
    VERBATIM)
  # One dependency per file, so that an edited file rewrites the header.
  list(TRANSFORM files PREPEND ${root}/)
  add_custom_command(OUTPUT ${header} DEPENDS ${files} APPEND)
  set_property(GLOBAL APPEND PROPERTY KONTOR_GENERATED ${header})
  set(${sources_variable} ${header} PARENT_SCOPE)
endfunction()

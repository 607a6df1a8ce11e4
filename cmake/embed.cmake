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
  kontor_embed_files(${header} ${root} ${module} ${subfolder} ${files})
  set(${sources_variable} ${header} PARENT_SCOPE)
endfunction()

# kontor_embed_settings(<target>)
#
# Every settings.proto of the tree as kontor::config::kSettings in "chassis/config/settings.embed.hpp", for a target
# that shows settings with their comments (which protoc does not compile in).
function(kontor_embed_settings target)
  set(header ${KONTOR_GEN}/chassis/config/settings.embed.hpp)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/chassis/*/settings.proto
       ${CMAKE_SOURCE_DIR}/services/*/settings.proto)
  list(SORT files)
  kontor_embed_files(${header} ${CMAKE_SOURCE_DIR} config settings ${files})
  target_sources(${target} PRIVATE ${header})
endfunction()

# The command behind both: <files> below <root> into <header> as kontor::<module>::k<Name>.
function(kontor_embed_files header root module name)
  set(files ${ARGN})
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DROOT=${root} -DHEADER=${header} -DMODULE=${module} -DNAME=${name} "-DFILES=${files}"
            -P ${CMAKE_SOURCE_DIR}/cmake/write_embed.cmake
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/write_embed.cmake
    COMMENT "embed ${name} of ${module}"
    VERBATIM)
  # One dependency per file, so that an edited file rewrites the header.
  list(TRANSFORM files PREPEND ${root}/)
  add_custom_command(OUTPUT ${header} DEPENDS ${files} APPEND)
  set_property(GLOBAL APPEND PROPERTY KONTOR_GENERATED ${header})
endfunction()

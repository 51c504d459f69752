# The knowledge in rules/ is data and the page in web/ is files, but the product is one binary that needs no files
# beside it: each becomes a string in a generated source. --rules DIR overrides the rules at run time.
file(GLOB_RECURSE RULE_FILES CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
     ${CMAKE_SOURCE_DIR}/rules/*.toml ${CMAKE_SOURCE_DIR}/rules/*.yml)
file(GLOB WEB_FILES CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
     ${CMAKE_SOURCE_DIR}/web/*.html ${CMAKE_SOURCE_DIR}/web/*.js ${CMAKE_SOURCE_DIR}/web/*.css)
list(APPEND RULE_FILES src/casefile/schema.sql ${WEB_FILES})
list(SORT RULE_FILES)
set(EMBEDDED_RULES_CPP ${CMAKE_BINARY_DIR}/embedded_rules.cpp)
set(RULE_PATHS ${RULE_FILES})
list(TRANSFORM RULE_PATHS PREPEND ${CMAKE_SOURCE_DIR}/)
add_custom_command(
  OUTPUT ${EMBEDDED_RULES_CPP}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${EMBEDDED_RULES_CPP} -DSOURCE_DIR=${CMAKE_SOURCE_DIR}
          "-DFILES=${RULE_FILES}" -P ${CMAKE_SOURCE_DIR}/cmake/WriteEmbeddedRules.cmake
  DEPENDS ${RULE_PATHS} ${CMAKE_SOURCE_DIR}/cmake/WriteEmbeddedRules.cmake
  COMMENT "Embedding rules/ and web/" VERBATIM)
add_library(dislodge_rules STATIC ${EMBEDDED_RULES_CPP})
target_link_libraries(dislodge_rules PUBLIC dislodge_settings)

# SPDX-License-Identifier: GPL-3.0-or-later
# Flags, third parties, and the two words of this build: kh_room() and kh_tests().

find_package(PkgConfig REQUIRED)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(IGRAPH REQUIRED IMPORTED_TARGET igraph) # its CMake package asks for C++ in a C project
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
find_package(GSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_library(GLPK_LIBRARY glpk REQUIRED) # GLPK ships neither .pc nor CMake file
find_path(GLPK_INCLUDE_DIR glpk.h REQUIRED)
if(KH_TESTS)
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()

add_library(kh_flags INTERFACE)
target_include_directories(kh_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(kh_flags INTERFACE _POSIX_C_SOURCE=200809L KH_VERSION="${PROJECT_VERSION}")
# -ffp-contract=off: no fused multiply-add, so results are equal across machines
target_compile_options(kh_flags INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
  -Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wpointer-arith -Wformat=2 -Wundef -Wvla -Wswitch-enum)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU") # clang warns of promotion at every NAN and INFINITY
  target_compile_options(kh_flags INTERFACE -Wdouble-promotion -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wnull-dereference)
endif()
if(KH_WERROR)
  target_compile_options(kh_flags INTERFACE -Werror)
endif()
if(KH_SANITIZE)
  target_compile_options(kh_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(kh_flags INTERFACE -fsanitize=address,undefined)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(kh_flags INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  target_link_options(kh_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(KH_COVERAGE)
  target_compile_options(kh_flags INTERFACE --coverage)
  target_link_options(kh_flags INTERFACE --coverage)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2")

# kh_room(NAME sources... DEPENDS rooms... PRIVATE third parties...): one static library per room, arrows as given
function(kh_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;PRIVATE" ${ARGN})
  add_library(kh_${name} STATIC ${ROOM_UNPARSED_ARGUMENTS})
  target_link_libraries(kh_${name} PUBLIC kh_flags m)
  foreach(room ${ROOM_DEPENDS})
    target_link_libraries(kh_${name} PUBLIC kh_${room})
  endforeach()
  if(ROOM_PRIVATE)
    target_link_libraries(kh_${name} PRIVATE ${ROOM_PRIVATE})
  endif()
endfunction()

# kh_tests(FOLDER rooms...): every test_*.c, ref_*.c and prop_*.c of tests/FOLDER is one test, labelled by its prefix
function(kh_tests folder)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/test_*.c ${PROJECT_SOURCE_DIR}/tests/${folder}/ref_*.c
    ${PROJECT_SOURCE_DIR}/tests/${folder}/prop_*.c)
  string(REPLACE "/" "_" prefix ${folder})
  foreach(source ${sources})
    get_filename_component(stem ${source} NAME_WE)
    set(test ${prefix}_${stem})
    add_executable(${test} ${source})
    target_link_libraries(${test} PRIVATE kh_flags PkgConfig::CMOCKA)
    foreach(room ${ARGN})
      target_link_libraries(${test} PRIVATE kh_${room})
    endforeach()
    add_test(NAME ${test} COMMAND ${test} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    string(REGEX REPLACE "_.*" "" label ${stem})
    string(REPLACE "test" "unit" label ${label})
    set_tests_properties(${test} PROPERTIES LABELS ${label} TIMEOUT 300)
  endforeach()
endfunction()

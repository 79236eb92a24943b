# How Parley's parts are built: one static library a folder, tests beside what they test.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(PARLEY_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
set(PARLEY_SANITIZE "" CACHE STRING "Sanitizers for all code, as -fsanitize= takes them")

add_compile_definitions(_GNU_SOURCE)
add_compile_options(
  -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
  -Wpointer-arith -Wwrite-strings -fno-omit-frame-pointer -fno-common)
if(PARLEY_SANITIZE)
  add_compile_options(-fsanitize=${PARLEY_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PARLEY_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  # What Debian hardens its own servers with.
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
  add_link_options(-Wl,-z,relro -Wl,-z,now)
endif()
if(PARLEY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(LIBCRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(LIBSSL REQUIRED IMPORTED_TARGET libssl)
pkg_check_modules(LIBNATS REQUIRED IMPORTED_TARGET libnats)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)

# parley_library(NAME SOURCES a.c b.c DEPS parley_util ...): the folder's library.
function(parley_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/server/src)
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
endfunction()

# All tests that run more than one thread: what the tsan preset is built for.
add_custom_target(tests_threads)

# A test that hangs is ended after so many seconds. What takes ten when nothing else runs may take a
# minute where much does.
set(PARLEY_TEST_SECONDS_MAX 300)

# parley_test(NAME [THREADS] [FULL] SUITE unit SOURCES test_x.c DEPS parley_x ...): a cmocka
# program, labelled with the suite that `./dev test SUITE` runs it in. THREADS: it runs more than
# one thread, so it is also run under the thread sanitizer. FULL: it takes long, and only
# `./dev test --full` runs it.
function(parley_test name)
  cmake_parse_arguments(ARG "THREADS;FULL" "SUITE" "SOURCES;DEPS;ARGS" ${ARGN})
  if(NOT ARG_SUITE)
    set(ARG_SUITE unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} PkgConfig::CMOCKA)
  add_test(NAME ${name} COMMAND ${name} ${ARG_ARGS})
  set(labels ${ARG_SUITE})
  if(ARG_THREADS)
    list(APPEND labels threads)
    add_dependencies(tests_threads ${name})
  endif()
  if(ARG_FULL)
    list(APPEND labels full)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${PARLEY_TEST_SECONDS_MAX})
endfunction()

# parley_fuzz(NAME SOURCES fuzz_x.c DEPS parley_x ...): a libFuzzer program; its corpus is
# tests/fuzz/corpus/NAME.
function(parley_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(PARLEY_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_DEPS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()

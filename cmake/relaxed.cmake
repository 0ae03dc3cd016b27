# cutaway-relaxed.wasm: the objects of cutaway.wasm, but for the network's
# kernels and what packs for them (target `bytes`). Debian's Emscripten has an
# LLVM and a wasm-opt from before relaxed SIMD: what uses it is compiled to
# assembly, with the one instruction by name, which clang-19 assembles and
# wasm-ld-19 links as Emscripten's driver would. clang-19 does not compile it
# itself: it takes no vector as an operand of asm, and without (CUT_IN_ORDER) it
# loads more than there are registers. Without them there is no such module, and
# browsers take cutaway.wasm.
find_program(CUT_RELAXED_AS clang-19)
find_program(CUT_RELAXED_LD wasm-ld-19)
find_program(CUT_EM_CONFIG em-config)
set(_out "${CMAKE_BINARY_DIR}/cutaway-relaxed.wasm")
if(NOT CUT_RELAXED_AS OR NOT CUT_RELAXED_LD OR NOT CUT_EM_CONFIG)
  file(REMOVE "${_out}") # of a time when there were
  add_custom_target(cutaway-relaxed)
  return()
endif()
execute_process(COMMAND ${CUT_EM_CONFIG} CACHE OUTPUT_VARIABLE _cache
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(_flags -std=gnu11 -DNDEBUG -DCUT_BYTE_DOTS=1 -DCUT_RELAXED=1 -O3
  -fvisibility=hidden -ffp-contract=off -msimd128 -mbulk-memory
  -mnontrapping-fptoint "-I${CMAKE_SOURCE_DIR}/wasm"
  "-I${CMAKE_SOURCE_DIR}/wasm/include" -fno-integrated-as -S)
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/relaxed")
foreach(_source kernels/conv_i16 kernels/inverted plan/pack)
  get_filename_component(_name "${_source}" NAME)
  set(_base "${CMAKE_BINARY_DIR}/relaxed/${_name}")
  add_custom_command(OUTPUT "${_base}.o"
    COMMAND ${CMAKE_C_COMPILER} ${_flags} -MD -MF "${_base}.d"
            "${CMAKE_SOURCE_DIR}/wasm/nn/${_source}.c" -o "${_base}.txt"
    # what is called has to be declared before
    COMMAND sh -c "grep -h '[.]functype' '${_base}.txt' | cat - '${_base}.txt' > '${_base}.s'"
    COMMAND ${CUT_RELAXED_AS} --target=wasm32-unknown-emscripten -msimd128
            -mrelaxed-simd -mbulk-memory -mnontrapping-fptoint -Wa,--no-warn -c "${_base}.s"
            -o "${_base}.o"
    DEPENDS "${CMAKE_SOURCE_DIR}/wasm/nn/${_source}.c" DEPFILE "${_base}.d"
    VERBATIM)
  list(APPEND _relaxed "${_base}.o")
endforeach()
set(_bytes "$<FILTER:$<TARGET_OBJECTS:bytes>,EXCLUDE,/(conv_i16|inverted|pack)\\.c>")
set(_others "$<FILTER:$<TARGET_OBJECTS:core>,EXCLUDE,/nn/(kernels|plan)/>"
  $<TARGET_OBJECTS:parallel> $<TARGET_OBJECTS:third_party>)
set(_lib "${_cache}/sysroot/lib/wasm32-emscripten")
# what Emscripten's driver tells wasm-ld for a reactor (see `_reactor`)
set(_link --entry=_initialize --import-undefined --strip-all -O3 --gc-sections
  -z stack-size=262144 --initial-memory=4194304 --max-memory=4294967296
  --global-base=1024 "-L${_lib}" "${_lib}/crt1_reactor.o")
add_custom_command(OUTPUT "${_out}"
  COMMAND ${CUT_RELAXED_LD} ${_link} ${_relaxed} ${_bytes} ${_others}
          -lstandalonewasm-memgrow -lc -ldlmalloc -lcompiler_rt -lc -o "${_out}"
  DEPENDS ${_relaxed} bytes core parallel third_party $<TARGET_OBJECTS:bytes>
          ${_others}
  COMMAND_EXPAND_LISTS VERBATIM)
add_custom_target(cutaway-relaxed DEPENDS "${_out}")

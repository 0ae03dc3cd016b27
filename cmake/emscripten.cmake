# Finds Emscripten's own toolchain file beside the emcc on PATH, so that no
# path of a distribution stands in the presets.
find_program(CUT_EMCC emcc REQUIRED)
file(REAL_PATH "${CUT_EMCC}" _emcc)
get_filename_component(_root "${_emcc}" DIRECTORY)
include("${_root}/cmake/Modules/Platform/Emscripten.cmake")
# Test programs are standalone wasm: run them under Node's WASI.
set(CMAKE_CROSSCOMPILING_EMULATOR
    "node;--no-warnings;${CMAKE_CURRENT_LIST_DIR}/../tools/run-wasi.js")

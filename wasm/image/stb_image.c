/*
 * The only file that sees stb_image. Its SSE2 paths give the same bits as its
 * plain C; under Emscripten the intrinsics become wasm SIMD, which stb does
 * not know, so it is told that this is x86-64.
 */
#include "image/stb_image_glue.h"

#include "base/alloc.h"
#include "cutaway.h"

#ifdef __wasm_simd128__
#define STBI__X64_TARGET
#endif
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_ONLY_GIF
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_NO_THREAD_LOCALS /* one instance, one thread */
#define STBI_ASSERT(x) ((void)0)
#define STBI_MAX_DIMENSIONS CUT_MAX_SIDE
#define STBI_MALLOC(size) cut_alloc(1, size)
#define STBI_REALLOC(block, size) cut_realloc(block, 1, size)
#define STBI_FREE(block) cut_free(block)
#include "stb_image.h"

unsigned char *cut_stb_decode(const unsigned char *bytes, int size, int *w,
                              int *h, const char **reason)
{
    int channels;
    unsigned char *px = stbi_load_from_memory(bytes, size, w, h, &channels, 4);
    *reason = px ? "" : stbi_failure_reason();
    return px;
}

/*
 * The only file that sees stb_image. Its SSE2 paths give the same bits as its
 * plain C; under Emscripten the intrinsics become wasm SIMD, which stb does
 * not know, so it is told that this is x86-64. Its inflate is replaced by
 * libdeflate's, which checks the sum at the end and never grows its output.
 * tools/setup applies stb_image.patch, which mends what stb gets wrong and
 * counts a JPEG's blocks (stb_jpeg_hooks.h).
 */
#include "image/stb_image_glue.h"

#include "base/alloc.h"
#include "base/status.h"
#include "image/bytes.h"
#include "image/chunks.h"
#include "libdeflate.h"

#ifdef __wasm_simd128__
#define STBI__X64_TARGET
#endif
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_NO_ZLIB /* ours, below */
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_NO_THREAD_LOCALS /* one instance, one thread */
#define STBI_ASSERT(x) ((void)0)
#define STBI_MAX_DIMENSIONS CUT_MAX_SIDE
#define STBI_MALLOC(size) stb_alloc(size)
#define STBI_REALLOC(block, size) cut_realloc(block, 1, size)
#define STBI_FREE(block) cut_free(block)

/* Bytes of the block in which a JPEG's planes are joined, all of it written:
 * one more than its pixels take. No other block of stb's is as long: they are
 * 0 or 15 beyond a multiple of 4, or a row. 0: not a JPEG. */
static size_t joined;

/* Zeroed: where a damaged JPEG lacks a scan, stb shows what the memory held
 * before, which may be another photo. */
static void *stb_alloc(size_t size)
{
    return size == joined ? cut_alloc(size, 1) : cut_alloc_zero(size, 1);
}

#include "stb_image.h"

/* The PNG that is being decoded. */
static const unsigned char *png_bytes;
static size_t png_size;

int cut_png_sums_hold(const unsigned char *bytes, size_t size,
                      const uint32_t *types, int count)
{
    for (cut_chunk c = {0}; cut_chunk_next(&c, bytes, size, CUT_FORMAT_PNG);)
        for (int i = 0; i < count; i++)
            if (c.type == types[i] &&
                cut_be32(c.data + c.size) !=
                    libdeflate_crc32(0, c.data - 4, c.size + 4))
                return 0;
    return 1;
}

/* zlib's data without its sum, for a writer that got the sum wrong: whether
 * they are what was written, the sums of the chunks around them tell. */
static enum libdeflate_result
inflate_unsummed(struct libdeflate_decompressor *inflate, const char *in,
                 int in_size, char *out, size_t room, size_t *written)
{
    static const uint32_t idat = CUT_TAG('I', 'D', 'A', 'T');
    size_t used;
    if (in_size < 2 || !cut_png_sums_hold(png_bytes, png_size, &idat, 1))
        return LIBDEFLATE_BAD_DATA;
    return libdeflate_deflate_decompress_ex(
        inflate, in + 2, (size_t)in_size - 2, out, room, &used, written);
}

/*
 * What stb's PNG reader calls: `expected` is the exact size unless the picture
 * is interlaced, whose seven passes have more and shorter rows: then twice as
 * much is always enough. More than that is no honest file.
 */
static char *stbi_zlib_decode_malloc_guesssize_headerflag(
    const char *in, int in_size, int expected, int *out_size, int parse_header)
{
    (void)parse_header; /* 0 for Apple's CgBI only, which the probe refuses */
    libdeflate_set_memory_allocator(cut_alloc_bytes, cut_free);
    struct libdeflate_decompressor *inflate = libdeflate_alloc_decompressor();
    size_t room = (size_t)expected, written = 0;
    for (int attempt = 0; inflate && attempt < 2; attempt++) {
        char *out = cut_alloc(room, 1);
        if (!out) break;
        enum libdeflate_result result = libdeflate_zlib_decompress(
            inflate, in, (size_t)in_size, out, room, &written);
        if (result == LIBDEFLATE_BAD_DATA)
            result = inflate_unsummed(inflate, in, in_size, out, room,
                                      &written);
        if (result == LIBDEFLATE_SUCCESS) {
            libdeflate_free_decompressor(inflate);
            *out_size = (int)written;
            return out;
        }
        cut_free(out);
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE) break;
        room = 2 * room + 64;
    }
    if (inflate) libdeflate_free_decompressor(inflate);
    stbi__err("its compressed data are damaged", "Corrupt PNG");
    return NULL;
}

/* 16 bits to 8 in place: stb's own conversion needs a second picture, and
 * leaks the first when it gets none. */
static unsigned char *high_bytes(stbi_us *wide, size_t count)
{
    unsigned char *px = (unsigned char *)wide;
    for (size_t i = 0; i < count; i++) px[i] = (unsigned char)(wide[i] >> 8);
    unsigned char *fitting = cut_realloc(px, count, 1);
    return fitting ? fitting : px;
}

unsigned char *cut_stb_decode(const unsigned char *bytes, int size, int bits,
                              int is_jpeg, int wants_inks, int *w, int *h,
                              cut_stb_fault *fault)
{
    int channels;
    unsigned char *px = NULL;
    joined = is_jpeg ? (size_t)*w * (size_t)*h * 4 + 1 : 0;
    png_bytes = bytes;
    png_size = (size_t)size;
    memset(&jpeg, 0, sizeof jpeg);
    jpeg_wants_inks = wants_inks;
    stbi__g_failure_reason = NULL;
    if (bits == 16) {
        stbi_us *wide = stbi_load_16_from_memory(bytes, size, w, h, &channels,
                                                 4);
        if (wide) px = high_bytes(wide, (size_t)*w * (size_t)*h * 4);
    } else {
        px = stbi_load_from_memory(bytes, size, w, h, &channels, 4);
    }
    const char *reason = stbi_failure_reason();
    *fault = (cut_stb_fault){0};
    if (!px)
        *fault = (cut_stb_fault){jpeg.fault ? jpeg.fault
                                 : reason   ? reason
                                            : "it does not hold together",
                                 jpeg.blocks, jpeg.all, jpeg.scans};
    return px;
}

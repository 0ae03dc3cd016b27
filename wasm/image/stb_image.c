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
#include "image/crc32.h"
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

/* The PNG that is being decoded, and how many bytes of its rows are there. */
static const unsigned char *png_bytes;
static size_t png_size, png_written;
static int png_is_damaged;

int cut_png_sums_hold(const unsigned char *bytes, size_t size,
                      const uint32_t *types, int count)
{
    for (cut_chunk c = {0}; cut_chunk_next(&c, bytes, size, CUT_FORMAT_PNG);)
        for (int i = 0; i < count; i++)
            if (c.type == types[i] &&
                cut_be32(c.data + c.size) != cut_crc32(c.data - 4, c.size + 4))
                return 0;
    return 1;
}

/* Whether all data lie in chunks that are whole, with the right sums. */
static int png_data_are_summed(size_t data_size)
{
    static const uint32_t idat = CUT_TAG('I', 'D', 'A', 'T');
    size_t found = 0;
    for (cut_chunk c = {0};
         cut_chunk_next(&c, png_bytes, png_size, CUT_FORMAT_PNG);)
        if (c.type == idat) found += c.size;
    return found == data_size &&
           cut_png_sums_hold(png_bytes, png_size, &idat, 1);
}

/* zlib's data without its sum, for a writer that got the sum wrong: whether
 * they are what was written, the sums of the chunks around them tell. */
static enum libdeflate_result
inflate_unsummed(struct libdeflate_decompressor *inflate, const char *in,
                 int in_size, char *out, size_t room, size_t *written)
{
    size_t used;
    if (in_size < 2 || !png_data_are_summed((size_t)in_size))
        return LIBDEFLATE_BAD_DATA;
    return libdeflate_deflate_decompress_ex(
        inflate, in + 2, (size_t)in_size - 2, out, room, &used, written);
}

/* What of data that end early is there, the rest 0. The inflater reads on beyond
 * their end as if something were there: what is the same whether zeros or ones
 * follow was decoded from the data. */
static size_t inflate_part(struct libdeflate_decompressor *inflate,
                           const char *in, int in_size, char *out, size_t room)
{
    enum { MORE = 64 };
    size_t used, made, size = (size_t)in_size, same = 0;
    unsigned char *data = cut_alloc(size + MORE, 1);
    char *other = cut_alloc(room, 1);
    if (data && other && in_size > 2) {
        memcpy(data, in, size);
        memset(other, 0xA7, room);
        memset(out, 0x5A, room);
        memset(data + size, 0, MORE);
        libdeflate_deflate_decompress_ex(inflate, data + 2, size - 2 + MORE,
                                         other, room, &used, &made);
        memset(data + size, 0xFF, MORE);
        libdeflate_deflate_decompress_ex(inflate, data + 2, size - 2 + MORE,
                                         out, room, &used, &made);
        while (same < room && out[same] == other[same]) same++;
    }
    cut_free(data);
    cut_free(other);
    memset(out + same, 0, room - same);
    return same;
}

/*
 * What stb's PNG reader calls: `expected` is the exact size unless the picture
 * is interlaced, whose seven passes have more and shorter rows: then twice as
 * much is always enough. More than that is no honest file. Of data that are
 * not whole png_written is what is there.
 */
static char *stbi_zlib_decode_malloc_guesssize_headerflag(
    const char *in, int in_size, int expected, int *out_size, int parse_header)
{
    (void)parse_header; /* 0 for Apple's CgBI only, which the probe refuses */
    libdeflate_set_memory_allocator(cut_alloc_bytes, cut_free);
    struct libdeflate_decompressor *inflate = libdeflate_alloc_decompressor();
    size_t room = (size_t)expected, written = 0;
    char *done = NULL;
    for (int attempt = 0; inflate && !done && attempt < 2; attempt++) {
        char *out = cut_alloc(room, 1);
        if (!out) break;
        enum libdeflate_result result = libdeflate_zlib_decompress(
            inflate, in, (size_t)in_size, out, room, &written);
        if (result == LIBDEFLATE_BAD_DATA)
            result = inflate_unsummed(inflate, in, in_size, out, room,
                                      &written);
        if (result == LIBDEFLATE_SUCCESS) {
            done = out;
            png_written = written;
        } else if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
            cut_free(out);
            room = 2 * room + 64;
        } else {
            png_written = inflate_part(inflate, in, in_size, out, room);
            png_is_damaged = 1;
            written = room;
            done = out;
        }
    }
    if (inflate) libdeflate_free_decompressor(inflate);
    if (!done) stbi__err("its compressed data are damaged", "Corrupt PNG");
    *out_size = (int)written;
    return done;
}

/* 16 bits to 8 in place: stb's own conversion needs a second picture, and
 * leaks the first when it gets none. narrow: what colours become, NULL: their
 * high byte; alpha's is always that. */
static unsigned char *high_bytes(stbi_us *wide, size_t count,
                                 const unsigned char *narrow)
{
    unsigned char *px = (unsigned char *)wide;
    for (size_t i = 0; i < count; i++)
        px[i] = narrow && i % 4 != 3 ? narrow[wide[i]]
                                     : (unsigned char)(wide[i] >> 8);
    unsigned char *fitting = cut_realloc(px, count, 1);
    return fitting ? fitting : px;
}

/* Whole rows of a PNG. 0 of an interlaced one that is not whole. */
static int32_t png_rows(int32_t h)
{
    static const int channels[8] = {1, 0, 3, 1, 2, 0, 4, 0};
    if (!png_is_damaged) return h;
    if (png_size < 29 || png_bytes[28]) return 0; /* of IHDR, behind 8 + 8 */
    size_t bits = (size_t)png_bytes[24] * (size_t)channels[png_bytes[25] & 7];
    size_t stride = ((size_t)cut_be32(png_bytes + 16) * bits + 7) / 8 + 1;
    size_t rows = png_written / stride;
    return rows < (size_t)h ? (int32_t)rows : h;
}

unsigned char *cut_stb_decode(const unsigned char *bytes, int size,
                              const cut_stb_how *how, int *w, int *h,
                              cut_stb_fault *fault)
{
    int channels;
    unsigned char *px = NULL;
    joined = how->is_jpeg ? (size_t)*w * (size_t)*h * 4 + 1 : 0;
    png_bytes = bytes;
    png_size = (size_t)size;
    png_is_damaged = 0;
    memset(&jpeg, 0, sizeof jpeg);
    jpeg_takes_part = how->part;
    jpeg_wants_inks = how->wants_inks;
    stbi__g_failure_reason = NULL;
    if (how->bits == 16) {
        stbi_us *wide = stbi_load_16_from_memory(bytes, size, w, h, &channels,
                                                 4);
        if (wide)
            px = high_bytes(wide, (size_t)*w * (size_t)*h * 4, how->narrow);
    } else {
        px = stbi_load_from_memory(bytes, size, w, h, &channels, 4);
    }
    const char *reason = stbi_failure_reason();
    *fault = (cut_stb_fault){.rows = how->is_jpeg ? *h : png_rows(*h)};
    if (jpeg.is_short) fault->rows = jpeg.rows;
    fault->is_damaged = jpeg.is_short || png_is_damaged;
    if (!px)
        *fault = (cut_stb_fault){jpeg.fault ? jpeg.fault
                                 : reason && *reason
                                     ? reason
                                     : "it does not hold together",
                                 jpeg.blocks,
                                 jpeg.all,
                                 jpeg.scans,
                                 0,
                                 1};
    return px;
}

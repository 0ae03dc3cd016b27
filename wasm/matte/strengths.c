#include "matte/strengths.h"

#include <string.h>

#include "image/chunks.h"
#include "image/png.h"
#include "image/probe.h"

#define TAG CUT_TAG('c', 'u', 'D', 'c')
enum { FRAME = 12, END = 12, LONGEST = 256 }; /* of a chunk; IEND; a run */

cut_strengths cut_strengths_of(int32_t w, int32_t h)
{
    int32_t side = w > h ? w : h;
    int32_t k = (side + CUT_STRENGTHS_SIDE - 1) / CUT_STRENGTHS_SIDE;
    return (cut_strengths){.w = (w + k - 1) / k, .h = (h + k - 1) / k, .k = k};
}

/* Runs of equal samples; out NULL: only their bytes are counted. */
static size_t pack(uint8_t *out, const uint8_t *px, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0, run; i < count; i += run, bytes += 2) {
        for (run = 1; run < LONGEST && i + run < count; run++)
            if (px[i + run] != px[i]) break;
        if (!out) continue;
        out[bytes] = (uint8_t)(run - 1);
        out[bytes + 1] = px[i];
    }
    return bytes;
}

/* Whether the runs are just as many samples as there are. */
static int unpack(uint8_t *px, size_t count, const uint8_t *runs, size_t bytes)
{
    size_t at = 0;
    for (size_t i = 0; i + 1 < bytes; i += 2) {
        size_t run = (size_t)runs[i] + 1;
        if (run > count - at || runs[i + 1] > CUT_STRENGTH_MAX) return 0;
        memset(px + at, runs[i + 1], run);
        at += run;
    }
    return at == count && bytes % 2 == 0;
}

static int is_usual(const cut_strengths *s)
{
    for (size_t i = 0; s->px && i < cut_strengths_count(s); i++)
        if (s->px[i] != CUT_STRENGTH_USUAL) return 0;
    return 1;
}

cut_status cut_strengths_write(cut_bytes *file, const cut_strengths *strengths,
                               cut_error *error)
{
    if (is_usual(strengths)) return CUT_OK;
    size_t bytes = pack(NULL, strengths->px, cut_strengths_count(strengths));
    uint8_t *p = cut_realloc(file->data, file->size + FRAME + bytes, 1);
    if (!p) return cut_fail(error, CUT_E_MEMORY, "No memory to end a PNG.");
    uint8_t *at = p + file->size - END;
    memmove(at + FRAME + bytes, at, END);
    pack(at + 8, strengths->px, cut_strengths_count(strengths));
    cut_png_close_chunk(at, "cuDc", bytes);
    *file = (cut_bytes){p, file->size + FRAME + bytes};
    return CUT_OK;
}

cut_status cut_strengths_read(cut_strengths *out, const uint8_t *bytes,
                              size_t size, int32_t w, int32_t h,
                              cut_error *error)
{
    cut_strengths made = cut_strengths_of(w, h);
    cut_chunk chunk = {0};
    *out = made;
    if (cut_image_sniff(bytes, size) != CUT_FORMAT_PNG) return CUT_OK;
    while (cut_chunk_next(&chunk, bytes, size, CUT_FORMAT_PNG)) {
        if (chunk.type != TAG) continue;
        made.px = cut_alloc(cut_strengths_count(&made), 1);
        if (!made.px)
            return cut_fail(error, CUT_E_MEMORY, "No memory for strengths.");
        if (unpack(made.px, cut_strengths_count(&made), chunk.data, chunk.size))
            *out = made;
        else
            cut_free(made.px);
        break;
    }
    return CUT_OK;
}

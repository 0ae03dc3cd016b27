#include "image/jpeg.h"

#include <string.h>

#include "image/icc.h"
#include "image/resample.h"
#include "image/stb_image_write_glue.h"

enum { APP2_ROOM = 65533 - 14 }; /* of one segment, behind the ICC prefix */

typedef struct sink {
    cut_bytes file;
    size_t capacity;
    const cut_bytes *icc;
    int failed;
} sink;

/* Takes what the JPEG writer writes; the file grows by a half at a time. */
static void append(sink *s, const void *data, size_t size)
{
    if (s->failed) return;
    if (s->file.size + size > s->capacity) {
        size_t capacity = s->capacity + s->capacity / 2 + size + 65536;
        uint8_t *grown = cut_realloc(s->file.data, capacity, 1);
        if (!grown) {
            s->failed = 1;
            return;
        }
        s->file.data = grown;
        s->capacity = capacity;
    }
    memcpy(s->file.data + s->file.size, data, size);
    s->file.size += size;
}

/* The profile in parts of one segment each (ICC.1:2010, B.4). */
static void append_icc(sink *s)
{
    size_t parts = (s->icc->size + APP2_ROOM - 1) / APP2_ROOM;
    for (size_t i = 0; i < parts; i++) {
        size_t at = i * APP2_ROOM, size = s->icc->size - at;
        if (size > APP2_ROOM) size = APP2_ROOM;
        uint8_t head[18] = {0xFF,
                            0xE2,
                            (uint8_t)((size + 16) >> 8),
                            (uint8_t)(size + 16),
                            'I',
                            'C',
                            'C',
                            '_',
                            'P',
                            'R',
                            'O',
                            'F',
                            'I',
                            'L',
                            'E',
                            0,
                            (uint8_t)(i + 1),
                            (uint8_t)parts};
        append(s, head, sizeof head);
        append(s, s->icc->data + at, size);
    }
}

static void write_piece(void *context, void *data, int size)
{
    append(context, data, (size_t)size);
}

cut_status cut_jpeg_encode(cut_bytes *out, const cut_image *image, int quality,
                           const cut_bytes *icc, cut_error *error)
{
    static const uint8_t start[2] = {0xFF, 0xD8};
    if (!cut_image_is_opaque(image))
        return cut_fail(error, CUT_E_ARGUMENT,
                        "A JPEG cannot hold transparency.");
    sink s = {.icc = icc};
    if (cut_icc_colour_space(icc) == CUT_ICC_RGB &&
        icc->size <= (size_t)255 * APP2_ROOM) {
        append(&s, start, 2);
        append_icc(&s);
    }
    size_t profile = s.file.size;
    int good = cut_stb_write_jpeg(write_piece, &s, image->w, image->h,
                                  image->px, quality);
    if (!good || s.failed) {
        cut_bytes_free(&s.file);
        return cut_fail(error, s.failed ? CUT_E_MEMORY : CUT_E_ENCODE,
                        "The JPEG of %d x %d could not be written.",
                        (int)image->w, (int)image->h);
    }
    if (profile) {
        /* stb wrote its own start marker and the JFIF segment (20 bytes, which
         * must come first): move them in front of the profile */
        uint8_t head[20];
        memcpy(head, s.file.data + profile, sizeof head);
        memmove(s.file.data + 20, s.file.data + 2, profile - 2);
        memcpy(s.file.data, head, sizeof head);
        memmove(s.file.data + 18 + profile, s.file.data + profile + 20,
                s.file.size - profile - 20);
        s.file.size -= 2;
    }
    *out = s.file;
    return CUT_OK;
}

void cut_jpeg_set_density(cut_bytes *file, int32_t dpi)
{
    uint8_t hi = (uint8_t)(dpi >> 8), lo = (uint8_t)dpi;
    /* behind the start marker: JFIF's marker, length, name and version */
    memcpy(file->data + 13, (uint8_t[5]){1, hi, lo, hi, lo}, 5);
}

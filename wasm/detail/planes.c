/* Planes of a level, made from the photo's and laid onto them. */
#include "base/simd.h"
#include "detail/state.h"
#include "matte/layers.h"

/* ---- reduced ------------------------------------------------------------ */

static void add_row(uint16_t *restrict sum, const uint8_t *restrict row,
                    size_t count)
{
    for (size_t i = 0; i < count; i++) sum[i] = (uint16_t)(sum[i] + row[i]);
}

/* The same of the part that is not the photo's own alpha. */
static void add_part(uint16_t *restrict sum, const uint8_t *restrict row,
                     const uint8_t *restrict px, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum[i] = (uint16_t)(sum[i] + cut_matte_part(row[i], px[i * 4 + 3]));
}

/* The means of k columns of sums over `rows` rows: exact, as put_mean() in
 * image/resample.c. */
static void put_means(uint8_t *out, const uint16_t *sum, int32_t w, int32_t k,
                      int32_t rows)
{
    for (int32_t x = 0; x < w; x += k) {
        int32_t columns = x + k < w ? k : w - x, n = rows * columns;
        int32_t total = n / 2;
        for (int32_t i = 0; i < columns; i++) total += sum[x + i];
        *out++ = (uint8_t)(((float)total + 0.5f) * (1 / (float)n));
    }
}

cut_status cut_plane_reduce(uint8_t *out, const uint8_t *alpha,
                            const cut_image *photo, int32_t w, int32_t h,
                            int32_t k, cut_error *error)
{
    uint16_t *sum = cut_alloc((size_t)w, sizeof *sum);
    if (!sum)
        return cut_fail(error, CUT_E_MEMORY, "No memory for a row of %d.",
                        (int)w);
    for (int32_t y = 0; y < h; y += k) {
        int32_t rows = y + k < h ? k : h - y;
        memset(sum, 0, (size_t)w * sizeof *sum);
        for (int32_t i = y; i < y + rows; i++) {
            size_t at = (size_t)i * (size_t)w;
            if (photo)
                add_part(sum, alpha + at, photo->px + at * 4, (size_t)w);
            else
                add_row(sum, alpha + at, (size_t)w);
        }
        put_means(out + (size_t)(y / k) * (size_t)((w + k - 1) / k), sum, w, k,
                  rows);
    }
    cut_free(sum);
    return CUT_OK;
}

/* ---- enlarged ----------------------------------------------------------- */

/* Where pixel i lies between samples: index and weight of the next. */
static void between(int32_t *at, float *t, int32_t i, int32_t scale, int32_t n)
{
    float f = ((float)i + 0.5f) / (float)scale - 0.5f;
    if (f < 0) f = 0;
    *at = (int32_t)f < n - 1 ? (int32_t)f : n - 1;
    *t = *at < n - 1 ? f - (float)*at : 0;
}

/* Samples from .. end - 1 of a row, outside of which nothing has changed. */
typedef struct span {
    int32_t from, end;
} span;

static span changed_span(const uint8_t *now, const uint8_t *first, int32_t n)
{
    span s = {0, n};
    while (s.end >= 8 && memcmp(now + s.end - 8, first + s.end - 8, 8) == 0)
        s.end -= 8;
    while (s.from + 8 <= s.end && memcmp(now + s.from, first + s.from, 8) == 0)
        s.from += 8;
    while (s.from < s.end && now[s.from] == first[s.from]) s.from++;
    return s;
}

static span join(span a, span b)
{
    if (a.from >= a.end) return b;
    if (b.from >= b.end) return a;
    return (span){a.from < b.from ? a.from : b.from,
                  a.end > b.end ? a.end : b.end};
}

static uint8_t plus(uint8_t alpha, float change)
{
    float m = (float)alpha + change;
    return (uint8_t)((m < 0 ? 0 : m > 255 ? 255 : m) + 0.5f);
}

/* The matte times the photo's own alpha, rounded as in matte/refine.c. */
static uint8_t plus_under(uint8_t alpha, uint8_t photo, float change)
{
    uint32_t v = (uint32_t)plus(cut_matte_part(alpha, photo), change) * photo +
                 128;
    return (uint8_t)((v + (v >> 8)) >> 8);
}

/* Adds the changes of samples at .. at + 1 to the pixels from x on that lie
 * between them; the next pixel. */
static int32_t add_between(uint8_t *out, const uint8_t *px, int32_t x,
                           int32_t end, const float *line, int32_t at,
                           int32_t scale)
{
    const float step = 1 / (float)scale;
    const float c = line[at], d = line[at + 1] - c;
    for (; x < end; x++) {
        float t = ((float)x + 0.5f) * step - 0.5f - (float)at;
        float change = c + d * (t < 0 ? 0 : t);
        out[x] = px ? plus_under(out[x], px[x * 4 + 3], change)
                    : plus(out[x], change);
    }
    return end;
}

/* Adds a line of changes, of which those in `s` are known and the others 0, to
 * a row of w pixels; line[n] repeats the last one. */
static void add_line(uint8_t *out, const uint8_t *px, int32_t w,
                     const float *line, span s, int32_t n, int32_t scale)
{
    int32_t at = s.from > 0 ? s.from - 1 : 0;
    int32_t x = at > 0 ? (2 * at + 1) * scale / 2 : 0;
    for (; at < s.end && x < w; at++) {
        int32_t end = at < n - 1 ? (2 * at + 3) * scale / 2 : w;
        if (end > w) end = w;
        if (line[at] == 0 && line[at + 1] == 0)
            x = end;
        else
            x = add_between(out, px, x, end, line, at, scale);
    }
}

cut_status cut_plane_add_change(uint8_t *out, const cut_image *photo, int32_t w,
                                int32_t h, const cut_detail_level *level,
                                int32_t scale, cut_error *error)
{
    int32_t n = level->w;
    float *line = cut_alloc_zero((size_t)n + 1, sizeof *line);
    span *spans = cut_alloc((size_t)level->h, sizeof *spans);
    if (!line || !spans) {
        cut_free(line);
        cut_free(spans);
        return cut_fail(error, CUT_E_MEMORY, "No memory for a row of %d.",
                        (int)level->w);
    }
    for (int32_t y = 0; y < level->h; y++) {
        size_t row = (size_t)y * (size_t)n;
        spans[y] = changed_span(level->now + row, level->first + row, n);
    }
    for (int32_t y = 0; y < h; y++) {
        int32_t at;
        float t;
        between(&at, &t, y, scale, level->h);
        int32_t below = at + 1 < level->h ? at + 1 : at;
        span s = join(spans[at], spans[below]);
        if (s.from >= s.end) continue;
        size_t up = (size_t)at * (size_t)n, low = (size_t)below * (size_t)n;
        for (int32_t x = s.from; x < s.end; x++) {
            size_t i = up + (size_t)x, j = low + (size_t)x;
            float a = (float)(level->now[i] - level->first[i]);
            float b = (float)(level->now[j] - level->first[j]);
            line[x] = a + (b - a) * t;
        }
        line[n] = s.end == n ? line[n - 1] : 0;
        size_t row = (size_t)y * (size_t)w;
        add_line(out + row, photo ? photo->px + row * 4 : NULL, w, line, s, n,
                 scale);
        memset(line + s.from, 0, (size_t)(s.end - s.from) * sizeof *line);
    }
    cut_free(line);
    cut_free(spans);
    return CUT_OK;
}

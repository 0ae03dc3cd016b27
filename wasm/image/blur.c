#include "image/blur.h"

#include <string.h>

static int32_t within(int32_t v, int32_t end)
{
    return v < 0 ? 0 : v >= end ? end - 1 : v;
}

/* The mean of a box along a row. */
static void box_row(uint16_t *out, const uint16_t *in, int32_t n,
                    cut_box_filter box)
{
    int32_t sum = 0;
    for (int32_t i = -box.radius; i <= box.radius; i++) sum += in[within(i, n)];
    for (int32_t i = 0; i < n; i++) {
        int32_t last = in[within(i - box.radius - 1, n)];
        int32_t next = in[within(i + box.radius + 1, n)];
        float mean = ((float)sum + (float)(last + next) * box.rim) * box.share;
        out[i] = (uint16_t)(int32_t)(mean + 0.5f);
        sum += next - in[within(i - box.radius, n)];
    }
}

/* The same down all columns of `in` at once. */
static void box_columns(uint16_t *out, const uint16_t *in, uint32_t *sum,
                        int32_t w, int32_t h, cut_box_filter box)
{
    memset(sum, 0, (size_t)w * sizeof *sum);
    for (int32_t i = -box.radius; i <= box.radius; i++) {
        const uint16_t *row = in + (size_t)within(i, h) * (size_t)w;
        for (int32_t x = 0; x < w; x++) sum[x] += row[x];
    }
    for (int32_t y = 0; y < h; y++) {
        const uint16_t *last = in + (size_t)within(y - box.radius - 1, h) *
                                        (size_t)w;
        const uint16_t *next = in + (size_t)within(y + box.radius + 1, h) *
                                        (size_t)w;
        const uint16_t *first = in +
                                (size_t)within(y - box.radius, h) * (size_t)w;
        uint16_t *to = out + (size_t)y * (size_t)w;
        for (int32_t x = 0; x < w; x++) {
            float rims = (float)(last[x] + next[x]) * box.rim;
            float mean = ((float)(int32_t)sum[x] + rims) * box.share + 0.5f;
            to[x] = (uint16_t)(int32_t)mean;
            sum[x] += (uint32_t)next[x] - first[x];
        }
    }
}

void cut_blur_plane(uint16_t *plane, uint16_t *tmp, uint32_t *sum, int32_t w,
                    int32_t h, cut_box_filter box)
{
    if (box.share >= 1) return;
    for (int i = 0; i < 3; i++) {
        for (int32_t y = 0; y < h; y++) {
            size_t at = (size_t)y * (size_t)w;
            box_row(tmp + at, plane + at, w, box);
        }
        box_columns(plane, tmp, sum, w, h, box);
    }
}

/* Chosen by measuring: docs/decisions/matte-refinement.md. */
#include "matte/closeup.h"

#include <string.h>

#include "base/status.h" /* CUT_MAX_MODEL_SIDE */

#define MARGIN 0.15f  /* of the box's longer side */
#define MAX_AREA 0.6f /* of the photo */
#define SHARE 0.5f    /* of the second answer in the mean */
#define RAMP 0.05f    /* of its longer side: from none to its share */

int cut_closeup_find(cut_closeup *closeup, const cut_matte *matte, int32_t w,
                     int32_t h)
{
    int32_t left = matte->w, right = -1, top = matte->h, bottom = -1;
    for (int32_t y = 0; y < matte->h; y++)
        for (int32_t x = 0; x < matte->w; x++) {
            if (matte->alpha[(size_t)y * (size_t)matte->w + (size_t)x] < 0.5f)
                continue;
            if (x < left) left = x;
            if (x > right) right = x;
            if (top > y) top = y;
            bottom = y;
        }
    if (right < 0) return 0;
    float sx = (float)w / (float)matte->w, sy = (float)h / (float)matte->h;
    float bw = (float)(right + 1 - left) * sx;
    float bh = (float)(bottom + 1 - top) * sy;
    float margin = MARGIN * (bw > bh ? bw : bh);
    int32_t x0 = (int32_t)((float)left * sx - margin);
    int32_t y0 = (int32_t)((float)top * sy - margin);
    int32_t x1 = (int32_t)((float)(right + 1) * sx + margin) + 1;
    int32_t y1 = (int32_t)((float)(bottom + 1) * sy + margin) + 1;
    x0 = x0 < 0 ? 0 : x0;
    y0 = y0 < 0 ? 0 : y0;
    x1 = x1 > w ? w : x1;
    y1 = y1 > h ? h : y1;
    *closeup = (cut_closeup){x0, y0, x1 - x0, y1 - y0};
    return (float)closeup->w * (float)closeup->h <
           MAX_AREA * (float)w * (float)h;
}

cut_status cut_closeup_crop(cut_image *out, const cut_image *photo,
                            cut_closeup closeup, cut_error *error)
{
    size_t row = (size_t)closeup.w * 4;
    uint8_t *px = cut_alloc((size_t)closeup.h * row, 1);
    if (!px)
        return cut_fail(error, CUT_E_MEMORY,
                        "No memory for a close-up of "
                        "%d x %d.",
                        (int)closeup.w, (int)closeup.h);
    for (int32_t y = 0; y < closeup.h; y++)
        memcpy(px + (size_t)y * row,
               photo->px + ((size_t)(closeup.y + y) * (size_t)photo->w +
                            (size_t)closeup.x) *
                               4,
               row);
    *out = (cut_image){px, closeup.w, closeup.h, photo->opaque, photo->light};
    return CUT_OK;
}

/* From a border of the close-up at `from` inwards, 0..1; the photo's own border
 * is none. */
static float ramp(float at, int32_t from, int32_t size, int32_t whole,
                  float reach)
{
    float left = from > 0 ? (at - (float)from) / reach : 1;
    float right = from + size < whole ? ((float)(from + size) - at) / reach : 1;
    float min = left < right ? left : right;
    return min < 0 ? 0 : min > 1 ? 1 : min;
}

cut_status cut_closeup_join(cut_matte *matte, const cut_matte *detail,
                            cut_closeup closeup, int32_t w, int32_t h,
                            cut_error *error)
{
    int32_t side = matte->w > matte->h ? matte->w : matte->h;
    int32_t k = 2 * side <= CUT_MAX_MODEL_SIDE ? 2 : 1;
    cut_matte out = {NULL, matte->w * k, matte->h * k};
    out.alpha = cut_alloc((size_t)out.w * (size_t)out.h, sizeof *out.alpha);
    if (!out.alpha)
        return cut_fail(error, CUT_E_MEMORY, "No memory for a %d x %d matte.",
                        (int)out.w, (int)out.h);
    float reach = RAMP * (float)(closeup.w > closeup.h ? closeup.w : closeup.h);
    float sx = (float)w / (float)out.w, sy = (float)h / (float)out.h;
    float zx = (float)detail->w / (float)closeup.w;
    float zy = (float)detail->h / (float)closeup.h;
    for (int32_t y = 0; y < out.h; y++)
        for (int32_t x = 0; x < out.w; x++) {
            float cx = (float)x + 0.5f, cy = (float)y + 0.5f;
            float px = cx * sx, py = cy * sy; /* of the photo */
            float a = cut_matte_at(matte, cx / (float)k - 0.5f,
                                   cy / (float)k - 0.5f);
            float inside = ramp(px, closeup.x, closeup.w, w, reach);
            float down = ramp(py, closeup.y, closeup.h, h, reach);
            inside = down < inside ? down : inside;
            if (inside > 0) {
                float b = cut_matte_at(detail,
                                       (px - (float)closeup.x) * zx - 0.5f,
                                       (py - (float)closeup.y) * zy - 0.5f);
                a += (b - a) * SHARE * inside;
            }
            out.alpha[(size_t)y * (size_t)out.w + (size_t)x] = a;
        }
    cut_matte_free(matte);
    *matte = out;
    return CUT_OK;
}

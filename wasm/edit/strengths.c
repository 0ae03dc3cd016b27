/* How strongly the old background's colour is taken out, painted by a stroke:
 * the matte stays, the colours under its soft edges do not. */
#include <string.h>

#include "edit/state.h"

static uint8_t amount_of(const cut_edit *edit)
{
    float v = edit->amount;
    return v <= 0                  ? 0
           : v >= CUT_STRENGTH_MAX ? CUT_STRENGTH_MAX
                                   : (uint8_t)(v + 0.5f);
}

cut_status cut_edit_strengths_begin(cut_edit *edit)
{
    cut_strengths *s = &edit->strengths;
    if (edit->strengths_before) return CUT_OK;
    if (!s->px) *s = cut_strengths_of(edit->photo.w, edit->photo.h);
    size_t count = cut_strengths_count(&edit->strengths);
    uint8_t *px = s->px ? s->px : cut_alloc(count, 1);
    edit->strengths_before = cut_alloc(count, 1);
    if (!px || !edit->strengths_before) {
        if (!s->px) cut_free(px);
        cut_free(edit->strengths_before);
        edit->strengths_before = NULL;
        return cut_fail(&edit->error, CUT_E_MEMORY, "No memory for colours.");
    }
    if (!s->px) memset(px, CUT_STRENGTH_USUAL, count);
    s->px = px;
    memcpy(edit->strengths_before, px, count);
    return CUT_OK;
}

cut_rect cut_edit_samples(const cut_edit *edit, cut_rect rect)
{
    int32_t k = edit->strengths.k;
    if (cut_rect_is_empty(rect)) return (cut_rect){0};
    return (cut_rect){rect.x0 / k, rect.y0 / k, (rect.x1 + k - 1) / k,
                      (rect.y1 + k - 1) / k};
}

/* The mean of the stroke's effect over a sample, 0..255. */
static int cover_of(const cut_edit *edit, int32_t x, int32_t y)
{
    int32_t k = edit->strengths.k;
    uint32_t sum = 0, count = 0;
    for (int32_t v = y * k; v < (y + 1) * k && v < edit->photo.h; v++)
        for (int32_t u = x * k; u < (x + 1) * k && u < edit->photo.w; u++) {
            sum += edit->cover[cut_edit_at(edit, u, v)];
            count++;
        }
    return (int)((sum + count / 2) / count);
}

void cut_edit_lay_strengths(cut_edit *edit, cut_rect rect)
{
    const cut_rect r = cut_edit_samples(edit, rect);
    int amount = amount_of(edit);
    for (int32_t y = r.y0; y < r.y1; y++)
        for (int32_t x = r.x0; x < r.x1; x++) {
            size_t i = (size_t)y * (size_t)edit->strengths.w + (size_t)x;
            int was = edit->strengths_before[i];
            int d = (amount - was) * cover_of(edit, x, y);
            edit->strengths.px[i] = (uint8_t)(was +
                                              (d + (d < 0 ? -127 : 127)) / 255);
        }
}

cut_status cut_edit_strengths_everywhere(cut_edit *edit)
{
    cut_status status = cut_edit_strengths_begin(edit);
    if (status) return status;
    uint8_t *px = edit->strengths.px, amount = amount_of(edit);
    memset(px, amount, cut_strengths_count(&edit->strengths));
    if (memcmp(px, edit->strengths_before,
               cut_strengths_count(&edit->strengths)) == 0)
        return CUT_OK;
    return cut_edit_commit_strengths(
        edit, (cut_rect){0, 0, edit->strengths.w, edit->strengths.h});
}

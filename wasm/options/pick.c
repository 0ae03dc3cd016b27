#include "options/pick.h"

#include "base/json.h"
#include "base/status.h"
#include "options/text.h"

/* Pixels, or "N%" of `side`. */
static int read_place(float *out, const cut_json *value, int32_t side)
{
    double number;
    cut_length length;
    const char *text = cut_json_string(value);
    if (text) {
        if (!cut_text_length(&length, text)) return 0;
        *out = cut_length_px(length, side);
        return 1;
    }
    if (!cut_json_number(value, &number)) return 0;
    if (!(number > -1e6 && number < 1e6)) return 0;
    *out = (float)number;
    return 1;
}

/* Each click: where, inside the photo, and whether it is to be kept. */
static cut_status read_clicks(cut_prompt *p, const cut_json *points, int32_t w,
                              int32_t h, cut_error *error)
{
    int count = cut_json_count(points);
    if (count < 1 || count > CUT_MAX_CLICKS)
        return cut_fail(error, CUT_E_OPTION,
                        "pick.points is not an array of 1 to %d clicks.",
                        CUT_MAX_CLICKS);
    for (int i = 0; i < count; i++) {
        const cut_json *click = cut_json_item(points, i);
        int values = cut_json_count(click);
        int32_t keep = 1;
        float x, y;
        if ((values != 2 && values != 3) ||
            !read_place(&x, cut_json_item(click, 0), w) ||
            !read_place(&y, cut_json_item(click, 1), h) ||
            (values == 3 &&
             !cut_json_int(cut_json_item(click, 2), 0, 1, &keep)))
            return cut_fail(error, CUT_E_OPTION,
                            "pick.points[%d] is not [x, y] or [x, y, 0 or 1].",
                            i);
        if (!(x >= 0 && y >= 0 && x < (float)w && y < (float)h))
            return cut_fail(error, CUT_E_OPTION,
                            "pick.points[%d] lies outside of the photo's "
                            "%d x %d pixels.",
                            i, (int)w, (int)h);
        p->clicks[i].x = x;
        p->clicks[i].y = y;
        p->clicks[i].keep = (int)keep;
    }
    p->count = count;
    return CUT_OK;
}

static float within(float at, int32_t n)
{
    return at<0 ? 0 : at>(float) n ? (float)n : at;
}

/* A box, cut to the photo. */
static cut_status read_box(cut_prompt *p, const cut_json *box, int32_t w,
                           int32_t h, cut_error *error)
{
    float at[4];
    for (int i = 0; i < 4; i++)
        if (cut_json_count(box) != 4 ||
            !read_place(at + i, cut_json_item(box, i), i % 2 ? h : w))
            return cut_fail(error, CUT_E_OPTION,
                            "pick.box is not [x, y, width, height].");
    p->x0 = within(at[0], w);
    p->y0 = within(at[1], h);
    p->x1 = within(at[0] + at[2], w);
    p->y1 = within(at[1] + at[3], h);
    if (!(p->x1 - p->x0 >= 1 && p->y1 - p->y0 >= 1))
        return cut_fail(error, CUT_E_OPTION,
                        "pick.box has less than a pixel of the photo's "
                        "%d x %d.",
                        (int)w, (int)h);
    p->has_box = 1;
    return CUT_OK;
}

cut_status cut_pick_parse(cut_prompt *out, const char *json, size_t size,
                          int32_t w, int32_t h, cut_error *error)
{
    static const char *const keys[] = {"points", "box", NULL};
    cut_json *root;
    cut_status status = cut_json_parse(&root, json, size, CUT_MAX_OPTIONS_BYTES,
                                       CUT_E_OPTION, error);
    if (status) return status;
    cut_prompt p = {0};
    const cut_json *points = cut_json_get(root, "points");
    const cut_json *box = cut_json_get(root, "box");
    status = cut_json_only(root, keys, "key in pick", CUT_E_OPTION, error);
    if (!status && !points && !box)
        status = cut_fail(error, CUT_E_OPTION,
                          "pick says neither points nor a box.");
    if (!status && points) status = read_clicks(&p, points, w, h, error);
    if (!status && box) status = read_box(&p, box, w, h, error);
    cut_json_free(root);
    if (!status) *out = p;
    return status;
}

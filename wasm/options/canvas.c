#include "options/canvas.h"

#include <string.h>

#include "options/list.h"
#include "options/table.h"
#include "options/text.h"

#define CUT_OPTION_STRUCT cut_canvas
CUT_OPTION_TABLE(keys, "canvas.", "key of canvas", CUT_CANVAS_LIST)
#undef CUT_OPTION_STRUCT

static const struct preset {
    const char *name;
    int32_t w, h;
    int is_ratio;
    float scale, head, top;
    int32_t dpi;
} presets[] = {
#define PRESET(name, w, h, is_ratio, scale, head, top, tall, dpi)              \
    {name,                                                                     \
     w,                                                                        \
     h,                                                                        \
     is_ratio,                                                                 \
     (float)scale,                                                             \
     (float)head / (float)tall,                                                \
     (float)top / (float)tall,                                                 \
     dpi},
    CUT_CANVAS_PRESETS(PRESET, PRESET)
#undef PRESET
};

/* A name of the table, a ratio, or a size; a name sets the scale, too. */
static cut_status read_name(cut_canvas *out, const char *text, cut_error *error)
{
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (strcmp(presets[i].name, text) == 0) {
            out->w = presets[i].w;
            out->h = presets[i].h;
            out->is_ratio = presets[i].is_ratio;
            out->scale = presets[i].scale;
            out->by_head = presets[i].head > 0;
            out->head = presets[i].head;
            out->top = presets[i].top;
            out->dpi = presets[i].dpi;
            return CUT_OK;
        }
    if (cut_text_canvas_size(out, text)) return CUT_OK;
    return cut_fail(error, CUT_E_OPTION,
                    "canvas \"%.40s\" is no preset, no ratio such as 4:5 and "
                    "no size such as 800x600 of at most %d pixels.",
                    text, CUT_MAX_PIXELS);
}

/* One of: preset; ratio; width and height. */
static cut_status read_size(cut_canvas *out, const cut_json *object,
                            cut_error *error)
{
    const cut_json *preset = cut_json_get(object, "preset");
    const cut_json *ratio = cut_json_get(object, "ratio");
    const cut_json *width = cut_json_get(object, "width");
    const cut_json *height = cut_json_get(object, "height");
    if (!!preset + !!ratio + (width || height) != 1 || !width != !height)
        return cut_fail(error, CUT_E_OPTION,
                        "canvas has a preset, a ratio, or a width and a "
                        "height.");
    if (preset) {
        const char *name = cut_json_string(preset);
        return read_name(out, name ? name : "", error);
    }
    if (ratio) {
        const char *text = cut_json_string(ratio);
        if (text && cut_text_canvas_size(out, text) && out->is_ratio)
            return CUT_OK;
        return cut_fail(error, CUT_E_OPTION,
                        "canvas.ratio is such as 4:5, sides of 1 to %d.",
                        CUT_MAX_RATIO);
    }
    if (cut_json_int(width, 1, CUT_MAX_SIDE, &out->w) &&
        cut_json_int(height, 1, CUT_MAX_SIDE, &out->h) &&
        (int64_t)out->w * out->h <= CUT_MAX_PIXELS)
        return CUT_OK;
    return cut_fail(error, CUT_E_OPTION,
                    "canvas.width and canvas.height are 1 to %d, and %d "
                    "pixels together at most.",
                    CUT_MAX_SIDE, CUT_MAX_PIXELS);
}

cut_status cut_read_canvas(cut_canvas *out, const cut_json *value,
                           cut_error *error)
{
    cut_canvas c = {0};
    const char *text = cut_json_string(value);
    cut_status status = CUT_OK;
    cut_option_defaults(&c, &keys);
    if (text) {
        status = read_name(&c, text, error);
        if (!status) *out = c;
        return status;
    }
    if (!cut_json_object(value))
        return cut_fail(error, CUT_E_OPTION, "canvas is a text or an object.");
    status = cut_option_read(&c, &keys, value, error);
    float scale = c.scale;
    if (!status) status = read_size(&c, value, error);
    if (c.fit == CUT_FIT_PHOTO) c.scale = 1;
    if (cut_json_get(value, "scale"))
        c.scale = scale; /* before a preset's, and the photo's */
    if (!status) *out = c;
    return status;
}

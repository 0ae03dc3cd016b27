#include "options/style.h"

#include <string.h>

#include "options/options.h"
#include "options/text.h"

int cut_read_length(cut_length *out, const cut_json *value, int is_signed,
                    int32_t most_px, int32_t most_percent)
{
    const char *text = cut_json_string(value);
    cut_length length = {0};
    if (text ? !cut_text_length(&length, text)
             : !cut_json_int(value, -most_px, most_px, &length.value))
        return 0;
    int32_t most = length.is_percent ? most_percent : most_px;
    if (length.value > most || length.value < (is_signed ? -most : 0))
        return 0;
    *out = length;
    return 1;
}

/* One key that is a length; absent: as it is. `name` as people write it. */
static cut_status read_length(cut_length *out, const cut_json *object,
                              const char *key, const char *name, int is_signed,
                              int32_t most_percent, cut_error *error)
{
    const cut_json *value = cut_json_get(object, key);
    if (!value || cut_read_length(out, value, is_signed, CUT_MAX_LENGTH_PX,
                                  most_percent))
        return CUT_OK;
    const char *sign = is_signed ? "-" : "";
    int percent = (int)(most_percent / 100);
    return cut_fail(error, CUT_E_OPTION,
                    "%s is %s%d%% to %d%% or %s%d to %d pixels.", name, sign,
                    is_signed ? percent : 0, percent, sign,
                    is_signed ? CUT_MAX_LENGTH_PX : 0, CUT_MAX_LENGTH_PX);
}

static cut_status read_colour(uint8_t rgb[3], const cut_json *object,
                              const char *name, cut_error *error)
{
    const cut_json *value = cut_json_get(object, "color");
    const char *text = cut_json_string(value);
    if (!value || (text && cut_text_colour(rgb, text))) return CUT_OK;
    return cut_fail(error, CUT_E_OPTION, "%s is #rrggbb.", name);
}

/* A number of least .. most; absent: as it is. */
static cut_status read_share(float *out, const cut_json *object,
                             const char *key, const char *name, double least,
                             double most, cut_error *error)
{
    const cut_json *value = cut_json_get(object, key);
    double number;
    if (!value) return CUT_OK;
    if (!cut_json_number(value, &number) || !(number >= least) ||
        !(number <= most))
        return cut_fail(error, CUT_E_OPTION, "%s is a number of %d.%02d to %d.",
                        name, (int)least, (int)(least * 100) % 100, (int)most);
    *out = (float)number;
    return CUT_OK;
}

/* An object, or true for its defaults, or false for none. */
static cut_status read_switch(int *on, const cut_json **object,
                              const cut_json *value, const char *name,
                              cut_error *error)
{
    *object = NULL;
    *on = 1;
    if (cut_json_bool(value, on)) return CUT_OK;
    if (!cut_json_object(value))
        return cut_fail(error, CUT_E_OPTION, "%s is true, false or an object.",
                        name);
    *object = value;
    return CUT_OK;
}

cut_status cut_read_shadow(cut_shadow *out, const cut_json *value,
                           cut_error *error)
{
    static const char *const keys[] = {"x", "y", "blur", "opacity", "color",
                                       NULL};
    cut_shadow s = {.opacity = (float)CUT_SHADOW_OPACITY};
    cut_text_length(&s.y, CUT_SHADOW_Y);
    cut_text_length(&s.blur, CUT_SHADOW_BLUR);
    const cut_json *o;
    cut_status status = read_switch(&s.on, &o, value, "shadow", error);
    if (!status && o)
        status = cut_json_only(o, keys, "key of shadow", CUT_E_OPTION, error);
    if (!status && o)
        status = read_length(&s.x, o, "x", "shadow.x", 1, 10000, error);
    if (!status && o)
        status = read_length(&s.y, o, "y", "shadow.y", 1, 10000, error);
    if (!status && o)
        status = read_length(&s.blur, o, "blur", "shadow.blur", 0, 2500, error);
    if (!status && o)
        status = read_share(&s.opacity, o, "opacity", "shadow.opacity", 0, 1,
                            error);
    if (!status && o) status = read_colour(s.rgb, o, "shadow.color", error);
    if (!status) *out = s;
    return status;
}

cut_status cut_read_outline(cut_outline *out, const cut_json *value,
                            cut_error *error)
{
    static const char *const keys[] = {"width", "color", NULL};
    cut_outline s = {0};
    cut_text_length(&s.width, CUT_OUTLINE_WIDTH);
    cut_text_colour(s.rgb, CUT_OUTLINE_COLOUR);
    const cut_json *o;
    cut_status status = read_switch(&s.on, &o, value, "outline", error);
    if (!status && o)
        status = cut_json_only(o, keys, "key of outline", CUT_E_OPTION, error);
    if (!status && o)
        status = read_length(&s.width, o, "width", "outline.width", 0, 1000,
                             error);
    if (!status && o) status = read_colour(s.rgb, o, "outline.color", error);
    if (s.width.value == 0) s.on = 0;
    if (!status) *out = s;
    return status;
}

/* ---- canvas ------------------------------------------------------------ */

static const struct preset {
    const char *name;
    int32_t w, h;
    int is_ratio;
    float scale;
    int by_head;
    int32_t dpi;
} presets[] = {
#define PRESET(name, w, h, is_ratio, scale, by_head, dpi)                      \
    {name, w, h, is_ratio, (float)scale, by_head, dpi},
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
            out->by_head = presets[i].by_head;
            out->dpi = presets[i].dpi;
            return CUT_OK;
        }
    if (cut_text_canvas_size(out, text)) return CUT_OK;
    return cut_fail(error, CUT_E_OPTION,
                    "canvas \"%.40s\" is no preset, no ratio such as 4:5 and "
                    "no size such as 800x600 of at most %d pixels.", text,
                    CUT_MAX_PIXELS);
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
                        "canvas.ratio is such as 4:5, sides of 1 to 1000.");
    }
    if (cut_json_int(width, 1, CUT_MAX_SIDE, &out->w) &&
        cut_json_int(height, 1, CUT_MAX_SIDE, &out->h) &&
        (int64_t)out->w * out->h <= CUT_MAX_PIXELS)
        return CUT_OK;
    return cut_fail(error, CUT_E_OPTION,
                    "canvas.width and canvas.height are 1 to %d, and %d "
                    "pixels together at most.", CUT_MAX_SIDE, CUT_MAX_PIXELS);
}

static cut_status read_fit(cut_fit *out, const cut_json *object,
                           cut_error *error)
{
    const cut_json *value = cut_json_get(object, "fit");
    static const char *const names[] = {"subject", "photo", NULL};
    int i = cut_json_choice(value, names);
    if (!value) return CUT_OK;
    if (i < 0)
        return cut_fail(error, CUT_E_OPTION, "canvas.fit is subject or photo.");
    *out = (cut_fit)i;
    return CUT_OK;
}

cut_status cut_read_canvas(cut_canvas *out, const cut_json *value,
                           cut_error *error)
{
    static const char *const keys[] = {"preset", "ratio", "width", "height",
                                       "fit", "scale", "x", "y", NULL};
    cut_canvas c = {.scale = (float)CUT_SUBJECT_SCALE};
    const char *text = cut_json_string(value);
    cut_status status = CUT_OK;
    if (text) {
        status = read_name(&c, text, error);
        if (!status) *out = c;
        return status;
    }
    if (!cut_json_object(value))
        return cut_fail(error, CUT_E_OPTION, "canvas is a text or an object.");
    status = cut_json_only(value, keys, "key of canvas", CUT_E_OPTION, error);
    if (!status) status = read_size(&c, value, error);
    if (!status) status = read_fit(&c.fit, value, error);
    if (c.fit == CUT_FIT_PHOTO) c.scale = 1;
    if (!status)
        status = read_share(&c.scale, value, "scale", "canvas.scale",
                            CUT_MIN_SCALE, CUT_MAX_SCALE, error);
    if (!status)
        status = read_length(&c.x, value, "x", "canvas.x", 1, 10000, error);
    if (!status)
        status = read_length(&c.y, value, "y", "canvas.y", 1, 10000, error);
    if (!status) *out = c;
    return status;
}

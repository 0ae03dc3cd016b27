#include "options/options.h"

#include <string.h>

#include "base/json.h"
#include "options/style.h"
#include "options/text.h"

static const char *const output_names[] = {"png", "jpeg", "webp", NULL};

cut_options cut_options_default(void)
{
    return (cut_options){
        .background = CUT_BG_TRANSPARENT,
        .output = CUT_OUT_PNG,
        .quality = CUT_DEFAULT_QUALITY,
        .margin = {.is_percent = 1},
    };
}

const char *cut_output_name(cut_output output)
{
    return output_names[output];
}

float cut_options_sigma(const cut_options *options, int32_t side)
{
    float most = (float)side * CUT_MAX_BLUR_PERCENT / 100;
    float sigma = cut_length_px(options->blur, side);
    return sigma < most ? sigma : most;
}

static cut_status read_background(cut_options *o, const cut_json *value,
                                  cut_error *error)
{
    const char *text = cut_json_string(value);
    if (text && strcmp(text, "transparent") == 0) {
        o->background = CUT_BG_TRANSPARENT;
    } else if (text && strcmp(text, "blur") == 0) {
        o->background = CUT_BG_BLUR;
    } else if (text && strcmp(text, "image") == 0) {
        o->background = CUT_BG_IMAGE;
    } else if (text && strcmp(text, "white") == 0) {
        o->background = CUT_BG_COLOUR;
        memset(o->rgb, 255, 3);
    } else if (text && cut_text_colour(o->rgb, text)) {
        o->background = CUT_BG_COLOUR;
    } else if (text && cut_text_gradient(&o->gradient, text)) {
        o->background = CUT_BG_GRADIENT;
    } else if (text && cut_text_blur(&o->blur, text) && o->blur.value > 0 &&
               o->blur.value <= (o->blur.is_percent ? CUT_MAX_BLUR_PERCENT * 100
                                                    : CUT_MAX_LENGTH_PX)) {
        o->background = CUT_BG_BLUR;
    } else {
        return cut_fail(error, CUT_E_OPTION,
                        "background is transparent, white, #rrggbb, blur, "
                        "blur(N%%), linear-gradient(...) or image%s%.40s%s.",
                        text ? ", not \"" : "", text ? text : "",
                        text ? "\"" : "");
    }
    return CUT_OK;
}

static cut_status read_keep(cut_options *o, const cut_json *value,
                            cut_error *error)
{
    static const char *const names[] = {"subject", "background", NULL};
    int i = cut_json_choice(value, names);
    if (i < 0)
        return cut_fail(error, CUT_E_OPTION, "keep is subject or background.");
    o->keep = (cut_keep)i;
    return CUT_OK;
}

static cut_status read_effort(cut_options *o, const cut_json *value,
                              cut_error *error)
{
    static const char *const names[] = {"standard", "high", NULL};
    int i = cut_json_choice(value, names);
    if (i < 0)
        return cut_fail(error, CUT_E_OPTION, "effort is standard or high.");
    o->effort = (cut_effort)i;
    return CUT_OK;
}

static cut_status read_format(cut_options *o, const cut_json *value,
                              cut_error *error)
{
    const char *text = cut_json_string(value);
    int i = cut_json_choice(value, output_names);
    if (i < 0)
        return cut_fail(error, CUT_E_OPTION,
                        "format is png, jpeg or webp%s%.40s%s.",
                        text ? ", not \"" : "", text ? text : "",
                        text ? "\"" : "");
    o->output = (cut_output)i;
    return CUT_OK;
}

static cut_status read_margin(cut_options *o, const cut_json *value,
                              cut_error *error)
{
    if (cut_read_length(&o->margin, value, 0, CUT_MAX_LENGTH_PX, 10000))
        return CUT_OK;
    return cut_fail(error, CUT_E_OPTION,
                    "margin is 0%% to 100%% or 0 to %d pixels.",
                    CUT_MAX_LENGTH_PX);
}

cut_status cut_options_parse(cut_options *out, const char *json, size_t size,
                             cut_error *error)
{
    static const char *const keys[] = {
        "background", "format", "quality", "mask",   "crop",   "margin",
        "keep",       "shadow", "outline", "canvas", "effort", NULL};
    cut_json *root;
    cut_status status = cut_json_parse(&root, json, size,
                                       CUT_MAX_OPTIONS_BYTES, CUT_E_OPTION,
                                       error);
    if (status) return status;
    cut_options o = cut_options_default();
    const cut_json *value;
    status = cut_json_only(root, keys, "option", CUT_E_OPTION, error);
    if (!status && (value = cut_json_get(root, "background")))
        status = read_background(&o, value, error);
    if (!status && (value = cut_json_get(root, "format")))
        status = read_format(&o, value, error);
    if (!status && (value = cut_json_get(root, "margin")))
        status = read_margin(&o, value, error);
    if (!status && (value = cut_json_get(root, "keep")))
        status = read_keep(&o, value, error);
    if (!status && (value = cut_json_get(root, "effort")))
        status = read_effort(&o, value, error);
    if (!status && (value = cut_json_get(root, "shadow")))
        status = cut_read_shadow(&o.shadow, value, error);
    if (!status && (value = cut_json_get(root, "outline")))
        status = cut_read_outline(&o.outline, value, error);
    if (!status && (value = cut_json_get(root, "canvas")))
        status = cut_read_canvas(&o.canvas, value, error);
    if (!status && (value = cut_json_get(root, "quality")) &&
        !cut_json_int(value, 1, 100, &o.quality))
        status = cut_fail(error, CUT_E_OPTION,
                          "quality is a whole number of 1 to 100.");
    if (!status && (value = cut_json_get(root, "mask")) &&
        !cut_json_bool(value, &o.mask))
        status = cut_fail(error, CUT_E_OPTION, "mask is true or false.");
    if (!status && (value = cut_json_get(root, "crop")) &&
        !cut_json_bool(value, &o.crop))
        status = cut_fail(error, CUT_E_OPTION, "crop is true or false.");
    cut_json_free(root);
    if (!status) *out = o;
    return status;
}

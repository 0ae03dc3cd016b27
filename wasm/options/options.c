#include "options/options.h"

#include <string.h>

#include "options/canvas.h"
#include "options/table.h"
#include "options/text.h"

float cut_options_sigma(const cut_options *options, int32_t side)
{
    float max = (float)side * CUT_MAX_BLUR_PERCENT / 100;
    float sigma = cut_length_px(options->blur, side);
    return sigma < max ? sigma : max;
}

/* Words, a colour, a gradient, a blur: "image" is a picture of its own. */
static cut_status read_background(void *options, const cut_json *value,
                                  cut_error *error)
{
    cut_options *o = options;
    const char *text = cut_json_string(value);
    if (text && strcmp(text, "transparent") == 0) {
        o->background = CUT_BG_TRANSPARENT;
    } else if (text && strcmp(text, "blur") == 0) {
        o->background = CUT_BG_BLUR;
    } else if (text && strcmp(text, "image") == 0) {
        o->background = CUT_BG_IMAGE;
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

static cut_status read_canvas(void *options, const cut_json *value,
                              cut_error *error)
{
    return cut_read_canvas(&((cut_options *)options)->canvas, value, error);
}

#define CUT_OPTION_STRUCT cut_shadow
CUT_OPTION_TABLE(shadow_keys, "shadow.", "key of shadow", CUT_SHADOW_LIST)
#undef CUT_OPTION_STRUCT
#define CUT_OPTION_STRUCT cut_cast
CUT_OPTION_TABLE(cast_keys, "cast.", "key of cast", CUT_CAST_LIST)
#undef CUT_OPTION_STRUCT
#define CUT_OPTION_STRUCT cut_contact
CUT_OPTION_TABLE(contact_keys, "contact.", "key of contact", CUT_CONTACT_LIST)
#undef CUT_OPTION_STRUCT
#define CUT_OPTION_STRUCT cut_natural
CUT_OPTION_TABLE(natural_keys, "natural.", "key of natural", CUT_NATURAL_LIST)
#undef CUT_OPTION_STRUCT
#define CUT_OPTION_STRUCT cut_reflection
CUT_OPTION_TABLE(reflection_keys, "reflection.", "key of reflection",
                 CUT_REFLECTION_LIST)
#undef CUT_OPTION_STRUCT
#define CUT_OPTION_STRUCT cut_outline
CUT_OPTION_TABLE(outline_keys, "outline.", "key of outline", CUT_OUTLINE_LIST)
#undef CUT_OPTION_STRUCT
#define CUT_OPTION_STRUCT cut_options
CUT_OPTION_TABLE(options, "", "option", CUT_OPTION_LIST)
#undef CUT_OPTION_STRUCT

cut_options cut_options_default(void)
{
    cut_options o = {0};
    cut_option_defaults(&o, &options);
    return o;
}

const char *cut_output_name(cut_output output)
{
    static const char *const names[] = {CUT_OUTPUTS};
    return names[output];
}

cut_status cut_options_parse(cut_options *out, const char *json, size_t size,
                             cut_error *error)
{
    cut_json *root;
    cut_status status = cut_json_parse(&root, json, size, CUT_MAX_OPTIONS_BYTES,
                                       CUT_E_OPTION, error);
    if (status) return status;
    cut_options o = cut_options_default();
    status = cut_option_read(&o, &options, root, error);
    cut_json_free(root);
    if (o.outline.width.value == 0) o.outline.on = 0;
    if (!status) *out = o;
    return status;
}

#include "options.h"

#include <string.h>

#include "base/json.h"

static const char *const output_names[] = {"png", "jpeg", "webp"};

cut_options cut_options_default(void)
{
    return (cut_options){
        .background = CUT_BG_TRANSPARENT,
        .output = CUT_OUT_PNG,
        .quality = CUT_DEFAULT_QUALITY,
        .margin_is_percent = 1,
    };
}

const char *cut_output_name(cut_output output)
{
    return output_names[output];
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* "#rrggbb" to three bytes; 0 when it is anything else. */
static int parse_colour(uint8_t rgb[3], const char *text)
{
    if (strlen(text) != 7 || text[0] != '#') return 0;
    for (int i = 0; i < 3; i++) {
        int hi = hex_digit(text[1 + 2 * i]), lo = hex_digit(text[2 + 2 * i]);
        if (hi < 0 || lo < 0) return 0;
        rgb[i] = (uint8_t)(hi * 16 + lo);
    }
    return 1;
}

static cut_status read_background(cut_options *o, const cut_json *value,
                                  cut_why *why)
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
    } else if (text && parse_colour(o->rgb, text)) {
        o->background = CUT_BG_COLOUR;
    } else {
        return cut_fail(why, CUT_E_OPTION,
                        "background is transparent, white, #rrggbb, blur or "
                        "image%s%.40s%s.", text ? ", not \"" : "",
                        text ? text : "", text ? "\"" : "");
    }
    return CUT_OK;
}

static cut_status read_format(cut_options *o, const cut_json *value,
                              cut_why *why)
{
    const char *text = cut_json_string(value);
    for (int i = 0; text && i < 3; i++)
        if (strcmp(text, output_names[i]) == 0) {
            o->output = (cut_output)i;
            return CUT_OK;
        }
    return cut_fail(why, CUT_E_OPTION, "format is png, jpeg or webp%s%.40s%s.",
                    text ? ", not \"" : "", text ? text : "",
                    text ? "\"" : "");
}

/* "12.5%" to 1250, "40px" or "40" to 40; 0 when it is neither. */
static int parse_margin(cut_options *o, const char *text)
{
    int32_t whole = 0, cents = 0, digits = 0;
    for (; *text >= '0' && *text <= '9' && digits < 6; text++, digits++)
        whole = whole * 10 + (*text - '0');
    if (!digits) return 0;
    if (*text == '.') {
        int32_t unit = 10, places = 0;
        for (text++; *text >= '0' && *text <= '9' && places < 2; text++) {
            cents += (*text - '0') * unit;
            unit /= 10;
            places++;
        }
        if (!places || strcmp(text, "%") != 0) return 0;
    }
    o->margin_is_percent = strcmp(text, "%") == 0;
    if (!o->margin_is_percent && *text && strcmp(text, "px") != 0) return 0;
    o->margin = o->margin_is_percent ? whole * 100 + cents : whole;
    return o->margin <= (o->margin_is_percent ? 10000 : CUT_MAX_MARGIN_PX);
}

static cut_status read_margin(cut_options *o, const cut_json *value,
                              cut_why *why)
{
    const char *text = cut_json_string(value);
    if (text && parse_margin(o, text)) return CUT_OK;
    if (cut_json_int(value, 0, CUT_MAX_MARGIN_PX, &o->margin)) {
        o->margin_is_percent = 0;
        return CUT_OK;
    }
    return cut_fail(why, CUT_E_OPTION,
                    "margin is 0%% to 100%% or 0 to %d pixels.",
                    CUT_MAX_MARGIN_PX);
}

cut_status cut_options_parse(cut_options *out, const char *json, size_t size,
                             cut_why *why)
{
    static const char *const keys[] = {"background", "format", "quality",
                                       "mask", "crop", "margin", NULL};
    cut_json *root;
    cut_status status = cut_json_parse(&root, json, size,
                                       CUT_MAX_OPTIONS_BYTES, CUT_E_OPTION,
                                       why);
    if (status) return status;
    cut_options o = cut_options_default();
    const cut_json *value;
    status = cut_json_only(root, keys, "option", CUT_E_OPTION, why);
    if (!status && (value = cut_json_get(root, "background")))
        status = read_background(&o, value, why);
    if (!status && (value = cut_json_get(root, "format")))
        status = read_format(&o, value, why);
    if (!status && (value = cut_json_get(root, "margin")))
        status = read_margin(&o, value, why);
    if (!status && (value = cut_json_get(root, "quality")) &&
        !cut_json_int(value, 1, 100, &o.quality))
        status = cut_fail(why, CUT_E_OPTION,
                          "quality is a whole number of 1 to 100.");
    if (!status && (value = cut_json_get(root, "mask")) &&
        !cut_json_bool(value, &o.mask))
        status = cut_fail(why, CUT_E_OPTION, "mask is true or false.");
    if (!status && (value = cut_json_get(root, "crop")) &&
        !cut_json_bool(value, &o.crop))
        status = cut_fail(why, CUT_E_OPTION, "crop is true or false.");
    cut_json_free(root);
    if (!status) *out = o;
    return status;
}

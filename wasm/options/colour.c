/*
 * Easy to get wrong: numbers of rgb() are rounded, those beyond its range
 * clipped (CSS Color 4, 5.1), and so is a colour that sRGB does not have, as
 * browsers do it; commas and spaces may not be mixed, which is not checked:
 * whoever mixes them means the same. Long because CSS has so many names and
 * functions.
 */
#include "options/colour.h"

#include <stddef.h>
#include <string.h>

#include "base/angle.h"
#include "base/power.h"

/* CSS Color 4, 6.1, in order. */
static const struct name {
    char text[21];
    uint32_t rgb;
} names[] = {
    {"aliceblue", 0xF0F8FF},
    {"antiquewhite", 0xFAEBD7},
    {"aqua", 0x00FFFF},
    {"aquamarine", 0x7FFFD4},
    {"azure", 0xF0FFFF},
    {"beige", 0xF5F5DC},
    {"bisque", 0xFFE4C4},
    {"black", 0x000000},
    {"blanchedalmond", 0xFFEBCD},
    {"blue", 0x0000FF},
    {"blueviolet", 0x8A2BE2},
    {"brown", 0xA52A2A},
    {"burlywood", 0xDEB887},
    {"cadetblue", 0x5F9EA0},
    {"chartreuse", 0x7FFF00},
    {"chocolate", 0xD2691E},
    {"coral", 0xFF7F50},
    {"cornflowerblue", 0x6495ED},
    {"cornsilk", 0xFFF8DC},
    {"crimson", 0xDC143C},
    {"cyan", 0x00FFFF},
    {"darkblue", 0x00008B},
    {"darkcyan", 0x008B8B},
    {"darkgoldenrod", 0xB8860B},
    {"darkgray", 0xA9A9A9},
    {"darkgreen", 0x006400},
    {"darkgrey", 0xA9A9A9},
    {"darkkhaki", 0xBDB76B},
    {"darkmagenta", 0x8B008B},
    {"darkolivegreen", 0x556B2F},
    {"darkorange", 0xFF8C00},
    {"darkorchid", 0x9932CC},
    {"darkred", 0x8B0000},
    {"darksalmon", 0xE9967A},
    {"darkseagreen", 0x8FBC8F},
    {"darkslateblue", 0x483D8B},
    {"darkslategray", 0x2F4F4F},
    {"darkslategrey", 0x2F4F4F},
    {"darkturquoise", 0x00CED1},
    {"darkviolet", 0x9400D3},
    {"deeppink", 0xFF1493},
    {"deepskyblue", 0x00BFFF},
    {"dimgray", 0x696969},
    {"dimgrey", 0x696969},
    {"dodgerblue", 0x1E90FF},
    {"firebrick", 0xB22222},
    {"floralwhite", 0xFFFAF0},
    {"forestgreen", 0x228B22},
    {"fuchsia", 0xFF00FF},
    {"gainsboro", 0xDCDCDC},
    {"ghostwhite", 0xF8F8FF},
    {"gold", 0xFFD700},
    {"goldenrod", 0xDAA520},
    {"gray", 0x808080},
    {"green", 0x008000},
    {"greenyellow", 0xADFF2F},
    {"grey", 0x808080},
    {"honeydew", 0xF0FFF0},
    {"hotpink", 0xFF69B4},
    {"indianred", 0xCD5C5C},
    {"indigo", 0x4B0082},
    {"ivory", 0xFFFFF0},
    {"khaki", 0xF0E68C},
    {"lavender", 0xE6E6FA},
    {"lavenderblush", 0xFFF0F5},
    {"lawngreen", 0x7CFC00},
    {"lemonchiffon", 0xFFFACD},
    {"lightblue", 0xADD8E6},
    {"lightcoral", 0xF08080},
    {"lightcyan", 0xE0FFFF},
    {"lightgoldenrodyellow", 0xFAFAD2},
    {"lightgray", 0xD3D3D3},
    {"lightgreen", 0x90EE90},
    {"lightgrey", 0xD3D3D3},
    {"lightpink", 0xFFB6C1},
    {"lightsalmon", 0xFFA07A},
    {"lightseagreen", 0x20B2AA},
    {"lightskyblue", 0x87CEFA},
    {"lightslategray", 0x778899},
    {"lightslategrey", 0x778899},
    {"lightsteelblue", 0xB0C4DE},
    {"lightyellow", 0xFFFFE0},
    {"lime", 0x00FF00},
    {"limegreen", 0x32CD32},
    {"linen", 0xFAF0E6},
    {"magenta", 0xFF00FF},
    {"maroon", 0x800000},
    {"mediumaquamarine", 0x66CDAA},
    {"mediumblue", 0x0000CD},
    {"mediumorchid", 0xBA55D3},
    {"mediumpurple", 0x9370DB},
    {"mediumseagreen", 0x3CB371},
    {"mediumslateblue", 0x7B68EE},
    {"mediumspringgreen", 0x00FA9A},
    {"mediumturquoise", 0x48D1CC},
    {"mediumvioletred", 0xC71585},
    {"midnightblue", 0x191970},
    {"mintcream", 0xF5FFFA},
    {"mistyrose", 0xFFE4E1},
    {"moccasin", 0xFFE4B5},
    {"navajowhite", 0xFFDEAD},
    {"navy", 0x000080},
    {"oldlace", 0xFDF5E6},
    {"olive", 0x808000},
    {"olivedrab", 0x6B8E23},
    {"orange", 0xFFA500},
    {"orangered", 0xFF4500},
    {"orchid", 0xDA70D6},
    {"palegoldenrod", 0xEEE8AA},
    {"palegreen", 0x98FB98},
    {"paleturquoise", 0xAFEEEE},
    {"palevioletred", 0xDB7093},
    {"papayawhip", 0xFFEFD5},
    {"peachpuff", 0xFFDAB9},
    {"peru", 0xCD853F},
    {"pink", 0xFFC0CB},
    {"plum", 0xDDA0DD},
    {"powderblue", 0xB0E0E6},
    {"purple", 0x800080},
    {"rebeccapurple", 0x663399},
    {"red", 0xFF0000},
    {"rosybrown", 0xBC8F8F},
    {"royalblue", 0x4169E1},
    {"saddlebrown", 0x8B4513},
    {"salmon", 0xFA8072},
    {"sandybrown", 0xF4A460},
    {"seagreen", 0x2E8B57},
    {"seashell", 0xFFF5EE},
    {"sienna", 0xA0522D},
    {"silver", 0xC0C0C0},
    {"skyblue", 0x87CEEB},
    {"slateblue", 0x6A5ACD},
    {"slategray", 0x708090},
    {"slategrey", 0x708090},
    {"snow", 0xFFFAFA},
    {"springgreen", 0x00FF7F},
    {"steelblue", 0x4682B4},
    {"tan", 0xD2B48C},
    {"teal", 0x008080},
    {"thistle", 0xD8BFD8},
    {"tomato", 0xFF6347},
    {"turquoise", 0x40E0D0},
    {"violet", 0xEE82EE},
    {"wheat", 0xF5DEB3},
    {"white", 0xFFFFFF},
    {"whitesmoke", 0xF5F5F5},
    {"yellow", 0xFFFF00},
    {"yellowgreen", 0x9ACD32},
};

/* The small letter, or 0 for what is none. */
static char letter(char c)
{
    if (c >= 'A' && c <= 'Z') return (char)(c - 'A' + 'a');
    return c >= 'a' && c <= 'z' ? c : 0;
}

static const char *spaces(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n') p++;
    return p;
}

/* Three or six digits after #, behind which those of alpha say opaque. Gives
 * where they end. */
static const char *hex(uint8_t rgb[3], const char *p)
{
    int digit[8], count = 0;
    for (; count < 9; count++) {
        char c = p[count], small = letter(c);
        int value = c >= '0' && c <= '9'           ? c - '0'
                    : small >= 'a' && small <= 'f' ? small - 'a' + 10
                                                   : -1;
        if (value < 0) break;
        if (count < 8) digit[count] = value;
    }
    int width = count < 6 ? 1 : 2, colours = 3 * width;
    if (count != colours && count != colours + width) return NULL;
    for (int i = colours; i < count; i++)
        if (digit[i] != 15) return NULL;
    for (int i = 0; i < 3; i++)
        rgb[i] = (uint8_t)(digit[i * width] * 16 +
                           digit[i * width + width - 1]);
    return p + count;
}

/* A number as CSS writes it, without an exponent. */
static const char *number(double *out, const char *p)
{
    double sign = *p == '-' ? -1 : 1, scale = 1;
    int digits = 0;
    if (*p == '-' || *p == '+') p++;
    *out = 0;
    for (; *p >= '0' && *p <= '9' && digits < 9; p++, digits++)
        *out = *out * 10 + (*p - '0');
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9' && digits < 18; p++, digits++)
            *out += (*p - '0') * (scale /= 10);
    *out *= sign;
    return digits ? p : NULL;
}

/* A function: which of its values is a hue, and what 100 % of the others is,
 * in hundredths. */
enum kind { RGB, HSL, HWB, LAB, LCH, OKLAB, OKLCH, COLOR, KINDS, NO_HUE };
static const struct function {
    char name[6];
    uint8_t hue, commas;
    int16_t whole[3];
} functions[KINDS] = {
    [RGB] = {"rgb", NO_HUE, 1, {25500, 25500, 25500}},
    [HSL] = {"hsl", 0, 1, {0, 10000, 10000}},
    [HWB] = {"hwb", 0, 1, {0, 10000, 10000}},
    [LAB] = {"lab", NO_HUE, 0, {10000, 12500, 12500}},
    [LCH] = {"lch", 2, 0, {10000, 15000, 0}},
    [OKLAB] = {"oklab", NO_HUE, 0, {100, 40, 40}},
    [OKLCH] = {"oklch", 2, 0, {100, 40, 0}},
    [COLOR] = {"color", NO_HUE, 0, {100, 100, 100}},
};

static const char *skip(const char *p, const char *word)
{
    size_t size = strlen(word);
    return strncmp(p, word, size) == 0 ? p + size : NULL;
}

/* The end of an angle's unit; the value becomes degrees. */
static const char *angle(double *value, const char *p)
{
    static const struct {
        char unit[5];
        double degrees;
    } units[] = {
        {"deg", 1}, {"grad", 0.9}, {"rad", 57.29577951308232}, {"turn", 360}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const char *end = skip(p, units[i].unit);
        if (!end) continue;
        *value *= units[i].degrees;
        return end;
    }
    return p;
}

/* What stands in the brackets of a function: three values and an alpha, which
 * has to be 1. NULL: it is not so. */
static const char *arguments(double value[3], const struct function *f,
                             const char *p)
{
    for (int i = 0; i < 3; i++) {
        p = number(&value[i], spaces(p));
        if (!p) return NULL;
        int is_percent = *p == '%';
        if (i == f->hue) {
            p = angle(&value[i], p);
        } else if (is_percent) {
            value[i] = value[i] * f->whole[i] / 10000;
            p++;
        }
        p = spaces(p);
        if (*p == ',' && i < 2 && f->commas) p++;
    }
    if (*p == '/' || (*p == ',' && f->commas)) {
        double alpha;
        p = number(&alpha, spaces(p + 1));
        if (!p || alpha < (*p == '%' ? 100 : 1)) return NULL;
        p = spaces(p + (*p == '%'));
    }
    return *p == ')' ? p + 1 : NULL;
}

static double clip(double v, double max)
{
    return v < 0 ? 0 : v > max ? max : v;
}

static uint8_t byte(double share)
{
    return (uint8_t)(clip(share, 1) * 255 + 0.5 + 1e-9); /* .5 goes up */
}

/* One channel of a hue in degrees, 0..1: CSS Color 4, 7.1, saturation and
 * lightness by shares. */
static double of_hue(double hue, double saturation, double lightness, int n)
{
    double k = n + hue / 30;
    while (k >= 12) k -= 12;
    double a = saturation * (lightness < 0.5 ? lightness : 1 - lightness);
    double low = k - 3 < 9 - k ? k - 3 : 9 - k;
    return lightness - a * (low < -1 ? -1 : low > 1 ? 1 : low);
}

static double around(double degrees)
{
    double turns = (double)(int64_t)(degrees / 360);
    degrees -= turns * 360;
    return degrees < 0 ? degrees + 360 : degrees;
}

static double to_light(double v)
{
    return v <= 0.04045 ? v / 12.92 : cut_power((v + 0.055) / 1.055, 2.4);
}

static double from_light(double v)
{
    return v <= 0.0031308 ? v * 12.92 : 1.055 * cut_power(v, 1 / 2.4) - 0.055;
}

/* Light of sRGB out of three others, as sRGB writes it. Matrices and white are
 * in 1e-8. */
static void mixed(double share[3], const int32_t of[3][3], const double v[3])
{
    for (int i = 0; i < 3; i++)
        share[i] = from_light(
            (of[i][0] * v[0] + of[i][1] * v[1] + of[i][2] * v[2]) * 1e-8);
}

/* lab() and lch(), of the white D50 (CSS Color 4, 9.3 and 17). */
static void of_lab(double share[3], double lightness, double a, double b)
{
    static const int32_t white[3] = {96429568, 100000000, 82510460};
    static const int32_t srgb_of_d50[3][3] = {
        {313413596, -161738633, -49066195},
        {-97879550, 191625457, 3344273},
        {7195538, -22897683, 140538606}};
    double y = (lightness + 16) / 116;
    double xyz[3] = {y + a / 500, y, y - b / 200};
    for (int i = 0; i < 3; i++) {
        double f = xyz[i], cube = f * f * f;
        if (cube <= 216.0 / 24389) cube = (116 * f - 16) * 27 / 24389;
        xyz[i] = cube * white[i] * 1e-8;
    }
    mixed(share, srgb_of_d50, xyz);
}

/* oklab() and oklch() (CSS Color 4, 9.4 and 17). */
static void of_oklab(double share[3], double lightness, double a, double b)
{
    static const int32_t cones[3][2] = {
        {39633778, 21580376}, {-10556135, -6385417}, {-8948418, -129148555}};
    static const int32_t srgb_of_cones[3][3] = {
        {407674166, -330771159, 23096993},
        {-126843800, 260975740, -34131940},
        {-419609, -70341861, 170761470}};
    double v[3];
    for (int i = 0; i < 3; i++) {
        double root = lightness + (cones[i][0] * a + cones[i][1] * b) * 1e-8;
        v[i] = root * root * root;
    }
    mixed(share, srgb_of_cones, v);
}

/* color(display-p3 ..), whose curve is that of sRGB. */
static void of_p3(double share[3], const double v[3])
{
    static const int32_t srgb_of_p3[3][3] = {{122494018, -22494018, 0},
                                             {-4205695, 104205695, 0},
                                             {-1963755, -7863605, 109827360}};
    double light[3];
    for (int i = 0; i < 3; i++) light[i] = to_light(clip(v[i], 1));
    mixed(share, srgb_of_p3, light);
}

/* hsl() and hwb(). */
static void of_hue_and(double share[3], int is_hsl, const double v[3])
{
    static const int order[3] = {0, 8, 4};
    double hue = around(v[0]);
    double second = clip(v[1], 100) / 100, third = clip(v[2], 100) / 100;
    for (int i = 0; i < 3; i++) {
        if (is_hsl) {
            share[i] = of_hue(hue, second, third, order[i]);
        } else { /* whiteness and blackness */
            double sum = second + third;
            double pure = of_hue(hue, 1, 0.5, order[i]);
            share[i] = sum >= 1 ? second / sum : pure * (1 - sum) + second;
        }
    }
}

/* A function by its name, rgb() and hsl() with or without a final a. Gives
 * where it ends; NULL: none that is known. */
static const char *function(uint8_t rgb[3], char *name, size_t length,
                            const char *p)
{
    int kind = 0, has_a = length == 4 && name[3] == 'a'; /* rgba, hsla */
    if (has_a) name[3] = 0;
    while (kind < KINDS && strcmp(name, functions[kind].name) != 0) kind++;
    if (kind == KINDS || (has_a && kind > HSL)) return NULL;
    int is_p3 = 0;
    if (kind == COLOR) {
        p = spaces(p);
        const char *space = skip(p, "srgb ");
        is_p3 = !space;
        p = space ? space : skip(p, "display-p3 ");
        if (!p) return NULL;
    }
    double v[3], share[3];
    p = arguments(v, &functions[kind], p);
    if (!p) return NULL;
    if (functions[kind].hue == 2) { /* chroma and hue */
        double chroma = v[1] < 0 ? 0 : v[1], sine, cosine;
        cut_sine_cosine((int32_t)(around(v[2]) * 100 + 0.5), &sine, &cosine);
        v[1] = chroma * cosine;
        v[2] = chroma * sine;
    }
    if (kind == HSL || kind == HWB)
        of_hue_and(share, kind == HSL, v);
    else if (kind == LAB || kind == LCH)
        of_lab(share, clip(v[0], 100), v[1], v[2]);
    else if (kind == OKLAB || kind == OKLCH)
        of_oklab(share, clip(v[0], 1), v[1], v[2]);
    else if (is_p3)
        of_p3(share, v);
    else
        for (int i = 0; i < 3; i++) share[i] = kind == RGB ? v[i] / 255 : v[i];
    for (int i = 0; i < 3; i++) rgb[i] = byte(share[i]);
    return p;
}

const char *cut_colour_read(uint8_t rgb[3], const char *text)
{
    if (!text) return NULL;
    if (*text == '#') return hex(rgb, text + 1);
    char word[sizeof names[0].text] = {0};
    size_t length = 0;
    while (letter(text[length]) && length < sizeof word - 1) {
        word[length] = letter(text[length]);
        length++;
    }
    if (letter(text[length])) return NULL; /* longer than any name */
    if (text[length] == '(')
        return function(rgb, word, length, text + length + 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].text, word) == 0) {
            for (int c = 0; c < 3; c++)
                rgb[c] = (uint8_t)(names[i].rgb >> (16 - c * 8));
            return text + length;
        }
    return NULL;
}

/*
 * Easy to get wrong: numbers of rgb() are rounded, those beyond its range
 * clipped (CSS Color 4, 5.1); commas and spaces may not be mixed, which is not
 * checked: whoever mixes them means the same.
 */
#include "options/colour.h"

#include <stddef.h>
#include <string.h>

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

/* Three or six digits after #. Gives where they end. */
static const char *hex(uint8_t rgb[3], const char *p)
{
    int digit[6], count = 0;
    for (; count < 7; count++) {
        char c = p[count], small = letter(c);
        int value = c >= '0' && c <= '9'           ? c - '0'
                    : small >= 'a' && small <= 'f' ? small - 'a' + 10
                                                   : -1;
        if (value < 0) break;
        if (count < 6) digit[count] = value;
    }
    if (count != 3 && count != 6) return NULL;
    for (int i = 0; i < 3; i++)
        rgb[i] = (uint8_t)(count == 3 ? digit[i] * 17
                                      : digit[i * 2] * 16 + digit[i * 2 + 1]);
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

/* What stands in the brackets of a function: three values and an alpha, which
 * has to be 1. percent: which of them had the sign. NULL: it is not so. */
static const char *arguments(double value[3], int percent[3], const char *p)
{
    for (int i = 0; i < 3; i++) {
        p = number(&value[i], spaces(p));
        if (!p) return NULL;
        percent[i] = *p == '%';
        p += percent[i];
        if (i == 0 && strncmp(p, "deg", 3) == 0) p += 3;
        p = spaces(p);
        if (*p == ',' && i < 2) p++;
    }
    if (*p == '/' || *p == ',') {
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

/* rgb(), hsl() or hwb(), with or without a final a. Gives where it ends;
 * NULL: none of them. */
static const char *function(uint8_t rgb[3], const char *name, size_t length,
                            const char *p)
{
    static const int order[3] = {0, 8, 4};
    double v[3];
    int percent[3];
    p = arguments(v, percent, p);
    if (!p) return NULL;
    if (length == 4 && letter(name[3]) == 'a') length = 3; /* rgba, hsla */
    if (length != 3) return NULL;
    char kind[4] = {letter(name[0]), letter(name[1]), letter(name[2]), 0};
    if (strcmp(kind, "rgb") == 0) {
        for (int i = 0; i < 3; i++)
            rgb[i] = byte(percent[i] ? v[i] / 100 : v[i] / 255);
        return p;
    }
    double second = clip(v[1], 100) / 100, third = clip(v[2], 100) / 100;
    int is_hsl = strcmp(kind, "hsl") == 0;
    if (percent[0] || (!is_hsl && strcmp(kind, "hwb") != 0)) return NULL;
    for (int i = 0; i < 3; i++) {
        if (is_hsl) {
            rgb[i] = byte(of_hue(around(v[0]), second, third, order[i]));
        } else { /* whiteness and blackness */
            double sum = second + third;
            double pure = of_hue(around(v[0]), 1, 0.5, order[i]);
            rgb[i] = byte(sum >= 1 ? second / sum : pure * (1 - sum) + second);
        }
    }
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
        return function(rgb, text, length, text + length + 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].text, word) == 0) {
            for (int c = 0; c < 3; c++)
                rgb[c] = (uint8_t)(names[i].rgb >> (16 - c * 8));
            return text + length;
        }
    return NULL;
}

#include "options/text.h"

#include <string.h>

#include "cutaway.h"
#include "options/colour.h"

/* All readers below answer where they stopped, NULL when it is not there. */

static const char *skip(const char *p, const char *word)
{
    size_t size = strlen(word);
    return p && strncmp(p, word, size) == 0 ? p + size : NULL;
}

static const char *spaces(const char *p)
{
    while (p && *p == ' ') p++;
    return p;
}

static const char *whole(int32_t *out, const char *p)
{
    int digits = 0;
    *out = 0;
    for (; p && *p >= '0' && *p <= '9' && digits < 6; p++, digits++)
        *out = *out * 10 + (*p - '0');
    return digits ? p : NULL;
}

/* "-12.5" to -1250; is_whole says that no point was in it. */
static const char *hundredths(int32_t *out, int *is_whole, const char *p)
{
    int negative = p && *p == '-';
    p = whole(out, p + negative);
    if (!p) return NULL;
    *out *= 100;
    *is_whole = *p != '.';
    if (!*is_whole) {
        int32_t unit = 10;
        p++;
        if (!(*p >= '0' && *p <= '9')) return NULL;
        for (; *p >= '0' && *p <= '9' && unit; p++, unit /= 10)
            *out += (*p - '0') * unit;
    }
    if (negative) *out = -*out;
    return p;
}

static const char *length(cut_length *out, const char *p)
{
    int is_whole;
    p = hundredths(&out->value, &is_whole, p);
    if (!p) return NULL;
    out->is_percent = *p == '%';
    if (out->is_percent) return p + 1;
    out->value /= 100;
    const char *unit = skip(p, "px");
    return is_whole ? (unit ? unit : p) : NULL;
}

static int all(const char *end)
{
    return end && *end == 0;
}

int cut_text_colour(uint8_t rgb[3], const char *text)
{
    return all(cut_colour_read(rgb, text));
}

int cut_text_length(cut_length *out, const char *text)
{
    return all(length(out, text));
}

int cut_text_blur(cut_length *radius, const char *text)
{
    const char *p = skip(text, "blur(");
    return p && all(skip(length(radius, p), ")"));
}

/* ---- gradients --------------------------------------------------------- */

static const float unset = -1;

/* A colour, or a colour and "25%". */
static const char *stop(cut_gradient *g, const char *p)
{
    if (g->count == CUT_MAX_STOPS) return NULL;
    p = spaces(cut_colour_read(g->stops[g->count].rgb, p));
    if (!p) return NULL;
    float at = unset;
    if (*p != ',' && *p != ')') {
        int32_t value;
        int is_whole;
        p = spaces(skip(hundredths(&value, &is_whole, p), "%"));
        if (!p || value < 0 || value > 10000) return NULL;
        at = (float)value / 10000;
    }
    g->stops[g->count++].at = at;
    return p;
}

/* Positions that were not given: the ends, and evenly between those that
 * were; none lies before the one before it. */
static void place_stops(cut_gradient *g)
{
    int last = g->count - 1;
    if (g->stops[0].at < 0) g->stops[0].at = 0;
    if (g->stops[last].at < 0) g->stops[last].at = 1;
    float max = 0;
    for (int i = 0; i <= last; i++) {
        if (g->stops[i].at < 0) continue;
        if (g->stops[i].at < max) g->stops[i].at = max;
        max = g->stops[i].at;
    }
    for (int i = 1; i < last; i++) {
        if (g->stops[i].at >= 0) continue;
        int next = i;
        while (g->stops[next].at < 0) next++;
        float from = g->stops[i - 1].at;
        g->stops[i].at = from +
                         (g->stops[next].at - from) / (float)(next - i + 1);
    }
}

int cut_text_gradient(cut_gradient *out, const char *text)
{
    cut_gradient g = {.angle = 18000};
    const char *p = spaces(skip(text, "linear-gradient("));
    if (p && (*p == '-' || (*p >= '0' && *p <= '9'))) {
        int is_whole;
        p = spaces(skip(hundredths(&g.angle, &is_whole, p), "deg"));
        p = spaces(skip(p, ","));
        g.angle = (g.angle % 36000 + 36000) % 36000;
    }
    while ((p = stop(&g, p)) && *p == ',') p = spaces(p + 1);
    if (!all(skip(p, ")")) || g.count < 2) return 0;
    place_stops(&g);
    *out = g;
    return 1;
}

/* ---- canvas ------------------------------------------------------------ */

int cut_text_canvas_size(cut_canvas *out, const char *text)
{
    int32_t w, h;
    const char *p = whole(&w, text);
    if (!p || (*p != ':' && *p != 'x')) return 0;
    int is_ratio = *p == ':';
    if (!all(whole(&h, p + 1)) || w < 1 || h < 1) return 0;
    if (is_ratio ? w > CUT_MAX_RATIO || h > CUT_MAX_RATIO
                 : w > CUT_MAX_SIDE || h > CUT_MAX_SIDE ||
                       (int64_t)w * h > CUT_MAX_PIXELS)
        return 0;
    out->w = w;
    out->h = h;
    out->is_ratio = is_ratio;
    return 1;
}

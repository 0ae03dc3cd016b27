/* Any text as options: CUT_OK or CUT_E_OPTION, values in their ranges. */
#include <stdlib.h>

#include "base/alloc.h"
#include "cutaway.h"
#include "options/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int outside(cut_length length, int32_t min)
{
    return length.value > 10000 || length.value < min;
}

static void check_style(const cut_options *o)
{
    const cut_shadow *s = &o->shadow;
    const cut_canvas *c = &o->canvas;
    if (outside(s->x, -10000) || outside(s->y, -10000) || outside(s->blur, 0) ||
        !(s->opacity >= 0 && s->opacity <= 1) || outside(o->outline.width, 0) ||
        outside(o->blur, 0))
        abort();
    if (c->w && (c->w < 1 || c->h < 1 || c->w > CUT_MAX_SIDE ||
                 c->h > CUT_MAX_SIDE || (int64_t)c->w * c->h > CUT_MAX_PIXELS ||
                 !(c->scale >= 0.04f && c->scale <= 4) ||
                 outside(c->x, -10000) || outside(c->y, -10000)))
        abort();
    if (o->background != CUT_BG_GRADIENT) return;
    const cut_gradient *g = &o->gradient;
    if (g->count < 2 || g->count > CUT_MAX_STOPS || g->angle < 0 ||
        g->angle >= 36000)
        abort();
    for (int i = 0; i < g->count; i++)
        if (!(g->stops[i].at >= (i ? g->stops[i - 1].at : 0) &&
              g->stops[i].at <= 1))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cut_options o;
    cut_error error = {{0}};
    cut_status status = cut_options_parse(&o, (const char *)data, size, &error);
    if (status == CUT_OK) {
        if (o.quality < 1 || o.quality > 100 || o.margin.value < 0 ||
            o.margin.value > 10000 || (unsigned)o.output > CUT_OUT_WEBP ||
            (unsigned)o.background > CUT_BG_GRADIENT)
            abort();
        check_style(&o);
    } else if (status != CUT_E_OPTION || !error.text[0]) {
        abort();
    }
    if (cut_live_blocks() != 0) abort();
    return 0;
}

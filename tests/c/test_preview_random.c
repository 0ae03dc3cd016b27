/* Previews against files, for options drawn at random: at full size the pixels
 * of the file, at half of it the file reduced. Colours are compared times their
 * alpha, as they are seen. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "image/png.h"
#include "preview.h"
#include "scene.h"

enum { W = 316, H = 234, ROUNDS = 40 };

/* The scene without its noise, of which no two filters leave the same. With
 * alpha, a third of it is faint: no part of any box. */
static cut_bytes as_png(int32_t w, int32_t h, int with_alpha)
{
    cut_image image = {scene_pixels(w, h, 0), w, h};
    for (int32_t i = 0; i < w * h; i++) {
        uint8_t *px = image.px + (size_t)i * 4;
        px[0] = (uint8_t)((px[0] & 0xC0) + (i % w) * 60 / w);
        px[1] = (uint8_t)((px[1] & 0xC0) + (i / w) * 60 / h);
        px[2] = (uint8_t)(120 + (i / w) * 100 / h - (i % w) * 90 / w);
        if (with_alpha && i % w < w / 3) px[3] = 90;
    }
    cut_bytes out = {0}, no_icc = {0};
    CHECK_EQUAL(cut_png_encode(&out, &image, &no_icc, NULL), CUT_OK);
    cut_image_free(&image);
    return out;
}

/* ---- options ----------------------------------------------------------- */

static uint32_t noise;

/* 0 .. n - 1 */
static int pick(int n)
{
    noise = noise * 1664525u + 1013904223u;
    return (int)((noise >> 16) % (uint32_t)n);
}

static int one_in(int n)
{
    return pick(n) == 0;
}

typedef struct asked {
    char json[900];
    int has_crop, has_shadow, has_outline, has_canvas, is_shrunk;
} asked;

static void add(asked *o, const char *text)
{
    size_t at = strlen(o->json);
    snprintf(o->json + at, sizeof o->json - at, "%s%s", at > 1 ? "," : "",
             text);
}

static void add_background(asked *o)
{
    static const char *const plain[] = {
        "\"background\":\"transparent\"", "\"background\":\"#3366a9\"",
        "\"background\":\"blur\"", "\"background\":\"image\"",
        "\"background\":\"linear-gradient(140deg,#ff2000,#0080ff "
        "30%,#ffffff)\""};
    char text[80];
    int kind = pick(6);
    if (kind < 5) {
        add(o, plain[kind]);
        return;
    }
    snprintf(text, sizeof text, "\"background\":\"blur(%d.%d%%)\"", pick(4),
             3 + pick(7));
    add(o, text);
}

static void add_style(asked *o)
{
    char text[120];
    if (one_in(2)) {
        o->has_shadow = 1;
        snprintf(text, sizeof text,
                 "\"shadow\":{\"x\":\"%d%%\",\"y\":%d,\"blur\":\"%d.5%%\","
                 "\"opacity\":0.%d,\"color\":\"#102040\"}",
                 pick(13) - 6, pick(21) - 10, pick(9), 2 + pick(8));
        add(o, text);
    }
    if (one_in(2)) {
        o->has_outline = 1;
        snprintf(text, sizeof text,
                 one_in(2) ? "\"outline\":{\"width\":%d}"
                           : "\"outline\":{\"width\":"
                             "\"%d%%\"}",
                 1 + pick(6));
        add(o, text);
    }
}

/* What lies on the ground, and what is done to the edge. */
static void add_floor_and_edges(asked *o)
{
    char text[160];
    if (one_in(4)) {
        o->has_shadow = 1;
        snprintf(text, sizeof text,
                 "\"cast\":{\"angle\":%d,\"length\":0.%d,\"blur\":\"%d%%\"}",
                 pick(360), 3 + pick(6), pick(5));
        add(o, text);
    }
    if (one_in(5)) {
        o->has_shadow = 1;
        add(o, "\"contact\":{\"blur\":\"2%\"}");
    }
    if (one_in(4)) add(o, "\"natural\":{\"opacity\":0.8}");
    if (one_in(5)) {
        o->has_shadow = 1;
        add(o, "\"reflection\":{\"length\":0.3,\"opacity\":0.5}");
    }
    if (one_in(4)) {
        snprintf(text, sizeof text, "\"shift\":%d,\"feather\":%d", pick(9) - 4,
                 pick(5));
        add(o, text);
    }
    if (one_in(5)) add(o, "\"smooth\":6,\"holes\":\"3%\"");
    if (one_in(5)) {
        snprintf(text, sizeof text, "\"decontaminate\":%d", pick(201));
        add(o, text);
    }
}

static void add_canvas(asked *o)
{
    static const char *const named[] = {"square", "4:5", "wide"};
    char text[160];
    o->has_canvas = 1;
    switch (pick(3)) {
    case 0:
        snprintf(text, sizeof text, "\"canvas\":\"%s\"", named[pick(3)]);
        break;
    case 1: /* the photo is shrunk to less than half */
        o->is_shrunk = 1;
        snprintf(text, sizeof text,
                 "\"canvas\":{\"width\":%d,\"height\":%d,\"fit\":\"photo\"}",
                 90 + pick(60), 80 + pick(40));
        break;
    default:
        snprintf(text, sizeof text,
                 "\"canvas\":{\"width\":%d,\"height\":%d,\"scale\":0.%d,"
                 "\"x\":\"%d%%\",\"y\":%d}",
                 200 + pick(200), 200 + pick(100), 6 + pick(4), pick(30) - 15,
                 pick(30) - 15);
    }
    add(o, text);
}

static asked some_options(int more)
{
    asked o = {.json = "{"};
    char text[40];
    add_background(&o);
    if (one_in(3)) add(&o, "\"keep\":\"background\"");
    if (one_in(8)) add(&o, "\"mask\":true");
    if (one_in(6)) add(&o, "\"format\":\"jpeg\"");
    add_style(&o);
    if (more) add_floor_and_edges(&o);
    if (one_in(2)) {
        o.has_crop = 1;
        add(&o, "\"crop\":true");
    }
    if (one_in(2)) {
        snprintf(text, sizeof text, "\"margin\":\"%d%%\"", pick(20));
        add(&o, text);
    }
    if (one_in(3)) add_canvas(&o);
    strcat(o.json, "}");
    return o;
}

/* ---- both pictures ----------------------------------------------------- */

typedef struct scene {
    cut_bytes file, background;
    cut_preview *preview;
} scene;

static cut_job *job_until(const scene *s, const char *options, cut_state until)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(cut_job_background(job, s->background.data,
                                   (uint32_t)s->background.size),
                CUT_OK);
    CHECK_EQUAL(
        scene_job(job, options, s->file.data, (uint32_t)s->file.size, until),
        CUT_OK);
    return job;
}

static scene begin(int with_alpha)
{
    scene s = {.file = as_png(W, H, with_alpha),
               .background = as_png(310, 150, 1)};
    cut_job *job = job_until(&s, NULL, CUT_REFINED);
    s.preview = cut_preview_new(job);
    cut_job_free(job);
    CHECK(s.preview != NULL);
    job = job_until(&s, NULL, CUT_NEW);
    CHECK_EQUAL(cut_preview_background(s.preview, job), CUT_OK);
    cut_job_free(job);
    return s;
}

static void end(scene *s)
{
    cut_preview_free(s->preview);
    cut_bytes_free(&s->file);
    cut_bytes_free(&s->background);
}

static void show(const scene *s, const char *options, uint32_t side)
{
    CHECK_EQUAL(cut_preview_render(s->preview, options,
                                   (uint32_t)strlen(options), side),
                CUT_OK);
}

/* As it is seen: a colour times its alpha, or alpha. */
static double seen(const uint8_t *px, int c)
{
    return c == 3 ? px[3] : px[c] * px[3] / 255.0;
}

/* The largest difference, and 0 only for the same bytes. */
static double largest_difference(const scene *s, const cut_job *job)
{
    const uint8_t *a = cut_preview_pixels(s->preview);
    const uint8_t *b = cut_job_pixels(job);
    size_t count = (size_t)cut_job_out_w(job) * cut_job_out_h(job);
    double worst = memcmp(a, b, count * 4) ? 1e-9 : 0;
    for (size_t i = 0; i < count * 4; i += 4)
        for (int c = 0; c < 4; c++)
            worst = fmax(worst, fabs(seen(a + i, c) - seen(b + i, c)));
    return worst;
}

/* The mean over the pixels of the file from (x, y) to (x + step, y + step). */
static double box_mean(const cut_job *job, double x, double y, double step,
                       int c)
{
    const uint8_t *px = cut_job_pixels(job);
    int w = (int)cut_job_out_w(job), h = (int)cut_job_out_h(job);
    double sum = 0, all = 0;
    for (int v = (int)y; v < h && v < y + step; v++)
        for (int u = (int)x; u < w && u < x + step; u++) {
            double share = (fmin(v + 1, y + step) - fmax(v, y)) *
                           (fmin(u + 1, x + step) - fmax(u, x));
            sum += share * seen(px + (size_t)(v * w + u) * 4, c);
            all += share;
        }
    return sum / all;
}

static double mean_difference(const scene *s, const cut_job *job)
{
    int w = (int)cut_preview_w(s->preview), h = (int)cut_preview_h(s->preview);
    int full_w = (int)cut_job_out_w(job), full_h = (int)cut_job_out_h(job);
    double step = full_w > full_h ? full_w / (double)w : full_h / (double)h;
    double sum = 0;
    const uint8_t *px = cut_preview_pixels(s->preview);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int c = 0; c < 4; c++)
                sum += fabs(seen(px + (size_t)(y * w + x) * 4, c) -
                            box_mean(job, x * step, y * step, step, c));
    return sum / (w * h * 4.0);
}

/* ---- tests ------------------------------------------------------------- */

static void at_full_size_it_is_the_file(const scene *s, int more)
{
    for (int i = 0; i < (more ? ROUNDS / 2 : ROUNDS); i++) {
        asked o = some_options(more);
        cut_job *job = job_until(s, o.json, CUT_COMPOSED);
        show(s, o.json, 5000);
        CHECK_EQUAL(cut_preview_w(s->preview), cut_job_out_w(job));
        CHECK_EQUAL(cut_preview_h(s->preview), cut_job_out_h(job));
        /* less of a cropped photo is drawn: its shadow is rounded elsewhere */
        double max = o.has_crop && o.has_shadow && !o.has_canvas ? 1 : 0;
        double off = largest_difference(s, job);
        if (off > max) printf("%s: %g\n", o.json, off);
        CHECK(off <= max);
        cut_job_free(job);
    }
}

/* Observed: 1.8 levels in the mean; with an outline, whose edge is where alpha
 * passes a half, or where a crop ends at a hard edge, 2.3; with more, 2.7. */
static void at_half_the_size_it_is_the_file_reduced(const scene *s, int more)
{
    for (int i = 0; i < (more ? ROUNDS / 2 : ROUNDS); i++) {
        asked o = some_options(more);
        if (o.is_shrunk) continue; /* a few pixels */
        cut_job *job = job_until(s, o.json, CUT_COMPOSED);
        uint32_t w = cut_job_out_w(job), h = cut_job_out_h(job);
        show(s, o.json, (w > h ? w : h) / 2);
        CHECK(cut_preview_full_w(s->preview) == w &&
              cut_preview_full_h(s->preview) == h);
        double max = o.has_outline || (o.has_crop && !o.has_canvas) ? 2.5 : 2;
        if (more) max = 3;
        double off = mean_difference(s, job);
        if (off > max) printf("%s: %g\n", o.json, off);
        CHECK(off <= max);
        cut_job_free(job);
    }
}

/* The faint third is cropped away, and casts its shadow all the same. */
static void
crop_with_the_background_kept_has_the_shadow_of_what_is_cropped(const scene *s)
{
    const char *options = "{\"keep\":\"background\",\"crop\":true,\"shadow\":"
                          "{\"x\":60,\"y\":0,\"blur\":9,\"opacity\":1},"
                          "\"outline\":{\"width\":4}}";
    cut_job *job = job_until(s, options, CUT_COMPOSED);
    uint32_t w = cut_job_out_w(job), h = cut_job_out_h(job);
    CHECK(w < W * 3 / 4 && h == H);
    const uint8_t *px = cut_job_pixels(job);
    int clear = 0, shaded = 0; /* of the hole where the subject was */
    for (size_t i = 0; i < (size_t)w * h * 4; i += 4) {
        clear += px[i + 3] == 0;
        shaded += px[i] == 0 && px[i + 3] > 80 && px[i + 3] < 100;
    }
    CHECK(clear > 1000 && shaded > 1000);
    show(s, options, 5000);
    CHECK(largest_difference(s, job) <= 1);
    show(s, options, (w > h ? w : h) / 2);
    CHECK(mean_difference(s, job) < 3); /* observed: 2.55 */
    cut_job_free(job);
}

int main(void)
{
    for (int with_alpha = 0; with_alpha < 2; with_alpha++) {
        scene s = begin(with_alpha);
        at_full_size_it_is_the_file(&s, 0);
        at_half_the_size_it_is_the_file_reduced(&s, 0);
        at_full_size_it_is_the_file(&s, 1);
        at_half_the_size_it_is_the_file_reduced(&s, 1);
        if (with_alpha)
            crop_with_the_background_kept_has_the_shadow_of_what_is_cropped(&s);
        end(&s);
    }
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}

/*
 * Any options of a result, each with any of its values, on a small picture with
 * any matte: edges, outline, shadows on the ground, canvas by the head,
 * background, crop, file. What the text says is allowed, so it is read; every
 * step answers a status of the list, a preview is no larger than asked, nothing
 * leaks. Long because it writes the texts.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "compose/style.h"
#include "cutaway.h"
#include "preview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_SIDE = 48, HEAD = 54, TEXT = 2048 };

typedef struct program {
    const uint8_t *at, *end;
    char text[TEXT];
    size_t length;
} program;

static int byte(program *p)
{
    return p->at < p->end ? *p->at++ : 0;
}

/* ---- options ----------------------------------------------------------- */

static void say(program *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(p->text + p->length, TEXT - p->length, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= TEXT - p->length) abort();
    p->length += (size_t)n;
}

/* A comma before all but the first of an object. */
static void key(program *p, const char *name)
{
    say(p, "%s\"%s\":", p->text[p->length - 1] == '{' ? "" : ",", name);
}

/* Pixels, or percent of min..max. */
static void length(program *p, const char *name, int min, int max)
{
    int how = byte(p), v = byte(p);
    if (how & 1) return;
    key(p, name);
    if (how & 2)
        say(p, "%d", (min < 0 ? v - 128 : v) * (how & 4 ? 39 : 1));
    else
        say(p, "\"%.2f%%\"", min + (max - min) * v / 255.0);
}

/* As much as photos of this size need: their cost grows with their square. */
static void edge(program *p, const char *name, int min)
{
    int v = byte(p);
    if (v & 1) return;
    key(p, name);
    say(p, v & 2 ? "%d" : "\"%d%%\"", v & 2 ? min + v % (13 - min) : v % 3);
}

static void number(program *p, const char *name, double min, double max)
{
    int v = byte(p);
    if (v == 0) return;
    key(p, name);
    say(p, "%.3f", min + (max - min) * (v - 1) / 254.0);
}

static void integer(program *p, const char *name, int min, int max)
{
    int v = byte(p);
    if (v == 0) return;
    key(p, name);
    say(p, "%d", min + (max - min) * (v - 1) / 254);
}

static void choice(program *p, const char *name, const char *const *values,
                   size_t count)
{
    size_t v = (size_t)byte(p);
    if (v % (count + 1) == count) return;
    key(p, name);
    say(p, "%s", values[v % (count + 1)]);
}

#define CHOICE(p, name, ...)                                                   \
    choice(p, name, (const char *const[]){__VA_ARGS__},                        \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Whether an object is to have keys; otherwise it is on or off. */
static int open(program *p, const char *name)
{
    int how = byte(p) & 3;
    if (how == 0) return 0;
    key(p, name);
    say(p, how == 1 ? "true" : how == 2 ? "false" : "{");
    return how == 3;
}

static void canvas(program *p)
{
    /* those of shops are large, and nothing but sizes */
    static const char *const presets[] = {
#define NAME(name, w, h, is_ratio, scale, head, top, tall, dpi)                \
    w < 1000 ? name : "square",
        CUT_CANVAS_PRESETS(NAME, NAME)
#undef NAME
    };
    size_t how = (size_t)byte(p) & 7;
    if (how < 3) return;
    key(p, "canvas");
    say(p, "{");
    if (how < 6) {
        key(p, "preset");
        say(p, "\"%s\"",
            presets[(size_t)byte(p) % (sizeof presets / sizeof *presets)]);
    } else if (how == 6) {
        key(p, "ratio");
        int w = 1 + byte(p) % 99;
        say(p, "\"%d:%d\"", w, 1 + byte(p) % 99);
    } else {
        key(p, "width");
        say(p, "%d", 1 + byte(p));
        key(p, "height");
        say(p, "%d", 1 + byte(p) % 64);
    }
    CHOICE(p, "fit", "\"subject\"", "\"photo\"");
    number(p, "scale", (double)CUT_MIN_SCALE, (double)CUT_MAX_SCALE);
    length(p, "x", -100, 100);
    length(p, "y", -100, 100);
    say(p, "}");
}

static void ground(program *p)
{
    if (open(p, "shadow")) {
        length(p, "x", -100, 100);
        length(p, "y", -100, 100);
        length(p, "blur", 0, 25);
        number(p, "opacity", 0, 1);
        say(p, "}");
    }
    if (open(p, "cast")) {
        integer(p, "angle", 0, 359);
        number(p, "length", 0, 3);
        length(p, "blur", 0, 25);
        number(p, "opacity", 0, 1);
        say(p, "}");
    }
    if (open(p, "contact")) {
        length(p, "blur", 0, 25);
        number(p, "opacity", 0, 1);
        say(p, "}");
    }
    if (open(p, "reflection")) {
        number(p, "length", 0.01, 1);
        number(p, "opacity", 0, 1);
        say(p, "}");
    }
    if (open(p, "outline")) {
        length(p, "width", 0, 10);
        say(p, "}");
    }
}

static void write_options(program *p)
{
    say(p, "{");
    CHOICE(p, "background", "\"transparent\"", "\"white\"", "\"#123456\"",
           "\"blur\"", "\"blur(25%)\"", "\"blur(3px)\"", "\"image\"",
           "\"linear-gradient(70deg,#000,red 30%,#ffffff)\"");
    CHOICE(p, "fit", "\"cover\"", "\"contain\"", "\"stretch\"");
    CHOICE(p, "keep", "\"subject\"", "\"background\"");
    CHOICE(p, "format", "\"png\"", "\"jpeg\"", "\"webp\"");
    CHOICE(p, "colorspace", "\"keep\"", "\"srgb\"");
    CHOICE(p, "crop", "false", "true");
    CHOICE(p, "kind", "\"auto\"", "\"photo\"", "\"graphic\"");
    CHOICE(p, "mask", "false", "false", "true");
    ground(p);
    canvas(p);
    length(p, "margin", 0, 100);
    edge(p, "shift", -12);
    edge(p, "feather", 0);
    edge(p, "smooth", 0);
    length(p, "holes", 0, 100);
    integer(p, "decontaminate", 0, 200);
    say(p, "}");
}

/* ---- the picture ------------------------------------------------------- */

static void put16(uint8_t *p, int v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

/* A BMP of 32 bits, w x h, in areas of one colour. Freed by the caller. */
static uint8_t *make_photo(program *p, int w, int h, size_t *size)
{
    int masks = 16, step = 1 + byte(p) % 7, has_alpha = byte(p) & 1;
    *size = HEAD + (size_t)masks + (size_t)(w * h) * 4;
    uint8_t *file = calloc(*size, 1);
    if (!file) abort();
    memcpy(file, "BM", 2);
    put16(file + 10, HEAD + masks);
    file[14] = 56; /* with masks of four channels */
    put16(file + 18, w);
    put16(file + 22, h);
    file[26] = 1;
    file[28] = 32;
    file[30] = 3;
    for (int i = 0; i < 4; i++) file[HEAD + i * 4 + (6 - i) % 4] = 255;
    size_t left = (size_t)(p->end - p->at);
    for (int i = 0; i < w * h; i++) {
        uint8_t *px = file + HEAD + masks + i * 4;
        size_t at = (size_t)((i % w / step + i / w / step * 5) * 4);
        for (size_t c = 0; c < 4; c++)
            px[c] = left ? p->at[(at + c) % left] : 99;
        if (!has_alpha) px[3] = 255;
    }
    return file;
}

/* Some ellipses: heads, bodies, specks. */
static void make_map(program *p, float *map, int side)
{
    for (int i = 0; i < side * side; i++) map[i] = 0;
    for (int n = 1 + byte(p) % 4; n > 0; n--) {
        float cx = (float)byte(p) / 255, cy = (float)byte(p) / 255;
        float rx = (float)byte(p) / 400 + 0.01f;
        float ry = (float)byte(p) / 400 + 0.01f;
        for (int i = 0; i < side * side; i++) {
            float x = ((float)(i % side) + 0.5f) / (float)side - cx;
            float y = ((float)(i / side) + 0.5f) / (float)side - cy;
            float r = x * x / (rx * rx) + y * y / (ry * ry);
            float a = r < 0.7f ? 1 : r < 1.3f ? (1.3f - r) / 0.6f : 0;
            if (a > map[i]) map[i] = a;
        }
    }
}

static int step(int status)
{
    if (strcmp(cut_status_code(status), "internal") == 0) abort();
    return status == CUT_OK;
}

/* The same as a view, from a job of its own. */
static void look(program *p, cut_job *job, const uint8_t *file, uint32_t size)
{
    uint32_t side = (uint32_t)byte(p);
    cut_preview *preview = cut_preview_new(job);
    if (!preview) return;
    cut_job *other = cut_job_new();
    if (other && step(cut_job_background(other, file, size)))
        step(cut_preview_background(preview, other));
    cut_job_free(other);
    if (step(cut_preview_render(preview, p->text, (uint32_t)p->length, side)) &&
        (cut_preview_w(preview) > side || cut_preview_h(preview) > side ||
         !cut_preview_pixels(preview)))
        abort();
    cut_preview_free(preview);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char manifest[] =
        "{\"input\":{\"size\":[16,16],\"mean\":[0,0,0],\"std\":[1,1,1]},"
        "\"output\":{\"kind\":\"alpha\"}}";
    enum { MAP = 16 };
    float map[MAP * MAP];
    static program p;
    if (size < 8 || size > 4096) return 0;
    p = (program){.at = data, .end = data + size};
    int w = 1 + byte(&p) % MAX_SIDE, h = 1 + byte(&p) % MAX_SIDE;
    int views = byte(&p) & 1;
    write_options(&p);
    make_map(&p, map, MAP);
    size_t bytes;
    uint8_t *file = make_photo(&p, w, h, &bytes);

    cut_memory_limit(96u << 20);
    cut_job *job = cut_job_new();
    if (!job) abort();
    int status = cut_job_options(job, p.text, (uint32_t)p.length);
    if (status) abort();
    if (cut_job_manifest(job, manifest, sizeof manifest - 1) ||
        cut_job_decode(job, file, (uint32_t)bytes) ||
        cut_job_background(job, file, (uint32_t)bytes))
        abort();
    int own = !cut_job_needs_model(job);
    if (own ? step(cut_job_own_matte(job))
            : step(cut_job_prepare(job)) &&
                  step(cut_job_matte(job, map, MAP, MAP)) &&
                  step(cut_job_refine(job))) {
        if (views)
            look(&p, job, file, (uint32_t)bytes);
        else if (step(cut_job_foreground(job)) && step(cut_job_compose(job)))
            step(cut_job_encode(job));
    }
    if (!cut_job_report_json(job)) abort();
    cut_job_free(job);
    free(file);
    cut_memory_limit(0);
    if (cut_live_blocks() != 0) abort();
    return 0;
}

/*
 * A picture with a subject, made by arithmetic: an ellipse with texture on a
 * gradient, and the map that a model would answer for it. No file is read, so
 * the same tests run natively and in wasm.
 */
#ifndef CUT_TESTS_SCENE_H
#define CUT_TESTS_SCENE_H

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "cutaway.h"

/* 64 x 64 input, values 0..1 in, alpha out */
static const char scene_manifest[] =
    "{\"name\":\"scene\",\"input\":{\"name\":\"x\",\"layout\":\"NCHW\","
    "\"channels\":\"RGB\",\"size\":[64,64],\"fit\":\"stretch\","
    "\"mean\":[0,0,0],\"std\":[1,1,1]},"
    "\"output\":{\"name\":\"y\",\"kind\":\"alpha\"}}";

enum { SCENE_MAP = 64 };

/* Signed distance-like value of (x, y) in units of the picture: < 1 inside. */
static float scene_inside(float x, float y)
{
    float dx = (x - 0.5f) / 0.3f, dy = (y - 0.55f) / 0.35f;
    return dx * dx + dy * dy;
}

/** f32 [64][64], 0..1, soft over a few cells. */
static void scene_map(float *map)
{
    for (int y = 0; y < SCENE_MAP; y++)
        for (int x = 0; x < SCENE_MAP; x++) {
            float r = scene_inside(((float)x + 0.5f) / SCENE_MAP,
                                   ((float)y + 0.5f) / SCENE_MAP);
            float a = (1.15f - r) / 0.3f;
            map[y * SCENE_MAP + x] = a < 0 ? 0 : a > 1 ? 1 : a;
        }
}

/** Straight RGBA8 [h][w][4]; alpha 255, or a ramp when `with_alpha`. */
static uint8_t *scene_pixels(int32_t w, int32_t h, int with_alpha)
{
    uint8_t *px = cut_alloc((size_t)w * (size_t)h, 4);
    if (!px) return NULL;
    uint32_t noise = 12345;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            uint8_t *p = px + ((size_t)y * (size_t)w + (size_t)x) * 4;
            noise = noise * 1664525u + 1013904223u;
            uint32_t n = noise >> 28; /* 0..15 */
            int in = scene_inside(((float)x + 0.5f) / (float)w,
                                  ((float)y + 0.5f) / (float)h) < 1;
            p[0] = (uint8_t)((in ? 200u : 20u) + n);
            p[1] = (uint8_t)((in ? 80u : 120u) + n);
            p[2] = (uint8_t)((in ? 40u : (uint32_t)(y * 200 / h)) + n);
            p[3] = with_alpha ? (uint8_t)(x * 255 / (w > 1 ? w - 1 : 1)) : 255;
        }
    return px;
}

/** Out of focus: each colour the mean of 9 x 9 pixels around. Without that
 * refinement finds the scene's edges so well that no detail is left. */
static void scene_soften(uint8_t *px, int32_t w, int32_t h)
{
    size_t bytes = (size_t)w * (size_t)h * 4;
    uint8_t *sharp = cut_alloc(bytes, 1);
    if (!sharp) return;
    memcpy(sharp, px, bytes);
    for (size_t i = 0; i < bytes; i++) {
        int32_t x = (int32_t)(i / 4 % (size_t)w);
        int32_t y = (int32_t)(i / 4 / (size_t)w), sum = 0, n = 0;
        for (int32_t v = y - 4; i % 4 < 3 && v <= y + 4; v++)
            for (int32_t u = x - 4; u <= x + 4; u++)
                if (u >= 0 && v >= 0 && u < w && v < h) {
                    sum +=
                        sharp[((size_t)v * (size_t)w + (size_t)u) * 4 + i % 4];
                    n++;
                }
        if (n) px[i] = (uint8_t)(sum / n);
    }
    cut_free(sharp);
}

/** Answers every tile of a REFINED job as a network would that knows the
 * subject to be red: logits 3 (R - B) of each pixel, -6 .. 6. */
static int scene_details(cut_job *job)
{
    int status = cut_job_detail(job);
    size_t side = cut_job_tile_blocks(job), plane = side * side;
    float *logits = cut_alloc(4 * plane, sizeof *logits);
    if (!logits) return CUT_E_MEMORY;
    while (!status && cut_job_tile(job)) {
        const float *tile = cut_job_tile(job);
        for (size_t p = 0; p < 4; p++)
            for (size_t i = 0; i < plane; i++)
                logits[p * plane + i] = 3 * (tile[4 * p * plane + i] -
                                             tile[(4 * p + 2) * plane + i]);
        status = cut_job_tile_answer(job, logits, (uint32_t)(4 * plane));
        if (!status) status = cut_job_detail(job);
    }
    cut_free(logits);
    return status;
}

/** A whole job on `file`, up to the state `until`. First failure or CUT_OK. */
static int scene_job(cut_job *job, const char *options, const uint8_t *file,
                     uint32_t size, cut_state until)
{
    static float map[SCENE_MAP * SCENE_MAP];
    int status = CUT_OK;
    if (!status && options)
        status = cut_job_options(job, options, (uint32_t)strlen(options));
    if (!status)
        status = cut_job_manifest(job, scene_manifest,
                                  (uint32_t)strlen(scene_manifest));
    if (!status && until >= CUT_DECODED)
        status = cut_job_decode(job, file, size);
    if (!status && until >= CUT_PREPARED) status = cut_job_prepare(job);
    if (!status && until >= CUT_INFERRED) {
        scene_map(map);
        status = cut_job_matte(job, map, SCENE_MAP, SCENE_MAP);
    }
    if (!status && until >= CUT_REFINED) status = cut_job_refine(job);
    if (!status && until >= CUT_CLEANED) status = cut_job_foreground(job);
    if (!status && until >= CUT_COMPOSED) status = cut_job_compose(job);
    if (!status && until >= CUT_DONE) status = cut_job_encode(job);
    return status;
}

#endif

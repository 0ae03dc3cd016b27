/*
 * What one wasm thread of this machine can do at most: a register tile of 4
 * pixels x 8 output channels, both operands in L1, nothing stored. For
 * tools/bench/engines.js, which does the timing; the kernels of wasm/nn are
 * measured against it.
 */
#include <wasm_simd128.h>

#include "cutaway.h"

#define PIXELS 4
#define CHANNELS 8
#define PAIRS 96  /* of input channels: 3 KB of weights, 1.5 KB of pixels */
#define DEPTH 192 /* the same for f32: 6 KB and 3 KB */

/* Nothing is loaded before these sums are made: a compiler that unrolls loads
 * more than there are registers. */
#define IN_ORDER(acc)                                                          \
    __asm__ volatile(""                                                        \
                     : "+r"(acc[0][0]), "+r"(acc[0][1]), "+r"(acc[1][0]),      \
                       "+r"(acc[1][1]), "+r"(acc[2][0]), "+r"(acc[2][1]),      \
                       "+r"(acc[3][0]), "+r"(acc[3][1])                        \
                     :                                                         \
                     : "memory")

static int16_t dot_weights[PAIRS][CHANNELS][2];
static int16_t dot_pixels[PAIRS][PIXELS][2];
static float f32_weights[DEPTH][CHANNELS];
static float f32_pixels[DEPTH][PIXELS];
static v128_t copied[2][512 * 1024 / sizeof(v128_t)]; /* a map of 1 MB */

CUT_EXPORT void bench_fill(void);
CUT_EXPORT uint32_t bench_macs(void);
CUT_EXPORT int32_t bench_dot(uint32_t tiles);
CUT_EXPORT float bench_f32(uint32_t tiles);
CUT_EXPORT uint32_t bench_copy(uint32_t passes);

/** Once, before the others: values which the compiler cannot know. */
void bench_fill(void)
{
    uint32_t state = 1;
    int16_t *w = &dot_weights[0][0][0], *x = &dot_pixels[0][0][0];
    float *fw = &f32_weights[0][0], *fx = &f32_pixels[0][0];
    for (int i = 0; i < PAIRS * CHANNELS * 2; i++) {
        state = state * 1664525u + 1013904223u;
        w[i] = (int16_t)((int32_t)(state >> 24) - 128);
        fw[i] = (float)w[i] / 128.0f;
    }
    for (int i = 0; i < PAIRS * PIXELS * 2; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (int16_t)(state >> 20);
        fx[i] = (float)x[i] / 4096.0f;
    }
}

/** Multiply-adds of one tile, the same for both. */
uint32_t bench_macs(void)
{
    return PIXELS * CHANNELS * PAIRS * 2;
}

/** `tiles` tiles by i32x4.dot_i16x8_s and an add; the sum of the results. */
int32_t bench_dot(uint32_t tiles)
{
    v128_t acc[PIXELS][2];
    for (int p = 0; p < PIXELS; p++)
        acc[p][0] = acc[p][1] = wasm_i32x4_splat(0);
    for (uint32_t t = 0; t < tiles; t++)
        for (int k = 0; k < PAIRS; k++) {
            v128_t w0 = wasm_v128_load(dot_weights[k][0]);
            v128_t w1 = wasm_v128_load(dot_weights[k][4]);
            for (int p = 0; p < PIXELS; p++) {
                v128_t x = wasm_v128_load32_splat(dot_pixels[k][p]);
                acc[p][0] = wasm_i32x4_add(acc[p][0],
                                           wasm_i32x4_dot_i16x8(x, w0));
                acc[p][1] = wasm_i32x4_add(acc[p][1],
                                           wasm_i32x4_dot_i16x8(x, w1));
            }
            IN_ORDER(acc);
        }
    v128_t sum = wasm_i32x4_splat(0);
    for (int p = 0; p < PIXELS; p++)
        sum = wasm_i32x4_add(sum, wasm_i32x4_add(acc[p][0], acc[p][1]));
    sum = wasm_i32x4_add(sum, wasm_i32x4_shuffle(sum, sum, 2, 3, 0, 1));
    sum = wasm_i32x4_add(sum, wasm_i32x4_shuffle(sum, sum, 1, 0, 3, 2));
    return wasm_i32x4_extract_lane(sum, 0);
}

/** `tiles` tiles by f32x4.mul and f32x4.add. */
float bench_f32(uint32_t tiles)
{
    v128_t acc[PIXELS][2];
    for (int p = 0; p < PIXELS; p++)
        acc[p][0] = acc[p][1] = wasm_f32x4_splat(0.0f);
    for (uint32_t t = 0; t < tiles; t++)
        for (int k = 0; k < DEPTH; k++) {
            v128_t w0 = wasm_v128_load(&f32_weights[k][0]);
            v128_t w1 = wasm_v128_load(&f32_weights[k][4]);
            for (int p = 0; p < PIXELS; p++) {
                v128_t x = wasm_v128_load32_splat(&f32_pixels[k][p]);
                acc[p][0] = wasm_f32x4_add(acc[p][0], wasm_f32x4_mul(x, w0));
                acc[p][1] = wasm_f32x4_add(acc[p][1], wasm_f32x4_mul(x, w1));
            }
            IN_ORDER(acc);
        }
    v128_t sum = wasm_f32x4_splat(0.0f);
    for (int p = 0; p < PIXELS; p++)
        sum = wasm_f32x4_add(sum, wasm_f32x4_add(acc[p][0], acc[p][1]));
    return wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1) +
           wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3);
}

/** Half a megabyte to another, `passes` times: what maps cost that are written
 * by one layer and read by the next. The bytes that moved. */
uint32_t bench_copy(uint32_t passes)
{
    const uint32_t count = sizeof copied[0] / sizeof copied[0][0];
    for (uint32_t t = 0; t < passes; t++)
        for (uint32_t i = 0; i < count; i++)
            wasm_v128_store(&copied[1 - t % 2][i],
                            wasm_i32x4_add(wasm_v128_load(&copied[t % 2][i]),
                                           wasm_i32x4_splat((int)t)));
    return passes * (uint32_t)sizeof copied;
}

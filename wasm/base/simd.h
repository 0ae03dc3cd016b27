/*
 * Vectors by the compiler's extension, which gcc and clang share: operators
 * work lane by lane, a comparison gives a mask of all-ones lanes.
 * Memory is aligned to 8 only, so loads and stores go through memcpy.
 * __builtin_shufflevector() is in gcc from 12 on.
 */
#ifndef CUT_BASE_SIMD_H
#define CUT_BASE_SIMD_H

#include <stdint.h>
#include <string.h>

typedef float f32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef uint16_t u16x4 __attribute__((vector_size(8)));
typedef uint8_t u8x4 __attribute__((vector_size(4)));

static inline f32x4 cut_load_f32(const float *p)
{
    f32x4 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void cut_store_f32(float *p, f32x4 v)
{
    memcpy(p, &v, sizeof v);
}

static inline u8x16 cut_load_u8(const uint8_t *p)
{
    u8x16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void cut_store_u8(uint8_t *p, u8x16 v)
{
    memcpy(p, &v, sizeof v);
}

static inline i32x4 cut_load_u16x4(const uint16_t *p)
{
    u16x4 v;
    memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, i32x4);
}

static inline u32x4 cut_load_u32(const uint8_t *p)
{
    u32x4 v;
    memcpy(&v, p, sizeof v);
    return v;
}

/** Lanes below 2^24. */
static inline f32x4 cut_to_f32(u32x4 v)
{
    return __builtin_convertvector((i32x4)v, f32x4);
}

/** Four bytes, such as a pixel: one shuffle, where __builtin_convertvector()
 * goes through scalars. */
static inline f32x4 cut_load_u8x4(const uint8_t *p)
{
    uint32_t four;
    memcpy(&four, p, sizeof four);
    const u32x4 v = {four, 0, 0, 0};
    return cut_to_f32((u32x4)__builtin_shufflevector(
        (u8x16)v, (u8x16)v, 0, 4, 4, 4, 1, 4, 4, 4, 2, 4, 4, 4, 3, 4, 4, 4));
}

/** Lanes 0..255. */
static inline void cut_store_u8x4(uint8_t *p, i32x4 v)
{
    u8x4 bytes = __builtin_convertvector(v, u8x4);
    memcpy(p, &bytes, sizeof bytes);
}

/** Each lane to 0..most; not a number to 0. */
static inline f32x4 cut_clamp(f32x4 v, float max)
{
    const f32x4 top = {max, max, max, max};
    i32x4 bits = (i32x4)v & (v > 0), over = v > top;
    return (f32x4)((bits & ~over) | ((i32x4)top & over));
}

#endif

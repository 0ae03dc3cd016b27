/*
 * Vectors by the compiler's extension, which gcc and clang share: operators
 * work lane by lane, a comparison gives a mask of all-ones lanes.
 * Memory is aligned to 8 only, so loads and stores go through memcpy.
 */
#ifndef CUT_BASE_SIMD_H
#define CUT_BASE_SIMD_H

#include <stdint.h>
#include <string.h>

typedef float f32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));

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

#endif

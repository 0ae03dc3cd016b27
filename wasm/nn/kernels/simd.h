/*
 * The few vector operations that the kernels need beside base/simd.h: wasm
 * SIMD, SSE2 or plain C, with the same bits from each. Rounding is to nearest,
 * ties to even.
 */
#ifndef CUT_NN_SIMD_H
#define CUT_NN_SIMD_H

#include "base/simd.h"

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef int16_t i16x8 __attribute__((vector_size(16)));
typedef int8_t i8x16 __attribute__((vector_size(16)));

#define CUT_INLINE static inline __attribute__((always_inline))

/* In front of a loop of a few turns: there is none left. */
#if defined(__clang__)
#define CUT_UNROLL _Pragma("clang loop unroll(full)")
#else
#define CUT_UNROLL _Pragma("GCC unroll 8")
#endif

/* Four sums are what they are before anything more is loaded: else a compiler
 * loads all that it will need, more than there are registers, and a browser
 * spills it. */
#if defined(__wasm_simd128__)
#define CUT_IN_ORDER(a, b, c, d)                                               \
    __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d) : : "memory")
#else
#define CUT_IN_ORDER(a, b, c, d) ((void)0)
#endif

CUT_INLINE f32x4 cut_f32x4(float x)
{
    return (f32x4){x, x, x, x};
}

CUT_INLINE i16x8 cut_i16x8_load(const int16_t *p)
{
    i16x8 v;
    memcpy(&v, p, 16);
    return v;
}

/** Four i16; the upper lanes are 0. */
CUT_INLINE i16x8 cut_i16x8_load_half(const uint8_t *p)
{
#if defined(__wasm_simd128__)
    return (i16x8)wasm_v128_load64_zero(p);
#else
    i16x8 v = {0};
    memcpy(&v, p, 8);
    return v;
#endif
}

CUT_INLINE void cut_i16x8_store(int16_t *p, i16x8 v)
{
    memcpy(p, &v, 16);
}

/** One float, or one pair of i16, in all lanes. */
CUT_INLINE f32x4 cut_f32x4_splat_at(const float *p)
{
#if defined(__wasm_simd128__)
    return (f32x4)wasm_v128_load32_splat(p);
#else
    return cut_f32x4(*p);
#endif
}

CUT_INLINE i16x8 cut_i16x8_splat_pair(const int16_t *p)
{
#if defined(__wasm_simd128__)
    return (i16x8)wasm_v128_load32_splat(p);
#else
    int32_t pair;
    memcpy(&pair, p, 4);
    return (i16x8)(i32x4){pair, pair, pair, pair};
#endif
}

/** Lane i: a[2i] * b[2i] + a[2i+1] * b[2i+1], in 32 bits. */
CUT_INLINE i32x4 cut_dot(i16x8 a, i16x8 b)
{
#if defined(__wasm_simd128__)
    return (i32x4)wasm_i32x4_dot_i16x8((v128_t)a, (v128_t)b);
#elif defined(__SSE2__)
    return (i32x4)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
    i32x4 sum;
    for (int i = 0; i < 4; i++)
        sum[i] = (int32_t)((uint32_t)(a[2 * i] * b[2 * i]) +
                           (uint32_t)(a[2 * i + 1] * b[2 * i + 1]));
    return sum;
#endif
}

/** Lane i: s[i] and four products w * x, wrapping. x is 0..127, so that what
 * machines differ in does not show. */
CUT_INLINE i32x4 cut_dot_bytes(i32x4 s, i8x16 w, u8x16 x)
{
#if defined(CUT_RELAXED) /* cmake/relaxed.cmake: clang 14 does not know it */
    __asm__ volatile("local.get %1\n\tlocal.get %2\n\tlocal.get %0\n\t"
                     "i32x4.relaxed_dot_i8x16_i7x16_add_s\n\tlocal.set %0"
                     : "+r"(s)
                     : "r"(w), "r"(x));
    return s;
#else
    for (int i = 0; i < 16; i++)
        s[i / 4] = (int32_t)((uint32_t)s[i / 4] + (uint32_t)(w[i] * x[i]));
    return s;
#endif
}

/** a + b, wrapping. */
CUT_INLINE i32x4 cut_add(i32x4 a, i32x4 b)
{
    return (i32x4)((u32x4)a + (u32x4)b);
}

CUT_INLINE f32x4 cut_f32x4_of(i32x4 v)
{
#if defined(__wasm_simd128__)
    return (f32x4)wasm_f32x4_convert_i32x4((v128_t)v);
#elif defined(__SSE2__)
    return (f32x4)_mm_cvtepi32_ps((__m128i)v);
#else
    return (f32x4){(float)v[0], (float)v[1], (float)v[2], (float)v[3]};
#endif
}

/** b < a ? b : a and a < b ? b : a: one instruction; a NaN in `a` stays. */
CUT_INLINE f32x4 cut_min(f32x4 a, f32x4 b)
{
#if defined(__wasm_simd128__)
    return (f32x4)wasm_f32x4_pmin((v128_t)a, (v128_t)b);
#elif defined(__SSE2__)
    return (f32x4)_mm_min_ps((__m128)b, (__m128)a);
#else
    for (int i = 0; i < 4; i++) a[i] = b[i] < a[i] ? b[i] : a[i];
    return a;
#endif
}

CUT_INLINE f32x4 cut_max(f32x4 a, f32x4 b)
{
#if defined(__wasm_simd128__)
    return (f32x4)wasm_f32x4_pmax((v128_t)a, (v128_t)b);
#elif defined(__SSE2__)
    return (f32x4)_mm_max_ps((__m128)b, (__m128)a);
#else
    for (int i = 0; i < 4; i++) a[i] = a[i] < b[i] ? b[i] : a[i];
    return a;
#endif
}

/** Two vectors of 32-bit lanes to 16 bits, saturating. */
CUT_INLINE i16x8 cut_narrow(i32x4 a, i32x4 b)
{
#if defined(__wasm_simd128__)
    return (i16x8)wasm_i16x8_narrow_i32x4((v128_t)a, (v128_t)b);
#elif defined(__SSE2__)
    return (i16x8)_mm_packs_epi32((__m128i)a, (__m128i)b);
#else
    i16x8 v;
    for (int i = 0; i < 8; i++) {
        int32_t x = i < 4 ? a[i] : b[i - 4];
        v[i] = (int16_t)(x < -32768 ? -32768 : x > 32767 ? 32767 : x);
    }
    return v;
#endif
}

/** Two vectors of 16-bit lanes, each 0..255, to bytes. */
CUT_INLINE u8x16 cut_narrow_bytes(i16x8 a, i16x8 b)
{
#if defined(__wasm_simd128__)
    return (u8x16)wasm_u8x16_narrow_i16x8((v128_t)a, (v128_t)b);
#elif defined(__SSE2__)
    return (u8x16)_mm_packus_epi16((__m128i)a, (__m128i)b);
#else
    u8x16 v;
    for (int i = 0; i < 16; i++) v[i] = (uint8_t)(i < 8 ? a[i] : b[i - 8]);
    return v;
#endif
}

/** Adding 1.5 * 2^23 leaves the nearest integer of |v| < 2^22 in the low bits,
 * which is far cheaper than the saturating conversion. Where a bias is added
 * anyway it can carry the shift. */
#define CUT_MAGIC 12582912.0f
CUT_INLINE i32x4 cut_unshift(f32x4 shifted)
{
    return (i32x4)((u32x4)shifted -
                   (u32x4){0x4B400000, 0x4B400000, 0x4B400000, 0x4B400000});
}

/** Nearest integer of |v| < 2^22. */
CUT_INLINE i32x4 cut_round(f32x4 v)
{
    return cut_unshift(v + cut_f32x4(CUT_MAGIC));
}

#if defined(__wasm_simd128__)
/* The same: else a compiler makes floats of i16 lane by lane (clang 14). */
CUT_INLINE i32x4 cut_opaque(i32x4 v)
{
    __asm__("" : "+r"(v));
    return v;
}
#endif

/** Low and high four lanes, sign extended. */
CUT_INLINE i32x4 cut_low(i16x8 v)
{
#if defined(__wasm_simd128__)
    return cut_opaque((i32x4)wasm_i32x4_extend_low_i16x8((v128_t)v));
#else
    return (i32x4){v[0], v[1], v[2], v[3]};
#endif
}

CUT_INLINE i32x4 cut_high(i16x8 v)
{
#if defined(__wasm_simd128__)
    return cut_opaque((i32x4)wasm_i32x4_extend_high_i16x8((v128_t)v));
#else
    return (i32x4){v[4], v[5], v[6], v[7]};
#endif
}

/** a0 b0 a1 b1 a2 b2 a3 b3, and the same of the upper halves. */
CUT_INLINE i16x8 cut_zip_low(i16x8 a, i16x8 b)
{
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

CUT_INLINE i16x8 cut_zip_high(i16x8 a, i16x8 b)
{
    return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Four bytes in all lanes. */
CUT_INLINE u8x16 cut_u8x16_splat_quad(const uint8_t *p)
{
    return (u8x16)cut_i16x8_splat_pair((const int16_t *)(const void *)p);
}

CUT_INLINE i8x16 cut_i8x16_load(const int8_t *p)
{
    i8x16 v;
    memcpy(&v, p, 16);
    return v;
}

/** Eight signed bytes. */
CUT_INLINE i16x8 cut_i16x8_of_bytes(const uint8_t *p)
{
#if defined(__wasm_simd128__)
    return (i16x8)wasm_i16x8_load8x8(p);
#else
    i16x8 v = {0};
    for (int i = 0; i < 8; i++) v[i] = (int8_t)p[i];
    return v;
#endif
}

CUT_INLINE i16x8 cut_max_i16(i16x8 a, i16x8 b)
{
#if defined(__wasm_simd128__)
    return (i16x8)wasm_i16x8_max((v128_t)a, (v128_t)b);
#elif defined(__SSE2__)
    return (i16x8)_mm_max_epi16((__m128i)a, (__m128i)b);
#else
    for (int i = 0; i < 8; i++) a[i] = a[i] < b[i] ? b[i] : a[i];
    return a;
#endif
}

CUT_INLINE i16x8 cut_min_i16(i16x8 a, i16x8 b)
{
#if defined(__wasm_simd128__)
    return (i16x8)wasm_i16x8_min((v128_t)a, (v128_t)b);
#elif defined(__SSE2__)
    return (i16x8)_mm_min_epi16((__m128i)a, (__m128i)b);
#else
    for (int i = 0; i < 8; i++) a[i] = b[i] < a[i] ? b[i] : a[i];
    return a;
#endif
}

CUT_INLINE float cut_sum(f32x4 v)
{
    return (v[0] + v[2]) + (v[1] + v[3]);
}

#endif

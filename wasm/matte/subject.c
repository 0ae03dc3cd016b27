/*
 * The thresholds come from models/eval/subject.py on the base model 0.5.0,
 * whose gate lowers textures; docs/decisions/no-subject.md has what they give.
 */
#include "matte/subject.h"

#include "base/simd.h"

#define LIKELY_ALPHA 0.8f
#define MIN_LIKELY 0.004f /* share of the map at least so high */

int cut_subject_present(const cut_matte *matte)
{
    size_t count = (size_t)matte->w * (size_t)matte->h;
    size_t likely = 0;
    for (size_t i = 0; i < count; i++)
        likely += matte->alpha[i] >= LIKELY_ALPHA;
    return (float)likely >= MIN_LIKELY * (float)count;
}

float cut_subject_confidence(const cut_matte *matte)
{
    /* of 360 held-out pairs: models/eval/confidence.py */
    static const float share[] = {0, 0.6f, 0.8f, 0.9f, 0.95f, 1};
    static const float overlap[] = {0, 0.54f, 0.67f, 0.79f, 0.91f, 1};
    size_t count = (size_t)matte->w * (size_t)matte->h, sure = 0, likely = 0;
    for (size_t i = 0; i < count; i++) {
        sure += matte->alpha[i] >= 0.7f;
        likely += matte->alpha[i] >= 0.3f;
    }
    if (sure == 0) return 0;
    float at = (float)sure / (float)likely;
    int i = 1;
    while (at > share[i]) i++;
    return overlap[i - 1] + (overlap[i] - overlap[i - 1]) *
                                (at - share[i - 1]) / (share[i] - share[i - 1]);
}

void cut_subject_measure(cut_subject *subject, const uint8_t *alpha, int32_t w,
                         int32_t h)
{
    int32_t left = w, right = -1, top = h, bottom = -1;
    uint64_t sum = 0;
    for (int32_t y = 0; y < h; y++) {
        const uint8_t *row = alpha + (size_t)y * (size_t)w;
        u8x16 any = {0};
        int32_t at = 0;
        while (at + 16 <= w) {
            u16x8 sums = {0}; /* 128 x 2 x 255 fits */
            for (int i = 0; i < 128 && at + 16 <= w; i++, at += 16) {
                u8x16 v = cut_load_u8(row + at);
                any |= v;
                sums += ((u16x8)v & 255) + ((u16x8)v >> 8);
            }
            for (int i = 0; i < 8; i++) sum += sums[i];
        }
        uint8_t bits = 0;
        for (int i = 0; i < 16; i++) bits |= any[i];
        for (; at < w; at++) {
            bits |= row[at];
            sum += row[at];
        }
        if (bits < 128) continue;
        if (top == h) top = y;
        bottom = y;
        int32_t x = 0;
        while (x < left && row[x] < 128) x++;
        if (x < left) left = x;
        x = w - 1;
        while (x > right && row[x] < 128) x--;
        if (x > right) right = x;
    }
    /* quotient in double: the sum may have 33 bits */
    subject->coverage = (float)((double)sum / ((double)w * (double)h * 255.0));
    if (right < 0)
        subject->x = subject->y = subject->w = subject->h = 0;
    else {
        subject->x = left;
        subject->y = top;
        subject->w = right - left + 1;
        subject->h = bottom - top + 1;
    }
}

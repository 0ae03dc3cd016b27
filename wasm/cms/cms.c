/*
 * Little CMS as a module of its own, cms.wasm, which is loaded when a photo's
 * profile is one of tables (CMYK, printers, scanners): its values to sRGB, as
 * browsers show them. The core knows profiles of curves and a matrix itself.
 * Exports only; nothing here is linked into the core.
 */
#include <stdint.h>
#include <stdlib.h>

#include "lcms2.h"
#include "lcms2_plugin.h"

#define CMS_EXPORT __attribute__((used, visibility("default")))

CMS_EXPORT void *cms_buffer_new(uint32_t size_bytes);
CMS_EXPORT void cms_buffer_free(void *buffer);
CMS_EXPORT void *cms_new(const uint8_t *icc, uint32_t size);
CMS_EXPORT void cms_convert(void *transform, uint8_t *out, const uint8_t *in,
                            uint32_t count, uint32_t has_alpha);
CMS_EXPORT void cms_free(void *transform);

void *cms_buffer_new(uint32_t size_bytes)
{
    return malloc(size_bytes);
}

void cms_buffer_free(void *buffer)
{
    free(buffer);
}

/* ---- between the points of a table ------------------------------------- */

/* Little CMS divides the cells of a table into tetrahedra, browsers weigh all
 * corners of one: of a coarse table they differ by 10 of 255 and more. */
enum { MAX_INPUTS = 4, MAX_OUTPUTS = 3 };

/* The corners of the cell that a value lies in: their weights, and where they
 * begin in the table. in: 0 to 1. */
typedef struct cell {
    float weight[1 << MAX_INPUTS];
    uint32_t at[1 << MAX_INPUTS];
    uint32_t count;
} cell;

/* The corners of the cell of the table that `in` lies in, and their weights,
 * multilinear. */
static void find(cell *c, const float *in, const cmsInterpParams *p)
{
    c->weight[0] = 1;
    c->at[0] = 0;
    c->count = 1;
    for (uint32_t i = 0; i < p->nInputs; i++) {
        uint32_t last = p->Domain[i];
        uint32_t step = last ? p->opta[p->nInputs - 1 - i] : 0;
        float x = (in[i] > 0 ? in[i] < 1 ? in[i] : 1 : 0) * (float)last;
        uint32_t k = (uint32_t)x;
        if (k == last && k) k--;
        float part = x - (float)k;
        for (uint32_t j = 0; j < c->count; j++) {
            c->at[j] += k * step;
            c->at[j + c->count] = c->at[j] + step;
            c->weight[j + c->count] = c->weight[j] * part;
            c->weight[j] *= 1 - part;
        }
        c->count *= 2;
    }
}

static void by_corners_16(const cmsUInt16Number in[], cmsUInt16Number out[],
                          const cmsInterpParams *p)
{
    const cmsUInt16Number *table = p->Table;
    float sum[MAX_OUTPUTS] = {0}, values[MAX_INPUTS];
    cell c;
    for (uint32_t i = 0; i < p->nInputs; i++)
        values[i] = (float)in[i] * (1.0f / 65535);
    find(&c, values, p);
    for (uint32_t j = 0; j < c.count; j++)
        for (uint32_t o = 0; o < p->nOutputs; o++)
            sum[o] += c.weight[j] * (float)table[c.at[j] + o];
    for (uint32_t o = 0; o < p->nOutputs; o++)
        out[o] = (cmsUInt16Number)(sum[o] + 0.5f);
}

static void by_corners_float(const cmsFloat32Number in[],
                             cmsFloat32Number out[], const cmsInterpParams *p)
{
    const cmsFloat32Number *table = p->Table;
    float sum[MAX_OUTPUTS] = {0};
    cell c;
    find(&c, in, p);
    for (uint32_t j = 0; j < c.count; j++)
        for (uint32_t o = 0; o < p->nOutputs; o++)
            sum[o] += c.weight[j] * table[c.at[j] + o];
    for (uint32_t o = 0; o < p->nOutputs; o++) out[o] = sum[o];
}

/* None: Little CMS takes its own. */
static cmsInterpFunction interpolator(cmsUInt32Number inputs,
                                      cmsUInt32Number outputs,
                                      cmsUInt32Number flags)
{
    cmsInterpFunction f = {NULL};
    if (inputs < 3 || inputs > MAX_INPUTS || outputs > MAX_OUTPUTS) return f;
    if (flags & CMS_LERP_FLAGS_FLOAT)
        f.LerpFloat = by_corners_float;
    else
        f.Lerp16 = by_corners_16;
    return f;
}

static void use_corners(void)
{
    static cmsPluginInterpolation plugin = {
        {cmsPluginMagicNumber, 2060, cmsPluginInterpolationSig, NULL},
        interpolator};
    static int is_done;
    if (!is_done) is_done = cmsPlugin(&plugin);
}

/* ---- the exports ------------------------------------------------------- */

/* Four bytes a pixel. Inks are as Adobe writes them into a JPEG: 255 is none. */
static uint32_t input_of(cmsColorSpaceSignature space)
{
    switch (space) {
    case cmsSigCmykData: return TYPE_CMYK_8_REV;
    case cmsSigRgbData: return TYPE_RGBA_8;
    case cmsSigGrayData:
        return COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1) | EXTRA_SH(3) |
               BYTES_SH(1);
    default: return 0;
    }
}

/**
 * From a profile to sRGB by its perceptual table, A2B0, as browsers do, and as
 * they do without black point compensation, which Little CMS forces upon
 * profiles of version 4: here all are of version 2.
 * @return for cms_convert(), freed by cms_free(); NULL: the profile cannot be
 *         used, or memory is out
 */
void *cms_new(const uint8_t *icc, uint32_t size)
{
    cmsHTRANSFORM transform = NULL;
    use_corners();
    cmsHPROFILE from = cmsOpenProfileFromMem(icc, size);
    cmsHPROFILE srgb = cmsCreate_sRGBProfile();
    uint32_t input = from ? input_of(cmsGetColorSpace(from)) : 0;
    if (from) cmsSetProfileVersion(from, 2.4);
    if (srgb) cmsSetProfileVersion(srgb, 2.4);
    if (input && srgb)
        transform = cmsCreateTransform(
            from, input, srgb, TYPE_RGBA_8, INTENT_PERCEPTUAL,
            cmsFLAGS_NOCACHE | cmsFLAGS_HIGHRESPRECALC);
    if (from) cmsCloseProfile(from);
    if (srgb) cmsCloseProfile(srgb);
    return transform;
}

/** Pixels [count][4] to RGBA; alpha is the input's fourth byte, or 255. */
void cms_convert(void *transform, uint8_t *out, const uint8_t *in,
                 uint32_t count, uint32_t has_alpha)
{
    cmsDoTransform(transform, in, out, count);
    for (uint32_t i = 0; i < count; i++)
        out[i * 4 + 3] = has_alpha ? in[i * 4 + 3] : 255;
}

void cms_free(void *transform)
{
    cmsDeleteTransform(transform);
}

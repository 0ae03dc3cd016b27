/*
 * Any bytes as a profile of tables for Little CMS, as wasm/cms/cms.c asks it: a
 * byte chooses the colour space, the rest follows the header. Refused, or
 * pixels become opaque ones or keep their alpha.
 */
#include <stdlib.h>
#include <string.h>

#include "../../wasm/cms/cms.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 128, PIXELS = 32 };

static void put_be32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (24 - i * 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const spaces[] = {"CMYK", "RGB ", "GRAY", "Lab "};
    static const char *const classes[] = {"prtr", "mntr", "scnr", "spac"};
    if (size < 2 || size > 1 << 16) return 0;
    size_t all = HEADER + size - 1;
    uint8_t *icc = cms_buffer_new((uint32_t)all);
    if (!icc) abort();
    memset(icc, 0, HEADER);
    put_be32(icc, (uint32_t)all);
    put_be32(icc + 8, data[0] & 64 ? 0x04300000 : 0x02100000);
    memcpy(icc + 12, classes[data[0] >> 2 & 3], 4);
    memcpy(icc + 16, spaces[data[0] & 3], 4);
    memcpy(icc + 20, data[0] & 16 ? "XYZ " : "Lab ", 4);
    memcpy(icc + 36, "acsp", 4);
    memcpy(icc + HEADER, data + 1, size - 1);
    void *transform = cms_new(icc, (uint32_t)all);
    cms_buffer_free(icc);
    if (!transform) return 0;
    uint8_t in[PIXELS * 4], out[PIXELS * 4];
    for (int i = 0; i < PIXELS * 4; i++) in[i] = (uint8_t)(i * 37);
    uint32_t has_alpha = data[0] >> 5 & 1;
    cms_convert(transform, out, in, PIXELS, has_alpha);
    for (int i = 3; i < PIXELS * 4; i += 4)
        if (out[i] != (has_alpha ? in[i] : 255)) abort();
    cms_free(transform);
    return 0;
}

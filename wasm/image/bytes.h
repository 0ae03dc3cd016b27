/* Reading numbers of a file by position; the caller has checked the bounds. */
#ifndef CUT_IMAGE_BYTES_H
#define CUT_IMAGE_BYTES_H

#include <stdint.h>

static inline uint32_t cut_be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t cut_be32(const uint8_t *p)
{
    return cut_be16(p) << 16 | cut_be16(p + 2);
}

static inline uint32_t cut_le16(const uint8_t *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t cut_le32(const uint8_t *p)
{
    return cut_le16(p + 2) << 16 | cut_le16(p);
}

static inline void cut_put_be32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline void cut_put_le32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

#endif

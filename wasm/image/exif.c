#include "image/exif.h"

#include <string.h>

#include "image/bytes.h"
#include "image/chunks.h"

/* A TIFF structure (header, offset to the directory, entries of 12 bytes). */
static int tiff_orientation(const uint8_t *t, size_t size)
{
    if (size < 14) return 1;
    int big = memcmp(t, "MM\0\x2A", 4) == 0;
    if (!big && memcmp(t, "II\x2A\0", 4) != 0) return 1;
    size_t at = big ? cut_be32(t + 4) : cut_le32(t + 4);
    if (at > size - 2) return 1;
    size_t entries = big ? cut_be16(t + at) : cut_le16(t + at);
    for (at += 2; entries && size - at >= 12; entries--, at += 12) {
        uint32_t tag = big ? cut_be16(t + at) : cut_le16(t + at);
        uint32_t type = big ? cut_be16(t + at + 2) : cut_le16(t + at + 2);
        uint32_t count = big ? cut_be32(t + at + 4) : cut_le32(t + at + 4);
        if (tag != 0x0112 || type != 3 || count != 1)
            continue; /* as browsers */
        uint32_t value = big ? cut_be16(t + at + 8) : cut_le16(t + at + 8);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

int cut_exif_orientation(const uint8_t *bytes, size_t size, cut_format format)
{
    if (format == CUT_FORMAT_WEBP && !cut_webp_says(bytes, size, CUT_WEBP_EXIF))
        return 1;
    for (cut_chunk c = {0}; cut_chunk_next(&c, bytes, size, format);) {
        if (format == CUT_FORMAT_PNG && c.type == CUT_TAG('I', 'D', 'A', 'T'))
            return 1; /* behind it is too late, as in browsers */
        if (format == CUT_FORMAT_JPEG && c.type == 0xE1 && c.size > 6 &&
            memcmp(c.data, "Exif\0\0", 6) == 0)
            return tiff_orientation(c.data + 6, c.size - 6);
        if (format == CUT_FORMAT_PNG && c.type == CUT_TAG('e', 'X', 'I', 'f'))
            return tiff_orientation(c.data, c.size);
        if (format == CUT_FORMAT_WEBP &&
            c.type == CUT_TAG('E', 'X', 'I', 'F')) {
            /* some writers keep JPEG's prefix */
            int prefix = c.size > 6 && memcmp(c.data, "Exif\0\0", 6) == 0;
            return tiff_orientation(c.data + (prefix ? 6 : 0),
                                    c.size - (prefix ? 6 : 0));
        }
    }
    return 1;
}

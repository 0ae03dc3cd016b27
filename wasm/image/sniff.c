/* Formats by their first bytes. What is decoded outside the core is known here
 * by name, so that an error can say it. */
#include <string.h>

#include "image/bmp.h"
#include "image/bytes.h"
#include "image/chunks.h"
#include "image/probe.h"

static int starts(const uint8_t *bytes, size_t size, const char *magic,
                  size_t count)
{
    return size >= count && memcmp(bytes, magic, count) == 0;
}

static cut_format of_brand(uint32_t brand)
{
    switch (brand) {
    case CUT_TAG('a', 'v', 'i', 'f'):
    case CUT_TAG('a', 'v', 'i', 's'): return CUT_FORMAT_AVIF;
    case CUT_TAG('h', 'e', 'i', 'c'):
    case CUT_TAG('h', 'e', 'i', 'x'):
    case CUT_TAG('h', 'e', 'i', 'm'):
    case CUT_TAG('h', 'e', 'i', 's'):
    case CUT_TAG('h', 'e', 'v', 'c'):
    case CUT_TAG('h', 'e', 'v', 'x'): return CUT_FORMAT_HEIC;
    default: return CUT_FORMAT_NONE;
    }
}

/* ISO/IEC 23008-12: the major brand, or of a file that only says that it holds
 * pictures (mif1, msf1) the first compatible one that tells how they are
 * coded; without one, HEVC. A film (mp42, qt) is no picture. */
static cut_format of_file_type(const uint8_t *bytes, size_t size)
{
    if (size < 12 || memcmp(bytes + 4, "ftyp", 4) != 0) return CUT_FORMAT_NONE;
    uint32_t major = cut_be32(bytes + 8);
    if (major != CUT_TAG('m', 'i', 'f', '1') &&
        major != CUT_TAG('m', 's', 'f', '1'))
        return of_brand(major);
    size_t end = cut_be32(bytes);
    for (size_t at = 16; at + 4 <= end && at + 4 <= size; at += 4) {
        cut_format format = of_brand(cut_be32(bytes + at));
        if (format != CUT_FORMAT_NONE) return format;
    }
    return CUT_FORMAT_HEIC;
}

/* Four bytes are no proof: the first entry of the directory has to fit. */
static int is_icon(const uint8_t *bytes, size_t size)
{
    if (size < 22 || (cut_le32(bytes) != 0x10000 && cut_le32(bytes) != 0x20000))
        return 0;
    uint32_t count = cut_le16(bytes + 4);
    return count && !bytes[9] && cut_le32(bytes + 14) >= 40 &&
           cut_le32(bytes + 18) >= 6 + 16 * count;
}

/* XML or a comment, and in its first bytes the element. */
static int is_svg(const uint8_t *bytes, size_t size)
{
    size_t at = starts(bytes, size, "\xEF\xBB\xBF", 3) ? 3 : 0;
    while (at < size &&
           (bytes[at] == ' ' || (bytes[at] >= 9 && bytes[at] <= 13)))
        at++;
    bytes += at;
    size -= at;
    if (!starts(bytes, size, "<?xml", 5) && !starts(bytes, size, "<!--", 4) &&
        !starts(bytes, size, "<!DOCTYPE svg", 13) &&
        !starts(bytes, size, "<svg", 4))
        return 0;
    for (size_t i = 0; i + 5 <= size; i++)
        if (memcmp(bytes + i, "<svg", 4) == 0 &&
            (bytes[i + 4] <= ' ' || bytes[i + 4] == '>'))
            return 1;
    return 0;
}

cut_format cut_image_sniff(const uint8_t *bytes, size_t size)
{
    if (!bytes) return CUT_FORMAT_NONE;
    if (size > CUT_SNIFF_BYTES) size = CUT_SNIFF_BYTES;
    if (starts(bytes, size, "\xFF\xD8\xFF", 3)) return CUT_FORMAT_JPEG;
    if (starts(bytes, size, "\x89PNG\r\n\x1A\n", 8)) return CUT_FORMAT_PNG;
    if (starts(bytes, size, "GIF87a", 6) || starts(bytes, size, "GIF89a", 6))
        return CUT_FORMAT_GIF;
    if (starts(bytes, size, "RIFF", 4) && size >= 12 &&
        memcmp(bytes + 8, "WEBP", 4) == 0)
        return CUT_FORMAT_WEBP;
    /* two letters are no proof: the info header's size is */
    if (cut_bmp_is(bytes, size)) return CUT_FORMAT_BMP;
    /* also with offsets of 64 bits */
    if (starts(bytes, size, "II\x2A\0", 4) ||
        starts(bytes, size, "MM\0\x2A", 4) ||
        starts(bytes, size, "II\x2B\0", 4) ||
        starts(bytes, size, "MM\0\x2B", 4))
        return CUT_FORMAT_TIFF;
    if (starts(bytes, size, "\xFF\x0A", 2) ||
        starts(bytes, size, "\0\0\0\x0CJXL \r\n\x87\n", 12))
        return CUT_FORMAT_JXL;
    if (is_icon(bytes, size)) return CUT_FORMAT_ICO;
    if (is_svg(bytes, size)) return CUT_FORMAT_SVG;
    return of_file_type(bytes, size);
}

const char *cut_image_foreign(const uint8_t *bytes, size_t size)
{
    static const struct {
        char magic[12];
        uint8_t at, size;
        const char *name;
    } known[] = {
        {"\0\0\0\x0CjP  \r\n\x87\n", 0, 12, "JPEG 2000"},
        {"\xFF\x4F\xFF\x51", 0, 4, "JPEG 2000"},
        {"II\xBC\1", 0, 4, "JPEG XR"},
        {"8BPS", 0, 4, "a Photoshop file (PSD)"},
        {"gimp xcf", 0, 8, "a GIMP file (XCF)"},
        {"%PDF", 0, 4, "a PDF"},
        {"%!PS", 0, 4, "PostScript"},
        {"\xC5\xD0\xD3\xC6", 0, 4, "PostScript"},
        {"IIRO", 0, 4, "a camera's raw file"},
        {"IIRS", 0, 4, "a camera's raw file"},
        {"IIU\0", 0, 4, "a camera's raw file"},
        {"FUJIFILM", 0, 8, "a camera's raw file"},
        {"crx ", 8, 4, "a camera's raw file"},
        {"\x76\x2F\x31\1", 0, 4, "OpenEXR"},
        {"#?RADIANCE", 0, 10, "Radiance HDR"},
        {"qoif", 0, 4, "QOI"},
        {"DDS ", 0, 4, "a DirectDraw surface (DDS)"},
        {"ftyp", 4, 4, "a film"},
        {"\x1A\x45\xDF\xA3", 0, 4, "a film"},
        {"AVI ", 8, 4, "a film"},
        {"WAVE", 8, 4, "a sound"},
        {"PK\3\4", 0, 4, "a ZIP or an office document"},
        {"\x1F\x8B", 0, 2, "compressed by gzip"},
        {"<!DOCTYPE", 0, 9, "a web page"},
        {"<!doctype", 0, 9, "a web page"},
        {"<html", 0, 5, "a web page"},
        {"{", 0, 1, "text (JSON)"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (size >= (size_t)(known[i].at ? 12 : known[i].size) &&
            memcmp(bytes + known[i].at, known[i].magic, known[i].size) == 0)
            return known[i].name;
    /* netpbm: P1 to P7 and white space */
    if (size > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' &&
        (bytes[2] == ' ' || (bytes[2] >= 9 && bytes[2] <= 13)))
        return "PNM (PBM, PGM, PPM, PAM)";
    return NULL;
}

const char *cut_format_name(cut_format format)
{
    switch (format) {
    case CUT_FORMAT_JPEG: return "jpeg";
    case CUT_FORMAT_PNG: return "png";
    case CUT_FORMAT_WEBP: return "webp";
    case CUT_FORMAT_BMP: return "bmp";
    case CUT_FORMAT_GIF: return "gif";
    case CUT_FORMAT_AVIF: return "avif";
    case CUT_FORMAT_HEIC: return "heic";
    case CUT_FORMAT_TIFF: return "tiff";
    case CUT_FORMAT_JXL: return "jxl";
    case CUT_FORMAT_ICO: return "ico";
    case CUT_FORMAT_SVG: return "svg";
    case CUT_FORMAT_NONE: break;
    }
    return "";
}

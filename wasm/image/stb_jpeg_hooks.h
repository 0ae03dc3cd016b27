/*
 * What the patch of stb_image (stb_image.patch) calls while it decodes a JPEG:
 * blocks, scans and coefficients are counted, so that a picture that is whole
 * is told from one that stb would fill up. stb_image.c includes it, inside
 * stb's own text; nothing else can.
 *
 * Easy to get wrong: bits behind the last ones of the file are zeros, which
 * are codes as good as any. A block is whole when it used none of them.
 */
#include <stdint.h>
#include <string.h>

/* More scans than any encoder writes; each goes over the whole picture, so
 * that a small file of many would take minutes. */
enum { MAX_SCANS = 500 };

/* Not 0 for what no coefficient of a picture is: samples of 8 bits give values
 * of -1024 to 1023, and rounding by steps of 8 bits adds 128 at most (T.81,
 * A.3.3, A.3.4). Decoders differ in what they make of larger ones. */
static uint32_t jpeg_beyond(int value)
{
    return ((uint32_t)value + 2048u) & ~4095u;
}

/* Whether a part is wanted of a picture that is not whole. */
static int jpeg_takes_part;

static struct {
    int32_t blocks, all; /* of the scan that is being decoded */
    int32_t rows;        /* of pixels that are there, when it is short */
    int is_short;        /* and decoding has stopped */
    int32_t scans;
    uint32_t restarts;
    const char *fault; /* static text; NULL: none yet */
    /* of each coefficient of each component: the lowest bit that was sent,
     * or UNSENT */
    uint8_t low[4][64];
} jpeg;

enum { UNSENT = 255 };

/* stb's own, further down */
#define STBI__MARKER_none 0xff
static stbi_uc stbi__skip_jpeg_junk_at_end(stbi__jpeg *j);

/* Of CMYK: whether the inks themselves are wanted, 255 for none, or RGB. */
static int jpeg_wants_inks;
static stbi_uc stbi__blinn_8x8(stbi_uc x, stbi_uc y);

static stbi_uc jpeg_ink(int ink, stbi_uc black)
{
    return jpeg_wants_inks ? (stbi_uc)ink
                           : stbi__blinn_8x8((stbi_uc)ink, black);
}

static stbi_uc jpeg_black(stbi_uc black)
{
    return jpeg_wants_inks ? black : 255;
}

/* The tables of ITU-T T.81, K.3 to K.6, as a DHT segment has them: how many
 * codes of each length, then their values. A frame of a webcam's MJPEG brings
 * none of its own. */
static const uint8_t luminance_dc[] = {0, 1, 5, 1, 1, 1, 1,    1,   1, 0,
                                       0, 0, 0, 0, 0, 0, 0,    1,   2, 3,
                                       4, 5, 6, 7, 8, 9, 0x0A, 0x0B};
static const uint8_t luminance_ac[] = {
    0,    2,    1,    3,    3,    2,    4,    3,    5,    5,    4,    4,
    0,    0,    1,    0x7D, 1,    2,    3,    0,    4,    0x11, 5,    0x12,
    0x21, 0x31, 0x41, 6,    0x13, 0x51, 0x61, 7,    0x22, 0x71, 0x14, 0x32,
    0x81, 0x91, 0xA1, 8,    0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0,
    0x24, 0x33, 0x62, 0x72, 0x82, 9,    0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A,
    0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39,
    0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55,
    0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
    0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83, 0x84, 0x85,
    0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98,
    0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2,
    0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5,
    0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8,
    0xD9, 0xDA, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA,
    0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA};
static const uint8_t chrominance_dc[] = {0, 3, 1, 1, 1, 1, 1,    1,   1, 1,
                                         1, 0, 0, 0, 0, 0, 0,    1,   2, 3,
                                         4, 5, 6, 7, 8, 9, 0x0A, 0x0B};
static const uint8_t chrominance_ac[] = {
    0,    2,    1,    2,    4,    4,    3,    4,    7,    5,    4,    4,
    0,    1,    2,    0x77, 0,    1,    2,    3,    0x11, 4,    5,    0x21,
    0x31, 6,    0x12, 0x41, 0x51, 7,    0x61, 0x71, 0x13, 0x22, 0x32, 0x81,
    8,    0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 9,    0x23, 0x33, 0x52, 0xF0,
    0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17,
    0x18, 0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36, 0x37, 0x38,
    0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54,
    0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
    0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x82, 0x83,
    0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96,
    0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9,
    0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3,
    0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6,
    0xD7, 0xD8, 0xD9, 0xDA, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9,
    0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA};

/* The end of maxcode[] of a table that the file did not bring: beyond all codes,
 * like the 0xffffffff of one that it did. */
enum { STANDARD = 0x7fffffff };

static int standard_table(stbi__huffman *h, const uint8_t *dht)
{
    int sizes[16], n = 0;
    for (int i = 0; i < 16; i++) n += sizes[i] = dht[i];
    if (!stbi__build_huffman(h, sizes)) return 0;
    memcpy(h->values, dht + 16, (size_t)n);
    h->maxcode[17] = STANDARD;
    return 1;
}

/* Whether the file brought that table itself. */
static int is_sent(const stbi__huffman *h)
{
    return h->maxcode[17] != STANDARD;
}

static int jpeg_begin(stbi__jpeg *j)
{
    memset(&jpeg, 0, sizeof jpeg);
    memset(jpeg.low, UNSENT, sizeof jpeg.low);
    if (!standard_table(j->huff_dc, luminance_dc) ||
        !standard_table(j->huff_dc + 1, chrominance_dc) ||
        !standard_table(j->huff_ac, luminance_ac) ||
        !standard_table(j->huff_ac + 1, chrominance_ac))
        return 0;
    for (int i = 0; i < 2; i++)
        stbi__build_fast_ac(j->fast_ac[i], j->huff_ac + i);
    return 1;
}

static int jpeg_fault(const char *fault)
{
    jpeg.fault = fault;
    return stbi__err(fault, fault);
}

/* Whether all values of a table are lengths in bits (T.81, F.1.2.1.1), as those
 * of a DC table have to be, the ones that no code uses, too. */
static int are_lengths(const stbi__huffman *h)
{
    for (int i = 0; i < 256 && h->size[i]; i++)
        if (h->values[i] > 15) return 0;
    return 1;
}

/* Whether the tables that a scan needs were sent. The standard Huffman tables
 * stand in for those of a baseline frame only: no progressive one fits them. */
static int jpeg_has_tables(const stbi__jpeg *j)
{
    static const stbi__uint16 none[64];
    for (int i = 0; i < j->scan_n; i++) {
        int n = j->order[i];
        const stbi__uint16 *steps = j->dequant[j->img_comp[n].tq];
        if (!memcmp(steps, none, sizeof none)) return 0;
        if (!j->spec_start && !are_lengths(j->huff_dc + j->img_comp[n].hd))
            return 0;
        if (!j->progressive) continue;
        int needs = j->spec_start || !j->succ_high;
        const stbi__huffman *h = j->spec_start ? j->huff_ac + j->img_comp[n].ha
                                               : j->huff_dc + j->img_comp[n].hd;
        if (needs && !is_sent(h)) return 0;
    }
    return 1;
}

/* Where decoding stops: rows of whole blocks, if this scan brought the first
 * bits of all components; all of them, if an earlier one did. */
static int jpeg_stop(const stbi__jpeg *j, const char *fault)
{
    int32_t rows = 0, h = (int32_t)j->s->img_y;
    if (jpeg.low[0][0] != UNSENT) {
        rows = h;
        for (int i = 0; i < j->s->img_n; i++)
            if (jpeg.low[i][0] == UNSENT) rows = 0;
    } else if (jpeg.all && j->scan_n == j->s->img_n && j->spec_start == 0) {
        int across = j->scan_n == 1 ? (j->img_comp[0].x + 7) >> 3
                                    : j->img_mcu_x * (jpeg.all / j->img_mcu_x /
                                                      j->img_mcu_y);
        int high = j->scan_n == 1 ? 8 : j->img_v_max * 8;
        rows = jpeg.blocks / across * high;
    }
    jpeg.rows = rows < h ? rows : h;
    jpeg.is_short = jpeg_takes_part && rows > 0;
    return jpeg.is_short ? 1 : jpeg_fault(fault);
}

/* is_short behind it: without its tables a scan says nothing, and the picture
 * ends with the scans before it. */
static int jpeg_scan_begin(stbi__jpeg *j)
{
    if (++jpeg.scans > MAX_SCANS) return jpeg_fault("more than 500 scans");
    jpeg.blocks = jpeg.all = 0;
    jpeg.restarts = 0;
    if (!jpeg_has_tables(j)) return jpeg_stop(j, "a table is missing or wrong");
    if (j->scan_n == 1) {
        int n = j->order[0];
        jpeg.all = ((j->img_comp[n].x + 7) >> 3) *
                   ((j->img_comp[n].y + 7) >> 3);
    } else {
        for (int i = 0; i < j->scan_n; i++)
            jpeg.all += j->img_comp[j->order[i]].h * j->img_comp[j->order[i]].v;
        jpeg.all *= j->img_mcu_x * j->img_mcu_y;
    }
    return 1;
}

/* Behind each block: whether the file had all of its bits. */
static int jpeg_block_end(stbi__jpeg *j)
{
    if (j->code_bits < j->pad_bits) return stbi__err("cut off", "cut off");
    jpeg.blocks++;
    return 1;
}

/* Of the blocks that an end-of-band run of a first scan leaves as they are, those
 * among the next `left` and up to the restart: counted at once, since they have
 * no bits. Of the last one the caller takes care, as of any other block. */
static int jpeg_empty_blocks(stbi__jpeg *j, int left)
{
    int n = j->eob_run < left ? j->eob_run : left;
    if (n > j->todo) n = j->todo;
    j->eob_run -= n;
    j->todo -= n - 1;
    jpeg.blocks += n;
    return n;
}

/*
 * Behind the last block of a scan or an interval: ones up to the end of the
 * byte, then a marker. Bytes that are left over behind other bits are blocks
 * that were lost on the way; behind ones they are some camera's padding.
 */
static int jpeg_tail_fits(const stbi__jpeg *j)
{
    int left = j->code_bits - j->pad_bits;
    int fill = left & 7;
    int more = left >= 8 || (j->marker == STBI__MARKER_none && !j->nomore);
    uint32_t ones = (1u << fill) - 1;
    return !more || !fill || j->code_buffer >> (32 - fill) == ones;
}

/* At the end of an interval: whether its restart marker follows. No at the
 * end of the scan, where none is wanted. */
static int jpeg_restart(stbi__jpeg *j)
{
    if (jpeg.blocks >= jpeg.all || !jpeg_tail_fits(j)) return 0;
    if (j->marker == STBI__MARKER_none)
        j->marker = stbi__skip_jpeg_junk_at_end(j);
    return j->marker == 0xD0 + (jpeg.restarts++ & 7);
}

static int jpeg_scan_end(stbi__jpeg *j, int decoded)
{
    if (!decoded || jpeg.blocks < jpeg.all || !jpeg_tail_fits(j))
        return jpeg_stop(j, "blocks are missing");
    for (int i = 0; i < j->scan_n; i++)
        for (int k = j->spec_start; k <= j->spec_end; k++) {
            uint8_t *low = &jpeg.low[j->order[i]][k];
            /* goes on where the scan before it ended (T.81, G.1.1.1.2) */
            if (j->succ_high != (*low == UNSENT ? 0 : *low))
                return jpeg_stop(j, "scans are missing");
            *low = (uint8_t)j->succ_low;
        }
    return 1;
}

/* The coefficients of a progressive picture, in place. 0: one of them is none that
 * a picture has, as jpeg_beyond() tells of one. */
static int jpeg_dequantize(short data[64], const stbi__uint16 steps[64])
{
#ifdef STBI_SSE2
    __m128i zero = _mm_setzero_si128(), wrong = zero;
    for (int i = 0; i < 64; i += 8) {
        __m128i d = _mm_load_si128((const __m128i *)(data + i));
        __m128i s = _mm_loadu_si128((const __m128i *)(steps + i));
        __m128i low = _mm_mullo_epi16(d, s);
        _mm_store_si128((__m128i *)(data + i), low);
        /* the upper half is no more than the sign, and a step of more than 15
         * bits, which is a negative one here, meets zeros only */
        __m128i rest = _mm_xor_si128(_mm_mulhi_epi16(d, s),
                                     _mm_srai_epi16(low, 15));
        __m128i range = _mm_srli_epi16(_mm_add_epi16(low, _mm_set1_epi16(2048)),
                                       12);
        __m128i long_step = _mm_andnot_si128(_mm_cmpeq_epi16(d, zero),
                                             _mm_srai_epi16(s, 15));
        wrong = _mm_or_si128(wrong, _mm_or_si128(rest, range));
        wrong = _mm_or_si128(wrong, long_step);
    }
    return _mm_movemask_epi8(_mm_cmpeq_epi16(wrong, zero)) == 0xFFFF;
#else
    uint32_t beyond = 0;
    for (int i = 0; i < 64; i++) {
        int value = data[i] * steps[i];
        beyond |= jpeg_beyond(value);
        data[i] = (short)value;
    }
    return !beyond;
#endif
}

/* Such a coefficient in a row of a component's blocks: what lies above is there,
 * if a part is wanted. */
static int jpeg_stop_at(const stbi__jpeg *j, int component, int row)
{
    int32_t rows = row * 8 * j->img_v_max / j->img_comp[component].v;
    if (!jpeg.is_short || rows < jpeg.rows) jpeg.rows = rows;
    jpeg.is_short = jpeg_takes_part && jpeg.rows > 0;
    return jpeg.is_short ? 1 : jpeg_fault("a value that no picture has");
}

/* Behind the last scan: whether all was sent that the header promises. */
static int jpeg_end(const stbi__jpeg *j)
{
    if (jpeg.is_short) return 1;
    for (int i = 0; i < j->s->img_n; i++)
        for (int k = 0; k < 64; k++)
            if (jpeg.low[i][k] != 0) return jpeg_stop(j, "scans are missing");
    return 1;
}

/*
 * libdeflate's Huffman coder and block writer behind a match finder of our
 * own. Filtered rows of a cut-out are no text: most of their bytes are zeros,
 * which need no search and no Adler-32 sum, and what repeats, repeats from the
 * start of a pixel. libdeflate's fastest level looks up every byte.
 *
 * Its inner functions are static, so its file is compiled in here.
 */
#include "lib/deflate_constants.h"
#define MATCHFINDER_WINDOW_ORDER DEFLATE_WINDOW_ORDER
#include "lib/ht_matchfinder.h"

/* 64-bit words on wasm32 too: more codes fit between two flushes */
#define machine_word_t u64
#define put_unaligned_leword(v, p) put_unaligned_le64(v, p)
/* Static, and the level a constant: the match finders of the others, two thirds
 * of the file, are not compiled. */
#include "libdeflate.h"
#undef LIBDEFLATEEXPORT
#define LIBDEFLATEEXPORT static forceinline
#define libdeflate_alloc_compressor alloc_compressor
#define libdeflate_deflate_compress deflate_compress
#define libdeflate_free_compressor free_compressor
#define libdeflate_deflate_compress_bound deflate_compress_bound
#include "lib/deflate_compress.c"

#include "base/alloc.h"
#include "base/parallel.h"
#include "image/libdeflate_runs.h"

enum {
    WINDOW = 1 << DEFLATE_WINDOW_ORDER,
    HASH_BITS = 15,
    STRIP = 120000, /* bytes with Huffman codes of their own */
    PADDING = 8,    /* words are loaded across the end of a strip */
    MIN_RUN = 3,    /* of zeros: then a strip has < SEQ_STORE_LENGTH matches */
    MIN_MATCH = 4,
    ADLER = 65521,
    LEVEL = 2 /* the lowest with a list that is long enough */
};

/* Strips at once, with threads: one is filtered while the one before is
 * searched for matches and the one before that is written. */
enum { AT_ONCE = 3 };

typedef struct strip {
    struct libdeflate_compressor *c; /* its matches and how often each code */
    u8 *buffer; /* the WINDOW before the strip, the strip, PADDING */
    size_t filled;
    cut_span *spans; /* of its rows; with threads */
} strip;

struct cut_deflater {
    strip strips[AT_ONCE]; /* without threads the first alone */
    u32 *table; /* by hash of 4 bytes: the place where they stood last */
    size_t bytes, bpp;
    size_t room; /* of a strip: whole rows */
    u32 place;   /* of a strip's first byte; from 2 WINDOW on */
    u32 s1, s2;  /* Adler-32 */
    u8 *out;
    struct deflate_output_bitstream os;
};

static int strip_new(strip *s, const cut_deflater *d, int with_spans)
{
    s->c = alloc_compressor(LEVEL);
    s->buffer = cut_alloc(WINDOW + d->room + PADDING, 1);
    if (!with_spans) return s->c && s->buffer;
    s->spans = cut_alloc(d->room / d->bytes, sizeof *s->spans);
    return s->c && s->buffer && s->spans;
}

cut_deflater *cut_deflater_new(size_t bytes, size_t bpp)
{
    cut_deflater *d = cut_alloc_zero(1, sizeof *d);
    if (!d) return NULL;
    libdeflate_set_memory_allocator(cut_alloc_bytes, cut_free);
    d->bytes = bytes;
    d->bpp = bpp;
    d->room = bytes < STRIP ? STRIP / bytes * bytes : bytes;
    d->table = cut_alloc((size_t)1 << HASH_BITS, sizeof *d->table);
    int ready = d->table != NULL;
    int threads = bytes > 1 && cut_parallel_threads() > 1;
    for (int i = 0; ready && i < (threads ? AT_ONCE : 1); i++)
        ready = strip_new(&d->strips[i], d, threads);
    if (ready) return d;
    cut_deflater_free(d);
    return NULL;
}

void cut_deflater_free(cut_deflater *d)
{
    if (!d) return;
    for (int i = 0; i < AT_ONCE; i++) {
        free_compressor(d->strips[i].c);
        cut_free(d->strips[i].buffer);
        cut_free(d->strips[i].spans);
    }
    cut_free(d->table);
    cut_free(d);
}

void cut_deflater_begin(cut_deflater *d, uint8_t *out, size_t capacity)
{
    memset(d->table, 0, sizeof *d->table << HASH_BITS);
    /* no run of zeros goes on from before */
    d->strips[0].buffer[WINDOW - 1] = 1;
    d->strips[0].filled = 0;
    d->place = 2 * WINDOW; /* farther than any match from an empty entry */
    d->s1 = 1;
    d->s2 = 0;
    d->out = out;
    memcpy(out, "\x78\x01", 2); /* deflate, 32 KB, fastest */
    d->os = (struct deflate_output_bitstream){0};
    d->os.next = out + 2;
    d->os.end = out + capacity - 4 - OUTPUT_END_PADDING;
}

/* ---- matches ----------------------------------------------------------- */

static forceinline u32 zeros(const u8 *p, u32 max)
{
    u32 n = 0;
    while (n + 32 <= max &&
           (load_u64_unaligned(p + n) | load_u64_unaligned(p + n + 8) |
            load_u64_unaligned(p + n + 16) | load_u64_unaligned(p + n + 24)) ==
               0)
        n += 32;
    while (n + 8 <= max && load_u64_unaligned(p + n) == 0) n += 8;
    while (n < max && p[n] == 0) n++;
    return n;
}

/* Chooses literals and matches for a strip. `bpp` is d->bpp, as a constant. */
static forceinline void choose(cut_deflater *d, strip *s,
                               struct deflate_sequence *seq, const size_t bpp)
{
    const u32 start = d->place;
    const size_t bytes = d->bytes;
    u32 *table = d->table, *literal = s->c->freqs.litlen;
    const u8 *begin = s->buffer + WINDOW, *end = begin + s->filled;
    const u8 *p = begin, *literals = begin;
    const u8 *row = begin, *next_row = begin + bytes;

    while (p < end) {
        u32 max = (u32)MIN(end - p, DEFLATE_MAX_MATCH_LEN);
        u32 length = 0, distance = 1;
        u64 eight = load_u64_unaligned(p);
        if (eight == 0) {
            if (p[-1]) {
                literal[0]++;
                p++;
                max--;
            }
            length = zeros(p, max);
            if (length < MIN_RUN) length = 0;
        } else if (max >= MIN_MATCH) {
            u32 hash = lz_hash((u32)eight, HASH_BITS);
            u32 place = start + (u32)(p - begin);
            distance = place - table[hash];
            table[hash] = place;
            if (distance <= WINDOW &&
                load_u32_unaligned(p - distance) == (u32)eight)
                length = lz_extend(p, p - distance, MIN_MATCH, max);
        }
        if (length) {
            seq->litrunlen_and_length = (u32)(p - literals);
            deflate_choose_match(s->c, length, distance, false, &seq);
            /* the pixels of a short match may be what a later one repeats */
            for (size_t k = bpp; distance > 1 && k < length && k < 32; k += bpp)
                table[lz_hash(load_u32_unaligned(p + k), HASH_BITS)] =
                    start + (u32)(p - begin) + (u32)k;
            p += length;
            literals = p;
            if (length == DEFLATE_MAX_MATCH_LEN) continue;
        }
        while (p >= next_row) {
            row = next_row;
            next_row += bytes;
        }
        /* without a match, on to the next pixel; with one, to a pixel */
        size_t phase = p == row ? bpp - 1 : (size_t)(p - row - 1) % bpp;
        if (length && (phase == 0 || p == row)) continue;
        const u8 *pixel = p + (bpp - phase);
        while (p < pixel && p < end) literal[*p++]++;
    }
    seq->litrunlen_and_length = (u32)(p - literals);
}

/* The matches of a strip; the next one is then to be searched. */
static void search_strip(cut_deflater *d, strip *s)
{
    struct deflate_sequence *seq = s->c->p.g.sequences;
    memset(s->buffer + WINDOW + s->filled, 0, PADDING);
    deflate_begin_sequences(s->c, seq);
    switch (d->bpp) {
    case 1: choose(d, s, seq, 1); break;
    case 2: choose(d, s, seq, 2); break;
    case 3: choose(d, s, seq, 3); break;
    default: choose(d, s, seq, 4);
    }
    d->place += (u32)s->filled;
}

static void write_strip(cut_deflater *d, strip *s, bool last)
{
    deflate_flush_block(s->c, &d->os, s->buffer + WINDOW, (u32)s->filled,
                        s->c->p.g.sequences, last);
}

static void end_strip(cut_deflater *d, bool last)
{
    strip *s = d->strips;
    search_strip(d, s);
    write_strip(d, s, last);
    memmove(s->buffer, s->buffer + s->filled, WINDOW);
    s->filled = 0;
}

/* ---- rows -------------------------------------------------------------- */

uint8_t *cut_deflater_row(cut_deflater *d)
{
    strip *s = d->strips;
    if (s->filled == d->room) end_strip(d, false);
    return s->buffer + WINDOW + s->filled;
}

static void sum_bytes(cut_deflater *d, const u8 *bytes, size_t count)
{
    u32 sum = libdeflate_adler32(d->s2 << 16 | d->s1, bytes, count);
    d->s1 = sum & 0xFFFF;
    d->s2 = sum >> 16;
}

static void sum_zeros(cut_deflater *d, size_t count)
{
    d->s2 = (u32)((d->s2 + (u64)count * d->s1) % ADLER);
}

static void sum_row(cut_deflater *d, const u8 *row, size_t from, size_t end)
{
    if (from < 1) from = 1;
    if (end < from) end = from;
    sum_bytes(d, row, 1);
    sum_zeros(d, from - 1);
    sum_bytes(d, row + from, end - from);
    sum_zeros(d, d->bytes - end);
}

void cut_deflater_add(cut_deflater *d, size_t from, size_t end)
{
    strip *s = d->strips;
    sum_row(d, s->buffer + WINDOW + s->filled, from, end);
    s->filled += d->bytes;
}

/* Behind the last strip. */
static size_t end_stream(cut_deflater *d)
{
    if (d->os.next >= d->os.end) return 0;
    if (d->os.bitcount) *d->os.next++ = (u8)d->os.bitbuf;
    put_unaligned_be32(d->s2 << 16 | d->s1, d->os.next);
    return (size_t)(d->os.next + 4 - d->out);
}

size_t cut_deflater_end(cut_deflater *d)
{
    end_strip(d, true);
    return end_stream(d);
}

/* ---- several threads --------------------------------------------------- */

/* Pieces of a round: the two that go on from the strip before, the sum of
 * bytes, then rows, a few at a time. The longest come first. */
enum { SEARCH, WRITE, SUM, ROWS, ROW_PIECES = 4 };

typedef struct stream {
    cut_deflater *d;
    cut_make_rows *make;
    void *context;
    size_t rows, per_strip, strips; /* per_strip: rows */
    size_t round;                   /* the strip that is made */
} stream;

/* A part of the rows of the strip of this round. */
static void make_some(const stream *t, size_t part, int32_t thread)
{
    if (t->round >= t->strips) return;
    strip *s = &t->d->strips[t->round % AT_ONCE];
    size_t first = t->round * t->per_strip, count = s->filled / t->d->bytes;
    size_t from = count * part / ROW_PIECES,
           end = count * (part + 1) / ROW_PIECES;
    if (from < end)
        t->make(t->context, s->buffer + WINDOW + from * t->d->bytes,
                s->spans + from, first + from, end - from, thread);
}

static void sum_strip(cut_deflater *d, const strip *s)
{
    for (size_t i = 0; i * d->bytes < s->filled; i++)
        sum_row(d, s->buffer + WINDOW + i * d->bytes, s->spans[i].from,
                s->spans[i].end);
}

/* Each of three strips in its own state; what they share is touched by one
 * piece alone: table and place by SEARCH, the sums by SUM, the output by
 * WRITE. */
static void stream_piece(void *context, int32_t i, int32_t thread)
{
    const stream *t = context;
    cut_deflater *d = t->d;
    size_t made = t->round - 1, searched = t->round - 2;
    strip *of_made = &d->strips[(t->round + AT_ONCE - 1) % AT_ONCE];
    strip *of_searched = &d->strips[(t->round + AT_ONCE - 2) % AT_ONCE];
    if (i >= ROWS) {
        make_some(t, (size_t)(i - ROWS), thread);
    } else if (i == WRITE) {
        if (t->round >= 2)
            write_strip(d, of_searched, searched + 1 == t->strips);
    } else if (t->round >= 1 && made < t->strips) {
        if (i == SUM) {
            sum_strip(d, of_made);
        } else {
            if (made) /* the window goes on in a buffer of its own */
                memcpy(of_made->buffer,
                       of_searched->buffer + of_searched->filled, WINDOW);
            search_strip(d, of_made);
        }
    }
}

size_t cut_deflater_rows(cut_deflater *d, uint8_t *out, size_t capacity,
                         size_t rows, cut_make_rows *make, void *context)
{
    stream t = {.d = d, .make = make, .context = context, .rows = rows};
    t.per_strip = d->room / d->bytes;
    t.strips = (rows + t.per_strip - 1) / t.per_strip;
    cut_deflater_begin(d, out, capacity);
    for (; t.round < t.strips + 2; t.round++) {
        strip *s = &d->strips[t.round % AT_ONCE];
        if (t.round < t.strips) {
            size_t left = rows - t.round * t.per_strip;
            s->filled = (left < t.per_strip ? left : t.per_strip) * d->bytes;
        }
        cut_parallel_for(ROWS + ROW_PIECES, stream_piece, &t);
    }
    return end_stream(d);
}

/* ---- what are no rows -------------------------------------------------- */

/* Rows of one byte, so that a strip holds as many as it has room for. */
size_t cut_deflate(uint8_t *out, size_t capacity, const uint8_t *in,
                   size_t size)
{
    cut_deflater *d = cut_deflater_new(1, 1);
    if (!d || capacity < 6 + OUTPUT_END_PADDING) {
        cut_deflater_free(d);
        return 0;
    }
    cut_deflater_begin(d, out, capacity);
    sum_bytes(d, in, size);
    for (size_t left = size; left > 0;) {
        size_t count = left < d->room ? left : d->room;
        memcpy(cut_deflater_row(d), in + size - left, count);
        d->strips[0].filled = count;
        left -= count;
    }
    size = cut_deflater_end(d);
    cut_deflater_free(d);
    return size;
}

size_t cut_deflate_bound(size_t size)
{
    return 2 + deflate_compress_bound(NULL, size) + 4;
}

/*
 * libdeflate's compressor, with one function of its fastest level replaced by
 * a wrapper: after a match it enters every byte of the match into its hash
 * table. In a cut-out most bytes are zeros, found as matches of 258, and those
 * entries were most of the time of encoding a PNG. After a long match only the
 * last bytes are entered; the output stays a valid stream, and is as small.
 */
#include "lib/deflate_constants.h"
#define MATCHFINDER_WINDOW_ORDER DEFLATE_WINDOW_ORDER
#include "lib/ht_matchfinder.h"

enum { LONG_MATCH = 32, ENTERED = 8 };

static forceinline void
skip_long_match(struct ht_matchfinder *mf, const u8 **in_base_p,
                const u8 *in_next, const u8 *in_end, u32 count, u32 *next_hash)
{
    if (count >= LONG_MATCH) {
        in_next += count - ENTERED; /* ENTERED >= 4: the load stays inside */
        count = ENTERED;
        *next_hash = lz_hash(get_unaligned_le32(in_next),
                             HT_MATCHFINDER_HASH_ORDER);
    }
    ht_matchfinder_skip_bytes(mf, in_base_p, in_next, in_end, count,
                              next_hash);
}

#define ht_matchfinder_skip_bytes skip_long_match
#include "lib/deflate_compress.c"

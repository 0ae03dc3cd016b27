/*
 * A step of a plan: one operation over one block of memory. The ground that the
 * planner and the kernels share.
 *
 * Feature maps lie pixel by pixel, channels together (NHWC), `ld` elements
 * from pixel to pixel. Channels are padded to a multiple of 8 (`cp`); what
 * stands in the padding is finite and meets weights of 0. Maps of one channel
 * are not padded and always f32; an input of up to 4 channels has ld 4.
 *
 * i16: value = q * scale. The magnitude of q stays within a limit that no sum
 * of a following convolution can overflow 32 bits with.
 */
#ifndef CUT_NN_STEP_H
#define CUT_NN_STEP_H

#include "nn/graph/graph.h"

/* Whether dense convolutions of i16 are made of products of bytes
 * (kernels/tile_bytes.h): in cutaway-relaxed.wasm, where four of them are one
 * instruction, and to be tested. */
#if !defined(CUT_BYTE_DOTS)
#define CUT_BYTE_DOTS 0
#endif

enum { CUT_F32, CUT_I16 };

/** What a map's numbers may be at most: bytes make two digits of 7 bits of
 * them. */
#define CUT_I16_MAX (CUT_BYTE_DOTS ? 8191 : 32767)

typedef struct cut_view {
    size_t offset; /* bytes into the arena */
    int32_t c, cp, h, w, ld;
    int type;
    float scale, limit; /* I16 */
} cut_view;

typedef struct cut_step cut_step;
typedef struct cut_kernel cut_kernel; /* kernels/kernel.h */

/** Of a convolution. */
typedef struct cut_conv_step {
    cut_window window;
    int32_t groups;
    int32_t *runs; /* offsets of the contiguous pieces of one window; owned */
    int32_t run_count, run_size; /* elements */
    int32_t pad_w;     /* pixels of a padded row in the scratch; 0: in place */
    int32_t tiles;     /* of output channels */
    size_t tile_bytes; /* weights from tile to tile */
    float ratio;       /* of the residual, in units of `out` */
    int split;         /* reads digits of 7 bits (tile_bytes.h): how many of a
                          number; 0: numbers */
    size_t plane;      /* elements from the high ones to the low ones */
} cut_conv_step;

/** Of a pool. */
typedef struct cut_pool_step {
    cut_window window;
    int include_pad;
} cut_pool_step;

/** Source positions of a Resize along one axis. */
typedef struct cut_axis {
    int32_t *first, *second; /* [out]; owned */
    float *weight;           /* [out] of `second`, 0..1; owned */
} cut_axis;

struct cut_step {
    const cut_kernel *kernel;
    cut_op_kind kind;
    int map;                 /* what `out` is, or is a part of */
    int read[2];             /* maps of `in` and `other`, or -1 */
    cut_view in, other, out; /* other: residual or second operand; c 0: none */
    int32_t band;            /* rows a call should make */
    int32_t first_row;       /* of the call that finds no rows kept; else 0 */
    uint32_t kmacs;          /* of the whole step */
    uint32_t planes;         /* where `out` stays from run to run: those of the
                                input that it depends on; else ALWAYS */
    cut_act act;             /* of a convolution a..b, in units of `out` */
    cut_act_kind fused_act;  /* for people */
    size_t scratch, scratch_bytes; /* of the arena; inner's behind it */
    void *weights;    /* packed for the kernel, aligned to 64 bytes, in: */
    void *block;      /* owned */
    float *mul, *add; /* [out.cp], owned; what they mean is the kernel's */
    cut_step *inner;  /* makes `in` in the scratch, band by band; owned */
    int banded;       /* such an inner step, of a depthwise one */
    union {           /* by kind: */
        cut_conv_step conv; /* CONV. The largest, so that it empties all */
        cut_pool_step pool; /* MAXPOOL, AVGPOOL */
        cut_axis axis[2];   /* RESIZE: y, x */
        int binary;         /* BINARY: CUT_ADD .. */
        int32_t pad;        /* CONCAT: elements of 0 after the last part */
    };
};

/** A step to be set up, whose views and `act` are known. */
typedef struct cut_setup {
    cut_step *step;
    const cut_graph *graph;
    const cut_op *op;
    size_t *weight_bytes; /* counts what the steps own */
    cut_error *error;
} cut_setup;

/** Planes of the input as a mask: the last of these bits is of all that follow,
 * and one more is always among those that have changed. */
#define CUT_PLANES_ALWAYS (1u << 31)
static inline uint32_t cut_plane_bit(int32_t plane)
{
    return 1u << (plane < 30 ? plane : 30);
}

static inline size_t cut_element(int type)
{
    return type == CUT_I16 ? 2 : 4;
}

/** Whether a convolution reads digits of 7 bits. */
static inline int cut_is_split(const cut_step *step)
{
    return CUT_BYTE_DOTS && step->conv.split;
}

/** Memory of a step's own, counted; contents 0. CUT_E_MEMORY. */
cut_status cut_step_alloc(const cut_setup *setup, void **block, size_t count,
                          size_t size);

/** Sets `weights`: memory for them, contents 0. CUT_E_MEMORY. */
cut_status cut_step_weights(const cut_setup *setup, uint64_t bytes);

/** Sets `mul` and `add`, contents 0. CUT_E_MEMORY. */
cut_status cut_step_affine(const cut_setup *setup);

/** Scratch of a step by itself, then of it and those within it, which lies
 * behind its own: bytes, a multiple of 64. */
static inline size_t cut_own_scratch(const cut_step *step)
{
    return (step->scratch_bytes + 63) / 64 * 64;
}
size_t cut_step_scratch(const cut_step *step);

/** Frees what the step and those within it own. */
void cut_step_free(cut_step *step);

#endif

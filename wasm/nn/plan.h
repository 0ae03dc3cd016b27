/*
 * A plan: the operations of a graph as steps over one block of memory.
 *
 * Feature maps lie pixel by pixel, channels together (NHWC), `ld` elements
 * from pixel to pixel. Channels are padded to a multiple of 8 (`cp`); what
 * stands in the padding is finite and meets weights of 0. Maps of one channel
 * are not padded and always f32; an input of up to 4 channels has ld 4. A
 * concatenation costs nothing where its inputs can be made in place: they are
 * then views into the wider map.
 *
 * i16: value = q * scale. The magnitude of q stays within a limit that no sum
 * of a following convolution can overflow 32 bits with.
 */
#ifndef CUT_NN_PLAN_H
#define CUT_NN_PLAN_H

#include "nn/graph.h"

enum { CUT_F32, CUT_I16 };

typedef struct cut_view {
    size_t offset; /* bytes into the arena */
    int32_t c, cp, h, w, ld;
    int type;
    float scale, limit; /* I16 */
} cut_view;

/** Source positions of a Resize along one axis. */
typedef struct cut_axis {
    int32_t *first, *second; /* [out] */
    float *weight;           /* [out] of `second`, 0..1 */
} cut_axis;

typedef struct cut_step cut_step;

/** Pixels of one row by one kernel: conv.h. */
typedef struct cut_tile cut_tile;
typedef void cut_tile_run(const cut_tile *tile);

/** Makes rows from..to - 1 of `out`. Bands of one step come in order. */
typedef void cut_run(const cut_step *step, uint8_t *arena, int32_t from,
                     int32_t to);

struct cut_step {
    cut_run *run;
    const char *kernel;
    /* only while the plan is made: the op, and the one that makes `in` */
    const cut_op *op, *pair;
    cut_op_kind kind;
    int map;     /* what `out` is, or is a part of */
    int read[2]; /* maps of `in` and `other`, or -1 */
    cut_view in, other, out; /* other: residual or second operand; c 0: none */
    int32_t band;            /* rows a call should make */
    uint32_t kmacs;          /* of the whole step */
    cut_act act;     /* CLAMP: a..b in units of `out` */
    cut_act_kind fused_act; /* for people */
    cut_window window;
    int32_t groups;
    int include_pad, binary;
    size_t scratch, scratch_bytes; /* of the arena; inner's behind it */
    void *weights;    /* packed for the kernel, aligned to 64 bytes, in: */
    void *block;      /* owned */
    float *mul, *add; /* [out.cp], owned; what they mean is the kernel's */
    int32_t *runs;    /* offsets of the contiguous pieces of one window */
    int32_t run_count, run_size; /* elements */
    int32_t pad_w;    /* pixels of a padded row in the scratch; 0: in place */
    cut_tile_run *tile; /* CONV */
    size_t tile_bytes;  /* weights from tile to tile of output channels */
    int32_t tiles;
    float ratio;        /* of the residual, in units of `out` */
    cut_step *inner;    /* makes `in` in the scratch, band by band; owned */
    int banded;         /* this is such an inner step */
    cut_axis axis[2]; /* Resize: y, x; owned */
};

typedef struct cut_range {
    float lo, hi;
} cut_range;

typedef struct cut_plan {
    cut_step *steps;
    uint32_t step_count;
    cut_view *views; /* [graph map_count]; ld 0: not placed */
    cut_view input, output;
    size_t planar; /* offset of the output as f32 [c][h][w], unless c is 1 */
    size_t arena_bytes, weight_bytes, scratch_bytes;
    int arithmetic;
} cut_plan;

/**
 * @param arithmetic CUT_F32 or CUT_I16
 * @param ranges     [map_count] for CUT_I16: what values to expect; NULL for
 *                   CUT_F32
 * @param headroom   I16: how far beyond its range a map may go unclipped, >= 1
 * @param whole      every map is made as a whole, so that it can be looked at;
 *                   otherwise one that only a depthwise convolution reads
 *                   exists for a band of rows at a time
 */
cut_status cut_plan_make(cut_plan *plan, const cut_graph *graph,
                         int arithmetic, const cut_range *ranges,
                         float headroom, int whole, cut_error *why);
void cut_plan_free(cut_plan *plan);

/** Whether every operation has a kernel in this arithmetic. */
int cut_plan_can(const cut_graph *graph, int arithmetic);

/** Time of one run by the measured speed of the kernels, in no unit. */
double cut_plan_cost(const cut_graph *graph, int arithmetic);

/* ---- kernels: set up a step whose views, act and window are known ------ */

/** Memory of a step's own, counted; contents 0. */
cut_status cut_step_alloc(cut_plan *plan, void **block, size_t count,
                          size_t size, cut_error *why);

/** Sets `weights`: memory for them, contents 0. */
cut_status cut_step_weights(cut_plan *plan, cut_step *step, uint64_t bytes,
                            cut_error *why);

/* conv.c, depthwise.c, point.c, window.c, resize.c */
cut_status cut_conv_setup(cut_plan *plan, cut_step *step,
                          const cut_graph *graph, cut_error *why);
/** Whether Winograd's algorithm serves a convolution, and its set-up. */
int cut_winograd_fits(const cut_graph *graph, const cut_op *op);
cut_status cut_winograd_setup(cut_plan *plan, cut_step *step,
                              const cut_graph *graph, cut_error *why);
/** A depthwise step that was set up takes over the step that makes its input,
 * and its memory. */
void cut_conv_fuse(cut_step *step, cut_step *inner);
cut_status cut_point_setup(cut_plan *plan, cut_step *step,
                           const cut_graph *graph, cut_error *why);
cut_status cut_pool_setup(cut_plan *plan, cut_step *step,
                          const cut_graph *graph, cut_error *why);
cut_status cut_resize_setup(cut_plan *plan, cut_step *step,
                            const cut_graph *graph, cut_error *why);

/** 8-bit weights of output channel `o`: the largest sum of magnitudes, for
 * the limit of the input. */
double cut_conv_weight_sum(const cut_graph *graph, const cut_op *op);

#endif

/*
 * A network: an ONNX file in, its operators planned and run in C.
 *
 * The subset of ONNX (operator sets 7 to 22, ai.onnx only): one input and one
 * asked-for output, f32, rank 4, N = 1. Operators: the lists in
 * nn/graph/import.c, on feature maps, and nn/graph/fold.c, on what is known at
 * load, which is how exporters write sizes. Anything else is
 * CUT_E_MODEL_UNSUPPORTED, naming the node, before any work.
 *
 * Life: new -> load -> (begin -> step.. -> output)* -> free. One run at a
 * time. Memory is what the plan says; a run allocates nothing.
 */
#ifndef CUT_NET_H
#define CUT_NET_H

#include "cutaway.h"

typedef struct cut_net cut_net;

/* Arithmetic. AUTO: I16 when the file's convolution weights are 8-bit and it
 * is the faster of the two (many 3x3 convolutions are faster in f32). */
#define CUT_NET_AUTO 0
#define CUT_NET_F32 1 /* f32 throughout */
#define CUT_NET_I16 2 /* int8 weights per channel x i16 activations */

/** NULL when memory is out. */
CUT_EXPORT cut_net *cut_net_new(void);
CUT_EXPORT void cut_net_free(cut_net *net); /* NULL is allowed */

/** The sentence of the last failed call, "" if none failed. Borrowed. */
CUT_EXPORT const char *cut_net_message(const cut_net *net);

/**
 * Reads a model, plans it for one input size and packs its weights. Once a
 * net: a second load is CUT_E_STATE.
 *
 * @param bytes  the ONNX file, borrowed for the call
 * @param w, h   the input's size where the file leaves it open; a file that
 *               says another size is CUT_E_MODEL. 1..CUT_MAX_MODEL_SIDE
 * @param arithmetic one of CUT_NET_*
 * @param output name of the output to compute (`output_bytes` long, not
 *               terminated); when there is none of that name, or it is empty,
 *               the first
 * CUT_E_MODEL: not a valid model, or not of this size. CUT_E_MODEL_UNSUPPORTED:
 * valid as far as read, but outside the subset above. CUT_E_ARGUMENT: there is
 * no such arithmetic. CUT_E_MEMORY.
 */
CUT_EXPORT int cut_net_load(cut_net *net, const uint8_t *bytes,
                            uint32_t size_bytes, uint32_t w, uint32_t h,
                            int arithmetic, const char *output,
                            uint32_t output_bytes);

/**
 * JSON of the plan: {"input": {"name", "shape": [1,c,h,w]}, "output": the
 * same, "arithmetic": "f32" | "i16", "macs", "arena_bytes", "weight_bytes",
 * "steps": [{"name", "op", "fused": [..], "shape": [c,h,w], "macs", "reads",
 * "offset", "bytes", "type", "kernel"}]}. reads: bytes of the maps it reads;
 * offset: of the result in the arena, bytes. "before": a step made with it.
 * "planes": a mask; while none of those of the input has changed, the step is
 * as the run before has made it, and left out.
 * Borrowed until the next call on this net. NULL before load, or without
 * memory.
 */
CUT_EXPORT const char *cut_net_plan_json(cut_net *net);

/**
 * Starts a run; one that was not finished is forgotten.
 *
 * CUT_E_STATE before load.
 *
 * @param input  f32 [c][h][w], copied. A value that is not finite is
 *               CUT_E_INFERENCE.
 * @param count  c * h * w; anything else is CUT_E_ARGUMENT
 */
CUT_EXPORT int cut_net_begin(cut_net *net, const float *input, uint32_t count);

/**
 * Works until about `mmacs` (> 0) million multiply-adds are done, or the run
 * is. Callers yield between calls; at 20 GMAC/s 200 are 10 ms.
 */
CUT_EXPORT int cut_net_step(cut_net *net, uint32_t mmacs);

/** Index into the plan's steps of what the next cut_net_step() works on;
 * cut_net_step(net, 0) works to that step's end. For profiles. */
CUT_EXPORT uint32_t cut_net_at(const cut_net *net);

/** How much of the run is done, 0..1000; 1000 only when the output stands. */
CUT_EXPORT uint32_t cut_net_progress(const cut_net *net);

/** After the last step: f32 [c][h][w], borrowed until the next begin; else
 * NULL. */
CUT_EXPORT const float *cut_net_output(const cut_net *net);

/** Shape of the input (`which` 0) or output (1): dimension 0..3 of
 * [1, c, h, w]. 0 before load. */
CUT_EXPORT uint32_t cut_net_dim(const cut_net *net, int which, int dimension);

/** Multiply-adds of one run in thousands, and bytes of weights and arena. */
CUT_EXPORT uint32_t cut_net_kmacs(const cut_net *net);
CUT_EXPORT uint32_t cut_net_bytes(const cut_net *net);

/**
 * Calibration. Turned on before load it makes the arithmetic F32, and every
 * run widens the recorded range of every step's result; cut_net_ranges() is
 * then the text that an ONNX file carries in metadata_props under
 * "cutaway.ranges": "name lo hi" a line, in millionths, with the tensors'
 * names. I16 takes its scales from there; without them from one f32 run over
 * a fixed synthetic picture at load. Borrowed until the next call.
 */
CUT_EXPORT void cut_net_record(cut_net *net, int on);
CUT_EXPORT const char *cut_net_ranges(cut_net *net);

#endif

/*
 * Any bytes as an ONNX file. Two bytes choose the input's size and the
 * arithmetic, the rest is the file: it is refused with a sentence, or it runs
 * to its end in small pieces with an output of its own size. Nothing leaks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_KMACS 20000 /* a run above this tells nothing new */

static void run(cut_net *net)
{
    uint32_t n = cut_net_dim(net, 0, 1) * cut_net_dim(net, 0, 2) *
                 cut_net_dim(net, 0, 3);
    if (n == 0 || !cut_net_plan_json(net)) abort();
    if (cut_net_kmacs(net) > MAX_KMACS || cut_net_bytes(net) > 16u << 20)
        return;
    float *input = malloc(n * sizeof *input);
    if (!input) abort();
    for (uint32_t i = 0; i < n; i++)
        input[i] = (float)(int)(i * 2654435761u >> 16) / 16384.0f - 2.0f;
    if (cut_net_begin(net, input, n + 1) != CUT_E_ARGUMENT) abort();
    if (cut_net_begin(net, input, n) != CUT_OK) abort();
    free(input);
    uint32_t before = 0;
    while (!cut_net_output(net)) {
        uint32_t at = cut_net_progress(net);
        if (at < before || at > 999) abort();
        before = at;
        if (cut_net_step(net, 1) != CUT_OK) abort();
    }
    if (cut_net_progress(net) != 1000) abort();
    uint32_t outs = cut_net_dim(net, 1, 1) * cut_net_dim(net, 1, 2) *
                    cut_net_dim(net, 1, 3);
    volatile float sum = 0; /* reads all of it */
    const float *output = cut_net_output(net);
    for (uint32_t i = 0; i < outs; i++) sum += output[i];
    if (cut_net_step(net, 1) != CUT_E_STATE) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    cut_memory_limit(64u << 20);
    cut_net *net = cut_net_new();
    if (!net) abort();
    if (data[1] & 64) cut_net_record(net, 1);
    int status = cut_net_load(net, data + 2, (uint32_t)(size - 2),
                              8 + data[0] % 57, 8 + data[1] % 57,
                              (data[1] >> 6) % 3, "y", 1);
    if (status == CUT_OK)
        run(net);
    else if (!cut_net_message(net)[0] ||
             (status != CUT_E_MODEL && status != CUT_E_MODEL_UNSUPPORTED &&
              status != CUT_E_MEMORY))
        abort();
    if (!cut_net_ranges(net)) abort();
    if (cut_net_load(net, data, 1, 8, 8, 0, "", 0) != CUT_E_STATE) abort();
    cut_net_free(net);
    cut_memory_limit(0);
    if (cut_live_blocks() != 0) abort();
    return 0;
}

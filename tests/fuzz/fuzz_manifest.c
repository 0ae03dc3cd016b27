/* Any text as a manifest: CUT_OK or CUT_E_MANIFEST, values in their ranges. */
#include <stdlib.h>

#include "base/alloc.h"
#include "cutaway.h"
#include "job/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cut_manifest m;
    cut_error error = {{0}};
    cut_status status = cut_manifest_parse(&m, (const char *)data, size,
                                           &error);
    if (status == CUT_OK) {
        if (m.w < 1 || m.w > CUT_MAX_MODEL_SIDE || m.h < 1 ||
            m.h > CUT_MAX_MODEL_SIDE || !(m.std[0] > 0))
            abort();
    } else if (status != CUT_E_MANIFEST || !error.text[0]) {
        abort();
    }
    if (cut_live_blocks() != 0) abort();
    return 0;
}

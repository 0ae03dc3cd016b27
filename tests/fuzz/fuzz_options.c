/* Any text as options: CUT_OK or CUT_E_OPTION, values in their ranges. */
#include <stdlib.h>

#include "base/alloc.h"
#include "options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cut_options o;
    cut_why why = {{0}};
    cut_status status = cut_options_parse(&o, (const char *)data, size, &why);
    if (status == CUT_OK) {
        if (o.quality < 1 || o.quality > 100 || o.margin < 0 ||
            o.margin > 10000 || (unsigned)o.output > CUT_OUT_WEBP ||
            (unsigned)o.background > CUT_BG_IMAGE)
            abort();
    } else if (status != CUT_E_OPTION || !why.text[0]) {
        abort();
    }
    if (cut_live_blocks() != 0) abort();
    return 0;
}

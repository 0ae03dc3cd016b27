/* The only file that sees stb_image_write; its JPEG writer alone is used. */
#include "image/stb_image_write_glue.h"

#include "base/alloc.h"

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(x) ((void)0)
#define STBIW_MALLOC(size) cut_alloc(1, size)
#define STBIW_REALLOC(block, size) cut_realloc(block, 1, size)
#define STBIW_FREE(block) cut_free(block)
#include "stb_image_write.h"

int cut_stb_write_jpeg(void (*write)(void *context, void *data, int size),
                       void *context, int w, int h, const void *rgba,
                       int quality)
{
    return stbi_write_jpg_to_func(write, context, w, h, 4, rgba, quality);
}

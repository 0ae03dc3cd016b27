#include "job/colour_match.h"

#include <string.h>

#include "image/icc.h"

cut_status cut_profile_read(cut_bytes *out, const uint8_t *bytes, size_t size,
                            cut_format format, cut_error *error)
{
    *out = (cut_bytes){0};
    cut_status status = CUT_OK;
    if (format == CUT_FORMAT_PNG)
        status = cut_colour_profile_of_png(out, bytes, size, error);
    if (!status && !out->data)
        status = cut_icc_read(out, bytes, size, format, error);
    cut_probe probe;
    if (!status && out->data && !cut_image_probe(&probe, bytes, size, NULL) &&
        !cut_icc_fits(out, &probe))
        cut_bytes_free(out);
    return status;
}

cut_status cut_profile_given(cut_bytes *out, const uint8_t *colours,
                             size_t size, cut_error *error)
{
    if (colours && size == 2)
        return cut_colour_profile_of_code(out, colours[0], colours[1], error);
    return cut_icc_copy(out, colours, size, error);
}

static void map_image(const cut_colour_map *map, cut_image *image)
{
    cut_colour_map_pixels(map, image->px, (size_t)image->w * (size_t)image->h);
}

int cut_match_to_srgb(cut_image *image, const cut_bytes *profile)
{
    cut_colour_space from, srgb;
    cut_colour_map map;
    if (!profile->data) return 1;
    if (!cut_colour_space_read(&from, profile)) return 0;
    cut_colour_space_srgb(&srgb);
    cut_colour_map_between(&map, &from, &srgb);
    map_image(&map, image);
    return 1;
}

int cut_match_differs(const cut_bytes *profile)
{
    cut_colour_space from, srgb;
    cut_colour_map map;
    if (!profile->data || !cut_colour_space_read(&from, profile)) return 0;
    cut_colour_space_srgb(&srgb);
    cut_colour_map_between(&map, &from, &srgb);
    for (int i = 0; i < 125; i++) {
        const uint8_t was[3] = {(uint8_t)(i / 25 * 63),
                                (uint8_t)(i / 5 % 5 * 63),
                                (uint8_t)(i % 5 * 63)};
        uint8_t is[4] = {was[0], was[1], was[2], 255};
        cut_colour_map_pixels(&map, is, 1);
        for (int c = 0; c < 3; c++)
            if (is[c] > was[c] + 2 || was[c] > is[c] + 2) return 1;
    }
    return 0;
}

static void map_colour(const cut_colour_map *map, uint8_t rgb[3])
{
    uint8_t px[4] = {rgb[0], rgb[1], rgb[2], 255};
    cut_colour_map_pixels(map, px, 1);
    memcpy(rgb, px, 3);
}

void cut_match_from_srgb(cut_image *image, cut_options *o,
                         const cut_bytes *profile)
{
    cut_colour_space to, srgb;
    cut_colour_map map;
    if (!profile->data || !cut_colour_space_read(&to, profile)) return;
    cut_colour_space_srgb(&srgb);
    cut_colour_map_between(&map, &srgb, &to);
    map_colour(&map, o->rgb);
    map_colour(&map, o->shadow.rgb);
    map_colour(&map, o->outline.rgb);
    for (int i = 0; i < o->gradient.count; i++)
        map_colour(&map, o->gradient.stops[i].rgb);
    if (image && image->px) map_image(&map, image);
}

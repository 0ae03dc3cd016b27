/*
 * What stands on a ground: the shadow that it casts there, the dark line where
 * it touches it, its mirror image. The ground is the lowest row of the subject,
 * as seen from a little above, so that what lies deeper lies higher up.
 */
#ifndef CUT_COMPOSE_FLOOR_H
#define CUT_COMPOSE_FLOOR_H

#include "compose/style.h"
#include "image/image.h"

/** Where the subject stands, in pixels of the picture that is drawn on. */
typedef struct cut_stand {
    float foot;   /* row of the ground line */
    float height; /* of the subject, above it */
} cut_stand;

/** What is drawn, made before anything lies under the cut-out. */
typedef struct cut_floor {
    int32_t w, h, k;          /* planes at 1 / k */
    uint16_t *cast, *contact; /* [h][w], 1/256 of a level; NULL: none */
    uint8_t *mirror;          /* RGBA, rows from mirror_y on, of the picture */
    int32_t mirror_y, mirror_h;
    cut_cast cast_style;
    cut_contact contact_style;
} cut_floor;

/**
 * Of a cut-out, by its own alpha:
 *
 * - cast: the silhouette laid down on the ground, a row of it for each row of
 *   the shadow: what is `height` above the ground falls `length` x `height` away
 *   from its foot, towards `angle`, of which the way back or forward is seen at
 *   CUT_FLOOR_TILT of its length. It is sharp at the foot, at the far end it
 *   has the blur, and half of its opacity.
 * - contact: under each column whose lowest pixel is near the ground, the nearer
 *   the darker.
 * - reflection: the rows above the ground, turned over, fading away.
 *
 * @param[out] out   freed by cut_floor_free()
 * @param      image straight RGBA, before shadows
 * @param      side  what 100 % of lengths are, pixels
 * @return CUT_OK, CUT_E_MEMORY: u16 for each k x k pixels three times, k so that
 *         the longer side is 1024 samples at most, and the reflection's pixels
 */
cut_status cut_floor_new(cut_floor *out, const cut_image *image,
                         const cut_stand *stand, const cut_cast *cast,
                         const cut_contact *contact,
                         const cut_reflection *reflection, int32_t side,
                         cut_error *error);
void cut_floor_free(cut_floor *ground);

/** Draws it under the picture: contact, cast, reflection. Cannot fail. */
void cut_floor_draw(cut_image *image, const cut_floor *ground);

/** Of what lies back or forward, so much of its length is seen. */
#define CUT_FLOOR_TILT 0.35f

/** How far from a pixel of the subject any of it falls, pixels either way. */
int32_t cut_floor_reach(const cut_stand *stand, const cut_cast *cast,
                        const cut_contact *contact,
                        const cut_reflection *reflection, int32_t side);

#endif

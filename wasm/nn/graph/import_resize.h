/* Resize and its forerunner Upsample. */
#ifndef CUT_NN_IMPORT_RESIZE_H
#define CUT_NN_IMPORT_RESIZE_H

#include "nn/graph/import_node.h"

#define CUT_RESIZE_ATTRIBUTES                                                  \
    "mode coordinate_transformation_mode nearest_mode cubic_coeff_a "          \
    "exclude_outside extrapolation_value antialias keep_aspect_ratio_policy"

cut_import_run cut_import_resize, cut_import_upsample;

#endif

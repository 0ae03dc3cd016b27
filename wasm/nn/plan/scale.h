/* Scales of i16 maps. */
#ifndef CUT_NN_SCALE_H
#define CUT_NN_SCALE_H

#include "nn/plan/plan_builder.h"

/** Scale and limit of every I16 view: maps that pass values on unchanged share
 * one. CUT_E_MEMORY. */
cut_status cut_set_scales(const cut_plan_builder *b);

#endif

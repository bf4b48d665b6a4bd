/* The form of a MoViNet, found in a graph: which ops are which part of which layer.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_FORM_H
#define MV_ZOO_FORM_H

#include "zoo/trace.h"

enum { MVZ_MAX_LAYERS = MVZ_BLOCKS * MVZ_MAX_BLOCK_LAYERS };

/** What is not there has n_ops 0. */
typedef struct mvz_form_layer {
    mvz_found expand, spatial, temporal, squeeze, excite, project, skip;
    bool pool;             ///< before skip
    bool has_scale;        ///< the last constant behind project is one number
    bool has_position;
    double position;       ///< scale of the positional encoding
    double gate_factor;    ///< what the gate's sigmoid is multiplied by
} mvz_form_layer;

typedef struct mvz_form {
    bool base;             ///< a clip at once
    mvz_found stem, head, dense, classes;
    int n_layers;
    mvz_form_layer layers[MVZ_MAX_LAYERS];
} mvz_form;

/** Reads the form from the logits back to the image; mvg_pass_all_rings has to have been there.
 * Error: UNSUPPORTED, which says what is not as it should be, and where. */
movinet_status mvz_form_read(mvz_form *form, const mvg_graph *graph, movinet_error *err);

/** The layer that ends in the source `out`; *in: the source it begins with. */
bool mvz_form_layer_read(mvz_trace *t, mvz_form_layer *layer, int out, int *in);
/** If `source` is a gated product: squeeze, excite, position, and *of: what is gated. False
 * if it is none; the trace then knows what is missing. */
bool mvz_form_gate_read(mvz_trace *t, mvz_form_layer *layer, int source, int *of);

/** The network that the form is one of: the table's variant, or a copy with other numbers,
 * named "custom". Error: UNSUPPORTED. */
movinet_status mvz_form_variant(const mvz_form *form, const mvg_graph *graph, mvz_variant *out,
                                movinet_error *err);

#endif

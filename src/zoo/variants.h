/* The family MoViNet A0 … A5, T0 and N0, as tables.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_VARIANTS_H
#define MV_ZOO_VARIANTS_H

#include <stdbool.h>
#include <stdint.h>

enum { MVZ_BLOCKS = 5, MVZ_MAX_BLOCK_LAYERS = 18 };

typedef struct mvz_layer_shape {
    uint16_t expand; ///< channels inside
    uint8_t kernel;  ///< two digits: frames, side; 53 is 5 × 3 × 3
} mvz_layer_shape;

typedef struct mvz_block_shape {
    uint16_t base;   ///< channels between layers
    uint8_t stride;  ///< of the first layer, over height and width
    uint8_t n_layers;
    mvz_layer_shape layers[MVZ_MAX_BLOCK_LAYERS];
} mvz_block_shape;

typedef struct mvz_variant {
    const char *name; ///< "A0"
    uint16_t stem;    ///< channels of the 1 × 3 × 3 convolution with stride 2 on the image
    uint16_t head;    ///< channels that the picture is averaged in
    uint16_t dense;   ///< units before the classes
    uint16_t size;    ///< side of the image it was published with
    uint16_t frames;  ///< of the clips it was published with
    bool position;    ///< streams with a positional encoding
    mvz_block_shape blocks[MVZ_BLOCKS];
} mvz_variant;

/** NULL behind the last. */
const mvz_variant *mvz_variant_get(int index);
/** By its layers in their order, of which only the width and the kernel's side count. */
const mvz_variant *mvz_variant_of(const mvz_layer_shape *layers, int n_layers);
/** By name, "A0" or "a0"; NULL if there is none. */
const mvz_variant *mvz_variant_find(const char *name);

#endif

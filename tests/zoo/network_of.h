/* A network by its variant's name. To be included behind cmocka.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_ZOO_NETWORK_OF_H
#define MV_TESTS_ZOO_NETWORK_OF_H

#include "support/ok.h"
#include "zoo/network.h"

static inline mvz_network *network_of(const char *name, mvz_spec spec)
{
    mvz_network *network;
    spec.variant = mvz_variant_find(name);
    assert_non_null(spec.variant);
    OK(mvz_network_open(&network, &spec, err));
    return network;
}

#endif

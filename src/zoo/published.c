/* The published models that movinet knows by name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

#include <string.h>

#define GOOGLE(variant)                                                                            \
    "https://www.kaggle.com/api/v1/models/google/movinet/tfLite/" variant                          \
    "-stream-kinetics-600-classification-tflite-int8/1/download"

static const movinet_published published[] = {
    {
        .name = "a0",
        .title = "MoViNet-A0-Stream, int8, Kinetics-600",
        .url = GOOGLE("a0"),
        .file_name = "movinet_a0_stream_int8_k600.tflite",
        .sha256 = "6125b36e2485eeb5cc1fd6206cf5e5d70235593fbc84610d1dce97fe3aa9c2ac",
        .bytes = 3276048,
    },
    {
        .name = "a1",
        .title = "MoViNet-A1-Stream, int8, Kinetics-600",
        .url = GOOGLE("a1"),
        .file_name = "movinet_a1_stream_int8_k600.tflite",
    },
    {
        .name = "a2",
        .title = "MoViNet-A2-Stream, int8, Kinetics-600",
        .url = GOOGLE("a2"),
        .file_name = "movinet_a2_stream_int8_k600.tflite",
    },
};

const movinet_published *movinet_published_get(int index)
{
    int n = (int)(sizeof published / sizeof *published);
    return index >= 0 && index < n ? &published[index] : NULL;
}

const movinet_published *movinet_published_find(const char *name)
{
    const movinet_published *model = NULL;
    for (int i = 0; name && (model = movinet_published_get(i)); i++)
        if (strcmp(model->name, name) == 0)
            break;
    return model;
}

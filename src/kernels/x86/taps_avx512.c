/* Packing of depthwise weights: see the header. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/taps_avx512.h"

enum { MAX_TAPS = 64 };

static mvk_taps layout(int groups, int channels)
{
    int rest = channels % 64;
    mvk_taps t = {.groups = groups, .blocks = (channels + 63) / 64, .channels = channels};
    t.twice = rest <= 32 ? rest : 0;
    t.weights = 64 + (size_t)t.blocks * 4 * sizeof(mvk_param16);
    t.zeros = t.weights + (size_t)t.blocks * (size_t)t.groups * 256;
    return t;
}

size_t mvk_taps_size(int groups, int channels)
{
    mvk_taps t = layout(groups, channels);
    return t.zeros + (size_t)t.blocks * 64;
}

/* The channel of a lane; may be past the last. */
static int channel_of(const mvk_taps *t, int v, int lane)
{
    int c = mvk_lane64(v % 4, lane);
    if (t->twice && v / 4 == t->blocks - 1)
        c %= 32;
    return v / 4 * 64 + c;
}

static mvk_channel pack_channel(const mvk_taps_source *from, const int8_t *w, int c, int8_t *to,
                                int lane)
{
    int8_t own[MAX_TAPS];
    int n = 0;
    for (int g = 0; g < from->groups; g++)
        for (int i = 0; i < 4; i++) {
            int tap = from->tap(from->taps, g, i);
            if (tap < 0)
                continue;
            own[n] = w[(size_t)tap * (size_t)from->channels + (size_t)c];
            to[g * 256 + 4 * lane + i] = own[n++];
        }
    return mvk_channel_of(own, n, 1, from->in_zero, 128, from->bias ? from->bias[c] : 0,
                          from->scale[c]);
}

void mvk_taps_pack(const mvk_taps_source *from, const int8_t *w, void *to)
{
    mvk_taps t = layout(from->groups, from->channels);
    mvk_param16 *params = (mvk_param16 *)((char *)to + 64);
    memcpy(to, &t, sizeof t);
    memset((char *)to + t.zeros, from->in_zero, (size_t)t.blocks * 64);
    for (int v = 0; v < 4 * t.blocks; v++) {
        mvk_channel channels[16] = {0};
        int8_t *block = (int8_t *)to + t.weights + (size_t)(v / 4) * (size_t)t.groups * 256;
        for (int lane = 0; lane < 16; lane++) {
            int c = channel_of(&t, v, lane);
            if (c < from->channels)
                channels[lane] = pack_channel(from, w, c, block + v % 4 * 64, lane);
        }
        mvk_param16_set(&params[v], channels, 16, from->out_zero, from->act_min, from->act_max);
    }
}

/* A stream's states: at the start, from frame to frame, out and in.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/stream.h"

#include <string.h>

static const mvg_tensor *state_tensor(const mve_stream *s, int i)
{
    return &s->plan->graph.tensors[s->plan->graph.states[i].input];
}

static void *state_slot(const mve_stream *s, int i)
{
    return s->data[s->plan->graph.states[i].input];
}

void mve_stream_reset(mve_stream *s)
{
    const mve_plan *plan = s->plan;
    for (int i = 0; i < plan->graph.n_states; i++) {
        const mvg_state *state = &plan->graph.states[i];
        const mvg_tensor *t = state_tensor(s, i);
        /* Real 0 of a quantized state is its zero point. */
        int zero = t->type == MOVINET_INT8 && t->quant.n == 1 ? t->quant.zero_point[0] : 0;
        if (state->ring < 0 && !state->unread)
            memset(state_slot(s, i), zero, t->bytes);
    }
    mve_rings_reset(s);
}

void mve_states_keep(mve_stream *s)
{
    const mve_plan *plan = s->plan;
    const mvg_graph *g = &plan->graph;
    for (int i = 0; i < g->n_states; i++)
        if (plan->stage[i] != SIZE_MAX)
            memcpy(s->memory + plan->stage[i], s->data[g->states[i].output],
                   state_tensor(s, i)->bytes);
    for (int i = 0; i < g->n_states; i++) {
        if (g->states[i].ring >= 0 || g->states[i].unread)
            continue;
        const void *from = plan->stage[i] != SIZE_MAX ? s->memory + plan->stage[i]
                                                      : s->data[g->states[i].output];
        if (from != state_slot(s, i))
            memcpy(state_slot(s, i), from, state_tensor(s, i)->bytes);
    }
}

size_t mve_stream_state_size(const mve_stream *s)
{
    size_t size = 0;
    for (int i = 0; i < s->plan->graph.n_states; i++)
        size += state_tensor(s, i)->bytes;
    return size;
}

void mve_stream_get_states(const mve_stream *s, uint8_t *out)
{
    for (int i = 0; i < s->plan->graph.n_states; i++) {
        const mvg_state *state = &s->plan->graph.states[i];
        if (state->ring >= 0)
            mve_ring_get(s, i, out);
        else if (state->unread)
            memset(out, 0, state_tensor(s, i)->bytes);
        else
            memcpy(out, state_slot(s, i), state_tensor(s, i)->bytes);
        out += state_tensor(s, i)->bytes;
    }
}

void mve_stream_set_states(mve_stream *s, const uint8_t *bytes)
{
    for (int i = 0; i < s->plan->graph.n_states; i++) {
        const mvg_state *state = &s->plan->graph.states[i];
        if (state->ring >= 0)
            mve_ring_set(s, i, bytes);
        else if (!state->unread)
            memcpy(state_slot(s, i), bytes, state_tensor(s, i)->bytes);
        bytes += state_tensor(s, i)->bytes;
    }
}

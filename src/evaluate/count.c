/* What is taken for what, and how many answers are right after each frame.
 * SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/evaluation.h"

static movinet_status count_answers(movinet_evaluation *e, mvx_model *m, movinet_error *err)
{
    size_t room, answers = (size_t)e->info.n_answers;
    bool fits = mv_mul_size((size_t)e->info.n_classes, answers, &room);
    m->counts = fits ? mv_arena_alloc(&e->arena, room, sizeof *m->counts) : NULL;
    if (!m->counts)
        return mvx_no_memory(err);
    for (int i = 0; i < e->info.n_counted; i++) {
        int place = e->counted[i];
        size_t truth = (size_t)mvx_clip(e, place)->classes[0];
        m->counts[truth * answers + (size_t)m->outcomes[place].top[0]]++;
    }
    return MOVINET_OK;
}

static void count_frames(mvx_model *m, const movinet_dataset_clip *clip, const mvx_outcome *o)
{
    int frame = 0;
    for (int i = 0; i < o->n_stretches; i++) {
        bool right = mvx_is_right(clip, o->stretches[i].answer);
        for (int k = 0; k < o->stretches[i].frames; k++, frame++) {
            m->seen[frame]++;
            m->right[frame] += right;
        }
    }
}

/* Only of clips that have a class at all. */
static movinet_status count_moments(movinet_evaluation *e, mvx_model *m, movinet_error *err)
{
    m->longest = 0;
    for (int i = 0; i < e->info.n_counted; i++) {
        const mvx_outcome *o = &m->outcomes[e->counted[i]];
        if (o->rank >= 0 && o->frames > m->longest)
            m->longest = o->frames;
    }
    m->seen = mv_arena_alloc(&e->arena, (size_t)m->longest + 1, sizeof *m->seen);
    m->right = mv_arena_alloc(&e->arena, (size_t)m->longest + 1, sizeof *m->right);
    if (!m->seen || !m->right)
        return mvx_no_memory(err);
    for (int i = 0; i < e->info.n_counted; i++) {
        const mvx_outcome *o = &m->outcomes[e->counted[i]];
        if (o->rank >= 0)
            count_frames(m, mvx_clip(e, e->counted[i]), o);
    }
    return MOVINET_OK;
}

movinet_status mvx_count(movinet_evaluation *e, mvx_model *m, movinet_error *err)
{
    movinet_status status = e->info.multi_label ? MOVINET_OK : count_answers(e, m, err);
    return status ? status : count_moments(e, m, err);
}

/* Who is for training and who is not: sources are dealt to parts, class by class, in an
 * order that the seed and their names give. SPDX-License-Identifier: Apache-2.0 */
#include "data/dataset.h"
#include "core/random.h"

#include <stdlib.h>
#include <string.h>

/* What is dealt: the clips of a source. */
typedef struct card {
    uint64_t order;
    int source, clips;
    int suit; ///< the class that it counts for: the rarest of its first clip; -1: none
    int part;
    bool out; ///< not dealt
} card;

typedef struct deal {
    card *cards; ///< [n_sources], by source
    card **hand; ///< [n_sources], sorted by class and order
    int n_parts;
    double *share;        ///< [n_parts], sum 1
    int *have, *have_all; ///< [n_parts] clips, of a class and of all
} deal;

/* FNV-1a, then mixed with the seed. */
static uint64_t order_of(const char *name, uint64_t seed)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    mv_random random = {seed};
    random.state = hash ^ mv_random_bits(&random);
    return mv_random_bits(&random);
}

static int by_suit(const void *a, const void *b)
{
    const card *x = *(card *const *)a, *y = *(card *const *)b;
    if (x->suit != y->suit)
        return x->suit - y->suit;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return x->source - y->source;
}

/* ---- dealing ------------------------------------------------------------------- */

/* The part that lacks most of this class; among equals the one that lacks most of all. */
static int neediest(const deal *t, int clips, int all)
{
    int best = 0;
    double lack_best = 0, all_best = 0;
    for (int p = 0; p < t->n_parts; p++) {
        double lack = t->share[p] * clips - t->have[p];
        double lack_all = t->share[p] * all - t->have_all[p];
        bool better = lack > lack_best + 1e-9 || (lack > lack_best - 1e-9 && lack_all > all_best);
        if (p && !better)
            continue;
        best = p;
        lack_best = lack;
        all_best = lack_all;
    }
    return best;
}

static int count_of_part(card *const *hand, int n, int part)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count += hand[i]->part == part;
    return count;
}

/* A part that got none of a class takes the last one of the part that has the most, if
 * that has another. */
static void fill_empty(const deal *t, card **hand, int n)
{
    for (int p = 0; p < t->n_parts; p++) {
        int richest = 0, most = 0;
        if (!(t->share[p] > 0) || count_of_part(hand, n, p))
            continue;
        for (int q = 0; q < t->n_parts; q++) {
            int count = count_of_part(hand, n, q);
            richest = count > most ? q : richest;
            most = count > most ? count : most;
        }
        for (int i = n - 1; most > 1 && i >= 0; i--) {
            if (hand[i]->part == richest) {
                hand[i]->part = p;
                break;
            }
        }
    }
}

/* hand[n]: the cards of one class. */
static void deal_suit(deal *t, card **hand, int n, int all)
{
    int clips = 0;
    memset(t->have, 0, (size_t)t->n_parts * sizeof *t->have);
    for (int i = 0; i < n; i++)
        clips += hand[i]->clips;
    for (int i = 0; i < n; i++) {
        hand[i]->part = neediest(t, clips, all);
        t->have[hand[i]->part] += hand[i]->clips;
        t->have_all[hand[i]->part] += hand[i]->clips;
    }
    fill_empty(t, hand, n);
}

static void deal_all(deal *t, int n_sources, uint64_t seed, const char *const *sources)
{
    int n = 0, all = 0;
    for (int i = 0; i < n_sources; i++) {
        card *c = &t->cards[i];
        c->order = order_of(sources[i], seed);
        if (c->out || !c->clips)
            continue;
        t->hand[n++] = c;
        all += c->clips;
    }
    if (n)
        qsort(t->hand, (size_t)n, sizeof *t->hand, by_suit);
    memset(t->have_all, 0, (size_t)t->n_parts * sizeof *t->have_all);
    for (int i = 0, end; i < n; i = end) {
        for (end = i; end < n && t->hand[end]->suit == t->hand[i]->suit;)
            end++;
        deal_suit(t, t->hand + i, end - i, all);
    }
}

/* ---- what is dealt ----------------------------------------------------------------- */

static int rarest(const movinet_dataset_clip *clip, const int *totals)
{
    int best = -1;
    for (int i = 0; i < clip->n_classes; i++)
        if (best < 0 || totals[clip->classes[i]] < totals[best])
            best = clip->classes[i];
    return best;
}

static bool fill_cards(const movinet_dataset *d, card *cards)
{
    int *totals = calloc((size_t)d->info.n_classes + 1, sizeof *totals);
    if (!totals)
        return false;
    for (int i = 0; i < d->info.n_clips; i++)
        for (int k = 0; k < d->clips[i].n_classes; k++)
            totals[d->clips[i].classes[k]]++;
    for (int i = 0; i < d->info.n_clips; i++) {
        card *c = &cards[d->clips[i].source];
        if (!c->clips++) {
            c->source = d->clips[i].source;
            c->suit = rarest(&d->clips[i], totals);
        }
    }
    free(totals);
    return true;
}

static bool open_deal(deal *t, const movinet_dataset *d, int n_parts)
{
    *t = (deal){.n_parts = n_parts};
    t->cards = calloc((size_t)d->info.n_sources, sizeof *t->cards);
    t->hand = calloc((size_t)d->info.n_sources, sizeof *t->hand);
    t->share = calloc((size_t)n_parts + 3, sizeof *t->share);
    t->have = calloc((size_t)n_parts + 3, sizeof *t->have);
    t->have_all = calloc((size_t)n_parts + 3, sizeof *t->have_all);
    return t->cards && t->hand && t->share && t->have && t->have_all && fill_cards(d, t->cards);
}

static void close_deal(deal *t)
{
    free(t->cards);
    free(t->hand);
    free(t->share);
    free(t->have);
    free(t->have_all);
}

static void take_parts(movinet_dataset *d, const deal *t)
{
    for (int i = 0; i < d->info.n_clips; i++) {
        const card *c = &t->cards[d->clips[i].source];
        if (!c->out)
            d->clips[i].split = (movinet_split)c->part;
    }
}

/* ---- the three ways ---------------------------------------------------------------- */

static double share_of(const movinet_dataset_options *o)
{
    return o->validation > 0 ? o->validation : 0.2;
}

/* train, validation and test by their shares; who is `out` stays. */
static void deal_shares(movinet_dataset *d, deal *t, double validation, double test, uint64_t seed)
{
    t->n_parts = MOVINET_SPLITS;
    t->share[MOVINET_SPLIT_TRAIN] = 1 - validation - test;
    t->share[MOVINET_SPLIT_VALIDATION] = validation;
    t->share[MOVINET_SPLIT_TEST] = test;
    deal_all(t, d->info.n_sources, seed, d->sources);
    take_parts(d, t);
}

static void deal_folds(movinet_dataset *d, deal *t, const movinet_dataset_options *o)
{
    movinet_split held = o->validation > 0 ? MOVINET_SPLIT_TEST : MOVINET_SPLIT_VALIDATION;
    for (int p = 0; p < o->folds; p++)
        t->share[p] = 1.0 / o->folds;
    deal_all(t, d->info.n_sources, o->seed, d->sources);
    for (int i = 0; i < d->info.n_sources; i++) {
        t->cards[i].out = t->cards[i].part == o->fold - 1;
        t->cards[i].part = t->cards[i].out ? (int)held : MOVINET_SPLIT_TRAIN;
    }
    for (int i = 0; i < d->info.n_clips; i++)
        d->clips[i].split = (movinet_split)t->cards[d->clips[i].source].part;
    if (o->validation > 0) /* another order, so that no fold's rest is dealt like another's */
        deal_shares(d, t, o->validation, 0, o->seed + (uint64_t)o->fold);
}

/* As the data says; where it has something for training but nothing for validation, that
 * comes from training. */
static void take_own(movinet_dataset *d, deal *t, const movinet_dataset_options *o)
{
    int n[MOVINET_SPLITS] = {0};
    for (int i = 0; i < d->info.n_clips; i++) {
        d->clips[i].split = (movinet_split)d->entries[i].split;
        n[d->clips[i].split]++;
        t->cards[d->clips[i].source].out |= d->clips[i].split != MOVINET_SPLIT_TRAIN;
    }
    if (n[MOVINET_SPLIT_TRAIN] && !n[MOVINET_SPLIT_VALIDATION])
        deal_shares(d, t, share_of(o), 0, o->seed);
}

/* All clips have a split, or none. */
static movinet_status check_own(movinet_dataset *d, const movinet_dataset_options *o,
                                movinet_error *err)
{
    const mvd_entry *without = NULL;
    for (int i = 0; i < d->n_entries; i++) {
        if (d->entries[i].split != MVD_NO_SPLIT)
            d->info.own_splits = true;
        else if (!without || d->entries[i].line < without->line)
            without = &d->entries[i];
    }
    if (d->info.own_splits && without)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.200s, line %d: has no split, but others have",
                       d->path, without->line);
    if (d->info.own_splits && o->folds)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "%s: has splits of its own, which folds would tear apart", d->path);
    return MOVINET_OK;
}

movinet_status mvd_split(movinet_dataset *d, const movinet_dataset_options *o, movinet_error *err)
{
    deal t;
    movinet_status status = check_own(d, o, err);
    if (status)
        return status;
    if (!open_deal(&t, d, o->folds ? o->folds : MOVINET_SPLITS))
        status = mvd_no_memory(d, err);
    else if (d->info.own_splits)
        take_own(d, &t, o);
    else if (o->folds)
        deal_folds(d, &t, o);
    else
        deal_shares(d, &t, share_of(o), o->test, o->seed);
    close_deal(&t);
    return status;
}

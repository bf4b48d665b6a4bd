/* From a data set to a network's input. SPDX-License-Identifier: Apache-2.0 */
#include "data/feed.h"
#include "data/dataset.h"

#include <stdlib.h>

enum { STEPS = 2 }; ///< frames to choose from for one of a look's

static void find_sides(mvd_feed *f)
{
    const movinet_dataset_clip *clip;
    for (int i = 0; (clip = movinet_dataset_get_clip(f->dataset, i)); i++) {
        f->may_flip[i] = true;
        for (int k = 0; k < clip->n_classes && !f->options.flip_sides; k++)
            if (mvd_label_has_side(movinet_dataset_label(f->dataset, clip->classes[k])))
                f->may_flip[i] = false;
    }
}

/* What clips of a split are wanted as. */
static bool wanted_for(const mvd_feed_options *o, movinet_split split, mvd_kind kind)
{
    bool training = split == MOVINET_SPLIT_TRAIN;
    return kind == MVD_WIDE ? o->looks && training : o->views || !o->looks || !training;
}

static movinet_status open_cache(mvd_feed *f, movinet_error *err)
{
    const mvd_feed_options *o = &f->options;
    const mvd_shape shape = {.width = o->width,
                             .height = o->height,
                             .wide_width = mvd_wide_side(o->width),
                             .wide_height = mvd_wide_side(o->height),
                             .steps = STEPS,
                             .rate = o->rate > 0 ? o->rate : 5,
                             .seconds = o->seconds > 0 ? o->seconds : 60,
                             .preprocess = o->preprocess};
    bool wanted[MOVINET_SPLITS][MVD_KINDS];
    for (int split = 0; split < MOVINET_SPLITS; split++)
        for (int kind = 0; kind < MVD_KINDS; kind++)
            wanted[split][kind] = wanted_for(o, (movinet_split)split, (mvd_kind)kind);
    return mvd_cache_open(&f->cache, f->dataset, o->cache_dir, &shape, wanted, err);
}

movinet_status mvd_feed_open(mvd_feed **out, movinet_dataset *dataset,
                             const mvd_feed_options *options, movinet_error *err)
{
    *out = NULL;
    movinet_status status = options->looks ? mvd_augment_check(&options->augment, err) : MOVINET_OK;
    if (!status && options->frames < 0)
        status = mv_fail(err, MOVINET_ERR_ARGUMENT, "%d frames of a clip: must be 0 or more",
                         options->frames);
    mvd_feed *f = status ? NULL : calloc(1, sizeof *f);
    if (status)
        return status;
    bool *may_flip = calloc((size_t)movinet_dataset_get_info(dataset)->n_clips + 1, 1);
    if (!f || !may_flip) {
        free(f);
        free(may_flip);
        return mv_fail(err, MOVINET_ERR_MEMORY, "clips for the network: out of memory");
    }
    f->dataset = dataset;
    f->options = *options;
    f->may_flip = may_flip;
    find_sides(f);
    status = open_cache(f, err);
    f->options.cache_dir = NULL; /* the caller's */
    if (status)
        mvd_feed_close(f);
    else
        *out = f;
    return status;
}

void mvd_feed_close(mvd_feed *f)
{
    if (!f)
        return;
    mvd_cache_close(f->cache);
    free(f->may_flip);
    free(f);
}

int mvd_feed_look_frames(const mvd_feed *f, int clip)
{
    return mvd_look_frames(mvd_cache_frames(f->cache, clip, MVD_WIDE), STEPS, f->options.frames);
}

int mvd_feed_view_frames(const mvd_feed *f, int clip)
{
    return mvd_cache_frames(f->cache, clip, MVD_VIEW);
}

movinet_status mvd_feed_look(mvd_feed *f, int index, uint64_t epoch, float *out, movinet_error *err)
{
    const mvd_feed_options *o = &f->options;
    mvd_clip clip;
    movinet_status status = mvd_cache_get(f->cache, index, MVD_WIDE, &clip, err);
    if (status)
        return status;
    mvd_look look = mvd_look_draw(&o->augment, f->may_flip[index], clip.frames, STEPS, o->frames,
                                  o->seed, epoch, (uint64_t)index);
    size_t n = (size_t)look.frames * (size_t)o->width * (size_t)o->height * 3;
    uint8_t *bytes = malloc(n);
    status = bytes ? mvd_look_make(&look, &clip, o->width, o->height, bytes, err)
                   : mv_fail(err, MOVINET_ERR_MEMORY, "a look at a clip: out of memory");
    if (!status)
        mvd_floats(bytes, out, n);
    free(bytes);
    mvd_entry_close(&clip);
    return status;
}

movinet_status mvd_feed_view(mvd_feed *f, int index, int first, int frames, float *out,
                             movinet_error *err)
{
    mvd_clip clip;
    movinet_status status = mvd_cache_get(f->cache, index, MVD_VIEW, &clip, err);
    if (status)
        return status;
    size_t frame = (size_t)clip.width * (size_t)clip.height * 3;
    if (first < 0 || frames < 0 || first > clip.frames - frames)
        status = mv_fail(err, MOVINET_ERR_ARGUMENT, "frames %d to %d of a clip that has %d", first,
                         first + frames - 1, clip.frames);
    else
        mvd_floats(clip.pixels + (size_t)first * frame, out, (size_t)frames * frame);
    mvd_entry_close(&clip);
    return status;
}

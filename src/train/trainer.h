/* What a movinet_trainer is inside. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_TRAINER_H
#define MV_TRAIN_TRAINER_H

#include "data/feed.h"
#include "train/course.h"

struct movinet_trainer {
    mv_arena arena;
    movinet_train_options options; ///< texts are the arena's
    mvt_settings settings;
    movinet_dataset *dataset;
    const char **labels;  ///< [classes]
    mvz_network *network; ///< until the course has it
    bool kept;            ///< with the classifier that it came with
    mvd_feed *feed;
    mvt_clips clips;
    mvt_course *course;   ///< NULL before it runs
    mvt_score test;
    char *model;          ///< path of model.tflite
};

/** clips.csv: a data set that is this one, with its splits. Errors: IO, MEMORY. */
movinet_status mvt_write_clips(const movinet_trainer *t, movinet_error *err);
/** run.json: all that it takes to do it again, and, unless result is NULL, what came of it. */
movinet_status mvt_write_run(const movinet_trainer *t, const movinet_train_result *result,
                             movinet_error *err);
/** confusion.svg once more, of the clips for testing, where there are some. */
movinet_status mvt_write_test(const movinet_trainer *t, movinet_error *err);

#endif

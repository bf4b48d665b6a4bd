/* A course of training: from clips and a network to a better network, epoch by epoch.
 *
 * All that decides what comes next stands in the structure below and is what a checkpoint
 * holds; what is drawn by lot hangs on seed, epoch and clip. So a course that is taken up
 * from a checkpoint gives the same bits as one that was never stopped.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_COURSE_H
#define MV_TRAIN_COURSE_H

#include "train/clips.h"
#include "train/net.h"
#include "train/optimizer.h"
#include "train/settings.h"

/** What is known of clips that were looked at without learning. */
typedef struct mvt_score {
    double loss, accuracy;
    int clips;
    int *confusion;           ///< [n_classes][n_classes], or NULL
} mvt_score;

typedef struct mvt_course {
    mvt_settings s;
    mvz_network *shape;       ///< its values are those that learn
    const mvt_clips *clips;
    const char *run_dir;      ///< NULL: nothing is written
    mvt_machine machine;
    mvt_net *net;             ///< that learns
    mvt_net *viewer;          ///< computes whole clips, by `average`
    float *grads;             ///< as shape->values
    float *average;           ///< the same: the values that are tried, kept and written
    float *best;              ///< of the best epoch
    mvt_optimizer optimizer;

    int *members[MOVINET_SPLITS]; ///< clips that can be used
    int n_members[MOVINET_SPLITS];
    int *order;               ///< of training clips in this epoch
    float *class_weights;     ///< [n_classes]
    int look_frames;          ///< the most of any clip in a step
    int view_frames;          ///< the same of those that are looked at as they are
    int *lengths;             ///< [batch] frames of each clip in a step
    float *targets, *weights; ///< of the rows of a step
    float *features;          ///< [training clips][looks][head]; for the classifier alone
    float *view_features[MOVINET_SPLITS]; ///< [clips][head]

    /* where it is */
    int epoch;                ///< done
    int step;                 ///< done in the epoch that runs
    int right;                ///< clips of this epoch that were answered right
    double loss_sum, weight_sum; ///< of this epoch
    double seconds;           ///< that this epoch took before it was taken up again
    movinet_train_epoch *history; ///< [epochs]
    int best_epoch;           ///< from 1; 0: none
    mvt_score score;          ///< of the best epoch's validation

    const movinet_train_watch *watch;
} mvt_course;

/** The network is the course's then, also after an error; clips must live as long. Errors:
 * FORMAT (nothing to learn from), MEMORY, UNSUPPORTED. */
movinet_status mvt_course_open(mvt_course **out, const mvt_settings *settings, mvz_network *shape,
                               const mvt_clips *clips, movinet_error *err);
void mvt_course_close(mvt_course *c);

/** Learns until it is done. Errors: CANCELLED, FORMAT (a loss that is no number), IO, and
 * those of clips. */
movinet_status mvt_course_run(mvt_course *c, movinet_error *err);

/** Whether it ended because it got no better. */
bool mvt_course_ended_early(const mvt_course *c);

/** Clips of a split, by `values` (best or average). confusion: [n_classes][n_classes], or NULL. */
movinet_status mvt_course_try(mvt_course *c, movinet_split split, const float *values,
                              mvt_score *score, movinet_error *err);

/* ---- parts ---------------------------------------------------------------------------------- */

/** Steps of an epoch. */
int mvt_course_steps(const mvt_course *c);
/** Features of all clips, for the classifier alone. */
movinet_status mvt_course_features(mvt_course *c, movinet_error *err);
/** Puts the clips of a step into net, targets and weights; n: how many there are. */
movinet_status mvt_course_batch(mvt_course *c, int step, int *n, movinet_error *err);
/** One step: *loss is that of the clips in it. */
movinet_status mvt_course_step(mvt_course *c, movinet_error *err);
/** false: the one who watches wants to stop. */
bool mvt_course_tell(const mvt_course *c, movinet_train_phase phase, int done, int total);

/** model.tflite and confusion.svg in run_dir, if there is one. Errors: IO, MEMORY. */
movinet_status mvt_write_best(const mvt_course *c, movinet_error *err);
/** metrics.csv and curves.svg. */
movinet_status mvt_write_history(const mvt_course *c, movinet_error *err);

#endif

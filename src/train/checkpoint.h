/* The file that a run goes on from. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_CHECKPOINT_H
#define MV_TRAIN_CHECKPOINT_H

#include "train/course.h"

/** Writes it, whole or not at all. Without run_dir nothing happens. Errors: IO, MEMORY. */
movinet_status mvt_checkpoint_write(const mvt_course *c, movinet_error *err);
/** Takes up what was written, if there is something. Errors: FORMAT (of another run, or
 * damaged), IO, MEMORY. */
movinet_status mvt_checkpoint_read(mvt_course *c, movinet_error *err);

bool mvt_checkpoint_is_there(const char *run_dir);
/** Epochs done, by its own account; 0: none, or there is no checkpoint. */
int mvt_checkpoint_epoch(const char *run_dir);

#endif

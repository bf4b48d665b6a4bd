/* Bytes that come when they come: standard input, a named pipe. Whoever waits for them may
 * give up. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_PIPE_H
#define MV_VIDEO_PIPE_H

#include "core/error.h"

typedef struct mvv_pipe {
    const char *name;
    const movinet_video_options *options; ///< for `interrupted`
    int fd;
} mvv_pipe;

/** name: "-" or a path; also of a file. It and `options` must live as long as the pipe. A named
 * pipe to which nobody writes yet is no error. Error: IO. */
movinet_status mvv_pipe_open(mvv_pipe *p, const char *name, const movinet_video_options *options,
                             movinet_error *err);
/** Also one that is all zeros. */
void mvv_pipe_close(mvv_pipe *p);

/** Waits for bytes and reads up to `size`. *n is 0 at the end. Errors: CANCELLED, IO. */
movinet_status mvv_pipe_read(mvv_pipe *p, void *to, size_t size, size_t *n, movinet_error *err);

#endif

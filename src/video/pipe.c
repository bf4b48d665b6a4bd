/* SPDX-License-Identifier: Apache-2.0 */
#include "video/pipe.h"
#include "video/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* How often a caller who may give up is asked while no bytes come, milliseconds. */
enum { POLL_MS = 100 };

movinet_status mvv_pipe_open(mvv_pipe *p, const char *name, const movinet_video_options *options,
                             movinet_error *err)
{
    *p = (mvv_pipe){name, options, STDIN_FILENO};
    if (!strcmp(name, "-"))
        return MOVINET_OK;
    p->fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return p->fd < 0 ? mv_fail(err, MOVINET_ERR_IO, "%s: %s", name, strerror(errno)) : MOVINET_OK;
}

void mvv_pipe_close(mvv_pipe *p)
{
    if (p->fd > STDIN_FILENO)
        close(p->fd);
}

static movinet_status wait_for_bytes(const mvv_pipe *p, movinet_error *err)
{
    struct pollfd wait = {.fd = p->fd, .events = POLLIN};
    for (;;) {
        if (mvv_interrupted(p->options))
            return mv_fail(err, MOVINET_ERR_CANCELLED, "%s: interrupted", p->name);
        int ready = poll(&wait, 1, p->options->interrupted ? POLL_MS : -1);
        if (ready > 0)
            return MOVINET_OK;
        if (ready < 0 && errno != EINTR)
            return mv_fail(err, MOVINET_ERR_IO, "%s: %s", p->name, strerror(errno));
    }
}

movinet_status mvv_pipe_read(mvv_pipe *p, void *to, size_t size, size_t *n, movinet_error *err)
{
    for (;;) {
        movinet_status status = wait_for_bytes(p, err);
        if (status)
            return status;
        ssize_t got = read(p->fd, to, size);
        if (got >= 0) {
            *n = (size_t)got;
            return MOVINET_OK;
        }
        if (errno != EINTR && errno != EAGAIN)
            return mv_fail(err, MOVINET_ERR_IO, "%s: %s", p->name, strerror(errno));
    }
}

/* The system's own devices. SPDX-License-Identifier: Apache-2.0 */
#include "video/camera.h"

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int open_device(void *user, const char *device)
{
    (void)user;
    int fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int ask_device(void *user, int fd, unsigned long request, void *argument)
{
    (void)user;
    int code;
    do {
        code = ioctl(fd, request, argument);
    } while (code < 0 && errno == EINTR);
    return code < 0 ? -errno : 0;
}

static void close_device(void *user, int fd)
{
    (void)user;
    close(fd);
}

const mvv_camera_system *mvv_camera_here(void)
{
    static const mvv_camera_system here = {open_device, ask_device, close_device, NULL};
    return &here;
}
#else
const mvv_camera_system *mvv_camera_here(void)
{
    return NULL;
}
#endif

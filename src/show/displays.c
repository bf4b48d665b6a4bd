/* Whether there is anything to open a window on, without loading what could.
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* major */
#include "show/screen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

/* /dev/tty1 … /dev/tty63: a screen and a keyboard of this machine, not a terminal window
 * and not the other end of a network. */
static bool on_console(int fd)
{
    struct stat s;
    return !fstat(fd, &s) && S_ISCHR(s.st_mode) && major(s.st_rdev) == 4 && minor(s.st_rdev) >= 1 &&
           minor(s.st_rdev) <= 63;
}

static bool any_card(void)
{
    for (int i = 0; i < 8; i++) {
        char path[32];
        snprintf(path, sizeof path, "/dev/dri/card%d", i);
        int fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd >= 0) {
            close(fd);
            return true;
        }
    }
    return false;
}

mvs_displays mvs_displays_find(void)
{
    mvs_displays d = {.x11 = is_set("DISPLAY"), .wayland = is_set("WAYLAND_DISPLAY")};
    d.console = !d.x11 && !d.wayland && on_console(STDIN_FILENO) && any_card();
    return d;
}

bool movinet_window_available(void)
{
#ifdef MOVINET_HAVE_WINDOW
    mvs_displays d = mvs_displays_find();
    return d.x11 || d.wayland || d.console;
#else
    return false;
#endif
}

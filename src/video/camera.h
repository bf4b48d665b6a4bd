/* Cameras of Video4Linux 2: what there is, what it gives, and which of it is best.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_CAMERA_H
#define MV_VIDEO_CAMERA_H

#include "core/error.h"
#include "core/memory.h"

enum { MVV_CAMERAS = 64, MVV_DEVICE_ROOM = 300 };

/** How devices are reached: the system's own calls, or a test's. Numbers below 0 are -errno. */
typedef struct mvv_camera_system {
    int (*open)(void *user, const char *device);
    int (*ask)(void *user, int fd, unsigned long request, void *argument);
    void (*close)(void *user, int fd);
    void *user;
} mvv_camera_system;

/** In camera_system.c. NULL: there is no Video4Linux here. */
const mvv_camera_system *mvv_camera_here(void);

/** In camera_ask.c. Fills in what is known of a device; what it points to is of the arena, but for
 * `device`. MOVINET_END: it is not there, or gives no pictures. Error: MEMORY. */
movinet_status mvv_camera_ask(mv_arena *arena, const mvv_camera_system *system, const char *device,
                              movinet_camera *out, movinet_error *err);

/** In camera_list.c. */
movinet_status mvv_camera_list_open(movinet_camera_list **out, const mvv_camera_system *system,
                                    movinet_error *err);

/** What to ask a camera for. */
typedef struct mvv_camera_pick {
    const char *format; ///< of the camera; NULL: as it is
    int width, height;  ///< 0: as they are
    double rate;        ///< 0: as it is
} mvv_camera_pick;

/** In camera_pick.c. What comes nearest to the options, which must be kept where they are set.
 * Error: UNSUPPORTED (says what there is instead). */
movinet_status mvv_camera_choose(const movinet_camera *camera, const movinet_video_options *options,
                                 mvv_camera_pick *out, movinet_error *err);

/** In camera_list.c. Of a source that is a camera: its device, and the options with what is to
 * be asked for in them (input_format is static). Where nothing is known of cameras, both as they are.
 * Errors: IO, UNSUPPORTED, MEMORY. */
movinet_status mvv_camera_find(const mvv_camera_system *system, const char *source,
                               const movinet_video_options *options, char device[MVV_DEVICE_ROOM],
                               movinet_video_options *out, movinet_error *err);

#endif

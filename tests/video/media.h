/* Small videos for tests, made by the ffmpeg command in a folder of their own, and
 * what the library reads from them. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_VIDEO_MEDIA_H
#define MV_TESTS_VIDEO_MEDIA_H

#include "movinet/movinet.h"

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/** Group set-up and tear-down: a folder that is the current one meanwhile. */
int media_setup(void **state);
int media_teardown(void **state);

/** Skips the test if there is no ffmpeg command or the library is without it. */
void media_need_ffmpeg(void);

/** Runs "ffmpeg ARGUMENTS" in the folder; the test fails if it does. */
void media_make(const char *arguments);
/** Runs any shell command in the folder. */
void media_shell(const char *command);
/** Reads a whole file of the folder; for free(). */
uint8_t *media_read(const char *name, size_t *size);
void media_write(const char *name, const void *bytes, size_t size);

/** What was read: each frame's facts and its middle pixel. */
typedef struct media_frame {
    double time;
    int width, height, rotation;
    bool mirrored;
    double aspect;
    uint8_t middle[3];
    uint8_t corners[4][3]; ///< stored: top left, top right, bottom left, bottom right
    uint32_t sum;          ///< of all pixels, by place
} media_frame;

enum { MEDIA_MAX = 1000 };

typedef struct media_video {
    movinet_status open, end; ///< of opening, and what the last call of next gave
    movinet_error err;        ///< of whichever failed
    int n;
    media_frame frames[MEDIA_MAX];
    int width, height;        ///< of the info
    double frame_rate, duration;
    int64_t damaged;
} media_video;

/** Opens, reads all and closes. The result is static, until the next call. */
const media_video *media_play(const char *source, const movinet_video_options *options);
/** The same at a rate from a start on, for a duration. */
const media_video *media_sample(const char *source, double rate, double start, double duration);

/** It opened, gave n frames and ended well. */
void media_assert_frames(const media_video *v, int n);
/** A pixel within `slack` of a colour. */
void media_assert_colour(const uint8_t pixel[3], int r, int g, int b, int slack);
/** Opening failed, or reading did, with this status and these words in the message. */
void media_assert_error(const media_video *v, movinet_status status, const char *words);

#endif

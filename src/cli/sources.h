/* What the operands of classify stand for: a folder means the videos in it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include "cli/options.h"
#include "movinet/movinet.h"

typedef struct source_list {
    char **items;
    int n;
} source_list;

/** How a camera, the screen or the test picture is to be. */
typedef struct camera_settings {
    frame_size size;
    double rate;
    const char *format;
    double patience;
} camera_settings;

/** at: offset of camera_settings in the verb's settings. */
#define CAMERA_OPTIONS(where)                                                                      \
    {.name = "size", .kind = VALUE_FRAME_SIZE, .at = (where) + offsetof(camera_settings, size),    \
     .value = "WxH",                                                                               \
     .help = "Size of the pictures of a camera, the screen or the test picture. Default: 640x480, " \
             "or what is nearest; all of the screen."},                                            \
    {.name = "camera-fps", .kind = VALUE_NUMBER,                                                   \
     .at = (where) + offsetof(camera_settings, rate), .value = "N", .min = 0.01, .max = 1000,      \
     .help = "How many pictures a second it is to give. Default: 30, or what is nearest."},        \
    {.name = "input-format", .kind = VALUE_TEXT,                                                   \
     .at = (where) + offsetof(camera_settings, format), .value = "NAME",                           \
     .help = "What a camera is to give: mjpeg, yuyv422, h264 or whatever movinet cameras lists. " \
             "Of other sources, FFmpeg's name of their format (mpegts, mjpeg, rawvideo), where it " \
             "does not find out by itself."},                                                      \
    {.name = "patience", .kind = VALUE_NUMBER,                                                     \
     .at = (where) + offsetof(camera_settings, patience), .value = "SECONDS", .min = 0.01,         \
     .max = 86400,                                                                                 \
     .help = "A camera or an address from which nothing has come for so long is given up, and "    \
             "opened again if it is to be watched. Default: 10 for movinet live, else 30."}

/** The same words in the help of whatever takes a source. */
#define SOURCES_HELP                                                                               \
    "a file, numbered pictures (img_%03d.png), an address (rtsp://, http://), - for a pipe, a "    \
    "camera (/dev/video0, or camera: the first one that works), screen (or a part of it: "         \
    "screen:640x480+100,200), or test, a moving test picture. A file that is called test is "      \
    "./test."

/** Adds a video, or the videos in a folder, sorted by name. `raw`: files of raw
 * frames are meant. False after a complaint; what was added stays. */
bool add_source(source_list *list, const char *operand, bool raw);
/** The same, with the folders in a folder, too. */
bool add_source_tree(source_list *list, const char *operand);
/** A note where "test", "screen" or "camera" is also the name of a file. */
void note_hidden_file(const char *source);
void free_sources(source_list *list);

#endif

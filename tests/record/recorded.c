/* SPDX-License-Identifier: Apache-2.0 */
#include "record/recorded.h"

#include "support/ok.h"

static const uint8_t *picture(int width, int height, int i)
{
    static uint8_t rgb[256 * 256 * 3];
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            uint8_t *p = rgb + ((size_t)y * (size_t)width + (size_t)x) * 3;
            p[0] = (uint8_t)(40 + 150 * x / width);
            p[1] = (uint8_t)(200 - 150 * y / height);
            p[2] = (uint8_t)(60 + 6 * (i % 20));
        }
    }
    return rgb;
}

movinet_frame frame_of(int width, int height, int i, double time)
{
    return (movinet_frame){
        .pixels = picture(width, height, i), .width = width, .height = height, .time = time};
}

double time_of(int i)
{
    return 100 + i / 25.0 + (i % 3) * 0.007;
}

movinet_frame noise(int i)
{
    static uint8_t rgb[256 * 256 * 3];
    uint32_t x = (uint32_t)i + 1;
    for (size_t k = 0; k < sizeof rgb; k++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        rgb[k] = (uint8_t)x;
    }
    return (movinet_frame){.pixels = rgb, .width = 256, .height = 256, .time = i / 25.0};
}

void write_video(const char *path, int width, int height, int n,
                 const movinet_recorder_options *options)
{
    movinet_recorder *r;
    OK(movinet_recorder_open(&r, path, width, height, options, err));
    for (int i = 0; i < n; i++) {
        movinet_frame frame = frame_of(width, height, i, time_of(i));
        OK(movinet_recorder_push(r, &frame, err));
    }
    OK(movinet_recorder_close(r, err));
}

void check_picture(const media_frame *frame, int i)
{
    media_assert_colour(frame->middle, 40 + 75, 200 - 75, 60 + 6 * (i % 20), 8);
    media_assert_colour(frame->corners[0], 40, 200, 60 + 6 * (i % 20), 16);
    media_assert_colour(frame->corners[3], 189, 51, 60 + 6 * (i % 20), 16);
}

/* How many clips of 10 frames become looks in a second, on one core.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "data/augment.h"
#include "data/decode.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    enum { SIDE = 172, FRAMES = 20, CLIPS = 100 };
    int wide = mvd_wide_side(SIDE);
    size_t size = (size_t)FRAMES * (size_t)wide * (size_t)wide * 3;
    size_t out_size = (size_t)FRAMES / 2 * SIDE * SIDE * 3;
    uint8_t *pixels = malloc(size), *out = malloc(out_size);
    float *floats = malloc(out_size * sizeof *floats);
    if (!pixels || !out || !floats)
        return 1;
    for (size_t i = 0; i < size; i++)
        pixels[i] = (uint8_t)(i * i >> 7);
    const mvd_clip clip = {FRAMES, wide, wide, 10, pixels, NULL, 0};
    const mvd_augment usual = mvd_augment_usual();
    uint64_t begin = mv_clock_ns();
    for (uint64_t i = 0; i < CLIPS; i++) {
        mvd_look look = mvd_look_draw(&usual, true, FRAMES, 2, 0, 1, 2, i);
        if (mvd_look_make(&look, &clip, SIDE, SIDE, out, NULL))
            return 1;
    }
    uint64_t middle = mv_clock_ns();
    for (int i = 0; i < CLIPS; i++)
        mvd_floats(out, floats, out_size);
    uint64_t end = mv_clock_ns();
    printf("looks: %.0f clips of %d frames of %d x %d a second; to floats: %.0f\n",
           CLIPS / ((double)(middle - begin) / 1e9), FRAMES / 2, SIDE, SIDE,
           CLIPS / ((double)(end - middle) / 1e9));
    free(pixels);
    free(out);
    free(floats);
    return 0;
}

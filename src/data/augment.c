/* Drawing a look. SPDX-License-Identifier: Apache-2.0 */
#include "data/augment.h"
#include "core/random.h"

#include <math.h>

mvd_augment mvd_augment_usual(void)
{
    return (mvd_augment){.area = 0.5,
                         .aspect = 4.0 / 3,
                         .flip = true,
                         .brightness = 0.2,
                         .contrast = 0.2,
                         .saturation = 0.2,
                         .speed = 1.25,
                         .shift = true};
}

mvd_augment mvd_augment_none(void)
{
    return (mvd_augment){.area = 1, .aspect = 1, .speed = 1};
}

movinet_status mvd_augment_check(const mvd_augment *how, movinet_error *err)
{
    if (!(how->area > 0 && how->area <= 1))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "cut of at least %g of the picture: must be "
                       "above 0, at most 1",
                       how->area);
    if (!(how->aspect >= 1 && how->aspect <= 10))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "aspect up to %g: must be 1 to 10", how->aspect);
    if (!(how->speed >= 1 && how->speed <= 10))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "speed up to %g: must be 1 to 10", how->speed);
    const double colours[] = {how->brightness, how->contrast, how->saturation};
    for (int i = 0; i < 3; i++)
        if (!(colours[i] >= 0 && colours[i] < 1))
            return mv_fail(err, MOVINET_ERR_ARGUMENT,
                           "change of colour by %g: must be 0 or more, below 1", colours[i]);
    return MOVINET_OK;
}

static double between(mv_random *random, double low, double high)
{
    return low + (high - low) * mv_random_unit(random);
}

/* 1 / most … most, either side as likely. Without exp(), which is not the same everywhere. */
static double factor(mv_random *random, double most)
{
    double f = between(random, 1, most);
    return mv_random_unit(random) < 0.5 ? 1 / f : f;
}

/* A generator of its own for each seed, epoch and clip. */
static mv_random begin(uint64_t seed, uint64_t epoch, uint64_t clip)
{
    mv_random random = {seed};
    random.state = mv_random_bits(&random) ^ epoch;
    random.state = mv_random_bits(&random) ^ clip;
    random.state = mv_random_bits(&random);
    return random;
}

static void draw_cut(const mvd_augment *how, mv_random *random, mvd_look *look)
{
    double area = between(random, how->area, 1), aspect = factor(random, how->aspect);
    double width = sqrt(area * aspect), height = sqrt(area / aspect);
    look->width = width < 1 ? width : 1;
    look->height = height < 1 ? height : 1;
    look->x = between(random, 0, 1 - look->width);
    look->y = between(random, 0, 1 - look->height);
}

/* As fast as was drawn, but not so fast that the clip ends before. */
static void draw_time(const mvd_augment *how, mv_random *random, int frames, int steps,
                      mvd_look *look)
{
    double speed = factor(random, how->speed), place = mv_random_unit(random);
    double last = frames - 1, gaps = look->frames - 1;
    if (speed * steps * gaps > last)
        speed = last / (steps * gaps); /* 1 at least, as gaps * steps <= last */
    look->step = speed * steps;
    double rest = last - look->step * gaps;
    look->first = (how->shift ? place : 0.5) * (rest > 0 ? rest : 0);
}

int mvd_look_frames(int frames, int steps, int limit)
{
    int n = (frames + steps - 1) / steps;
    return limit > 0 && n > limit ? limit : n;
}

mvd_look mvd_look_draw(const mvd_augment *how, bool may_flip, int frames, int steps, int limit,
                       uint64_t seed, uint64_t epoch, uint64_t clip)
{
    mv_random random = begin(seed, epoch, clip);
    mvd_look look = {.frames = mvd_look_frames(frames, steps, limit)};
    draw_cut(how, &random, &look);
    look.flip = mv_random_unit(&random) < 0.5 && how->flip && may_flip;
    look.brightness = between(&random, 1 - how->brightness, 1 + how->brightness);
    look.contrast = between(&random, 1 - how->contrast, 1 + how->contrast);
    look.saturation = between(&random, 1 - how->saturation, 1 + how->saturation);
    draw_time(how, &random, frames, steps, &look);
    return look;
}

int mvd_look_frame(const mvd_look *look, int i, int frames)
{
    int at = (int)floor(look->first + look->step * i + 0.5);
    return at < frames - 1 ? at : frames - 1;
}

/* ---- labels -------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(const char *text, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++)
        if (!word[i] || (text[i] | 0x20) != word[i])
            return false;
    return !word[length];
}

bool mvd_label_has_side(const char *label)
{
    static const char *const words[] = {"left",      "leftward",         "leftwards",
                                        "right",     "rightward",        "rightwards",
                                        "clockwise", "counterclockwise", "anticlockwise"};
    while (*label) {
        size_t length = 0;
        while (is_letter(label[length]))
            length++;
        for (size_t i = 0; length && i < sizeof words / sizeof *words; i++)
            if (is_word(label, length, words[i]))
                return true;
        label += length ? length : 1;
    }
    return false;
}

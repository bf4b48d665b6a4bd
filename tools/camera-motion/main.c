/* camera-motion: renders the clips that the project's own model learns from.
 * SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"
#include "encode.h"
#include "over.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAILED = 1, USAGE = 2 };

typedef struct settings {
    const char *dir, *over;
    long clips[MOVINET_SPLITS];
    long frames, seed, threads;
    double rate;
    bool quiet;
} settings;

static const char help[] =
    "Usage: camera-motion [OPTIONS] DIR\n"
    "Renders labelled clips of ten camera moves into DIR/train, DIR/validation and DIR/test, a\n"
    "folder per class, as `movinet train --data DIR` reads them. The same options give the same\n"
    "bytes; clips that are there already are kept.\n"
    "\n"
    "  --train N       clips to train on, of all classes together (0)\n"
    "  --validation N  clips to choose by: the same textures, other seeds (0)\n"
    "  --test N        clips to report on: textures that no other clip has (0)\n"
    "  --over CLIPS    those of --test are moves over the videos of this folder instead\n"
    "  --frames N      of a clip (12)\n"
    "  --rate N        frames a second (5)\n"
    "  --seed N        (1)\n"
    "  --threads N     (as many as there are processors)\n"
    "  --quiet         no progress\n";

/* ---- the command line ---------------------------------------------------------------- */

static bool whole_number(const char *text, long low, long high, long *out)
{
    char *end;
    errno = 0;
    *out = strtol(text, &end, 10);
    return !errno && end != text && !*end && *out >= low && *out <= high;
}

static bool number(const char *text, double low, double high, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return end != text && !*end && *out >= low && *out <= high;
}

static bool take(settings *s, int option, const char *value)
{
    switch (option) {
    case 'a': return whole_number(value, 0, 10000000, &s->clips[MOVINET_SPLIT_TRAIN]);
    case 'b': return whole_number(value, 0, 10000000, &s->clips[MOVINET_SPLIT_VALIDATION]);
    case 'c': return whole_number(value, 0, 10000000, &s->clips[MOVINET_SPLIT_TEST]);
    case 'f': return whole_number(value, 3, CM_MOST_FRAMES, &s->frames);
    case 's': return whole_number(value, 0, 2147483647, &s->seed);
    case 't': return whole_number(value, 1, 64, &s->threads);
    case 'r': return number(value, 1, 60, &s->rate);
    case 'o': s->over = value; return true;
    default: s->quiet = true; return true;
    }
}

static const struct option options[] = {
    {"train", required_argument, NULL, 'a'},
    {"validation", required_argument, NULL, 'b'},
    {"test", required_argument, NULL, 'c'},
    {"frames", required_argument, NULL, 'f'},
    {"seed", required_argument, NULL, 's'},
    {"threads", required_argument, NULL, 't'},
    {"rate", required_argument, NULL, 'r'},
    {"over", required_argument, NULL, 'o'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* 0: go on. */
static int parse(settings *s, int argc, char **argv)
{
    int option, at;
    while ((option = getopt_long(argc, argv, "", options, &at)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            exit(0);
        }
        if (option == '?')
            return USAGE;
        if (!take(s, option, optarg)) {
            fprintf(stderr, "camera-motion: --%s: '%s' is no such number\n", options[at].name,
                    optarg);
            return USAGE;
        }
    }
    if (optind + 1 != argc || !argv[optind][0]) {
        fputs("camera-motion: give one folder to write into (see --help)\n", stderr);
        return USAGE;
    }
    s->dir = argv[optind];
    if (s->clips[0] + s->clips[1] + s->clips[2] == 0) {
        fputs("camera-motion: nothing to do: give --train, --validation or --test\n", stderr);
        return USAGE;
    }
    return 0;
}

/* ---- clips --------------------------------------------------------------------------- */

typedef struct part {
    const settings *s;
    int split;
    const cm_over *over;
} part;

static movinet_status make(void *user, int index, const char *path, movinet_error *err)
{
    const part *p = user;
    cm_clip clip;
    /* The splits' seeds lie far apart. */
    mv_random r =
        cm_fork((uint64_t)p->s->seed * MOVINET_SPLITS + (uint64_t)p->split, (uint64_t)index);
    cm_order order = {.label = (cm_class)(index % CM_CLASSES),
                      .set = p->split == MOVINET_SPLIT_TEST ? CM_FOR_TEST : CM_FOR_TRAINING,
                      .frames = (int)p->s->frames,
                      .rate = p->s->rate};
    cm_quality quality = cm_quality_draw(&r);
    order.seed = mv_random_bits(&r);
    movinet_status status = MOVINET_OK;
    if (p->over)
        status = cm_over_shot(p->over, &order, &clip, err);
    else if (!cm_shot(&order, &clip))
        status = mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a clip");
    if (status)
        return status;
    status = cm_encode(path, &clip, quality, err);
    cm_clip_close(&clip);
    return status;
}

static movinet_status run_split(const settings *s, int split, const cm_over *over,
                                movinet_error *err)
{
    char dir[4096];
    part p = {s, split, over};
    int n = snprintf(dir, sizeof dir, "%s/%s", s->dir, movinet_split_name((movinet_split)split));
    if (n < 0 || (size_t)n >= sizeof dir)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "the folder's name is too long");
    const cm_batch batch = {dir, (int)s->clips[split], (int)s->threads, make, &p, s->quiet};
    return cm_batch_run(&batch, err);
}

int main(int argc, char **argv)
{
    settings s = {.frames = 12, .rate = 5, .seed = 1, .threads = sysconf(_SC_NPROCESSORS_ONLN)};
    movinet_error err;
    cm_over *over = NULL;
    int code = parse(&s, argc, argv);
    if (code)
        return code;
    movinet_status status = MOVINET_OK;
    cm_encode_quietly();
    for (int split = 0; split < MOVINET_SPLITS && !status; split++) {
        bool real = s.over && split == MOVINET_SPLIT_TEST;
        if (!s.clips[split])
            continue;
        if (real)
            status = cm_over_open(&over, s.over, s.rate, s.quiet, &err);
        if (!status)
            status = run_split(&s, split, over, &err);
    }
    cm_over_close(over);
    if (status)
        fprintf(stderr, "camera-motion: %s\n", err.message);
    return status ? FAILED : 0;
}

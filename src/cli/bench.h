/* What the parts of bench share: what is asked for, what was measured, how it is
 * told. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "cli/peak.h"

#include "movinet/movinet.h"

#include <jansson.h>

typedef struct bench_settings {
    const char *video;   ///< NULL: noise
    const char *compare; ///< an earlier result, or NULL
    int cpu, format;
    int threads, streams;
    int warmup;          ///< frames; -1: a quarter of a second
    int runs;            ///< frames; 0: until steady
    double min_time, max_time; ///< seconds
    bool profile;
} bench_settings;

/* ---- frames ---- */

/** Frames held in memory, to be pushed round and round. */
typedef struct bench_frames {
    movinet_frame *items; ///< [n]
    int n;
    uint8_t *pixels;
    size_t bytes;
} bench_frames;

/** Noise of the network's own size (the same every time), or the first frames of
 * a video, taken at the network's rate. False after a complaint. */
bool open_frames(bench_frames *frames, const movinet_model_info *info, const char *video);
void free_frames(bench_frames *frames);

/* ---- figures ---- */

/** All that can be compared with another result. */
typedef enum figure {
    LOAD_MS,         ///< the model: read, checked, planned, its weights packed
    OPEN_MS,         ///< a stream
    FIRST_MS,        ///< its first frame
    MEDIAN_MS, P95_MS, MIN_MS, MEAN_MS, ///< of a frame in one stream, after the warm-up
    FRAMES_A_SECOND, ///< of all streams together
    MACS_A_SECOND,   ///< of all streams together, by the median
    PEAK_MACS_A_SECOND, ///< the most that the cores in use can do of the network's mix
    SHARE_OF_PEAK,   ///< 0 to 1
    LEAST_MS,        ///< a frame at the peak
    RESIDENT_BYTES,  ///< the most that the process had
    START_BYTES,     ///< what it had before the model was opened: the program itself
    STREAM_BYTES, WEIGHT_BYTES, FRAME_BYTES,
    FIGURES
} figure;

typedef enum figure_unit { UNIT_MS, UNIT_BYTES, UNIT_RATE, UNIT_SHARE } figure_unit;

typedef struct figure_spec {
    const char *key;   ///< in JSON and CSV
    const char *label; ///< in text
    figure_unit unit;
    bool higher_is_better;
} figure_spec;

extern const figure_spec figure_specs[FIGURES];

/* ---- profile ---- */

/** A step, or steps of one kind or one layer. */
typedef struct step_group {
    const char *name; ///< lives as long as the model
    int n_steps;
    double ns;        ///< a frame: the median of each step, added up
    double least_ns;  ///< the same at the peak
    int64_t macs;
} step_group;

typedef struct bench_profile {
    int frames;
    double whole_ns;  ///< median of a frame, with what is outside of the steps
    double steps_ns;  ///< all steps together
    step_group *steps, *kinds, *layers;
    int n_steps, n_kinds, n_layers;
} bench_profile;

/* ---- result ---- */

typedef struct bench {
    const bench_settings *settings;
    const char *path;
    movinet_model *model;
    const movinet_model_info *info;
    bench_frames frames;
    const peak_loop *loops[PEAK_TYPES]; ///< NULL where the network does none of it
    int64_t turns[PEAK_TYPES];
    int64_t macs[PEAK_TYPES];     ///< a frame
    float *peaks[PEAK_TYPES];     ///< [n_peaks] multiply-adds a second of one core
    double peak[PEAK_TYPES];      ///< their median
    int n_peaks;
    int cores;                    ///< that can be in use at once
    int warmed_up;                ///< frames of each stream
    float *samples;               ///< [n_samples] ms
    int n_samples;
    double *rates;                ///< [n_blocks] frames a second
    double *medians;              ///< [n_blocks] ms
    int n_blocks;
    double spread;                ///< of the last blocks' medians; see bench_run.c
    bool steady;
    double figures[FIGURES];      ///< NaN: there is none
    bench_profile profile;        ///< of one stream, if it was asked for
    json_t *old;                  ///< what is compared with, or NULL
} bench;

/** "int8" or "float": what the multiply-adds of a step are made of. */
peak_type step_type(const movinet_model *model, const movinet_step_info *step);

/** Memory of this process that is resident: "VmRSS:" now, "VmHWM:" at most. */
double resident_bytes(const char *which);

/** Times frames until the medians are steady; fills in samples, blocks, peaks and
 * figures. False after a complaint. */
bool run_bench(bench *b);
/** False after a complaint. */
bool run_profile(bench *b);
void free_profile(bench_profile *p);

/** Middle of n > 0 values, which are sorted. */
double median_of(float *values, int n);

/* ---- telling ---- */

void print_bench_text(const bench *b);
/** False when out of memory. */
bool print_bench_json(const bench *b);
void print_bench_csv(const bench *b);

/** Reads a result that print_bench_json wrote. NULL after a complaint. */
json_t *read_result(const char *path);
/** A figure of it, NaN if it has none. */
double old_figure(const json_t *result, figure f);
/** The first thing in which an earlier result differs in what was measured:
 * "model", "cpu", …; NULL: in nothing. */
const char *what_differs(const bench *b);

#endif

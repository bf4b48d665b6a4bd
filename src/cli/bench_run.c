/* The timing of frames, and of the peak in between.
 *
 * Frames come in blocks of about a tenth of a second; before, between and after
 * them the peak is measured for some milliseconds. It is over when the medians of
 * the last three blocks lie within 2 % of each other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/bench.h"

#include "cli/interrupt.h"
#include "cli/text.h"
#include "cli/clock.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STEADY_BLOCKS = 3, PEAKS_AT_ENDS = 5, SHORTEST_BLOCK = 4, LONGEST_BLOCK = 2000 };
enum { MOST_SAMPLES = 1 << 19 };
static const double steady_spread = 0.02, block_seconds = 0.1, warmup_seconds = 0.25;

/** A stream and what it does in one block. */
typedef struct runner {
    movinet_stream *stream;
    const bench_frames *frames;
    int next;          ///< frame to push
    int runs;          ///< to be done
    double until;      ///< or until then, by the clock; 0: all runs
    float *samples;    ///< [runs] ms; NULL: not wanted
    int done;
    double last;       ///< ms, of the last frame
    movinet_error err; ///< status OK: all went well
    pthread_t thread;
} runner;

static bool no_memory(void)
{
    complain(NULL, "out of memory");
    return false;
}

/* ---- frames ---- */

static void *run_frames(void *user)
{
    runner *r = user;
    double now = 0;
    r->done = 0;
    while (r->done < r->runs && !(r->until > 0 && now > r->until) && !was_interrupted()) {
        double began = seconds_now();
        if (movinet_stream_push(r->stream, &r->frames->items[r->next], NULL, &r->err))
            break;
        now = seconds_now();
        r->last = (now - began) * 1e3;
        if (r->samples)
            r->samples[r->done] = (float)r->last;
        r->next = (r->next + 1) % r->frames->n;
        r->done++;
    }
    return NULL;
}

/* All streams at once, each on its own thread: the first on this one. Returns
 * the seconds that it took, or a negative number after a complaint. */
static double run_side_by_side(bench *b, runner *runners)
{
    int n = b->settings->streams, started = 1;
    double began = seconds_now();
    while (started < n &&
           pthread_create(&runners[started].thread, NULL, run_frames, &runners[started]) == 0)
        started++;
    if (started == n)
        run_frames(&runners[0]);
    for (int i = 1; i < started; i++)
        pthread_join(runners[i].thread, NULL);
    double took = seconds_now() - began;
    if (started < n)
        complain(NULL, "a thread could not be started; try fewer --streams");
    for (int i = 0; i < started; i++)
        if (runners[i].err.status) {
            complain(b->path, runners[i].err.message);
            return -1;
        }
    if (was_interrupted())
        complain(NULL, "interrupted");
    return started == n && !was_interrupted() ? took : -1;
}

static bool open_streams(bench *b, runner *runners)
{
    const movinet_stream_options how = {.threads = b->settings->threads};
    movinet_error err;
    for (int i = 0; i < b->settings->streams; i++) {
        double began = seconds_now();
        if (movinet_stream_open(&runners[i].stream, b->model, &how, &err)) {
            complain(b->path, err.message);
            return false;
        }
        if (i == 0)
            b->figures[OPEN_MS] = (seconds_now() - began) * 1e3;
        runners[i].frames = &b->frames;
        runners[i].next = i % b->frames.n;
    }
    runners[0].runs = 1;
    run_frames(&runners[0]);
    b->figures[FIRST_MS] = runners[0].last;
    if (runners[0].err.status)
        complain(b->path, runners[0].err.message);
    return !runners[0].err.status;
}

static bool warm_up(bench *b, runner *runners)
{
    int asked = b->settings->warmup;
    for (int i = 0; i < b->settings->streams; i++) {
        runners[i].runs = asked >= 0 ? asked : MOST_SAMPLES;
        runners[i].until = asked >= 0 ? 0 : seconds_now() + warmup_seconds;
    }
    if (run_side_by_side(b, runners) < 0)
        return false;
    b->warmed_up = runners[0].done;
    for (int i = 0; i < b->settings->streams; i++)
        runners[i].until = 0;
    return true;
}

/* ---- the peak ---- */

static bool sample_peaks(bench *b, int n)
{
    for (int t = 0; t < PEAK_TYPES; t++) {
        if (!b->loops[t])
            continue;
        float *more = realloc(b->peaks[t], (size_t)(b->n_peaks + n) * sizeof *more);
        if (!more)
            return no_memory();
        b->peaks[t] = more;
        for (int i = 0; i < n; i++)
            more[b->n_peaks + i] = (float)measure_peak(b->loops[t], &b->turns[t]);
    }
    b->n_peaks += n;
    return true;
}

/* Cores fall asleep, and wide instructions are slow for their first moments. */
static void wake_core(bench *b)
{
    double until = seconds_now() + 0.02;
    for (int t = 0; t < PEAK_TYPES; t++)
        while (b->loops[t] && seconds_now() < until)
            measure_peak(b->loops[t], &b->turns[t]);
}

/* ---- blocks ---- */

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

double median_of(float *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, compare_floats);
    return ((double)values[(n - 1) / 2] + (double)values[n / 2]) / 2;
}

static bool add_block(bench *b, double median, double rate)
{
    size_t n = (size_t)b->n_blocks + 1;
    double *medians = realloc(b->medians, n * sizeof *medians);
    if (medians)
        b->medians = medians;
    double *rates = realloc(b->rates, n * sizeof *rates);
    if (rates)
        b->rates = rates;
    if (!medians || !rates)
        return no_memory();
    medians[b->n_blocks] = median;
    rates[b->n_blocks++] = rate;
    return true;
}

/* Times `runs` frames of each stream. Returns the seconds that it took, or a
 * negative number after a complaint. */
static double run_block(bench *b, runner *runners, int runs)
{
    int streams = b->settings->streams, n = runs * streams;
    float *samples = realloc(b->samples, ((size_t)b->n_samples + (size_t)n) * sizeof *samples);
    if (!samples) {
        no_memory();
        return -1;
    }
    b->samples = samples;
    samples += b->n_samples;
    for (int i = 0; i < streams; i++) {
        runners[i].runs = runs;
        runners[i].samples = samples + (size_t)i * (size_t)runs;
    }
    double took = run_side_by_side(b, runners);
    if (took < 0)
        return took;
    b->n_samples += n;
    return add_block(b, median_of(samples, n), n / took) ? took : -1;
}

/* Of the last blocks: how far the slowest is above the fastest, as a fraction. */
static double spread_of_last(const bench *b)
{
    double least = INFINITY, most = 0;
    if (b->n_blocks < STEADY_BLOCKS)
        return INFINITY;
    for (int i = b->n_blocks - STEADY_BLOCKS; i < b->n_blocks; i++) {
        least = fmin(least, b->medians[i]);
        most = fmax(most, b->medians[i]);
    }
    return most / least - 1;
}

static bool is_over(const bench *b, int runs_done, double elapsed)
{
    const bench_settings *s = b->settings;
    if (s->runs)
        return runs_done >= s->runs;
    return elapsed >= s->max_time || b->n_samples >= MOST_SAMPLES ||
           (elapsed >= s->min_time && b->spread <= steady_spread);
}

static bool run_blocks(bench *b, runner *runners)
{
    double frame_seconds = fmax(runners[0].last * 1e-3, 1e-6), elapsed = 0;
    int usual = (int)fmin(fmax(block_seconds / frame_seconds, SHORTEST_BLOCK), LONGEST_BLOCK);
    int done = 0;
    do {
        int rest = b->settings->runs - done;
        int runs = b->settings->runs && rest < usual ? rest : usual;
        double took = run_block(b, runners, runs);
        if (took < 0 || !sample_peaks(b, 1))
            return false;
        done += runs;
        elapsed += took;
        b->spread = spread_of_last(b);
    } while (!is_over(b, done, elapsed));
    b->steady = b->spread <= steady_spread;
    return true;
}

/* ---- figures ---- */

double resident_bytes(const char *which)
{
    char line[128];
    double kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && kib == 0 && fgets(line, sizeof line, file))
        if (strncmp(line, which, strlen(which)) == 0)
            kib = strtod(line + strlen(which), NULL);
    if (file)
        fclose(file);
    /* Only where there is no /proc: it may still be of the process that started
     * this one. */
    struct rusage usage;
    if (kib == 0 && getrusage(RUSAGE_SELF, &usage) == 0)
        kib = (double)usage.ru_maxrss;
    return kib * 1024;
}

static double middle_rate(const bench *b)
{
    float *rates = malloc((size_t)b->n_blocks * sizeof *rates);
    if (!rates)
        return NAN;
    for (int i = 0; i < b->n_blocks; i++)
        rates[i] = (float)b->rates[i];
    double rate = median_of(rates, b->n_blocks);
    free(rates);
    return rate;
}

static void fill_speed(bench *b)
{
    double *f = b->figures, sum = 0, macs = 0, least_seconds = 0;
    f[MEDIAN_MS] = median_of(b->samples, b->n_samples); /* sorts them */
    for (int i = 0; i < b->n_samples; i++)
        sum += (double)b->samples[i];
    f[MEAN_MS] = sum / b->n_samples;
    f[MIN_MS] = (double)b->samples[0];
    f[P95_MS] = (double)b->samples[(int)ceil(0.95 * b->n_samples) - 1];
    f[FRAMES_A_SECOND] = middle_rate(b);
    for (int t = 0; t < PEAK_TYPES; t++) {
        if (!b->loops[t])
            continue;
        b->peak[t] = median_of(b->peaks[t], b->n_peaks);
        macs += (double)b->macs[t];
        least_seconds += (double)b->macs[t] / b->peak[t];
    }
    if (macs == 0)
        return;
    f[MACS_A_SECOND] = macs * b->settings->streams / (f[MEDIAN_MS] * 1e-3);
    f[PEAK_MACS_A_SECOND] = macs / least_seconds * b->cores;
    f[SHARE_OF_PEAK] = f[MACS_A_SECOND] / f[PEAK_MACS_A_SECOND];
    f[LEAST_MS] = f[SHARE_OF_PEAK] * f[MEDIAN_MS];
}

static void fill_memory(bench *b)
{
    b->figures[RESIDENT_BYTES] = resident_bytes("VmHWM:");
    b->figures[STREAM_BYTES] = (double)b->info->stream_bytes;
    b->figures[WEIGHT_BYTES] = (double)b->info->weight_bytes;
    b->figures[FRAME_BYTES] = (double)b->frames.bytes;
}

bool run_bench(bench *b)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    int threads = b->settings->threads * b->settings->streams;
    runner *runners = calloc((size_t)b->settings->streams, sizeof *runners);
    if (!runners)
        return no_memory();
    b->cores = online > 0 && online < threads ? (int)online : threads;
    bool fine = open_streams(b, runners);
    if (fine) {
        wake_core(b);
        fine = sample_peaks(b, PEAKS_AT_ENDS) && warm_up(b, runners) && run_blocks(b, runners) &&
               sample_peaks(b, PEAKS_AT_ENDS);
    }
    if (fine) {
        fill_memory(b);
        fill_speed(b);
    }
    for (int i = 0; i < b->settings->streams; i++)
        movinet_stream_close(runners[i].stream);
    free(runners);
    return fine;
}

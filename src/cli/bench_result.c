/* The figures of bench, and those of an earlier run read back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/bench.h"

#include "cli/text.h"

#include <math.h>
#include <string.h>

const figure_spec figure_specs[FIGURES] = {
    [LOAD_MS] = {"load_ms", "load", UNIT_MS, false},
    [OPEN_MS] = {"open_stream_ms", "open stream", UNIT_MS, false},
    [FIRST_MS] = {"first_frame_ms", "first frame", UNIT_MS, false},
    [MEDIAN_MS] = {"median_ms", "median", UNIT_MS, false},
    [P95_MS] = {"p95_ms", "p95", UNIT_MS, false},
    [MIN_MS] = {"min_ms", "min", UNIT_MS, false},
    [MEAN_MS] = {"mean_ms", "mean", UNIT_MS, false},
    [FRAMES_A_SECOND] = {"frames_per_second", "frames a second", UNIT_RATE, true},
    [MACS_A_SECOND] = {"macs_per_second", "multiply-adds", UNIT_RATE, true},
    [PEAK_MACS_A_SECOND] = {"peak_macs_per_second", "peak", UNIT_RATE, true},
    [SHARE_OF_PEAK] = {"share_of_peak", "share of peak", UNIT_SHARE, true},
    [LEAST_MS] = {"least_ms", "at the peak", UNIT_MS, false},
    [RESIDENT_BYTES] = {"peak_resident_bytes", "memory", UNIT_BYTES, false},
    [START_BYTES] = {"resident_at_start_bytes", "at the start", UNIT_BYTES, false},
    [STREAM_BYTES] = {"stream_bytes", "a stream", UNIT_BYTES, false},
    [WEIGHT_BYTES] = {"weight_bytes", "weights", UNIT_BYTES, false},
    [FRAME_BYTES] = {"frame_bytes", "frames held", UNIT_BYTES, false},
};

json_t *read_result(const char *path)
{
    json_error_t where;
    char text[300];
    json_t *result = json_load_file(path, 0, &where);
    if (!result) {
        if (where.line > 0)
            snprintf(text, sizeof text, "no JSON: %s, line %d", where.text, where.line);
        else
            snprintf(text, sizeof text, "%s", where.text);
        complain(path, text);
        return NULL;
    }
    if (json_is_object(json_object_get(result, "figures")))
        return result;
    complain(path, "is no result of movinet bench --format json");
    json_decref(result);
    return NULL;
}

double old_figure(const json_t *result, figure f)
{
    const json_t *value = json_object_get(json_object_get(result, "figures"), figure_specs[f].key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool same_text(const json_t *result, const char *key, const char *text)
{
    const char *old = json_string_value(json_object_get(result, key));
    return !old || strcmp(old, text) == 0;
}

static bool same_count(const json_t *result, const char *key, int64_t count)
{
    const json_t *old = json_object_get(result, key);
    return !json_is_integer(old) || json_integer_value(old) == count;
}

const char *what_differs(const bench *b)
{
    if (!same_count(b->old, "file_bytes", (int64_t)b->info->file_bytes) ||
        !same_count(b->old, "macs", b->info->macs))
        return "model";
    if (!same_text(b->old, "cpu", b->info->cpu))
        return "set of instructions";
    if (!same_count(b->old, "threads", b->settings->threads))
        return "number of threads";
    if (!same_count(b->old, "streams", b->settings->streams))
        return "number of streams";
    const json_t *video = json_object_get(b->old, "video");
    if (video && json_is_string(video) != (b->settings->video != NULL))
        return "kind of frames";
    return NULL;
}

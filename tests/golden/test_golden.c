/* Real models on real frames against what TensorFlow Lite computed: logits of
 * whole clips, and every op's output of three frames by checksum. Needs
 * ../shared (or $MOVINET_SHARED); skipped without it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/cpu.h"
#include "core/memory.h"
#include "engine/stream.h"
#include "movinet/movinet.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 172, FRAME = SIDE * SIDE * 3, FRAMES = 50 };

typedef struct golden {
    const char *model, *frames, *logits, *ops;
    double bound;      ///< largest difference of a logit
} golden;

static const golden goldens[] = {
    {"movinet_a0_stream_int8_k600.tflite", "carving_ice_pi_50x172x172.rgb",
     "carving_ice_pi_k600_a0_int8.logits.f32", "carving_ice_pi_k600_a0_int8.ops.csv", 0},
    {"movinet_a0_stream_int8_k600.tflite", "arm_wrestling_50x172x172.rgb",
     "arm_wrestling_k600_a0_int8.logits.f32", NULL, 0},
    {"calf_a0_stream_int8.tflite", "carving_ice_pi_50x172x172.rgb",
     "carving_ice_pi_calf_a0_int8.logits.f32", "carving_ice_pi_calf_a0_int8.ops.csv", 0},
    {"calf_a0_stream_dynamic.tflite", "carving_ice_pi_50x172x172.rgb",
     "carving_ice_pi_calf_a0_dynamic.logits.f32", NULL, 0.15},
};

static const char *shared(const char *folder, const char *name)
{
    static char path[4096];
    const char *root = getenv("MOVINET_SHARED");
    snprintf(path, sizeof path, "%s/%s/%s",
             root ? root : MOVINET_SOURCE_ROOT "/../shared", folder, name);
    return path;
}

/* The file's bytes, or skips the test. */
static uint8_t *need(const char *folder, const char *name, size_t *size)
{
    uint8_t *bytes;
    movinet_error err;
    if (mv_read_file(shared(folder, name), (size_t)1 << 30, &bytes, size, &err)) {
        print_message("not here, skipped: %s\n", err.message);
        skip();
    }
    return bytes;
}

static movinet_model *open_model(const char *name)
{
    movinet_model *model;
    movinet_error err;
    size_t size;
    free(need("models", name, &size));
    if (movinet_model_open(&model, shared("models", name), NULL, &err))
        fail_msg("%s", err.message);
    return model;
}

static int top(const float *x, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        if (x[i] > x[best])
            best = i;
    return best;
}

static void compare_clip(const golden *g, int threads)
{
    size_t frames_size, logits_size;
    movinet_model *model = open_model(g->model);
    uint8_t *frames = need("golden", g->frames, &frames_size);
    float *want = (float *)need("golden", g->logits, &logits_size);
    movinet_stream *stream;
    movinet_error err;
    int n = movinet_model_get_info(model)->n_classes, other_top = 0;
    movinet_stream_options options = {.threads = threads};
    double worst = 0;
    assert_int_equal(frames_size, (size_t)FRAMES * FRAME);
    assert_int_equal(logits_size, (size_t)FRAMES * (size_t)n * sizeof *want);
    if (movinet_stream_open(&stream, model, &options, &err))
        fail_msg("%s", err.message);
    for (int f = 0; f < FRAMES; f++) {
        movinet_frame frame = {.pixels = frames + (size_t)f * FRAME, .width = SIDE, .height = SIDE};
        if (movinet_stream_push(stream, &frame, NULL, &err))
            fail_msg("%s", err.message);
        const float *got = movinet_stream_logits(stream), *expect = want + (size_t)f * (size_t)n;
        for (int i = 0; i < n; i++) {
            double off = fabs((double)got[i] - (double)expect[i]);
            worst = off > worst || isnan(off) ? off : worst; /* a NaN stays */
        }
        other_top += top(got, n) != top(expect, n);
    }
    print_message("%s on %s, %d threads: largest difference %g, other top class on %d of %d\n",
                  g->model, g->frames, threads, worst, other_top, FRAMES);
    assert_true(worst <= g->bound);
    assert_int_equal(other_top, 0);
    movinet_stream_close(stream);
    movinet_model_close(model);
    free(frames);
    free(want);
}

static void logits_k600_carving(void **state)
{
    (void)state;
    compare_clip(&goldens[0], 1);
}

static void logits_k600_arm_wrestling(void **state)
{
    (void)state;
    compare_clip(&goldens[1], 1);
}

static void logits_calf_int8(void **state)
{
    (void)state;
    compare_clip(&goldens[2], 1);
}

static void logits_calf_dynamic(void **state)
{
    (void)state;
    compare_clip(&goldens[3], 1);
}

static void logits_do_not_depend_on_threads(void **state)
{
    (void)state;
    compare_clip(&goldens[0], 2);
    compare_clip(&goldens[2], 3);
}

/* ---- every op's output by checksum ---- */

static uint32_t crc32_of(const uint8_t *bytes, size_t size)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

typedef struct line {
    int tensor;
    size_t bytes;
    uint32_t crc;
    bool known;
} line;

typedef struct watch {
    line *lines;       ///< [n_ops], of this frame
    int frame, compared;
} watch;

static void check_op(void *user, int op, int tensor, const void *bytes, size_t size)
{
    watch *w = user;
    const line *l = &w->lines[op];
    if (!l->known)
        return;
    w->compared++;
    if (l->tensor != tensor || l->bytes != size || crc32_of(bytes, size) != l->crc)
        fail_msg("frame %d: op %d (tensor %d) is the first that differs", w->frame, op, tensor);
}

static void read_lines(FILE *file, line *lines, int n_ops, int frame)
{
    char text[1024];
    rewind(file);
    memset(lines, 0, (size_t)n_ops * sizeof *lines);
    while (fgets(text, sizeof text, file)) {
        int f, op, tensor;
        size_t bytes;
        unsigned crc;
        if (sscanf(text, "%d,%d,%d,%*[^,],%*[^,],%zu,%x", &f, &op, &tensor, &bytes, &crc) == 5 &&
            f == frame && op >= 0 && op < n_ops)
            lines[op] = (line){tensor, bytes, crc, true};
    }
}

/* Op by op (plain), or what is left of the ops after the passes. */
static void compare_ops(const golden *g, mve_options options)
{
    size_t model_size, frames_size;
    uint8_t *bytes = need("models", g->model, &model_size);
    uint8_t *frames = need("golden", g->frames, &frames_size);
    FILE *csv = fopen(shared("golden", g->ops), "r");
    if (!csv)
        skip();
    tfl_model file;
    mve_plan plan;
    mve_stream stream;
    movinet_error err;
    if (tfl_read(&file, bytes, model_size, &err) || mve_plan_build(&plan, &file, &options, &err) ||
        mve_stream_open(&stream, &plan, 1, &err))
        fail_msg("%s", err.message);
    watch w = {calloc((size_t)plan.graph.n_ops, sizeof(line)), 0, 0};
    float *logits = calloc((size_t)plan.graph.n_classes, sizeof *logits);
    stream.observe = check_op;
    stream.user = &w;
    for (w.frame = 0; w.frame < 3; w.frame++) {
        read_lines(csv, w.lines, plan.graph.n_ops, w.frame);
        for (int y = 0; y < SIDE; y++)
            mve_stream_put_u8(&stream, y, frames + w.frame * FRAME + y * SIDE * 3);
        mve_stream_step(&stream, logits);
    }
    print_message("%s: %d ops compared, %s, %s\n", g->ops, w.compared,
                  options.plain ? "op by op" : "after the passes", mv_cpu_name(options.cpu));
    assert_int_equal(w.compared, 3 * plan.n_steps);
    fclose(csv);
    free(logits);
    free(w.lines);
    mve_stream_close(&stream);
    mve_plan_free(&plan);
    tfl_free(&file);
    free(bytes);
    free(frames);
}

/* Every set of instructions that this processor has. */
static void compare_ops_everywhere(const golden *g)
{
    static const char *const names[] = {"c", "avx2", "avxvnni", "avx512vnni", "neon", "dotprod",
                                        "i8mm", "simd128"};
    unsigned has = mv_cpu_flags(), cpu;
    compare_ops(g, (mve_options){.plain = true});
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (mv_cpu_from_name(names[i], &cpu) && (cpu & has) == cpu)
            compare_ops(g, (mve_options){.cpu = cpu});
        else
            print_message("%s: this processor lacks %s, untested\n", g->ops, names[i]);
}

static void ops_k600(void **state)
{
    (void)state;
    compare_ops_everywhere(&goldens[0]);
}

static void ops_calf_int8(void **state)
{
    (void)state;
    compare_ops_everywhere(&goldens[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ops_k600),
        cmocka_unit_test(ops_calf_int8),
        cmocka_unit_test(logits_k600_carving),
        cmocka_unit_test(logits_k600_arm_wrestling),
        cmocka_unit_test(logits_calf_int8),
        cmocka_unit_test(logits_calf_dynamic),
        cmocka_unit_test(logits_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

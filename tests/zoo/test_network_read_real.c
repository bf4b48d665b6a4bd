/* Networks read from published files: the same function in real numbers, near what
 * TensorFlow Lite computes with rounded ones, and what the clips show. Needs ../shared (or
 * $MOVINET_SHARED); skipped without it. SPDX-License-Identifier: Apache-2.0 */
#include "network_files.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/ok.h"
#include "support/sanitized.h"

enum { SIDE = 172, FRAMES = 50, PIXELS = SIDE * SIDE * 3 };

#define K600 "movinet_a0_stream_int8_k600.tflite"
#define CALF_INT8 "calf_a0_stream_int8.tflite"
#define CALF_DYNAMIC "calf_a0_stream_dynamic.tflite"

static mvz_network *read_model(const char *name)
{
    file f = shared_file("models", name);
    mvz_network *network = network_of_file(&f);
    free(f.bytes);
    return network;
}

static float *golden_frames(const char *name, int n_frames)
{
    file f = shared_file("golden", name);
    assert_int_equal(f.size, FRAMES * PIXELS);
    float *frames = calloc((size_t)n_frames * PIXELS, sizeof *frames);
    for (size_t i = 0; i < (size_t)n_frames * PIXELS; i++)
        frames[i] = (float)f.bytes[i] / 255.0f;
    free(f.bytes);
    return frames;
}

static int top(const float *x, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        if (x[i] > x[best])
            best = i;
    return best;
}

/* ---- what the files are ---------------------------------------------------------------- */

static void check_kind(const char *name, bool se, mvz_activation act, mvz_activation dense_act,
                       int n_classes)
{
    mvz_network *n = read_model(name);
    assert_string_equal(n->variant->name, "A0");
    assert_true(!n->base && !n->position && n->se == se && n->act == act);
    assert_int_equal(n->dense_act, dense_act);
    assert_true(!se || n->gate_act == MVZ_HARD_SIGMOID);
    assert_int_equal(n->n_classes, n_classes);
    assert_int_equal(n->size, SIDE);
    for (int i = 0; i < n->n_layers; i++)
        assert_true(fabsf(n->values[n->layers[i].scale.at]) > 0.05f);
    mvz_network_close(n);
}

static void test_kinds(void **state)
{
    (void)state;
    check_kind(K600, false, MVZ_RELU6, MVZ_RELU6, 600);
    check_kind(CALF_INT8, true, MVZ_HARD_SWISH, MVZ_SWISH, 7);
    check_kind(CALF_DYNAMIC, true, MVZ_HARD_SWISH, MVZ_SWISH, 7);
}

/* ---- the same function -------------------------------------------------------------------- */

enum { TWIN_FRAMES = 8 };

/* The largest |a - b|, |a| without b; infinite where a number is none. With fmax() in place
 * of the comparison gcc 12 for Arm fails with an internal error (vect_transform_reduction). */
static double largest_difference(const float *a, const float *b, int n)
{
    double largest = 0;
    for (int i = 0; i < n; i++) {
        double d = fabs((double)a[i] - (b ? (double)b[i] : 0));
        if (!(d <= largest))
            largest = isnan(d) ? INFINITY : d;
    }
    return largest;
}

/* The file itself, but in real numbers throughout, gives the network's logits: not only
 * the weights are right, but what is done with them. */
static void check_twin(const char *name)
{
    file f = shared_file("models", name);
    tfl_model model;
    OK(tfl_read(&model, f.bytes, f.size, err));
    tfl_model twin = float_twin(&model);
    file real = file_of_model(&twin);
    mvz_network *network = network_of_file(&f);
    float *frames = golden_frames("carving_ice_pi_50x172x172.rgb", TWIN_FRAMES);
    float *a = logits_of_file(&real, frames, TWIN_FRAMES);
    float *b = logits_of_network(network, frames, TWIN_FRAMES);
    int n = TWIN_FRAMES * network->n_classes;
    double worst = largest_difference(a, b, n), largest = largest_difference(a, NULL, n);
    print_message("%s: largest difference %.2g, of logits up to %.3g\n", name, worst, largest);
    assert_true(largest > 2 && worst < 1e-4 * largest);
    free(a);
    free(b);
    free(frames);
    mvz_network_close(network);
    free(real.bytes);
    tfl_free(&twin);
    tfl_free(&model);
    free(f.bytes);
}

static void test_same_function(void **state)
{
    (void)state;
    check_twin(CALF_DYNAMIC);
    check_twin(CALF_INT8);
    check_twin(K600);
}

/* ---- near what TensorFlow Lite computes ----------------------------------------------------- */

static double correlation(const float *a, const float *b, int n)
{
    double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < n; i++) {
        ma += (double)a[i] / n;
        mb += (double)b[i] / n;
    }
    for (int i = 0; i < n; i++) {
        aa += ((double)a[i] - ma) * ((double)a[i] - ma);
        bb += ((double)b[i] - mb) * ((double)b[i] - mb);
        ab += ((double)a[i] - ma) * ((double)b[i] - mb);
    }
    return ab / sqrt(aa * bb);
}

typedef struct nearness {
    double largest;     ///< difference of a logit
    double correlation; ///< the least of a frame
    int other_top;      ///< frames
} nearness;

static nearness compare(const char *model, const char *frames_name, const char *golden,
                        int n_frames)
{
    mvz_network *network = read_model(model);
    int n = network->n_classes;
    float *frames = golden_frames(frames_name, n_frames);
    file f = shared_file("golden", golden);
    assert_int_equal(f.size, (size_t)(FRAMES * n) * sizeof(float));
    const float *wanted = (const float *)(const void *)f.bytes;
    float *got = logits_of_network(network, frames, n_frames);
    nearness out = {.correlation = 1};
    for (int i = 0; i < n_frames; i++) {
        const float *a = got + i * n, *b = wanted + i * n;
        out.largest = fmax(out.largest, largest_difference(a, b, n));
        out.correlation = fmin(out.correlation, correlation(a, b, n));
        out.other_top += top(a, n) != top(b, n);
    }
    print_message("%s, %s: largest difference %.3g, least correlation %.4f, other top class on %d "
                  "of %d frames\n",
                  model, golden, out.largest, out.correlation, out.other_top, n_frames);
    free(got);
    free(f.bytes);
    free(frames);
    mvz_network_close(network);
    return out;
}

static void test_near_golden(void **state)
{
    (void)state;
    static const char ice[] = "carving_ice_pi_50x172x172.rgb";
    static const struct {
        const char *model, *frames, *golden;
        int n_frames;
        double largest, correlation;
        int other_top;
    } cases[] = {
        {CALF_DYNAMIC, ice, "carving_ice_pi_calf_a0_dynamic.logits.f32", FRAMES, 0.3, 0.995, 2},
        /* The int8 twin of it has lost its way in rounding sums (design/peers.md); its weights
         * have not. */
        {CALF_INT8, ice, "carving_ice_pi_calf_a0_dynamic.logits.f32", FRAMES, 0.3, 0.995, 3},
        {CALF_INT8, ice, "carving_ice_pi_calf_a0_int8.logits.f32", 5, 3, 0.25, 5},
        {K600, ice, "carving_ice_pi_k600_a0_int8.logits.f32", 20, 5, 0.94, 0},
        {K600, "arm_wrestling_50x172x172.rgb", "arm_wrestling_k600_a0_int8.logits.f32", 20, 5, 0.91,
         0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nearness is = compare(cases[i].model, cases[i].frames, cases[i].golden, cases[i].n_frames);
        assert_true(is.largest < cases[i].largest);
        assert_true(is.correlation > cases[i].correlation);
        assert_true(is.other_top <= cases[i].other_top);
    }
}

/* ---- what the clips show ------------------------------------------------------------------- */

/* The class after the clip's last frame, by name, and its probability. */
static float last_score(movinet_model *model, const char *clip, const char *label)
{
    movinet_stream *stream;
    movinet_video *video;
    movinet_frame frame;
    movinet_error why;
    float score = 0;
    OK(movinet_stream_open(&stream, model, NULL, err));
    OK(movinet_video_open(&video, shared_path("clips", clip),
                          &(movinet_video_options){.sample_rate = 5}, err));
    while (movinet_video_next(video, &frame, &why) == MOVINET_OK)
        OK(movinet_stream_push(stream, &frame, NULL, err));
    int n = movinet_model_get_info(model)->n_classes;
    const float *scores = movinet_stream_scores(stream);
    int best = top(scores, n);
    for (int i = 0; i < n; i++)
        if (!strcmp(movinet_model_label(model, i), label))
            score = scores[i];
    print_message("%s: %s %.2f (%s)\n", clip, label, (double)score,
                  movinet_model_label(model, best));
    assert_string_equal(movinet_model_label(model, best), label);
    movinet_video_close(video);
    movinet_stream_close(stream);
    return score;
}

static void test_clips(void **state)
{
    (void)state;
    movinet_model *model;
    movinet_video *video;
    movinet_error why;
    file list = shared_file("clips", "labels.csv");
    if (movinet_video_open(&video, shared_path("clips", "arm_wrestling.mp4"), NULL, &why)) {
        print_message("skipped: %s\n", why.message);
        skip();
    }
    movinet_video_close(video);
    mvz_network *network = read_model(K600);
    file f = file_of_network(network, MOVINET_PRECISION_FLOAT32);
    OK(movinet_model_open_memory(&model, f.bytes, f.size, NULL, err));
    char *text = calloc(list.size + 1, 1), name[100], label[100];
    memcpy(text, list.bytes, list.size);
    int n = 0, seen = 0;
    double sum = 0, theirs, their_sum = 0;
    for (char *line = strchr(text, '\n'); line; line = strchr(line + 1, '\n'))
        if (sscanf(line + 1, "%99[^,],%99[^,],%lf", name, label, &theirs) == 3 &&
            n++ % (SANITIZED ? 6 : 1) == 0) {
            sum += (double)last_score(model, name, label);
            their_sum += theirs;
            seen++;
        }
    print_message("mean probability of the right class %.3f, in int8 %.3f\n", sum / seen,
                  their_sum / seen);
    assert_int_equal(n, 13);
    /* Right as often as in int8, which is surer: its pool drops what is small. */
    assert_true(sum / seen > 0.75);
    free(text);
    movinet_model_close(model);
    free(f.bytes);
    mvz_network_close(network);
    free(list.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_same_function),
        cmocka_unit_test(test_near_golden),
        cmocka_unit_test(test_clips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

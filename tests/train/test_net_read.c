/* Networks read from published files, as training computes them: a clip at once gives what
 * the engine gives frame by frame on the written float file. Needs ../shared (or
 * $MOVINET_SHARED); skipped without it. SPDX-License-Identifier: Apache-2.0 */
#include "train/net.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/ok.h"
#include "train/trainable.h"
#include "zoo/network_files.h"

enum { FRAMES = 8, SIDE = 172, PIXELS = SIDE * SIDE * 3 };

/* Frames of a real clip, 2 seconds of it. */
static void fill(float *image)
{
    file f = shared_file("golden", "arm_wrestling_50x172x172.rgb");
    assert_true(f.size >= (size_t)FRAMES * PIXELS);
    for (size_t i = 0; i < (size_t)FRAMES * PIXELS; i++)
        image[i] = (float)f.bytes[i] / 255.0f;
    free(f.bytes);
}

static void check(const char *name)
{
    file f = shared_file("models", name);
    mvz_network *shape = network_of_file(&f);
    mvt_machine machine;
    mvt_net *net;
    const mvt_net_options options = {.clips = 1, .frames = FRAMES, .all_frames = true,
                                     .first = shape->n_layers + 4};
    int n = shape->n_classes;
    double worst = 0, least_spread = INFINITY;
    OK(mvt_machine_open(&machine, 2, err));
    OK(mvt_net_open(&net, shape, shape->values, NULL, &machine, &options, err));
    assert_int_equal(mvt_size(&net->image), FRAMES * PIXELS);
    fill(net->image.z);
    float *stream = logits_of_network(shape, net->image.z, FRAMES);
    mvt_net_forward(net, false);
    for (int t = 0; t < FRAMES; t++) {
        const float *a = stream + t * n, *b = net->head.logits + t * n;
        double mean = 0, spread = 0;
        for (int i = 0; i < n; i++)
            mean += (double)a[i] / n;
        for (int i = 0; i < n; i++) {
            spread += ((double)a[i] - mean) * ((double)a[i] - mean) / n;
            worst = fmax(worst, fabs((double)a[i] - (double)b[i]));
        }
        least_spread = fmin(least_spread, sqrt(spread));
    }
    print_message("%s: largest difference %.2g, spread of the logits %.2g\n", name, worst,
                  least_spread);
    assert_true(worst < 1e-4 && least_spread > 0.3);
    free(stream);
    mvt_net_close(net);
    mvt_machine_close(&machine);
    mvz_network_close(shape);
    free(f.bytes);
}

static void test_k600(void **state)
{
    (void)state;
    check("movinet_a0_stream_int8_k600.tflite");
}

static void test_calf_int8(void **state)
{
    (void)state;
    check("calf_a0_stream_int8.tflite");
}

static void test_calf_dynamic(void **state)
{
    (void)state;
    check("calf_a0_stream_dynamic.tflite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_k600),
        cmocka_unit_test(test_calf_int8),
        cmocka_unit_test(test_calf_dynamic),
    };
    return trainable() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}

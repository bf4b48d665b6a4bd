/* Clips a second, forward and in training, and what the memory is. Not a test.
 *
 *     bench-train [VARIANT [THREADS [CLIPS [FRAMES [SIZE]]]]]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/net.h"

#include "core/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { ROUNDS = 5 };

static int number(int argc, char **argv, int i, int otherwise)
{
    return argc > i ? atoi(argv[i]) : otherwise;
}

static void learn(mvt_net *net)
{
    mvt_tensor *logits = &net->head.classes.out;
    mvt_net_forward(net, true);
    for (size_t i = 0; i < mvt_size(logits); i++)
        logits->d[i] = (float)(i % 5) - 2;
    mvt_net_backward(net);
}

static void run(mvz_network *shape, mvt_machine *machine, mvt_net_options options, bool train)
{
    movinet_error err;
    mvt_net *net;
    float *grads = calloc(shape->n_values, sizeof *grads);
    double best = 0;
    options.first = train ? 0 : shape->n_layers + 4;
    if (!grads || mvt_net_open(&net, shape, shape->values, grads, machine, &options, &err)) {
        puts(err.message);
        exit(1);
    }
    for (size_t i = 0; i < mvt_size(&net->image); i++)
        net->image.z[i] = (float)(i % 255) / 255;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t begin = mv_clock_ns();
        if (train)
            learn(net);
        else
            mvt_net_features(net, false);
        double rate = options.clips * 1e9 / (double)(mv_clock_ns() - begin);
        best = rate > best ? rate : best;
    }
    printf("%s: %.1f clips/s, %zu MiB%s\n", train ? "training" : "features", best, net->bytes >> 20,
           net->recomputed ? ", some layers computed twice" : "");
    mvt_net_close(net);
    free(grads);
}

int main(int argc, char **argv)
{
    movinet_error err;
    mvz_network *shape;
    mvt_machine machine;
    struct rusage usage;
    mvz_spec spec = {.variant = mvz_variant_find(argc > 1 ? argv[1] : "A0"), .n_classes = 10,
                     .size = number(argc, argv, 5, 0)};
    mvt_net_options options = {.clips = number(argc, argv, 3, 8),
                               .frames = number(argc, argv, 4, 10)};
    if (!spec.variant || mvz_network_open(&shape, &spec, &err) ||
        mvt_machine_open(&machine, number(argc, argv, 2, 2), &err)) {
        puts("bench-train [VARIANT [THREADS [CLIPS [FRAMES [SIZE]]]]]");
        return 1;
    }
    run(shape, &machine, (mvt_net_options){.clips = 2, .frames = options.frames}, false);
    run(shape, &machine, options, true);
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory: %ld MiB\n", usage.ru_maxrss >> 10);
    mvt_machine_close(&machine);
    mvz_network_close(shape);
    return 0;
}

/* How many multiply-adds a second one core of this machine can do, by trying.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/peak.h"

#include "cli/peak_loops.h"
#include "cli/clock.h"

#include <string.h>

static const peak_loop *const loops[][PEAK_TYPES] = {
    PEAK_PAIR(c),
#if defined(__x86_64__)
    PEAK_PAIR(avx2), PEAK_PAIR(avxvnni), PEAK_PAIR(avx512vnni),
#elif defined(__aarch64__)
    PEAK_PAIR(neon), PEAK_PAIR(dotprod), PEAK_PAIR(i8mm),
#endif
};

const peak_loop *peak_loop_of(const char *cpu, peak_type type)
{
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (strcmp(loops[i][type]->cpu, cpu) == 0)
            return loops[i][type];
    return loops[0][type];
}

double measure_peak(const peak_loop *loop, int64_t *turns)
{
    static const double long_enough = 0.002;
    volatile int32_t sink;
    if (*turns == 0)
        *turns = 1000;
    for (;;) {
        double began = seconds_now();
        sink = loop->run(*turns);
        double took = seconds_now() - began;
        (void)sink;
        /* Half is enough: the core may have sped up since the length was found. */
        if (took >= long_enough / 2)
            return (double)loop->macs * (double)*turns / took;
        *turns *= 2;
    }
}

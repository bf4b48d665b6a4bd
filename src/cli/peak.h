/* How many multiply-adds a second one core of this machine can do, by trying.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PEAK_H
#define CLI_PEAK_H

#include <stdint.h>

typedef enum peak_type { PEAK_INT8, PEAK_FLOAT, PEAK_TYPES } peak_type;

/** A loop of nothing but multiply-adds on registers, as many as it keeps in
 * flight at once. */
typedef struct peak_loop {
    const char *cpu;          ///< set of instructions: "c", "avx2", …
    const char *instructions; ///< "vpdpbusd, 512 bits"
    int macs;                 ///< multiply-adds a turn
    /** Goes round `turns` times; returns what keeps the work from being left out. */
    int32_t (*run)(int64_t turns);
} peak_loop;

/** The fastest loop that a set of instructions has; never NULL: an unknown name
 * gets that of "c". The processor must have the set. */
const peak_loop *peak_loop_of(const char *cpu, peak_type type);

/** Multiply-adds a second, measured for about 2 ms. `*turns` carries on, from 0,
 * how many turns that takes. */
double measure_peak(const peak_loop *loop, int64_t *turns);

#endif

/* The loops of peak_loop.c, which is compiled once for each set of instructions.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PEAK_LOOPS_H
#define CLI_PEAK_LOOPS_H

#include "cli/peak.h"

#define PEAK_NAME_(type, set) peak_##type##_##set
#define PEAK_NAME(type, set) PEAK_NAME_(type, set)
#define PEAK_PAIR(set) {&PEAK_NAME(int8, set), &PEAK_NAME(float, set)}

extern const peak_loop peak_int8_c, peak_float_c;
#if defined(__x86_64__)
extern const peak_loop peak_int8_avx2, peak_float_avx2;
extern const peak_loop peak_int8_avxvnni, peak_float_avxvnni;
extern const peak_loop peak_int8_avx512vnni, peak_float_avx512vnni;
#elif defined(__aarch64__)
extern const peak_loop peak_int8_neon, peak_float_neon;
extern const peak_loop peak_int8_dotprod, peak_float_dotprod;
extern const peak_loop peak_int8_i8mm, peak_float_i8mm;
#endif

#endif

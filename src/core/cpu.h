/* What this processor can do. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_CPU_H
#define MV_CORE_CPU_H

#include <stdbool.h>

/** Sets of instructions that kernels are written for. A higher one of the same
 * architecture includes the lower ones. */
enum {
    MV_CPU_AVX2 = 1 << 0,       ///< AVX2, FMA
    MV_CPU_AVXVNNI = 1 << 1,    ///< AVX2 with AVX-VNNI
    MV_CPU_AVX512VNNI = 1 << 2, ///< AVX-512 F, BW, DQ, VL, VNNI, VBMI
    MV_CPU_NEON = 1 << 8,       ///< Arm 64's own
    MV_CPU_DOTPROD = 1 << 9,    ///< SDOT, UDOT
    MV_CPU_I8MM = 1 << 10,      ///< SMMLA, USMMLA
    MV_CPU_SIMD128 = 1 << 16,   ///< WebAssembly's
};

/** All that this processor and operating system offer. */
unsigned mv_cpu_flags(void);

/** The flags of a set by name: "c" (none), "avx2", "avxvnni", "avx512vnni",
 * "neon", "dotprod", "i8mm", "simd128": with all it includes. False: no such name. */
bool mv_cpu_from_name(const char *name, unsigned *flags);

/** The name of the highest set in `flags`; "c" if there is none. */
const char *mv_cpu_name(unsigned flags);

#endif

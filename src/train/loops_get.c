/* SPDX-License-Identifier: Apache-2.0 */
#include "train/loops.h"

#include "core/cpu.h"

extern const mvt_loops mvt_loops_c, mvt_loops_avx2, mvt_loops_avx512;

const mvt_loops *mvt_loops_get(void)
{
#ifdef MVT_X86
    unsigned cpu = mv_cpu_flags();
    if (cpu & MV_CPU_AVX512VNNI)
        return &mvt_loops_avx512;
    if (cpu & MV_CPU_AVX2)
        return &mvt_loops_avx2;
#endif
    return &mvt_loops_c;
}

void mvt_tile_fill(mvt_real *tile, int c)
{
    for (int i = 0; i < MVT_LANES; i++)
        tile[c + i] = tile[i % c];
}

void mvt_tile_fold(mvt_real *tile, int c)
{
    for (int i = 0; i < MVT_LANES; i++)
        tile[i % c] += tile[c + i];
}

/* The kernels for AVX-VNNI with their one instruction of its own emulated, so that processors
 * without it test all else of them: test_simd.c with another set of functions behind the
 * name "avxvnni". Where the processor has it, test_simd.c tests the real thing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/cpu.h"
#include "kernels/x86/x86.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const mvk_conv_kernel *conv_emulated(const mvk_conv *c)
{
    const mvk_conv_kernel *k = mvk_conv_s8_emulated(c);
    return k ? k : &mvk_conv_s8_c;
}

static const mvk_conv_kernel *depthwise_emulated(const mvk_conv *c)
{
    const mvk_conv_kernel *k = mvk_depthwise_s8_emulated(c);
    return k ? k : &mvk_depthwise_s8_c;
}

static const mvk_temporal_kernel *temporal_emulated(const mvk_temporal *t)
{
    const mvk_temporal_kernel *k = mvk_temporal_s8_emulated(t);
    return k ? k : &mvk_temporal_s8_c;
}

/* Nothing but AVX2 and this. */
static unsigned emulated_flags(void)
{
    return mv_cpu_flags() & MV_CPU_AVX2 ? MV_CPU_AVX2 | MV_CPU_AVXVNNI : 0;
}

static void emulated_set_init(mvk_set *set, unsigned cpu)
{
    mvk_set_init(set, cpu);
    if (cpu & MV_CPU_AVXVNNI) {
        set->conv_s8 = conv_emulated;
        set->depthwise_s8 = depthwise_emulated;
        set->temporal_s8 = temporal_emulated;
    }
}

/* Which sets the processor lacks, test_simd.c itself says. */
#define print_message(...) ((void)0)
#define mv_cpu_flags emulated_flags
#define mvk_set_init emulated_set_init
#include "test_simd.c"

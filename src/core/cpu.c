/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cpu.h"

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

static const struct {
    const char *name;
    unsigned flags;
} sets[] = {
    {"c", 0},
    {"avx2", MV_CPU_AVX2},
    {"avxvnni", MV_CPU_AVX2 | MV_CPU_AVXVNNI},
    {"avx512vnni", MV_CPU_AVX2 | MV_CPU_AVX512VNNI},
    {"neon", MV_CPU_NEON},
    {"dotprod", MV_CPU_NEON | MV_CPU_DOTPROD},
    {"i8mm", MV_CPU_NEON | MV_CPU_DOTPROD | MV_CPU_I8MM},
    {"simd128", MV_CPU_SIMD128},
};

bool mv_cpu_from_name(const char *name, unsigned *flags)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (!strcmp(sets[i].name, name)) {
            *flags = sets[i].flags;
            return true;
        }
    return false;
}

const char *mv_cpu_name(unsigned flags)
{
    const char *name = "c";
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if ((flags & sets[i].flags) == sets[i].flags)
            name = sets[i].name;
    return name;
}

#if defined(__x86_64__) || defined(__i386__)

/* XCR0: which registers the operating system saves. */
static unsigned saved_registers(void)
{
    unsigned a, d;
    __asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return a;
}

unsigned mv_cpu_flags(void)
{
    const unsigned ymm = 0x06, zmm = 0xe6;
    unsigned a, b, c, d, flags = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA))
        return 0;
    unsigned saved = saved_registers();
    if ((saved & ymm) != ymm || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX2))
        return 0;
    flags |= MV_CPU_AVX2;
    const unsigned need_b = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    const unsigned need_c = bit_AVX512VNNI | bit_AVX512VBMI;
    if ((saved & zmm) == zmm && (b & need_b) == need_b && (c & need_c) == need_c)
        flags |= MV_CPU_AVX512VNNI;
    if (__get_cpuid_count(7, 1, &a, &b, &c, &d) && a & 1 << 4)
        flags |= MV_CPU_AVXVNNI;
    return flags;
}

#elif defined(__aarch64__) && defined(__linux__)

unsigned mv_cpu_flags(void)
{
    unsigned flags = MV_CPU_NEON;
    if (getauxval(AT_HWCAP) & 1UL << 20) /* HWCAP_ASIMDDP */
        flags |= MV_CPU_DOTPROD;
    if (flags & MV_CPU_DOTPROD && getauxval(AT_HWCAP2) & 1UL << 13) /* HWCAP2_I8MM */
        flags |= MV_CPU_I8MM;
    return flags;
}

#else

/* A module with instructions that the engine lacks would not have been loaded. */
unsigned mv_cpu_flags(void)
{
#if defined(__wasm_simd128__)
    return MV_CPU_SIMD128;
#else
    return 0;
#endif
}

#endif

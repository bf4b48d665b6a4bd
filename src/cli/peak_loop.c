/* Multiply-adds on registers, as fast as one set of instructions can. Compiled
 * once for each set: the build gives its flags and PEAK_SET, its name.
 *
 * KEEPS sums of one vector each are independent of each other, enough of them
 * that none waits for the last turn. Empty asm statements make the compiler take
 * a factor for a new one each time, so that no product is used twice, and keep
 * each sum in its register. What an exact int8 kernel cannot use is not counted as
 * peak: vpmaddubsw, which saturates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/peak_loops.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

/* ---- int8 ---- */

#if defined(__AVX512VNNI__)

enum { KEEPS = 12, MACS = 64 };
typedef __m512i sum;
#define INSTRUCTIONS "vpdpbusd, 512 bits"
#define REGISTER "+v"
#define FILL(i) _mm512_set1_epi8((char)(i))
#define MULTIPLY_ADD(s, a, b) _mm512_dpbusd_epi32(s, a, b)
#define REST(s) _mm512_reduce_add_epi32(s)

#elif defined(__AVXVNNI__)

enum { KEEPS = 12, MACS = 32 };
typedef __m256i sum;
#define INSTRUCTIONS "vpdpbusd, 256 bits"
#define REGISTER "+x"
#define FILL(i) _mm256_set1_epi8((char)(i))
#define MULTIPLY_ADD(s, a, b) _mm256_dpbusd_avx_epi32(s, a, b)
#define REST(s) _mm256_extract_epi32(s, 0)

#elif defined(__AVX2__)

enum { KEEPS = 12, MACS = 16 };
typedef __m256i sum;
#define INSTRUCTIONS "vpmaddwd, vpaddd, 256 bits"
#define REGISTER "+x"
#define FILL(i) _mm256_set1_epi16((short)(i))
#define MULTIPLY_ADD(s, a, b) _mm256_add_epi32(s, _mm256_madd_epi16(a, b))
#define REST(s) _mm256_extract_epi32(s, 0)

#elif defined(__x86_64__)

enum { KEEPS = 12, MACS = 8 };
typedef __m128i sum;
#define INSTRUCTIONS "pmaddwd, paddd, 128 bits"
#define REGISTER "+x"
#define FILL(i) _mm_set1_epi16((short)(i))
/* By hand: with two operands an instruction, compilers move registers in vain. */
static inline __m128i multiply_add(__m128i s, __m128i a, __m128i b)
{
    __m128i product;
    __asm__("movdqa %2, %1\n\tpmaddwd %3, %1\n\tpaddd %1, %0"
            : "+x"(s), "=&x"(product) : "x"(a), "x"(b));
    return s;
}
#define MULTIPLY_ADD(s, a, b) multiply_add(s, a, b)
#define REST(s) _mm_cvtsi128_si32(s)

#elif defined(__ARM_FEATURE_MATMUL_INT8)

enum { KEEPS = 14, MACS = 32 };
typedef int32x4_t sum;
#define INSTRUCTIONS "smmla"
#define REGISTER "+w"
#define FILL(i) vdupq_n_s32(i)
#define MULTIPLY_ADD(s, a, b) vmmlaq_s32(s, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b))
#define REST(s) vaddvq_s32(s)

#elif defined(__ARM_FEATURE_DOTPROD)

enum { KEEPS = 14, MACS = 16 };
typedef int32x4_t sum;
#define INSTRUCTIONS "sdot"
#define REGISTER "+w"
#define FILL(i) vdupq_n_s32(i)
#define MULTIPLY_ADD(s, a, b) vdotq_s32(s, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b))
#define REST(s) vaddvq_s32(s)

#elif defined(__aarch64__)

enum { KEEPS = 10, MACS = 16 };
typedef int32x4_t sum;
#define INSTRUCTIONS "smull, smlal, sadalp"
#define REGISTER "+w"
#define FILL(i) vdupq_n_s32(i)
static inline int32x4_t pairs(int32x4_t s, int8x16_t a, int8x16_t b)
{
    int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b));
    return vpadalq_s16(s, vmlal_high_s8(low, a, b));
}
#define MULTIPLY_ADD(s, a, b) pairs(s, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b))
#define REST(s) vaddvq_s32(s)

#else

enum { KEEPS = 4, MACS = 1 };
typedef int32_t sum;
#define INSTRUCTIONS "as compiled"
#define REGISTER "+r"
#define FILL(i) (i)
#define MULTIPLY_ADD(s, a, b) ((int32_t)((uint32_t)(s) + (uint32_t)((a) * (b))))
#define REST(s) (s)

#endif

static int32_t run_int8(int64_t turns)
{
    sum sums[KEEPS], a = FILL(1), b = FILL(3);
    int32_t rest = 0;
    for (int i = 0; i < KEEPS; i++)
        sums[i] = FILL(i);
    for (int64_t turn = 0; turn < turns; turn++)
#pragma GCC unroll 16
        for (int i = 0; i < KEEPS; i++) {
            __asm__ volatile("" : REGISTER(a));
            sum kept = MULTIPLY_ADD(sums[i], a, b);
            __asm__ volatile("" : REGISTER(kept));
            sums[i] = kept;
        }
    for (int i = 0; i < KEEPS; i++)
        rest ^= REST(sums[i]);
    return rest;
}

const peak_loop PEAK_NAME(int8, PEAK_SET) = {TEXT(PEAK_SET), INSTRUCTIONS, KEEPS *MACS, run_int8};

/* ---- float ---- */

#if defined(__AVX512F__)

enum { FLOAT_KEEPS = 12, FLOATS = 16 };
typedef __m512 floats;
#define FLOAT_INSTRUCTIONS "vfmadd, 512 bits"
#define FLOAT_REGISTER "+v"
#define FLOAT_FILL(x) _mm512_set1_ps(x)
#define FLOAT_MULTIPLY_ADD(s, a, b) _mm512_fmadd_ps(a, b, s)
#define FLOAT_REST(s) _mm512_cvtss_f32(s)

#elif defined(__AVX2__)

enum { FLOAT_KEEPS = 12, FLOATS = 8 };
typedef __m256 floats;
#define FLOAT_INSTRUCTIONS "vfmadd, 256 bits"
#define FLOAT_REGISTER "+x"
#define FLOAT_FILL(x) _mm256_set1_ps(x)
#define FLOAT_MULTIPLY_ADD(s, a, b) _mm256_fmadd_ps(a, b, s)
#define FLOAT_REST(s) _mm256_cvtss_f32(s)

#elif defined(__x86_64__)

enum { FLOAT_KEEPS = 12, FLOATS = 4 };
typedef __m128 floats;
#define FLOAT_INSTRUCTIONS "mulps, addps, 128 bits"
#define FLOAT_REGISTER "+x"
#define FLOAT_FILL(x) _mm_set1_ps(x)
static inline __m128 float_multiply_add(__m128 s, __m128 a, __m128 b)
{
    __m128 product;
    __asm__("movaps %2, %1\n\tmulps %3, %1\n\taddps %1, %0"
            : "+x"(s), "=&x"(product) : "x"(a), "x"(b));
    return s;
}
#define FLOAT_MULTIPLY_ADD(s, a, b) float_multiply_add(s, a, b)
#define FLOAT_REST(s) _mm_cvtss_f32(s)

#elif defined(__aarch64__)

enum { FLOAT_KEEPS = 14, FLOATS = 4 };
typedef float32x4_t floats;
#define FLOAT_INSTRUCTIONS "fmla"
#define FLOAT_REGISTER "+w"
#define FLOAT_FILL(x) vdupq_n_f32(x)
#define FLOAT_MULTIPLY_ADD(s, a, b) vfmaq_f32(s, a, b)
#define FLOAT_REST(s) vaddvq_f32(s)

#else

enum { FLOAT_KEEPS = 4, FLOATS = 1 };
typedef float floats;
#define FLOAT_INSTRUCTIONS "as compiled"
#define FLOAT_REGISTER "+m"
#define FLOAT_FILL(x) (x)
#define FLOAT_MULTIPLY_ADD(s, a, b) ((s) + (a) * (b))
#define FLOAT_REST(s) (s)

#endif

static int32_t run_float(int64_t turns)
{
    floats sums[FLOAT_KEEPS], a = FLOAT_FILL(1e-9f), b = FLOAT_FILL(1.5f);
    float rest = 0;
    for (int i = 0; i < FLOAT_KEEPS; i++)
        sums[i] = FLOAT_FILL((float)i);
    for (int64_t turn = 0; turn < turns; turn++)
#pragma GCC unroll 16
        for (int i = 0; i < FLOAT_KEEPS; i++) {
            __asm__ volatile("" : FLOAT_REGISTER(a));
            floats kept = FLOAT_MULTIPLY_ADD(sums[i], a, b);
            __asm__ volatile("" : FLOAT_REGISTER(kept));
            sums[i] = kept;
        }
    for (int i = 0; i < FLOAT_KEEPS; i++)
        rest += FLOAT_REST(sums[i]);
    return rest > 0;
}

const peak_loop PEAK_NAME(float, PEAK_SET) = {TEXT(PEAK_SET), FLOAT_INSTRUCTIONS,
                                              FLOAT_KEEPS *FLOATS, run_float};

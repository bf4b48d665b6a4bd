/* Table look-up of bytes with AVX2. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx2.h"
#include "kernels/x86/x86.h"

/* VPSHUFB looks up 16 entries, and gives 0 where an index has its upper bit set. With k
 * going down by 16 (which saturates: once negative it stays so), index k finds an entry of
 * piece i exactly where piece i or a later one is meant; so pieces hold what is to be
 * changed of the one before. Pieces 0 … 7 are for indices 0 … 127, the others for the rest,
 * whose upper bit is turned. */
typedef struct pieces {
    __m128i piece[16];
} pieces;

static void pieces_init(pieces *p, const int8_t table[256])
{
    __m128i before = _mm_setzero_si128();
    for (int i = 0; i < 16; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(table + 16 * i));
        p->piece[i] = _mm_xor_si128(x, i % 8 ? before : _mm_setzero_si128());
        before = x;
    }
}

/* V vectors of 32. */
INLINE void lookup(const pieces *p, __m256i *x, const int V)
{
    const __m256i step = _mm256_set1_epi8(16);
    __m256i k[2][2], y[2];
    UNROLL for (int v = 0; v < V; v++) {
        k[0][v] = x[v];
        k[1][v] = _mm256_xor_si256(x[v], _mm256_set1_epi8((char)0x80));
        y[v] = _mm256_setzero_si256();
    }
    UNROLL for (int i = 0; i < 16; i++) {
        const int half = i / 8;
        const __m256i t = _mm256_broadcastsi128_si256(p->piece[i]);
        UNROLL for (int v = 0; v < V; v++) {
            y[v] = _mm256_xor_si256(y[v], _mm256_shuffle_epi8(t, k[half][v]));
            k[half][v] = _mm256_subs_epi8(k[half][v], step);
        }
    }
    UNROLL for (int v = 0; v < V; v++)
        x[v] = y[v];
}

void mvk_lookup_s8_avx2(const int8_t table[256], const int8_t *in, int8_t *out, size_t n)
{
    pieces p;
    size_t i = 0;
    if (n >= 32)
        pieces_init(&p, table);
    for (; i + 64 <= n; i += 64) {
        __m256i x[2] = {_mm256_loadu_si256((const __m256i *)(const void *)(in + i)),
                        _mm256_loadu_si256((const __m256i *)(const void *)(in + i + 32))};
        lookup(&p, x, 2);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), x[0]);
        _mm256_storeu_si256((__m256i *)(void *)(out + i + 32), x[1]);
    }
    if (i + 32 <= n) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(in + i));
        lookup(&p, &x, 1);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), x);
        i += 32;
    }
    for (; i < n; i++)
        out[i] = table[(uint8_t)in[i]];
}

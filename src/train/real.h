/* The numbers that training computes with: float. The tests compile the same sources
 * once more with MVT_DOUBLE, to compare gradients with finite differences.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_REAL_H
#define MV_TRAIN_REAL_H

#ifdef MVT_DOUBLE
typedef double mvt_real;
#else
typedef float mvt_real;
#endif

#endif

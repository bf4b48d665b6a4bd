/* From a matrix to a quarter turn. SPDX-License-Identifier: Apache-2.0 */
#include "video/turn.h"

#include <math.h>

mvv_turn mvv_turn_of(const int32_t matrix[9])
{
    double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    mvv_turn turn = {.mirrored = a * d - b * c < 0};
    if (turn.mirrored) { /* without the flip, which negates x' */
        a = -a;
        c = -c;
    }
    if (fabs(a) + fabs(d) >= fabs(b) + fabs(c))
        turn.rotation = a + d >= 0 ? 0 : 180;
    else
        turn.rotation = b - c > 0 ? 90 : 270;
    return turn;
}

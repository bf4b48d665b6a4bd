/* Round numbers. SPDX-License-Identifier: Apache-2.0 */
#include "report/axis.h"

#include <math.h>

mvr_axis mvr_axis_of(double low, double high, double from, double to, int ticks, bool whole)
{
    static const double round_steps[] = {1, 2, 2.5, 5, 10};
    if (!(high > low)) { /* one value, or none */
        high = low + (low != 0 ? fabs(low) / 2 : 1);
    }
    double rough = (high - low) / ticks, unit = pow(10, floor(log10(rough)));
    mvr_axis a = {.from = from, .to = to, .step = 10 * unit};
    for (int i = 4; i >= 0; i--) {
        bool fits = round_steps[i] * unit >= rough * (1 - 1e-9);
        bool is_whole = fmod(round_steps[i] * unit, 1) == 0;
        if (fits && (!whole || is_whole))
            a.step = round_steps[i] * unit;
    }
    if (whole && a.step < 1)
        a.step = 1;
    a.low = floor(low / a.step + 1e-9) * a.step;
    a.high = ceil(high / a.step - 1e-9) * a.step;
    while (a.digits < 9 && fabs(a.step * pow(10, a.digits) - round(a.step * pow(10, a.digits))) > 1e-6)
        a.digits++;
    return a;
}

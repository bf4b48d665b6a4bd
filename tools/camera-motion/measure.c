/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"
#include "levels.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 12, BINS = 512 };
enum { UNKNOWNS = 4 }; /* dx, dy, logarithm of the size, turn; pixels of the level, radians */

/* ---- the first guess ----------------------------------------------------------------- */

/* Mean difference if b is a moved by (dx, dy). */
static double difference(const cm_level *l, int dx, int dy)
{
    double sum = 0;
    int n = 0;
    for (int y = dy > 0 ? dy : 0; y < l->h && y - dy < l->h; y++)
        for (int x = dx > 0 ? dx : 0; x < l->w && x - dx < l->w; x++, n++)
            sum += fabsf(l->b[y * l->w + x] - l->a[(y - dy) * l->w + x - dx]);
    return n ? sum / n : 1e9;
}

static void first_guess(const cm_level *l, double *dx, double *dy)
{
    double best = 1e9;
    for (int y = -l->h / 3; y <= l->h / 3; y++) {
        for (int x = -l->w / 3; x <= l->w / 3; x++) {
            double d = (difference(l, x, y) + 0.05) * (1 + 0.003 * (x * x + y * y));
            if (d < best) {
                best = d;
                *dx = x;
                *dy = y;
            }
        }
    }
}

/* ---- least squares --------------------------------------------------------------------- */

/* One round: what is to be added to the unknowns. */
typedef struct attempt {
    const cm_level *l;
    const double *q; /* unknowns */
    float *left;     /* [h][w] what is left, or BESIDE */
    double limit;    /* beyond which a pixel does not count */
    double fit;
} attempt;
#define BESIDE 1e9f

static float at_place(const float *p, int w, int h, float x, float y)
{
    if (!(x >= 0 && y >= 0 && x < (float)(w - 1) && y < (float)(h - 1)))
        return BESIDE;
    int i = (int)x, j = (int)y;
    float u = x - (float)i, v = y - (float)j;
    const float *t = p + j * w + i;
    float top = t[0] + (t[1] - t[0]) * u, low = t[w] + (t[w + 1] - t[w]) * u;
    return top + (low - top) * v;
}

/* b where a's pixels should be, without a; and how large that is, by the median. */
static void find_left(attempt *r)
{
    const cm_level *l = r->l;
    int count[BINS] = {0}, n = 0, seen = 0, bin = 0;
    float c = (float)(exp(r->q[2]) * cos(r->q[3])), s = (float)(exp(r->q[2]) * sin(r->q[3]));
    float mx = (float)(l->w - 1) / 2, my = (float)(l->h - 1) / 2;
    for (int y = 0; y < l->h; y++) {
        for (int x = 0; x < l->w; x++) {
            float px = (float)x - mx, py = (float)y - my, *left = &r->left[y * l->w + x];
            *left = at_place(l->b, l->w, l->h, c * px - s * py + mx + (float)r->q[0],
                             s * px + c * py + my + (float)r->q[1]);
            if (*left == BESIDE)
                continue;
            *left -= l->a[y * l->w + x];
            int k = (int)(fabsf(*left) * 4);
            count[k < BINS ? k : BINS - 1]++;
            n++;
        }
    }
    while (bin < BINS && (seen += count[bin]) * 2 < n)
        bin++;
    r->limit = 5 * 1.48 * (bin + 0.5) / 4;
    if (r->limit < 4)
        r->limit = 4;
}

/* Gauss's elimination with the largest in the middle, for these few. */
static bool solve(double m[UNKNOWNS][UNKNOWNS + 1])
{
    for (int i = 0; i < UNKNOWNS; i++) {
        int best = i;
        for (int k = i + 1; k < UNKNOWNS; k++)
            best = fabs(m[k][i]) > fabs(m[best][i]) ? k : best;
        if (fabs(m[best][i]) < 1e-9)
            return false;
        for (int c = 0; c <= UNKNOWNS; c++) {
            double t = m[i][c];
            m[i][c] = m[best][c];
            m[best][c] = t;
        }
        for (int k = 0; k < UNKNOWNS; k++) {
            double f = k == i ? 0 : m[k][i] / m[i][i];
            for (int c = i; c <= UNKNOWNS; c++)
                m[k][c] -= f * m[i][c];
        }
    }
    for (int i = 0; i < UNKNOWNS; i++)
        m[i][UNKNOWNS] /= m[i][i];
    return true;
}

static void add_pixel(attempt *r, int x, int y, double m[UNKNOWNS][UNKNOWNS + 1])
{
    const cm_level *l = r->l;
    double left = r->left[y * l->w + x] / r->limit, weight = 1 - left * left;
    if (weight <= 0)
        return;
    const float *a = l->a + y * l->w + x;
    double gx = (a[1] - a[-1]) / 2, gy = (a[l->w] - a[-l->w]) / 2;
    double px = x - (l->w - 1) / 2.0, py = y - (l->h - 1) / 2.0;
    double g[UNKNOWNS] = {gx, gy, gx * px + gy * py, gy * px - gx * py};
    weight *= weight;
    r->fit++;
    for (int i = 0; i < UNKNOWNS; i++) {
        for (int k = 0; k < UNKNOWNS; k++)
            m[i][k] += weight * g[i] * g[k];
        m[i][UNKNOWNS] -= weight * g[i] * r->left[y * l->w + x];
    }
}

/* Returns how far it went, pixels; 0: as near as it gets. */
static double improve(attempt *r, double q[UNKNOWNS])
{
    const cm_level *l = r->l;
    double m[UNKNOWNS][UNKNOWNS + 1] = {{0}};
    find_left(r);
    r->fit = 0;
    for (int y = 1; y < l->h - 1; y++)
        for (int x = 1; x < l->w - 1; x++)
            add_pixel(r, x, y, m);
    r->fit /= (l->w - 2.0) * (l->h - 2.0);
    if (!solve(m))
        return 0;
    double far = 0;
    for (int i = 0; i < UNKNOWNS; i++) {
        double most = i < 2 ? l->w / 8.0 : 0.2, d = cm_clamp(m[i][UNKNOWNS], -most, most);
        q[i] += d;
        far += fabs(d) * (i < 2 ? 1 : l->w / 3.0);
    }
    return far;
}

bool cm_measure(const uint8_t *a, const uint8_t *b, int width, int height, cm_step *out)
{
    cm_pyramid p;
    double q[UNKNOWNS] = {0};
    float *left = malloc((size_t)width * (size_t)height * sizeof *left);
    bool fine = cm_pyramid_open(&p, a, b, width, height) && left && p.n > 0;
    memset(out, 0, sizeof *out);
    if (fine)
        first_guess(&p.levels[p.n - 1], &q[0], &q[1]);
    for (int i = p.n - 1; i >= 0 && fine; i--) {
        attempt r = {.l = &p.levels[i], .q = q, .left = left};
        for (int k = 0; k < ROUNDS; k++)
            if (improve(&r, q) < 0.02)
                break;
        q[0] *= i ? 2 : 1;
        q[1] *= i ? 2 : 1;
        out->fit = r.fit;
    }
    out->axes[CM_PAN] = -q[0] / width;
    out->axes[CM_TILT] = q[1] / height;
    out->axes[CM_ZOOM] = q[2];
    out->axes[CM_ROLL] = -q[3];
    free(left);
    cm_pyramid_close(&p);
    return fine;
}

bool cm_measure_clip(const cm_clip *c, cm_step *steps)
{
    size_t size = (size_t)c->width * (size_t)c->height * 3;
    for (int i = 0; i + 1 < c->frames; i++)
        if (!cm_measure(c->pixels + (size_t)i * size, c->pixels + (size_t)(i + 1) * size, c->width,
                        c->height, &steps[i]))
            return false;
    return true;
}

/* ---- classes --------------------------------------------------------------------------- */

cm_summary cm_sum_up(const cm_step *steps, int n, double aspect)
{
    cm_summary s = {{0}, 0};
    for (int a = 0; a < CM_AXES; a++) {
        double reach = cm_reach((cm_axis)a, aspect);
        for (int i = 0; i < n; i++)
            s.mean[a] += reach * steps[i].axes[a] / n;
        for (int i = 0; i < n; i++) {
            double d = reach * steps[i].axes[a] - s.mean[a];
            s.about += d * d / n;
        }
    }
    s.about = sqrt(s.about);
    return s;
}

cm_class cm_guess(const cm_summary *s)
{
    static const cm_class moves[CM_AXES][2] = {
        [CM_PAN] = {CM_PAN_LEFT, CM_PAN_RIGHT},
        [CM_TILT] = {CM_TILT_DOWN, CM_TILT_UP},
        [CM_ZOOM] = {CM_ZOOM_OUT, CM_ZOOM_IN},
        [CM_ROLL] = {CM_ROLL_COUNTER, CM_ROLL_CLOCKWISE},
    };
    int most = 0;
    for (int a = 1; a < CM_AXES; a++)
        most = fabs(s->mean[a]) > fabs(s->mean[most]) ? a : most;
    double move = fabs(s->mean[most]);
    if (move < 0.0035 && s->about < 0.008)
        return CM_STILL;
    if (s->about > 2 * move)
        return CM_SHAKE;
    return moves[most][s->mean[most] > 0];
}

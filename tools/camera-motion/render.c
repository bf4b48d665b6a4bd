/* Planes, from far to near, sampled several times a pixel and over the time that the shutter is
 * open. SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"
#include "shot.h"

#include <stdlib.h>
#include <string.h>

/* How many samples for so many pixels of blur by motion. */
static int samples_for(double blur)
{
    return blur < 0.6 ? 2 : blur < 3 ? 4 : 8;
}

typedef struct job {
    const cm_scene *scene;
    const cm_camera *camera;
    int width, height;
    uint8_t *sample; /* [height][width][4]; [3]: a thing that moves hides it */
    uint16_t *sum;   /* [height][width][3] */
    double hidden;   /* sum over samples, of shares */
    int samples;
} job;

/* ---- one layer ----------------------------------------------------------------------- */

/* From the plane to the layer's own canvas, level 0. */
static cm_map own_map(const cm_layer *l, double time, double middle)
{
    double t = time - middle, scale = exp(-l->grow * t);
    double x = l->x + l->vx * t + cm_wobble_at(&l->sway[0], time);
    double y = l->y + l->vy * t + cm_wobble_at(&l->sway[1], time);
    double turn = l->angle + l->spin * t + cm_wobble_at(&l->sway[2], time) +
                  l->swing * sin(l->swing_rate * time + l->swing_phase);
    double c = cos(turn) * scale, s = sin(turn) * scale, side = l->canvas.side, k = side / l->span;
    /* About the joint, which moves with the layer. */
    const cm_map from_joint = {{{1, 0, -x - l->px}, {0, 1, -y - l->py}, {0, 0, 1}}};
    const cm_map turned = {{{c, s, 0}, {-s, c, 0}, {0, 0, 1}}};
    const cm_map texels = {{{k, 0, k * l->px + side / 2}, {0, k, k * l->py + side / 2}, {0, 0, 1}}};
    cm_map m = cm_map_times(&turned, &from_joint);
    return cm_map_times(&texels, &m);
}

typedef struct box {
    int x0, y0, x1, y1;
} box;

/* Pixels that the canvas may cover. */
static box reach_of(const job *j, const cm_layer *l, const cm_map *to_canvas)
{
    box b = {0, 0, j->width, j->height};
    cm_map back;
    if (l->whole || !cm_map_turn_round(to_canvas, &back))
        return b;
    double low_x = 1e9, low_y = 1e9, high_x = -1e9, high_y = -1e9, side = l->canvas.side;
    for (int i = 0; i < 4; i++) {
        double x, y, u = i & 1 ? side : 0, v = i & 2 ? side : 0;
        if (back.m[2][0] * u + back.m[2][1] * v + back.m[2][2] <= 1e-6)
            return b;
        cm_map_point(&back, u, v, &x, &y);
        low_x = fmin(low_x, x);
        high_x = fmax(high_x, x);
        low_y = fmin(low_y, y);
        high_y = fmax(high_y, y);
    }
    double reach = l->ripple;
    b.x0 = (int)cm_clamp((low_x - reach + 0.5) * j->width - 1, 0, j->width);
    b.x1 = (int)cm_clamp((high_x + reach + 0.5) * j->width + 2, 0, j->width);
    b.y0 = (int)cm_clamp(low_y * j->width + j->height / 2.0 - 1, 0, j->height);
    b.y1 = (int)cm_clamp(high_y * j->width + j->height / 2.0 + 2, 0, j->height);
    return b;
}

/* The level whose texels are about as large as pixels. */
static canvas_view view_of(const job *j, const cm_layer *l, const cm_map *m, double time,
                           float *scale)
{
    double u, v, u1, v1;
    cm_map_point(m, 0, 0, &u, &v);
    cm_map_point(m, 1.0 / j->width, 0, &u1, &v1);
    double texels = hypot(u1 - u, v1 - v);
    int level = texels < 1.4 ? 0 : texels < 2.8 ? 1 : texels < 5.6 ? 2 : 3;
    while (l->canvas.side >> level < 8)
        level--;
    *scale = 1.0f / (float)(1 << level);
    canvas_view c = {l->canvas.level[level], l->canvas.side >> level, l->whole, 0, 0};
    c.ripple = (float)(l->ripple / l->span) * (float)c.side;
    c.ripple_at = (float)(l->swing_rate * time);
    return c;
}

/* Where each pixel of a row is on the canvas; a, d: the map's three sums and their steps. */
static void find_places(const double a[3], const double d[3], float scale, float shift, int n,
                        int *u, int *v)
{
    float a0 = (float)a[0], a1 = (float)a[1], a2 = (float)a[2];
    float d0 = (float)d[0], d1 = (float)d[1], d2 = (float)d[2];
    for (int x = 0; x < n; x++) {
        float w = a2 + d2 * (float)x;
        float k = 256 * scale / (w > 1e-4f ? w : 1e-4f);
        float fu = (a0 + d0 * (float)x) * k + (shift + FAR) * 256;
        float fv = (a1 + d1 * (float)x) * k + (FAR - 0.5f) * 256;
        fu = fu > 0 ? fu : 0;
        fv = fv > 0 ? fv : 0;
        u[x] = (int)(fu < FAR * 511.0f ? fu : FAR * 511.0f);
        v[x] = (int)(fv < FAR * 511.0f ? fv : FAR * 511.0f);
    }
}

static void put_row(const canvas_view *c, const cm_layer *l, bool ground, const int *u,
                    const int *v, int n, uint8_t *to)
{
    if (ground) {
        for (int x = 0; x < n; x++) {
            uint32_t t = sample_whole(c, u[x], v[x]) & 0x00ffffff;
            memcpy(to + (size_t)x * 4, &t, 4);
        }
    } else if (l->whole) {
        for (int x = 0; x < n; x++)
            lay_over(to + (size_t)x * 4, sample_whole(c, u[x], v[x]), l->moves);
    } else {
        for (int x = 0; x < n; x++)
            lay_over(to + (size_t)x * 4, sample_part(c, u[x], v[x]), l->moves);
    }
}

static void put_layer(job *j, const cm_layer *l, const cm_map *m, double time, double dx, double dy)
{
    float scale;
    canvas_view c = view_of(j, l, m, time, &scale);
    box b = reach_of(j, l, m);
    double step = 1.0 / j->width;
    int u[CM_MOST_SIDE], v[CM_MOST_SIDE];
    for (int y = b.y0; y < b.y1 && b.x0 < b.x1; y++) {
        double py = (y + dy - j->height / 2.0) * step, px = (b.x0 + dx) * step - 0.5;
        double a[3], d[3];
        for (int k = 0; k < 3; k++) {
            a[k] = m->m[k][0] * px + m->m[k][1] * py + m->m[k][2];
            d[k] = m->m[k][0] * step;
        }
        float shift =
            c.ripple > 0 ? c.ripple * sinf(c.ripple_at + 40.0f * (float)py) - 0.5f : -0.5f;
        find_places(a, d, scale, shift, b.x1 - b.x0, u, v);
        put_row(&c, l, l == j->scene->layers, u, v, b.x1 - b.x0,
                j->sample + ((size_t)y * (size_t)j->width + (size_t)b.x0) * 4);
    }
}

/* ---- one frame ------------------------------------------------------------------------- */

static void put_sample(job *j, double time, double dx, double dy)
{
    double middle = j->camera->path.seconds / 2;
    memset(j->sample, 0, (size_t)j->width * (size_t)j->height * 4);
    for (int i = 0; i < j->scene->n; i++) {
        const cm_layer *l = &j->scene->layers[i];
        cm_map plane, own = own_map(l, time, middle);
        if (!cm_camera_map(j->camera, time, l->depth, &plane))
            continue;
        plane = cm_map_times(&own, &plane);
        put_layer(j, l, &plane, time, dx, dy);
    }
}

static void gather(job *j)
{
    size_t n = (size_t)j->width * (size_t)j->height, hidden = 0;
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++)
            j->sum[i * 3 + (size_t)k] =
                (uint16_t)(j->sum[i * 3 + (size_t)k] + j->sample[i * 4 + (size_t)k]);
        hidden += j->sample[i * 4 + 3];
    }
    j->hidden += (double)hidden / (double)n;
    j->samples++;
}

static void put_frame(job *j, double time, uint8_t *out)
{
    double axes[2][CM_AXES], moved = 0, open = j->camera->exposure;
    cm_path_at(&j->camera->path, time, axes[0]);
    cm_path_at(&j->camera->path, time + open, axes[1]);
    for (int a = 0; a < CM_AXES; a++)
        moved += fabs(axes[1][a] - axes[0][a]) * cm_reach((cm_axis)a, j->camera->aspect) * j->width;
    int n = samples_for(moved);
    size_t values = (size_t)j->width * (size_t)j->height * 3;
    memset(j->sum, 0, values * sizeof *j->sum);
    for (int i = 0; i < n; i++) {
        /* Four places in the pixel, in turn; the first two lie across. */
        double dx = (i & 1 ? 0.75 : 0.25) + (i & 2 ? 0.12 : -0.12),
               dy = (i ^ i >> 1) & 1 ? 0.75 : 0.25;
        put_sample(j, time + open * (i + 0.5) / n, dx, dy);
        gather(j);
    }
    for (size_t i = 0; i < values; i++)
        out[i] = (uint8_t)((j->sum[i] + n / 2) / n);
}

/* Of a picture [height][width][3]; green is near enough to brightness. */
static double detail_of(const uint8_t *p, int width, int height)
{
    size_t row = (size_t)width * 3;
    double sum = 0;
    for (int y = 0; y + 1 < height; y++, p += row)
        for (size_t i = 1; i + 3 < row; i += 3)
            sum += abs(p[i] - p[i + 3]) + abs(p[i] - p[i + row]);
    return sum / (2.0 * (width - 1) * (height - 1));
}

static bool open_job(job *j, const cm_scene *scene, const cm_camera *camera, const cm_clip *clip)
{
    size_t n = (size_t)clip->width * (size_t)clip->height;
    *j = (job){.scene = scene,
               .camera = camera,
               .width = clip->width,
               .height = clip->height,
               .sample = malloc(n * 4),
               .sum = malloc(n * 3 * sizeof(uint16_t))};
    return j->sample && j->sum;
}

static void close_job(job *j)
{
    free(j->sample);
    free(j->sum);
}

bool cm_look_at(const cm_scene *scene, const cm_camera *camera, cm_clip *clip, cm_worth *worth)
{
    job j;
    bool fine = open_job(&j, scene, camera, clip);
    worth->detail = 1e9;
    for (int i = 0; i < 3 && fine; i++) {
        put_frame(&j, i * 0.5 * (clip->frames - 1) / clip->rate, clip->pixels);
        worth->detail = fmin(worth->detail, detail_of(clip->pixels, j.width, j.height));
    }
    if (fine)
        worth->hidden = j.hidden / j.samples;
    close_job(&j);
    return fine;
}

bool cm_render(const cm_scene *scene, const cm_camera *camera, cm_clip *clip,
               void (*next)(void *user, int frame), void *user)
{
    job j;
    size_t size = (size_t)clip->width * (size_t)clip->height * 3;
    bool fine = open_job(&j, scene, camera, clip);
    for (int i = 0; i < clip->frames && fine; i++) {
        if (next)
            next(user, i);
        put_frame(&j, i / clip->rate, clip->pixels + (size_t)i * size);
    }
    close_job(&j);
    return fine;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "core/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* frames × pixels × channels */
typedef struct volume {
    int t, h, w, c;
    double *at;
} volume;

struct reference {
    const mvz_network *net;
    int64_t frame;
    volume *buffers; /* of each layer: the kt − 1 frames before */
    double **sums;   /* of each layer, and of the head */
};

static volume new_volume(int t, int h, int w, int c)
{
    double *at = calloc((size_t)t * (size_t)h * (size_t)w * (size_t)c, sizeof *at);
    if (!at)
        abort();
    return (volume){t, h, w, c, at};
}

static double *pixel(const volume *v, int t, int y, int x)
{
    return v->at + (((size_t)t * v->h + y) * (size_t)v->w + x) * (size_t)v->c;
}

static double clip6(double x)
{
    return x < 0 ? 0 : x > 6 ? 6 : x;
}

static double activate(mvz_activation act, double x)
{
    switch (act) {
    case MVZ_HARD_SWISH: return x * clip6(x + 3) / 6;
    case MVZ_RELU6: return clip6(x);
    case MVZ_SWISH: return x / (1 + exp(-x));
    case MVZ_RELU: return x < 0 ? 0 : x;
    case MVZ_HARD_SIGMOID: return clip6(x + 3) * (double)MVZ_GATE_SLOPE;
    case MVZ_SIGMOID: return 1 / (1 + exp(-x));
    default: return x;
    }
}

/* Zeros that TensorFlow puts before the first pixel. */
static int pad(int in, int out, int kernel, int stride)
{
    int all = (out - 1) * stride + kernel - in;
    return all < 0 ? 0 : all / 2;
}

static double weight(const mvz_network *net, const mvz_conv *c, int o, int t, int y, int x, int i)
{
    const float *w = net->values + c->weights.at;
    if (c->kind == MVZ_FULL || c->kind == MVZ_POINT)
        return w[((o * c->kh + y) * c->kw + x) * c->in + i];
    return w[((t * c->kh + y) * c->kw + x) * c->out + o];
}

static double finish(const mvz_network *net, const mvz_conv *c, int o, double x)
{
    const float *v = net->values;
    if (c->bias.n)
        x += v[c->bias.at + o];
    if (c->gamma.n)
        x = (x - v[c->mean.at + o]) / sqrt(v[c->variance.at + o] + 1e-3) * v[c->gamma.at + o] +
            v[c->beta.at + o];
    return activate(c->act, x);
}

/* Output (t, y, x, o). Time: `first` is the input frame of the kernel's first tap. */
static double tap_all(const mvz_network *net, const mvz_conv *c, const volume *in, int first, int y,
                      int x, int o)
{
    bool depthwise = c->kind == MVZ_SPATIAL || c->kind == MVZ_TEMPORAL;
    int top = y * c->stride - pad(c->in_h, c->out_h, c->kh, c->stride);
    int left = x * c->stride - pad(c->in_w, c->out_w, c->kw, c->stride);
    double sum = 0;
    for (int t = 0; t < c->kt; t++)
        for (int ky = 0; ky < c->kh; ky++)
            for (int kx = 0; kx < c->kw; kx++) {
                int ft = first + t, fy = top + ky, fx = left + kx;
                if (ft < 0 || ft >= in->t || fy < 0 || fy >= in->h || fx < 0 || fx >= in->w)
                    continue;
                const double *p = pixel(in, ft, fy, fx);
                for (int i = 0; i < (depthwise ? 1 : c->in); i++)
                    sum += p[depthwise ? o : i] * weight(net, c, o, t, ky, kx, i);
            }
    return sum;
}

static volume convolve(const mvz_network *net, const mvz_conv *c, const volume *in)
{
    bool time = c->kind == MVZ_TEMPORAL;
    volume out = new_volume(time ? in->t - c->kt + 1 : in->t, c->out_h, c->out_w, c->out);
    for (int t = 0; t < out.t; t++)
        for (int y = 0; y < out.h; y++)
            for (int x = 0; x < out.w; x++)
                for (int o = 0; o < out.c; o++)
                    pixel(&out, t, y, x)[o] = finish(
                        net, c, o, tap_all(net, c, in, time ? t : t - c->kt / 2, y, x, o));
    return out;
}

/* The convolution, in the place of its input. */
static void replace(const mvz_network *net, const mvz_conv *c, volume *v)
{
    volume out = convolve(net, c, v);
    free(v->at);
    *v = out;
}

/* Mean over all but the channels. */
static void mean_of(const volume *v, double *mean)
{
    size_t pixels = (size_t)v->t * (size_t)v->h * (size_t)v->w;
    memset(mean, 0, (size_t)v->c * sizeof *mean);
    for (size_t i = 0; i < pixels * (size_t)v->c; i++)
        mean[i % (size_t)v->c] += v->at[i] / (double)pixels;
}

static volume pool(const volume *in)
{
    int h = (in->h + 1) / 2, w = (in->w + 1) / 2;
    int top = pad(in->h, h, 3, 2), left = pad(in->w, w, 3, 2);
    volume out = new_volume(in->t, h, w, in->c);
    for (int i = 0; i < in->t * h * w * in->c; i++) {
        int c = i % in->c, x = i / in->c % w, y = i / in->c / w % h, t = i / in->c / w / h, n = 0;
        for (int k = 0; k < 9; k++) {
            int fy = 2 * y - top + k / 3, fx = 2 * x - left + k % 3;
            if (fy < 0 || fy >= in->h || fx < 0 || fx >= in->w)
                continue;
            out.at[i] += pixel(in, t, fy, fx)[c];
            n++;
        }
        out.at[i] /= n;
    }
    return out;
}

/* ---- streaming --------------------------------------------------------------- */

/* The frames before, then this one; the buffer moves on. */
static volume with_buffer(volume *buffer, const volume *frame)
{
    volume all = new_volume(buffer->t + 1, frame->h, frame->w, frame->c);
    size_t one = (size_t)frame->h * (size_t)frame->w * (size_t)frame->c;
    memcpy(all.at, buffer->at, (size_t)buffer->t * one * sizeof *all.at);
    memcpy(all.at + (size_t)buffer->t * one, frame->at, one * sizeof *all.at);
    memcpy(buffer->at, all.at + one, (size_t)buffer->t * one * sizeof *all.at);
    return all;
}

static double position(int64_t frame, int k, int channels)
{
    int half = channels / 2;
    double angle = (double)frame * pow(10000, -2.0 * (k % half) / channels);
    return k < half ? sin(angle) : cos(angle);
}

/* What squeeze reads: means of so far and of now (streaming), or of the clip. */
static volume means_of(reference *r, const mvz_layer *layer, const volume *x)
{
    const mvz_network *net = r->net;
    volume m = new_volume(1, 1, 1, layer->squeeze->in);
    double *sum = r->sums[layer - net->layers];
    if (net->base) {
        mean_of(x, m.at);
        return m;
    }
    mean_of(x, m.at + x->c);
    for (int c = 0; c < x->c; c++) {
        sum[c] += m.at[x->c + c];
        m.at[c] = sum[c] / (double)(r->frame + 1);
    }
    for (int k = 0; layer->position.n && k < m.c; k++)
        m.at[k] += net->values[layer->position.at] * position(r->frame, k, m.c);
    return m;
}

static void gate(reference *r, const mvz_layer *layer, volume *x)
{
    volume m = means_of(r, layer, x);
    replace(r->net, layer->squeeze, &m);
    replace(r->net, layer->excite, &m);
    for (size_t i = 0; i < (size_t)x->t * (size_t)x->h * (size_t)x->w * (size_t)x->c; i++)
        x->at[i] *= m.at[i % (size_t)x->c];
    free(m.at);
}

static void run_layer(reference *r, const mvz_layer *layer, volume *in)
{
    const mvz_network *net = r->net;
    volume x = convolve(net, layer->expand, in);
    replace(net, layer->spatial, &x);
    if (layer->temporal) {
        volume all = with_buffer(&r->buffers[layer - net->layers], &x);
        free(x.at);
        x = all;
        replace(net, layer->temporal, &x);
    }
    if (layer->squeeze)
        gate(r, layer, &x);
    replace(net, layer->project, &x);
    if (layer->pool) {
        volume small = pool(in);
        free(in->at);
        *in = small;
    }
    if (layer->skip)
        replace(net, layer->skip, in);
    for (size_t i = 0; i < (size_t)x.t * (size_t)x.h * (size_t)x.w * (size_t)x.c; i++)
        in->at[i] += net->values[layer->scale.at] * x.at[i];
    free(x.at);
}

static void run(reference *r, const float *frames, double *logits)
{
    const mvz_network *net = r->net;
    volume x = new_volume(net->frames, net->size, net->size, 3);
    for (int i = 0; i < net->frames * net->size * net->size * 3; i++)
        x.at[i] = frames[i];
    replace(net, net->stem, &x);
    for (int i = 0; i < net->n_layers; i++)
        run_layer(r, &net->layers[i], &x);
    replace(net, net->head, &x);
    volume m = new_volume(1, 1, 1, x.c);
    mean_of(&x, m.at);
    for (int c = 0; c < m.c; c++)
        m.at[c] = (r->sums[net->n_layers][c] += m.at[c]) / (double)(r->frame + 1);
    replace(net, net->dense, &m);
    replace(net, net->classes, &m);
    memcpy(logits, m.at, (size_t)m.c * sizeof *logits);
    free(m.at);
    free(x.at);
    r->frame++;
}

reference *reference_open(const mvz_network *network)
{
    reference *r = calloc(1, sizeof *r);
    size_t n = (size_t)network->n_layers;
    if (!r)
        abort();
    r->net = network;
    r->buffers = calloc(n, sizeof *r->buffers);
    r->sums = calloc(n + 1, sizeof *r->sums);
    for (int i = 0; i < network->n_layers; i++) {
        const mvz_conv *c = network->layers[i].temporal;
        if (c)
            r->buffers[i] = new_volume(c->kt - 1, c->in_h, c->in_w, c->in);
        r->sums[i] = new_volume(1, 1, 1, network->layers[i].expand->out).at;
    }
    r->sums[n] = new_volume(1, 1, 1, network->head->out).at;
    return r;
}

void reference_close(reference *r)
{
    for (int i = 0; i <= r->net->n_layers; i++)
        free(r->sums[i]);
    for (int i = 0; i < r->net->n_layers; i++)
        free(r->buffers[i].at);
    free(r->sums);
    free(r->buffers);
    free(r);
}

void reference_push(reference *r, const float *image, double *logits)
{
    run(r, image, logits);
}

void reference_clip(const mvz_network *network, const float *clip, double *logits)
{
    reference *r = reference_open(network);
    run(r, clip, logits);
    reference_close(r);
}

void reference_stir(mvz_network *network, uint64_t seed)
{
    mv_random random = {seed};
    for (int i = 0; i < network->n_params; i++) {
        const mvz_param *p = &network->params[i];
        for (size_t k = 0; p->role != MVZ_WEIGHTS && k < p->range.n; k++) {
            double u = mv_random_unit(&random);
            bool around_one = p->role == MVZ_GAMMA || p->role == MVZ_VARIANCE;
            network->values[p->range.at + k] = (float)(around_one ? 0.6 + 0.8 * u
                                                       : p->role == MVZ_SCALE ? 0.2 + 0.5 * u
                                                                              : 0.6 * u - 0.3);
        }
    }
}

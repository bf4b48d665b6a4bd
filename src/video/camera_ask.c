/* Asks a device of Video4Linux 2 what it gives. A driver's word is not taken for more than it
 * is: lists have ends, sizes and rates are such.
 * SPDX-License-Identifier: Apache-2.0 */
#include "video/camera.h"

#ifdef __linux__
#include "picture/preprocess.h"
#include "video/sampler.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>

/* More than any camera has; where a list does not end, the rest is not looked at. */
enum { FORMATS = 32, SIZES = 64, RATES = 32 };

typedef struct asking {
    mv_arena *arena;
    const mvv_camera_system *system;
    int fd;
} asking;

static int ask(const asking *a, unsigned long request, void *argument)
{
    return a->system->ask(a->system->user, a->fd, request, argument);
}

/* A field that need not end with a NUL. */
static const char *text_of(const asking *a, const void *field, size_t size)
{
    return mv_arena_string(a->arena, field, strnlen(field, size));
}

/* ---- rates ----------------------------------------------------------------------- */

static void add_rate(double rates[RATES], int *n, const struct v4l2_fract *seconds)
{
    double rate = seconds->numerator ? (double)seconds->denominator / seconds->numerator : 0;
    if (!(rate > 0 && rate <= MVV_RATE_LIMIT) || *n == RATES)
        return;
    int at = *n;
    while (at > 0 && rates[at - 1] < rate)
        at--;
    if (at > 0 && rates[at - 1] == rate)
        return;
    memmove(rates + at + 1, rates + at, (size_t)(*n - at) * sizeof *rates);
    rates[at] = rate;
    ++*n;
}

/* Of the smallest size, if it is a range. */
static bool ask_rates(const asking *a, uint32_t format, movinet_camera_size *size)
{
    double rates[RATES];
    int n = 0;
    for (uint32_t i = 0; i < RATES; i++) {
        struct v4l2_frmivalenum item = {.index = i,
                                        .pixel_format = format,
                                        .width = (uint32_t)size->width,
                                        .height = (uint32_t)size->height};
        if (ask(a, VIDIOC_ENUM_FRAMEINTERVALS, &item))
            break;
        if (item.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
            add_rate(rates, &n, &item.discrete);
            continue;
        }
        add_rate(rates, &n, &item.stepwise.min);
        add_rate(rates, &n, &item.stepwise.max);
        size->rates_between = n == 2;
        break;
    }
    double *copy = mv_arena_alloc(a->arena, (size_t)n + 1, sizeof *copy);
    if (!copy)
        return false;
    memcpy(copy, rates, (size_t)n * sizeof *copy);
    size->rates = copy;
    size->n_rates = n;
    return true;
}

/* ---- sizes ----------------------------------------------------------------------- */

static bool is_side(uint32_t side)
{
    return side >= 1 && side <= MVV_SIDE_LIMIT;
}

static int side_of(uint32_t side)
{
    return side < MVV_SIDE_LIMIT ? (int)side : MVV_SIDE_LIMIT;
}

/* false: it is none. */
static bool read_size(const struct v4l2_frmsizeenum *item, movinet_camera_size *out)
{
    *out = (movinet_camera_size){0};
    if (item->type == V4L2_FRMSIZE_TYPE_DISCRETE) {
        if (!is_side(item->discrete.width) || !is_side(item->discrete.height))
            return false;
        out->width = out->max_width = (int)item->discrete.width;
        out->height = out->max_height = (int)item->discrete.height;
        return true;
    }
    const struct v4l2_frmsize_stepwise *range = &item->stepwise;
    if (!is_side(range->min_width) || !is_side(range->min_height) ||
        range->max_width < range->min_width || range->max_height < range->min_height)
        return false;
    out->width = (int)range->min_width;
    out->height = (int)range->min_height;
    out->max_width = side_of(range->max_width);
    out->max_height = side_of(range->max_height);
    out->step_width = range->step_width ? side_of(range->step_width) : 1;
    out->step_height = range->step_height ? side_of(range->step_height) : 1;
    return true;
}

static int by_size(const void *a, const void *b)
{
    const movinet_camera_size *x = a, *y = b;
    int64_t m = (int64_t)x->width * x->height, n = (int64_t)y->width * y->height;
    return m != n ? (m > n) - (m < n) : (x->width > y->width) - (x->width < y->width);
}

static bool has_size(const movinet_camera_size *sizes, int n, const movinet_camera_size *size)
{
    for (int i = 0; i < n; i++)
        if (sizes[i].width == size->width && sizes[i].height == size->height)
            return true;
    return false;
}

static bool ask_sizes(const asking *a, uint32_t format, movinet_camera_format *out)
{
    movinet_camera_size sizes[SIZES];
    int n = 0;
    for (uint32_t i = 0; i < SIZES; i++) {
        struct v4l2_frmsizeenum item = {.index = i, .pixel_format = format};
        if (ask(a, VIDIOC_ENUM_FRAMESIZES, &item))
            break;
        if (!read_size(&item, &sizes[n]) || has_size(sizes, n, &sizes[n]))
            continue;
        if (!ask_rates(a, format, &sizes[n]))
            return false;
        n++;
        if (item.type != V4L2_FRMSIZE_TYPE_DISCRETE)
            break;
    }
    qsort(sizes, (size_t)n, sizeof *sizes, by_size);
    movinet_camera_size *copy = mv_arena_alloc(a->arena, (size_t)n + 1, sizeof *copy);
    if (!copy)
        return false;
    memcpy(copy, sizes, (size_t)n * sizeof *copy);
    out->sizes = copy;
    out->n_sizes = n;
    return true;
}

/* ---- formats --------------------------------------------------------------------- */

/* FFmpeg's names of what it can read from a camera. */
static const char *name_of(uint32_t format)
{
    switch (format) {
    case V4L2_PIX_FMT_YUYV: return "yuyv422";
    case V4L2_PIX_FMT_UYVY: return "uyvy422";
    case V4L2_PIX_FMT_NV12: return "nv12";
    case V4L2_PIX_FMT_YUV420: return "yuv420p";
    case V4L2_PIX_FMT_YUV422P: return "yuv422p";
    case V4L2_PIX_FMT_RGB24: return "rgb24";
    case V4L2_PIX_FMT_BGR24: return "bgr24";
    case V4L2_PIX_FMT_GREY: return "gray";
    case V4L2_PIX_FMT_MJPEG:
    case V4L2_PIX_FMT_JPEG: return "mjpeg";
    case V4L2_PIX_FMT_H264: return "h264";
    default: return NULL;
    }
}

static void read_code(uint32_t format, char code[5])
{
    int n = 0;
    for (int i = 0; i < 4; i++) {
        char c = (char)(format >> 8 * i & 127); /* the highest bit: big endian */
        code[n++] = c > ' ' && c < 127 ? c : '?';
        if (c == ' ')
            n--;
    }
    code[n] = '\0';
}

static bool has_code(const movinet_camera_format *formats, int n, const char *code)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(formats[i].code, code))
            return true;
    return false;
}

static bool ask_formats(const asking *a, movinet_camera *out)
{
    movinet_camera_format formats[FORMATS];
    int n = 0;
    for (uint32_t i = 0; i < FORMATS; i++) {
        struct v4l2_fmtdesc item = {.index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
        if (ask(a, VIDIOC_ENUM_FMT, &item))
            break;
        movinet_camera_format *f = &formats[n];
        *f = (movinet_camera_format){.name = name_of(item.pixelformat)};
        read_code(item.pixelformat, f->code);
        if (has_code(formats, n, f->code))
            continue;
        f->description = text_of(a, item.description, sizeof item.description);
        if (!f->description || !ask_sizes(a, item.pixelformat, f))
            return false;
        n++;
    }
    movinet_camera_format *copy = mv_arena_alloc(a->arena, (size_t)n + 1, sizeof *copy);
    if (!copy)
        return false;
    memcpy(copy, formats, (size_t)n * sizeof *copy);
    out->formats = copy;
    out->n_formats = n;
    return true;
}

/* ---- the device ------------------------------------------------------------------ */

/* Parts of a Raspberry Pi that take pictures and give them back changed. */
static bool is_no_camera(const char *driver)
{
    static const char *const drivers[] = {"bcm2835-isp", "bcm2835-codec", "bcm2835-codec-decode",
                                          "rpivid",      "rpi-hevc-dec",  "pispbe"};
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (!strcmp(driver, drivers[i]))
            return true;
    return false;
}

/* What stands against a device that was asked; NULL: nothing. */
static const char *trouble_of(const movinet_camera *c, uint32_t can)
{
    if (!(can & V4L2_CAP_VIDEO_CAPTURE))
        return "gives its pictures in several planes, which FFmpeg does not take from a camera";
    if (c->n_formats == 0)
        return "gives no pictures: it names no format";
    for (int i = 0; i < c->n_formats; i++)
        if (c->formats[i].name)
            return NULL;
    /* What a Raspberry Pi's own camera gives is raw, and made a picture elsewhere. */
    if (!strcmp(c->driver, "unicam") || !strcmp(c->driver, "rp1-cfe"))
        return "is read through libcamera: rpicam-vid -t 0 -o - | movinet live -, or libcamerify "
               "movinet live";
    return "gives no format that can be read";
}

static movinet_status ask_all(const asking *a, movinet_camera *out, movinet_error *err)
{
    struct v4l2_capability can = {0};
    if (ask(a, VIDIOC_QUERYCAP, &can))
        return MOVINET_END;
    uint32_t caps = can.capabilities & V4L2_CAP_DEVICE_CAPS ? can.device_caps : can.capabilities;
    if (!(caps & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)))
        return MOVINET_END;
    out->name = text_of(a, can.card, sizeof can.card);
    out->driver = text_of(a, can.driver, sizeof can.driver);
    out->bus = text_of(a, can.bus_info, sizeof can.bus_info);
    if (!out->name || !out->driver || !out->bus || !ask_formats(a, out))
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", out->device);
    if (is_no_camera(out->driver))
        return MOVINET_END;
    out->trouble = trouble_of(out, caps);
    return MOVINET_OK;
}

/* A device that could not even be opened. */
static movinet_status not_opened(mv_arena *arena, int code, movinet_camera *out, movinet_error *err)
{
    if (code == ENOENT || code == ENODEV || code == ENXIO || code == ENOTDIR)
        return MOVINET_END;
    if (code == EACCES || code == EPERM)
        out->trouble = "permission denied: sudo usermod -aG video $USER, and log in anew";
    else if (code == EBUSY)
        out->trouble = "is in use by another program";
    else
        out->trouble = mv_arena_string(arena, strerror(code), strlen(strerror(code)));
    return out->trouble ? MOVINET_OK
                        : mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", out->device);
}

movinet_status mvv_camera_ask(mv_arena *arena, const mvv_camera_system *system, const char *device,
                              movinet_camera *out, movinet_error *err)
{
    int fd = system->open(system->user, device);
    const asking a = {arena, system, fd};
    *out = (movinet_camera){.device = device, .name = "", .driver = "", .bus = ""};
    if (fd < 0)
        return not_opened(arena, -fd, out, err);
    movinet_status status = ask_all(&a, out, err);
    system->close(system->user, fd);
    return status;
}
#else
movinet_status mvv_camera_ask(mv_arena *arena, const mvv_camera_system *system, const char *device,
                              movinet_camera *out, movinet_error *err)
{
    (void)arena, (void)system, (void)device, (void)out, (void)err;
    return MOVINET_END;
}
#endif

/* Cameras, by a device layer of our own: what is made of their answers, hostile ones too, and
 * which of what they give is asked for. SPDX-License-Identifier: Apache-2.0 */
#include "video/camera.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/ok.h"

/* ---- devices ------------------------------------------------------------------------ */

/* A device: how it answers; `open` below 0: -errno. */
typedef struct device {
    int open;
    uint32_t caps, device_caps;
    const char *driver;
    int (*formats)(struct v4l2_fmtdesc *item);
    int (*sizes)(struct v4l2_frmsizeenum *item);
    int (*rates)(struct v4l2_frmivalenum *item);
} device;

typedef struct machine {
    const device *devices[MVV_CAMERAS];
    int n_open;
} machine;

static int open_device(void *user, const char *path)
{
    machine *m = user;
    int i = -1;
    assert_int_equal(sscanf(path, "/dev/video%d", &i), 1);
    if (i < 0 || i >= MVV_CAMERAS || !m->devices[i])
        return -ENOENT;
    if (m->devices[i]->open < 0)
        return m->devices[i]->open;
    m->n_open++;
    return 100 + i;
}

static int ask_device(void *user, int fd, unsigned long request, void *argument)
{
    const machine *m = user;
    const device *d = m->devices[fd - 100];
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *c = argument;
        if (!d->caps)
            return -ENOTTY;
        c->capabilities = d->caps;
        c->device_caps = d->device_caps;
        memset(c->card, 'x', sizeof c->card); /* without an end */
        strcpy((char *)c->driver, d->driver ? d->driver : "uvcvideo");
        strcpy((char *)c->bus_info, "usb-1");
        return 0;
    }
    case VIDIOC_ENUM_FMT: return d->formats ? d->formats(argument) : -EINVAL;
    case VIDIOC_ENUM_FRAMESIZES: return d->sizes ? d->sizes(argument) : -EINVAL;
    case VIDIOC_ENUM_FRAMEINTERVALS: return d->rates ? d->rates(argument) : -EINVAL;
    default: return -ENOTTY;
    }
}

static void close_device(void *user, int fd)
{
    (void)fd;
    ((machine *)user)->n_open--;
}

static movinet_camera_list *look(machine *m)
{
    const mvv_camera_system system = {open_device, ask_device, close_device, m};
    movinet_camera_list *list;
    OK(mvv_camera_list_open(&list, &system, err));
    assert_int_equal(m->n_open, 0);
    return list;
}

/* ---- a usual camera ------------------------------------------------------------------ */

static int two_formats(struct v4l2_fmtdesc *f)
{
    static const uint32_t formats[] = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG};
    if (f->index > 1)
        return -EINVAL;
    f->pixelformat = formats[f->index];
    strcpy((char *)f->description, f->index ? "Motion-JPEG" : "YUYV 4:2:2");
    return 0;
}

static const int usual[][2] = {{1280, 720}, {640, 480}, {160, 120}, {1920, 1080}};

static int usual_sizes(struct v4l2_frmsizeenum *s)
{
    /* Full HD only as MJPEG. */
    if (s->index >= (s->pixel_format == V4L2_PIX_FMT_MJPEG ? 4u : 3u))
        return -EINVAL;
    s->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    s->discrete.width = (uint32_t)usual[s->index][0];
    s->discrete.height = (uint32_t)usual[s->index][1];
    return 0;
}

static int usual_rates(struct v4l2_frmivalenum *r)
{
    static const uint32_t rates[] = {5, 30, 15};
    bool slow = r->pixel_format == V4L2_PIX_FMT_YUYV && r->width > 1000;
    if (r->index >= (slow ? 1u : 3u))
        return -EINVAL;
    r->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    r->discrete = (struct v4l2_fract){1, rates[r->index]};
    return 0;
}

static const device webcam = {.caps = V4L2_CAP_DEVICE_CAPS | V4L2_CAP_VIDEO_CAPTURE |
                                      V4L2_CAP_META_CAPTURE,
                              .device_caps = V4L2_CAP_VIDEO_CAPTURE,
                              .formats = two_formats, .sizes = usual_sizes, .rates = usual_rates};

static void what_a_camera_gives(void **state)
{
    (void)state;
    machine m = {.devices = {[3] = &webcam}};
    movinet_camera_list *list = look(&m);
    const movinet_camera *c = movinet_camera_list_get(list, 0);
    assert_null(movinet_camera_list_get(list, 1));
    assert_null(movinet_camera_list_get(list, -1));
    assert_string_equal(c->device, "/dev/video3");
    assert_string_equal(c->name, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    assert_string_equal(c->bus, "usb-1");
    assert_null(c->trouble);
    assert_int_equal(c->n_formats, 2);
    const movinet_camera_format *f = &c->formats[1];
    assert_string_equal(f->name, "mjpeg");
    assert_string_equal(f->code, "MJPG");
    assert_string_equal(f->description, "Motion-JPEG");
    assert_int_equal(f->n_sizes, 4);
    static const int sorted[] = {160, 640, 1280, 1920};
    for (int i = 0; i < 4; i++)
        assert_int_equal(f->sizes[i].width, sorted[i]);
    assert_int_equal(f->sizes[3].n_rates, 3);
    assert_true(f->sizes[3].rates[0] == 30 && f->sizes[3].rates[2] == 5);
    assert_int_equal(c->formats[0].sizes[2].n_rates, 1);
    movinet_camera_list_close(list);
}

/* Nodes of the same camera for other things, and devices that cannot be used. */
static void what_is_none(void **state)
{
    (void)state;
    static const device metadata = {.caps = V4L2_CAP_DEVICE_CAPS | V4L2_CAP_VIDEO_CAPTURE,
                                    .device_caps = V4L2_CAP_META_CAPTURE};
    static const device coder = {.caps = V4L2_CAP_VIDEO_M2M_MPLANE};
    static const device dumb = {0};
    static const device isp = {.caps = V4L2_CAP_VIDEO_CAPTURE, .driver = "bcm2835-isp",
                               .formats = two_formats};
    static const device denied = {.open = -EACCES}, busy = {.open = -EBUSY};
    static const device odd = {.open = -EIO}, gone = {.open = -ENODEV};
    static const device planes = {.caps = V4L2_CAP_VIDEO_CAPTURE_MPLANE, .formats = two_formats};
    static const device empty = {.caps = V4L2_CAP_VIDEO_CAPTURE};
    machine m = {.devices = {&metadata, &coder, &dumb, &isp, &gone, &denied, &busy, &odd, &planes,
                             &empty}};
    movinet_camera_list *list = look(&m);
    static const char *const says[] = {"usermod -aG video", "in use", "Input/output error",
                                       "several planes", "names no format"};
    for (int i = 0; i < 5; i++) {
        const movinet_camera *c = movinet_camera_list_get(list, i);
        assert_non_null(c);
        if (!c->trouble || !strstr(c->trouble, says[i]))
            fail_msg("%s: %s", c->device, c->trouble);
    }
    assert_null(movinet_camera_list_get(list, 5));
    movinet_camera_list_close(list);
}

static int bayer(struct v4l2_fmtdesc *f)
{
    f->pixelformat = v4l2_fourcc('p', 'B', 'A', 'A');
    return f->index > 0 ? -EINVAL : 0;
}

static void raw_cameras(void **state)
{
    (void)state;
    static const device pi = {.caps = V4L2_CAP_VIDEO_CAPTURE, .driver = "unicam",
                              .formats = bayer};
    static const device other = {.caps = V4L2_CAP_VIDEO_CAPTURE, .formats = bayer};
    machine m = {.devices = {&pi, &other}};
    movinet_camera_list *list = look(&m);
    assert_non_null(strstr(movinet_camera_list_get(list, 0)->trouble, "rpicam-vid"));
    assert_string_equal(movinet_camera_list_get(list, 1)->trouble,
                        "gives no format that can be read");
    assert_null(movinet_camera_list_get(list, 0)->formats[0].name);
    assert_string_equal(movinet_camera_list_get(list, 0)->formats[0].code, "pBAA");
    movinet_camera_list_close(list);
}

/* ---- hostile answers ------------------------------------------------------------------- */

static int endless_formats(struct v4l2_fmtdesc *f)
{
    f->pixelformat = V4L2_PIX_FMT_MJPEG + f->index;
    memset(f->description, 0xff, sizeof f->description);
    return 0;
}

static int endless_sizes(struct v4l2_frmsizeenum *s)
{
    s->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    s->discrete.width = 1 + s->index;
    s->discrete.height = 1;
    return 0;
}

static int endless_rates(struct v4l2_frmivalenum *r)
{
    r->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    r->discrete = (struct v4l2_fract){1, 1 + r->index};
    return 0;
}

static void lists_without_end(void **state)
{
    (void)state;
    static const device d = {.caps = V4L2_CAP_VIDEO_CAPTURE, .formats = endless_formats,
                             .sizes = endless_sizes, .rates = endless_rates};
    machine m = {0};
    for (int i = 0; i < MVV_CAMERAS; i++)
        m.devices[i] = &d;
    movinet_camera_list *list = look(&m);
    const movinet_camera *c = movinet_camera_list_get(list, MVV_CAMERAS - 1);
    assert_null(movinet_camera_list_get(list, MVV_CAMERAS));
    assert_in_range(c->n_formats, 8, 100);
    assert_in_range(c->formats[0].n_sizes, 32, 100);
    assert_in_range(c->formats[0].sizes[0].n_rates, 8, 100);
    assert_int_equal(strlen(c->formats[0].description), 32);
    movinet_camera_list_close(list);
}

static int same_format(struct v4l2_fmtdesc *f)
{
    f->pixelformat = V4L2_PIX_FMT_YUYV;
    return 0;
}

static int bad_sizes(struct v4l2_frmsizeenum *s)
{
    static const uint32_t sides[][2] = {{0, 480},      {640, 0},     {0xffffffff, 480},
                                        {640, 40000},  {640, 480},   {640, 480},
                                        {0x80000000u, 0x80000000u}};
    if (s->index >= sizeof sides / sizeof *sides)
        return -EINVAL;
    s->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    s->discrete.width = sides[s->index][0];
    s->discrete.height = sides[s->index][1];
    return 0;
}

static int bad_rates(struct v4l2_frmivalenum *r)
{
    static const struct v4l2_fract rates[] = {{0, 30}, {1, 0}, {0, 0}, {1, 0xffffffff},
                                              {1, 25}, {1, 25}, {0xffffffff, 1}};
    if (r->index >= sizeof rates / sizeof *rates)
        return -EINVAL;
    r->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    r->discrete = rates[r->index];
    return 0;
}

static void what_cannot_be_is_left_out(void **state)
{
    (void)state;
    static const device d = {.caps = V4L2_CAP_VIDEO_CAPTURE, .formats = same_format,
                             .sizes = bad_sizes, .rates = bad_rates};
    machine m = {.devices = {&d}};
    movinet_camera_list *list = look(&m);
    const movinet_camera *c = movinet_camera_list_get(list, 0);
    assert_int_equal(c->n_formats, 1);
    assert_int_equal(c->formats[0].n_sizes, 1);
    const movinet_camera_size *s = &c->formats[0].sizes[0];
    assert_int_equal(s->width, 640);
    assert_int_equal(s->n_rates, 2);
    assert_true(s->rates[0] == 25);
    movinet_camera_list_close(list);
}

static struct v4l2_frmsize_stepwise range;

static int ranges(struct v4l2_frmsizeenum *s)
{
    s->type = V4L2_FRMSIZE_TYPE_STEPWISE;
    s->stepwise = range;
    return 0;
}

static int rate_range(struct v4l2_frmivalenum *r)
{
    r->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
    r->stepwise.min = (struct v4l2_fract){1, 90};
    r->stepwise.max = (struct v4l2_fract){1, 1};
    return 0;
}

static const device pi_legacy = {.caps = V4L2_CAP_VIDEO_CAPTURE, .driver = "bm2835 mmal",
                                 .formats = two_formats, .sizes = ranges, .rates = rate_range};

static void ranges_of_sizes(void **state)
{
    (void)state;
    machine m = {.devices = {&pi_legacy}};
    range = (struct v4l2_frmsize_stepwise){32, 3280, 2, 32, 2464, 2};
    movinet_camera_list *list = look(&m);
    const movinet_camera_size *s = &movinet_camera_list_get(list, 0)->formats[0].sizes[0];
    assert_int_equal(s->max_width, 3280);
    assert_int_equal(s->step_height, 2);
    assert_true(s->rates_between && s->rates[0] == 90 && s->rates[1] == 1);
    movinet_camera_list_close(list);
    static const struct v4l2_frmsize_stepwise bad[] = {{0, 10, 1, 1, 10, 1}, {9, 8, 1, 1, 1, 1},
                                                       {1, 1, 1, 0xffffffff, 0xffffffff, 1}};
    for (int i = 0; i < 3; i++) {
        range = bad[i];
        list = look(&m);
        assert_int_equal(movinet_camera_list_get(list, 0)->formats[0].n_sizes, 0);
        movinet_camera_list_close(list);
    }
    range = (struct v4l2_frmsize_stepwise){1, 0xffffffff, 0, 1, 0xffffffff, 0xffffffff};
    list = look(&m);
    s = &movinet_camera_list_get(list, 0)->formats[0].sizes[0];
    assert_in_range(s->max_width, 1, 100000);
    assert_int_equal(s->step_width, 1);
    assert_in_range(s->step_height, 1, 100000);
    movinet_camera_list_close(list);
}

/* ---- what is asked for ------------------------------------------------------------------ */

typedef struct want {
    int width, height;
    double rate;
    const char *format;
    const char *gives; ///< "640x480 yuyv422 30", or what the error says
} want;

static void expect(const device *d, const want *w)
{
    machine m = {.devices = {d}};
    movinet_camera_list *list = look(&m);
    movinet_video_options o = {.camera_width = w->width, .camera_height = w->height,
                               .camera_rate = w->rate, .input_format = w->format};
    mvv_camera_pick pick;
    movinet_error e;
    char text[600];
    movinet_status status =
        mvv_camera_choose(movinet_camera_list_get(list, 0), &o, &pick, &e);
    if (status)
        snprintf(text, sizeof text, "%s", e.message);
    else
        snprintf(text, sizeof text, "%dx%d %s %g", pick.width, pick.height, pick.format,
                 pick.rate);
    if (!strstr(text, w->gives))
        fail_msg("%s, not %s", text, w->gives);
    movinet_camera_list_close(list);
}

static void choices(void **state)
{
    (void)state;
    static const want wants[] = {
        {0, 0, 0, NULL, "640x480 yuyv422 30"},
        {0, 0, 0, "mjpeg", "640x480 mjpeg 30"},
        {0, 0, 0, "MJPG", "640x480 mjpeg 30"},
        {0, 0, 10, NULL, "gives no 10 pictures a second; it gives 30, 15, 5"},
        {0, 0, 15, NULL, "640x480 yuyv422 15"},
        {0, 0, 14.99, NULL, "640x480 yuyv422 15"},
        {1280, 720, 0, NULL, "1280x720 mjpeg 30"}, /* as YUYV it gives 5 */
        {1280, 720, 5, NULL, "1280x720 yuyv422 5"},
        {1280, 720, 0, "yuyv422", "1280x720 yuyv422 5"},
        {1280, 720, 30, "yuyv422",
         "/dev/video0: gives no 30 pictures of 1280x720 a second as yuyv422; it gives 5"},
        {1920, 1080, 0, NULL, "1920x1080 mjpeg 30"},
        {1920, 1080, 0, "yuyv422",
         "gives no 1920x1080 as yuyv422; it gives 160x120, 640x480, 1280x720"},
        {800, 600, 0, NULL, "it gives 160x120, 640x480, 1280x720, 1920x1080"},
        {0, 0, 0, "h264", "/dev/video0: gives no h264; it gives yuyv422, mjpeg"},
    };
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        expect(&webcam, &wants[i]);
}

static void choices_in_ranges(void **state)
{
    (void)state;
    static const want wants[] = {
        {0, 0, 0, NULL, "640x480 yuyv422 30"},
        {1000, 1000, 60, NULL, "1000x1000 yuyv422 60"},
        {1001, 1000, 0, NULL, "gives no 1001x1000; it gives 32x32 to 3280x2464"},
        {4000, 1000, 0, NULL, "gives no 4000x1000"},
        {0, 0, 0.5, NULL, "gives no 0.5 pictures a second; it gives 1 to 90"},
    };
    range = (struct v4l2_frmsize_stepwise){32, 3280, 2, 32, 2464, 2};
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        expect(&pi_legacy, &wants[i]);
    range = (struct v4l2_frmsize_stepwise){1, 32768, 32768, 1, 32768, 1};
    expect(&pi_legacy, &(want){0, 0, 0, NULL, "1x480 yuyv422 30"});
}

/* Drivers that do not say it all. */
static void choices_in_the_dark(void **state)
{
    (void)state;
    static const device no_sizes = {.caps = V4L2_CAP_VIDEO_CAPTURE, .formats = two_formats};
    static const device no_rates = {.caps = V4L2_CAP_VIDEO_CAPTURE, .formats = two_formats,
                                    .sizes = usual_sizes};
    static const device endless = {.caps = V4L2_CAP_VIDEO_CAPTURE, .formats = endless_formats,
                                   .sizes = endless_sizes, .rates = endless_rates};
    expect(&no_sizes, &(want){0, 0, 0, NULL, "0x0 yuyv422 0"});
    expect(&no_sizes, &(want){800, 600, 15, "mjpeg", "800x600 mjpeg 15"});
    expect(&no_rates, &(want){0, 0, 0, NULL, "640x480 yuyv422 0"});
    expect(&no_rates, &(want){0, 0, 60, "mjpeg", "640x480 mjpeg 0"});
    expect(&endless, &(want){1000, 1, 0, NULL, "..."});
}

static void sources(void **state)
{
    (void)state;
    static const device denied = {.open = -EACCES};
    machine m = {.devices = {[0] = &denied, [1] = &webcam}};
    const mvv_camera_system system = {open_device, ask_device, close_device, &m};
    const movinet_video_options o = {.camera_rate = 15, .start = 7};
    movinet_video_options chosen;
    char path[MVV_DEVICE_ROOM];
    movinet_error e;
    OK(mvv_camera_find(&system, "camera", &o, path, &chosen, err));
    assert_string_equal(path, "/dev/video1"); /* not the one that cannot be opened */
    assert_string_equal(chosen.input_format, "yuyv422");
    assert_int_equal(chosen.camera_width, 640);
    assert_true(chosen.camera_rate == 15 && chosen.start == 7);
    OK(mvv_camera_find(&system, "/dev/video1", &o, path, &chosen, err));
    assert_int_equal(mvv_camera_find(&system, "/dev/video0", &o, path, &chosen, &e),
                     MOVINET_ERR_IO);
    assert_non_null(strstr(e.message, "/dev/video0: permission denied"));
    assert_int_equal(mvv_camera_find(&system, "/dev/video2", &o, path, &chosen, &e),
                     MOVINET_ERR_IO);
    assert_non_null(strstr(e.message, "/dev/video2: no such camera"));
    m.devices[1] = NULL;
    assert_int_equal(mvv_camera_find(&system, "camera", &o, path, &chosen, &e), MOVINET_ERR_IO);
    assert_non_null(strstr(e.message, "/dev/video0: permission denied"));
    m.devices[0] = NULL;
    assert_int_equal(mvv_camera_find(&system, "camera", &o, path, &chosen, &e), MOVINET_ERR_IO);
    assert_non_null(strstr(e.message, "there is none"));
    assert_int_equal(m.n_open, 0);
    assert_int_equal(mvv_camera_find(NULL, "camera", &o, path, &chosen, NULL),
                     MOVINET_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_camera_gives),
        cmocka_unit_test(what_is_none),
        cmocka_unit_test(raw_cameras),
        cmocka_unit_test(lists_without_end),
        cmocka_unit_test(what_cannot_be_is_left_out),
        cmocka_unit_test(ranges_of_sizes),
        cmocka_unit_test(choices),
        cmocka_unit_test(choices_in_ranges),
        cmocka_unit_test(choices_in_the_dark),
        cmocka_unit_test(sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

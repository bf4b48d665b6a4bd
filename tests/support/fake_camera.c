/* Cameras for tests: loaded before the C library, this answers for /dev/videoN, where the
 * folder $MOVINET_FAKE_CAMERAS has a file videoN, as Video4Linux would. The file's words say what
 * the camera is like:
 *
 *     denied   cannot be opened            busy   cannot be used
 *     silent   never gives a picture       mjpg   names MJPEG, too (but cannot give it)
 *     unicam   gives raw pictures only
 *
 * Its pictures are YUYV, green, as many a second as are asked for; when it begins to give them there
 * is a file videoN.on. Where videoN is removed the camera is unplugged. SPDX-License-Identifier: Apache-2.0 */
#undef _FILE_OFFSET_BITS /* open() is to be that, and open64() beside it */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { CAMERAS = 64, BUFFERS = 4, BYTES_MAX = 1 << 22 };

typedef struct camera {
    char file[300];      ///< of $MOVINET_FAKE_CAMERAS
    char words[100];     ///< in it
    int fd;              ///< a memory file with the pictures; 0: not open
    int width, height, rate;
    bool queued[BUFFERS], running;
    long long begun;     ///< nanoseconds
    unsigned given;
} camera;

static camera cameras[CAMERAS];

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static bool read_words(camera *c)
{
    FILE *file = fopen(c->file, "r");
    if (!file)
        return false;
    c->words[fread(c->words, 1, sizeof c->words - 1, file)] = '\0';
    fclose(file);
    return true;
}

static bool is(const camera *c, const char *word)
{
    return strstr(c->words, word) != NULL;
}

static int fail(int code)
{
    errno = code;
    return -1;
}

/* -2: it is none of ours. */
static int open_camera(const char *path)
{
    const char *folder = getenv("MOVINET_FAKE_CAMERAS");
    int number, end = 0;
    if (!folder || sscanf(path, "/dev/video%d%n", &number, &end) != 1 || path[end] || number < 0 ||
        number >= CAMERAS)
        return -2;
    camera *c = &cameras[number];
    if (c->fd)
        return fail(EBUSY);
    *c = (camera){.width = 640, .height = 480, .rate = 30};
    snprintf(c->file, sizeof c->file, "%s/video%d", folder, number);
    if (!read_words(c))
        return fail(ENOENT);
    if (is(c, "denied"))
        return fail(EACCES);
    c->fd = memfd_create("camera", MFD_CLOEXEC);
    if (ftruncate(c->fd, BUFFERS * BYTES_MAX))
        return fail(EIO);
    return c->fd;
}

static camera *camera_of(int fd)
{
    for (int i = 0; fd > 0 && i < CAMERAS; i++)
        if (cameras[i].fd == fd)
            return &cameras[i];
    return NULL;
}

/* ---- what is asked -------------------------------------------------------------------- */

static int capability(const camera *c, struct v4l2_capability *out)
{
    memset(out, 0, sizeof *out);
    strcpy((char *)out->driver, is(c, "unicam") ? "unicam" : "uvcvideo");
    strcpy((char *)out->card, "A \"fake\" camera");
    strcpy((char *)out->bus_info, "usb-fake-1.2");
    out->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    out->capabilities = out->device_caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
}

static int format_of(const camera *c, struct v4l2_fmtdesc *out)
{
    if (out->index > (is(c, "mjpg") ? 1u : 0u))
        return fail(EINVAL);
    out->pixelformat = is(c, "unicam")    ? v4l2_fourcc('p', 'B', 'A', 'A')
                       : out->index == 0 ? V4L2_PIX_FMT_YUYV
                                         : V4L2_PIX_FMT_MJPEG;
    strcpy((char *)out->description, "what it gives");
    return 0;
}

static const unsigned sizes[3][2] = {{640, 480}, {96, 64}, {1920, 1080}};

static int size_of(struct v4l2_frmsizeenum *out)
{
    if (out->index > 2)
        return fail(EINVAL);
    out->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    out->discrete.width = sizes[out->index][0];
    out->discrete.height = sizes[out->index][1];
    return 0;
}

static int rate_of(struct v4l2_frmivalenum *out)
{
    static const unsigned rates[] = {30, 15, 5};
    unsigned from = out->width == 1920 ? 2 : 0;
    if (from + out->index > 2)
        return fail(EINVAL);
    out->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    out->discrete = (struct v4l2_fract){1, rates[from + out->index]};
    return 0;
}

static int set_format(camera *c, struct v4l2_format *f, bool really)
{
    struct v4l2_pix_format *pix = &f->fmt.pix;
    int chosen = 0;
    for (int i = 0; i < 3; i++)
        if (pix->width == sizes[i][0] && pix->height == sizes[i][1])
            chosen = i;
    if (is(c, "busy") && really)
        return fail(EBUSY);
    if (really) {
        c->width = (int)sizes[chosen][0];
        c->height = (int)sizes[chosen][1];
    }
    memset(pix, 0, sizeof *pix);
    pix->width = (unsigned)c->width;
    pix->height = (unsigned)c->height;
    pix->pixelformat = V4L2_PIX_FMT_YUYV;
    pix->field = V4L2_FIELD_NONE;
    pix->bytesperline = pix->width * 2;
    pix->sizeimage = pix->bytesperline * pix->height;
    return 0;
}

static int parameters(camera *c, struct v4l2_streamparm *p, bool set)
{
    struct v4l2_captureparm *capture = &p->parm.capture;
    if (set && capture->timeperframe.numerator)
        c->rate = (int)(capture->timeperframe.denominator / capture->timeperframe.numerator);
    capture->capability = V4L2_CAP_TIMEPERFRAME;
    capture->timeperframe = (struct v4l2_fract){1, (unsigned)c->rate};
    return 0;
}

/* ---- pictures ------------------------------------------------------------------------- */

static int buffer(const camera *c, struct v4l2_buffer *b)
{
    if (b->index >= BUFFERS)
        return fail(EINVAL);
    b->length = (unsigned)(c->width * c->height * 2);
    b->bytesused = b->length;
    b->m.offset = b->index * BYTES_MAX;
    b->memory = V4L2_MEMORY_MMAP;
    b->flags = 0;
    return 0;
}

static int dequeue(camera *c, struct v4l2_buffer *b)
{
    if (access(c->file, F_OK))
        return fail(ENODEV);
    if (!c->running)
        return fail(EINVAL);
    unsigned i = 0;
    while (i < BUFFERS && !c->queued[i])
        i++;
    long long due = c->begun + (c->given + 1) * 1000000000LL / c->rate;
    if (i == BUFFERS || now() < due || is(c, "silent"))
        return fail(EAGAIN);
    b->index = i;
    buffer(c, b);
    size_t size = (size_t)c->width * (size_t)c->height * 2;
    unsigned char *pixels = mmap(NULL, size, PROT_WRITE, MAP_SHARED, c->fd, b->m.offset);
    if (pixels == MAP_FAILED)
        return fail(EIO);
    static const unsigned char green[4] = {145, 54, 145, 34};
    for (size_t k = 0; k < size; k++)
        pixels[k] = green[k % 4];
    munmap(pixels, size);
    c->queued[i] = false;
    b->sequence = c->given++;
    b->timestamp.tv_sec = due / 1000000000;
    b->timestamp.tv_usec = due % 1000000000 / 1000;
    return 0;
}

static int stream(camera *c, bool on)
{
    char name[320];
    snprintf(name, sizeof name, "%s.on", c->file);
    if (on)
        close(creat(name, 0600));
    c->running = on;
    c->begun = now();
    c->given = 0;
    memset(c->queued, on ? 1 : 0, sizeof c->queued);
    return 0;
}

static int answer(camera *c, unsigned long request, void *p)
{
    switch (request) {
    case VIDIOC_QUERYCAP: return capability(c, p);
    case VIDIOC_ENUM_FMT: return format_of(c, p);
    case VIDIOC_ENUM_FRAMESIZES: return size_of(p);
    case VIDIOC_ENUM_FRAMEINTERVALS: return rate_of(p);
    case VIDIOC_G_FMT:
    case VIDIOC_TRY_FMT: return set_format(c, p, false);
    case VIDIOC_S_FMT: return set_format(c, p, true);
    case VIDIOC_G_PARM: return parameters(c, p, false);
    case VIDIOC_S_PARM: return parameters(c, p, true);
    case VIDIOC_G_INPUT: *(int *)p = 0; return 0;
    case VIDIOC_S_INPUT: return 0;
    case VIDIOC_ENUMINPUT: memset(p, 0, sizeof(struct v4l2_input)); return 0;
    case VIDIOC_REQBUFS: ((struct v4l2_requestbuffers *)p)->count = BUFFERS; return 0;
    case VIDIOC_QUERYBUF: return buffer(c, p);
    case VIDIOC_QBUF: {
        const struct v4l2_buffer *b = p;
        if (b->index >= BUFFERS)
            return fail(EINVAL);
        c->queued[b->index] = true;
        return 0;
    }
    case VIDIOC_DQBUF: return dequeue(c, p);
    case VIDIOC_STREAMON: return stream(c, true);
    case VIDIOC_STREAMOFF: return stream(c, false);
    default: return fail(ENOTTY);
    }
}

/* ---- in place of the C library's ---------------------------------------------------------- */

typedef int open_function(const char *path, int flags, ...);
typedef int ioctl_function(int fd, unsigned long request, ...);
typedef int close_function(int fd);

static int any_open(const char *name, const char *path, int flags, int mode)
{
    int fd = open_camera(path);
    if (fd != -2)
        return fd;
    open_function *next = (open_function *)dlsym(RTLD_NEXT, name);
    return next(path, flags, mode);
}

#define OPEN(name)                                                                                 \
    EXPORT int name(const char *path, int flags, ...)                                              \
    {                                                                                              \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        int mode = va_arg(more, int);                                                              \
        va_end(more);                                                                              \
        return any_open(#name, path, flags, mode);                                                 \
    }

OPEN(open)
OPEN(open64)

EXPORT int __open_2(const char *path, int flags);
EXPORT int __open_2(const char *path, int flags)
{
    return any_open("open", path, flags, 0);
}

EXPORT int __open64_2(const char *path, int flags);
EXPORT int __open64_2(const char *path, int flags)
{
    return any_open("open64", path, flags, 0);
}

typedef int lookup_function(const char *node, const char *service, const struct addrinfo *hints,
                            struct addrinfo **out);

EXPORT int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out)
{
    const char *file = getenv("MOVINET_FAKE_HANG");
    if (!file)
        return ((lookup_function *)dlsym(RTLD_NEXT, "getaddrinfo"))(node, service, hints, out);
    close(creat(file, 0600));
    for (;;)
        pause();
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
    va_list more;
    va_start(more, request);
    void *argument = va_arg(more, void *);
    va_end(more);
    camera *c = camera_of(fd);
    if (c)
        return answer(c, request, argument);
    return ((ioctl_function *)dlsym(RTLD_NEXT, "ioctl"))(fd, request, argument);
}

EXPORT int close(int fd)
{
    camera *c = camera_of(fd);
    if (c)
        c->fd = 0;
    return ((close_function *)dlsym(RTLD_NEXT, "close"))(fd);
}

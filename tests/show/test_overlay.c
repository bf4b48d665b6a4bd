/* What an overlay shows, and where. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/random.h"
#include "show/painter.h"
#include "show/scene.h"
#include "support/ok.h"
#include "support/slow.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define LONG "passing american football (not in game) while riding a mechanical bull"

static const movinet_overlay_row rows[] = {
    {"arm wrestling", 0.87f, 0.875f, true},
    {"slapping", 0.08f, 0.25f, false},
    {LONG, 0.031f, 0, false},
    {"tickling", 0.004f, 1, false},
};
static const movinet_overlay_content plain = {
    .rows = rows, .n_rows = COUNT(rows),
    .status = {"30 pictures a second · 0.6 ms a frame", "/dev/video0 · A0"}};

static movinet_overlay *opened(void)
{
    movinet_overlay *o = NULL;
    movinet_error err = {0};
    if (movinet_overlay_open(&o, &err) == MOVINET_ERR_UNSUPPORTED) {
        assert_null(o);
        print_message("skipped: %s\n", err.message);
        skip();
    }
    assert_non_null(o);
    return o;
}

static const uint32_t *drawn(movinet_overlay *o, int width, int height,
                             const movinet_overlay_content *content)
{
    const uint32_t *argb = NULL;
    OK(movinet_overlay_draw(o, width, height, content, &argb, NULL, err));
    assert_non_null(argb);
    return argb;
}

static int count(const uint32_t *argb, int n, uint32_t pixel)
{
    int found = 0;
    for (int i = 0; i < n; i++)
        found += argb[i] == pixel;
    return found;
}

static const struct {
    int width, height;
} sizes[] = {{640, 480}, {320, 240}, {160, 120}, {172, 172}, {480, 640}, {1080, 1920},
             {1920, 1080}, {3840, 2160}};

static int n_sizes(void)
{
    return slow_here() ? 4 : COUNT(sizes);
}

/* In the middle of a bar as many pixels have its colour as it is long, from its left end on. */
static void bars(void **state)
{
    (void)state;
    movinet_overlay *o = opened();
    for (int s = 0; s < n_sizes(); s++) {
        int w = sizes[s].width;
        const uint32_t *argb = drawn(o, w, sizes[s].height, &plain);
        mvs_layout l;
        mvs_layout_make(&l, w, sizes[s].height, COUNT(rows));
        assert_in_range(l.n_rows, w < 320 ? 2 : COUNT(rows), COUNT(rows));
        for (int i = 0; i < l.n_rows; i++) {
            mvs_box b = l.rows[i].bar;
            uint32_t colour = 0xff000000 | (rows[i].strong ? MVS_STRONG_BAR : MVS_WEAK_BAR);
            const uint32_t *line = argb + (b.y + b.height / 2) * w;
            double length = rows[i].bar * b.width;
            assert_true(b.width > w * 2 / 5 && b.x + b.width < w);
            assert_true(fabs(count(line, w, colour) - length) <= (rows[i].bar > 0 ? 2.5 : 0));
            assert_int_equal(count(line, b.x, colour), 0);
            assert_int_equal(count(line + b.x + lrint(length), w - b.x - (int)lrint(length), colour),
                             0);
        }
    }
    movinet_overlay_close(o);
}

/* WCAG's. */
static double luminance(const uint8_t *rgb)
{
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double c = rgb[i] / 255.0;
        c = c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
        sum += c * (i == 0 ? 0.2126 : i == 1 ? 0.7152 : 0.0722);
    }
    return sum;
}

/* Least contrast of any letter's ink to any ground in the box; *ink: how many pixels of it. */
static double contrast(const uint8_t *rgb, int width, mvs_box box, int *ink)
{
    double darkest = 1, brightest = 0;
    *ink = 0;
    for (int y = box.y; y < box.y + box.height; y++)
        for (int x = box.x; x < box.x + box.width; x++) {
            double l = luminance(rgb + (y * width + x) * 3);
            darkest = fmin(darkest, l);
            brightest = fmax(brightest, l);
            *ink += l > 0.4;
        }
    return (brightest + 0.05) / (darkest + 0.05);
}

/* Letters can be told from their plate over white, black, and anything. */
static void can_be_read(void **state)
{
    (void)state;
    movinet_overlay *o = opened();
    for (int s = 0; s < n_sizes(); s++)
        for (int ground = 0; ground <= 255; ground += 255) {
            int w = sizes[s].width, h = sizes[s].height, ink;
            uint8_t *rgb = test_malloc((size_t)w * (size_t)h * 3);
            mvs_layout l;
            memset(rgb, ground, (size_t)w * (size_t)h * 3);
            drawn(o, w, h, &plain);
            movinet_overlay_blend(o, rgb, 0);
            mvs_layout_make(&l, w, h, COUNT(rows));
            for (int i = 0; i < l.n_rows; i++) {
                mvs_box box = l.rows[i].text;
                box.width /= 2; /* without the number */
                assert_true(contrast(rgb, w, box, &ink) >= 7);
                if (ink < l.rows[i].type * l.rows[i].type / 5)
                    fail_msg("row %d at %dx%d over %d: %d pixels of ink", i, w, h, ground, ink);
            }
            mvs_box bottom = {l.margin + l.pad, h - 2 * l.margin - l.status_type,
                              w / 3, l.status_type};
            if (contrast(rgb, w, bottom, &ink) < (h < 200 ? 4.5 : 7))
                fail_msg("status at %dx%d over %d: %g", w, h, ground, contrast(rgb, w, bottom, &ink));
            test_free(rgb);
        }
    movinet_overlay_close(o);
}

/* A long label ends before its number, and says that there is more. */
static void long_labels(void **state)
{
    (void)state;
    movinet_overlay *o = opened(), *other = opened();
    for (int s = 0; s < n_sizes(); s++) {
        int w = sizes[s].width, h = sizes[s].height;
        movinet_overlay_row longer = {LONG LONG LONG, 0.5f, 0, true}, more = longer;
        movinet_overlay_content a = {.rows = &longer, .n_rows = 1}, b = {.rows = &more, .n_rows = 1};
        more.label = LONG LONG "other words at the end that do not show";
        const uint32_t *argb = drawn(o, w, h, &a);
        mvs_layout l;
        mvs_layout_make(&l, w, h, 1);
        mvs_box text = l.rows[0].text;
        assert_memory_equal(argb, drawn(other, w, h, &b), (size_t)w * (size_t)h * 4);
        /* "50 %" takes less than 3 letters' size, and half a one before it is empty. */
        int plate = 0, type = l.rows[0].type, x = text.x + text.width - 3 * type;
        uint32_t empty = argb[(text.y + text.height / 2) * w + text.x + text.width + 1];
        for (int y = text.y; y < text.y + text.height; y++)
            plate += argb[y * w + x] == empty;
        assert_int_equal(plate, text.height);
        /* Cut on three dots: ink low down at the right end, none above. */
        int low = 0, high = 0;
        for (int y = text.y; y < text.y + text.height; y++)
            for (int i = x - type * 2; i < x; i++)
                *(y < text.y + text.height / 2 ? &high : &low) += argb[y * w + i] != empty;
        assert_true(low > 0 && low + high < text.height * type);
    }
    movinet_overlay_close(other);
    movinet_overlay_close(o);
}

/* Every part at once, and strings from hell. */
static const char *const help[] = {"q, Esc\tquit", "Space\tpause", "", "\t", "no tab", "\xff\tx",
                                   LONG LONG LONG "\t" LONG LONG LONG, NULL};
static char endless[100001];
static const char *const hostile[] = {
    "", " ", "\xff\xfe\x80", "\xe6\x89\x93\xe7\xaf\xae\xe7\x90\x83",
    "\xd9\x84\xd8\xb9\xd8\xa8 \xd9\x83\xd8\xb1\xd8\xa9", "\xed\xa0\x80 surrogate", "\xf4\x90\x80\x80",
    "\xc0\x80 overlong", "cut \xe6\x89", "a\nb\r\nc\td\x1b[31m\x7f", "\xe2\x80\xa8 \xe2\x80\xa9",
    "\xe2\x80\xae reversed \xe2\x80\xac", "<b>&amp;</i>", "%s%n%d", "\xef\xbf\xbf\xef\xb7\x90",
    "Z\xcc\xb4\xcc\xb5\xcc\xb6\xcc\xb7\xcc\xb8\xcd\x86\xcd\x86\xcd\x86\xcd\x86\xcd\x86",
    "\xf0\x9f\x8f\x80\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
    endless, NULL};

static movinet_overlay_content everything(int i, movinet_overlay_row two[2])
{
    const char *text = hostile[i % COUNT(hostile)];
    two[0] = (movinet_overlay_row){text, i % 3 ? NAN : -5, i % 2 ? INFINITY : NAN, true};
    two[1] = (movinet_overlay_row){text, 1e30f, -INFINITY, false};
    return (movinet_overlay_content){.rows = two, .n_rows = 2, .status = {text, NULL, "x", text},
                                     .warning = text, .help = i % 2 ? help : NULL,
                                     .paused = i % 3 != 0, .recording = i % 5 != 0};
}

/* Blending touches what was drawn, all of it, once. */
static void check_blend(movinet_overlay *o, const uint32_t *argb, int w, int h, mv_random *random)
{
    size_t gap = mv_random_below(random, 9), stride = (size_t)w * 3 + gap;
    uint8_t *rgb = test_malloc(stride * (size_t)h), *was = test_malloc(stride * (size_t)h);
    for (size_t i = 0; i < stride * (size_t)h; i++)
        rgb[i] = was[i] = (uint8_t)mv_random_bits(random);
    movinet_overlay_blend(o, rgb, gap ? (ptrdiff_t)stride : 0);
    for (int y = 0; y < h; y++)
        for (size_t i = 0; i < stride; i++) {
            uint32_t pixel = i < (size_t)w * 3 ? argb[(size_t)y * (size_t)w + i / 3] : 0;
            uint32_t above = pixel >> (16 - i % 3 * 8) & 255, alpha = pixel >> 24;
            size_t at = (size_t)y * stride + i;
            assert_true(above <= alpha);
            uint32_t wanted = above + (was[at] * (255 - alpha) * 2 + 255) / 510;
            assert_int_equal(rgb[at], wanted);
        }
    test_free(rgb);
    test_free(was);
}

static void anything_anywhere(void **state)
{
    (void)state;
    static const int odd[][2] = {{1, 1}, {2, 3}, {16, 16}, {33, 500}, {500, 33}, {16384, 1},
                                 {1, 16384}, {100, 100}, {64, 48}, {160, 120}, {641, 359}};
    movinet_overlay *o = opened();
    mv_random random = {3};
    memset(endless, 'w', sizeof endless - 1);
    int step = slow_here() ? 5 : 1; /* prime to both numbers */
    for (int i = 0; i < COUNT(odd) * COUNT(hostile); i += step) {
        int w = odd[i % COUNT(odd)][0], h = odd[i % COUNT(odd)][1];
        movinet_overlay_row two[2];
        movinet_overlay_content c = everything(i / COUNT(odd), two);
        const uint32_t *argb = drawn(o, w, h, &c);
        if (i % 4 == 0)
            check_blend(o, argb, w, h, &random);
    }
    movinet_overlay_content many = {.rows = rows, .n_rows = 0};
    assert_int_equal(count(drawn(o, 64, 48, &many), 64 * 48, 0), 64 * 48);
    assert_int_equal(count(drawn(o, 64, 48, NULL), 64 * 48, 0), 64 * 48);
    many.n_rows = -5;
    assert_int_equal(count(drawn(o, 64, 48, &many), 64 * 48, 0), 64 * 48);
    many = (movinet_overlay_content){.n_rows = 7};
    assert_int_equal(count(drawn(o, 64, 48, &many), 64 * 48, 0), 64 * 48);
    movinet_overlay_close(o);
}

static bool draws(movinet_overlay *o, int w, int h, const movinet_overlay_content *content)
{
    bool changed = false;
    OK(movinet_overlay_draw(o, w, h, content, NULL, &changed, err));
    return changed;
}

static void changed(void **state)
{
    (void)state;
    movinet_overlay *o = opened();
    movinet_overlay_row own[COUNT(rows)];
    movinet_overlay_content c = plain;
    char label[] = "arm wrestling";
    memcpy(own, rows, sizeof own);
    own[0].label = label;
    c.rows = own;
    assert_true(draws(o, 640, 480, &c));
    assert_false(draws(o, 640, 480, &c));
    assert_false(draws(o, 640, 480, &plain)); /* the same words elsewhere */
    own[0].score += 0.001f;                  /* still 87 % */
    own[0].bar += 1e-5f;
    assert_false(draws(o, 640, 480, &c));
    label[0] = 'A'; /* the same words' memory, other words */
    assert_true(draws(o, 640, 480, &c));
    own[0].score = 0.88f;
    assert_true(draws(o, 640, 480, &c));
    own[1].bar = 0.5f;
    assert_true(draws(o, 640, 480, &c));
    own[1].strong = true;
    assert_true(draws(o, 640, 480, &c));
    c.n_rows = 2;
    assert_true(draws(o, 640, 480, &c));
    c.status[3] = "more";
    assert_true(draws(o, 640, 480, &c));
    c.warning = "too slow: 3.1 of 5 frames a second";
    assert_true(draws(o, 640, 480, &c));
    c.help = help;
    assert_true(draws(o, 640, 480, &c));
    c.paused = true;
    assert_true(draws(o, 640, 480, &c));
    c.recording = true;
    assert_true(draws(o, 640, 480, &c));
    assert_false(draws(o, 640, 480, &c));
    assert_true(draws(o, 480, 640, &c));
    assert_true(draws(o, 480, 640, NULL));
    assert_false(draws(o, 480, 640, NULL));
    movinet_overlay_close(o);
}

/* However it was come to, the same content looks the same. */
static void no_traces(void **state)
{
    (void)state;
    enum { W = 320, H = 240 };
    movinet_overlay *o = opened();
    mv_random random = {4};
    movinet_overlay_row own[COUNT(rows)];
    memcpy(own, rows, sizeof own);
    for (int i = 0; i < 60; i += slow_here() ? 4 : 1) {
        movinet_overlay *fresh = opened();
        movinet_overlay_content c = {.rows = own, .n_rows = COUNT(rows)};
        for (int k = 0; k < COUNT(rows); k++) {
            if (mv_random_below(&random, 2))
                continue;
            own[k].label = rows[mv_random_below(&random, COUNT(rows))].label;
            own[k].bar = own[k].score = (float)mv_random_unit(&random);
            own[k].strong = mv_random_below(&random, 2);
        }
        c.help = i % 20 > 15 ? help : NULL;
        c.warning = i % 30 > 20 ? "too slow" : NULL;
        c.paused = i % 40 > 30;
        const uint32_t *argb = drawn(o, W, H, &c);
        assert_memory_equal(argb, drawn(fresh, W, H, &c), W * H * 4);
        if (i % 5 == 0)
            check_blend(o, argb, W, H, &random);
        movinet_overlay_close(fresh);
    }
    movinet_overlay_close(o);
}

static void bad_arguments(void **state)
{
    (void)state;
    movinet_error err;
    assert_int_equal(movinet_overlay_open(NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_overlay_draw(NULL, 1, 1, NULL, NULL, NULL, &err),
                     MOVINET_ERR_ARGUMENT);
    movinet_overlay *o = opened();
    uint8_t pixel[3] = {1, 2, 3};
    movinet_overlay_blend(o, pixel, 0); /* nothing was drawn yet */
    assert_int_equal(movinet_overlay_draw(o, 0, 1, NULL, NULL, NULL, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_overlay_draw(o, 1, 16385, NULL, NULL, NULL, NULL),
                     MOVINET_ERR_ARGUMENT);
    movinet_overlay_blend(o, pixel, 0);
    assert_int_equal(pixel[0], 1);
    movinet_overlay_close(o);
    movinet_overlay_close(NULL);
}

/* Boxes instead of letters are no answer. */
static void no_fonts(void **state)
{
    (void)state;
    movinet_overlay_close(opened());
    char path[] = "/tmp/movinet-fonts-XXXXXX", self[4096] = "";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && dprintf(fd, "<fontconfig/>\n") > 0 && !close(fd));
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    fflush(NULL);
    pid_t child = fork(); /* fontconfig reads its file once */
    if (!child) {
        setenv("FONTCONFIG_FILE", path, 1);
        execl(self, "test-show-overlay", "no fonts", NULL);
        _exit(99);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    unlink(path);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* What no_fonts starts. */
static int open_without_fonts(void)
{
    movinet_overlay *o;
    movinet_error err = {0};
    bool refused = movinet_overlay_open(&o, &err) == MOVINET_ERR_UNSUPPORTED && !o;
    return refused && strstr(err.message, "no fonts") ? 0 : 1;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return open_without_fonts();
    setenv("G_DEBUG", "fatal-warnings", 1); /* nothing that pango would complain about */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars),
        cmocka_unit_test(can_be_read),
        cmocka_unit_test(long_labels),
        cmocka_unit_test(anything_anywhere),
        cmocka_unit_test(changed),
        cmocka_unit_test(no_traces),
        cmocka_unit_test(bad_arguments),
        cmocka_unit_test(no_fonts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

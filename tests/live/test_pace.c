/* When pictures are due. SPDX-License-Identifier: Apache-2.0 */
#include "live/pace.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A picture of the source's `time` comes at `now`: when is it due, and what is our time? */
static void expect(mvl_pace *p, double time, double now, double due, double ours)
{
    double got = mvl_pace_due(p, &time, now);
    if (fabs(got - due) > 1e-9 || fabs(time - ours) > 1e-9)
        fail_msg("at %g: due %g, time %g; not %g, %g", now, got, time, due, ours);
}

static void as_they_come(void **state)
{
    (void)state;
    mvl_pace p;
    mvl_pace_init(&p, 100, 1);
    mvl_pace_begin(&p, MVL_PACE_COMES, 103); /* opening took three seconds */
    expect(&p, 777, 103, 103, 0);
    expect(&p, 777.03, 103.5, 103.5, 0.5);
    expect(&p, 0, 103.5, 103.5, 0.5);
    mvl_pace_begin(&p, MVL_PACE_COMES, 110); /* opened again: time has gone on */
    expect(&p, 0, 110, 110, 7);
}

static void files(void **state)
{
    (void)state;
    mvl_pace p;
    mvl_pace_init(&p, 100, 2);
    mvl_pace_begin(&p, MVL_PACE_OWN, 101);
    expect(&p, 0, 101, 101, 0);
    expect(&p, 1, 101.1, 101.5, 1); /* twice as fast */
    expect(&p, 2, 105, 102, 2);     /* late, and told so */
    mvl_pace_init(&p, 100, 1);
    mvl_pace_begin(&p, MVL_PACE_OWN, 100);
    expect(&p, 0, 100, 100, 0);
    expect(&p, 9.96, 109.9, 109.96, 9.96);
    mvl_pace_begin(&p, MVL_PACE_OWN, 110.1); /* again, a little late: without a gap */
    expect(&p, 0, 110.1, 110, 10);
    expect(&p, 5, 115, 115, 15);
    mvl_pace_begin(&p, MVL_PACE_OWN, 130); /* it was away for a while */
    expect(&p, 0, 130, 130, 30);
}

/* Three seconds at once, then nothing, then three more. */
static void parts(void **state)
{
    (void)state;
    mvl_pace p;
    mvl_pace_init(&p, 50, 1);
    mvl_pace_begin(&p, MVL_PACE_PARTS, 50);
    expect(&p, 7, 51, 51, 1);
    expect(&p, 8, 51.1, 52, 2);
    expect(&p, 9.9, 52, 53.9, 3.9);
    expect(&p, 10, 54.04, 54, 4);   /* hardly late: as if it were not */
    expect(&p, 11, 54.1, 55, 5);
    expect(&p, 12, 60, 60, 10);     /* late: all that follow are, too, and none is hurried */
    expect(&p, 13, 60.1, 61, 11);
    expect(&p, 40, 61, 61, 11);     /* stamps that jump are not waited for */
    expect(&p, 41, 61.1, 62, 12);
    expect(&p, 3, 62, 62, 12);      /* nor are those that begin anew */
    expect(&p, 4, 62.1, 63, 13);
    mvl_pace_begin(&p, MVL_PACE_PARTS, 70);
    expect(&p, 100, 71, 71, 21);
}

static void kinds(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        bool has_end;
        mvl_pace_kind kind;
    } want[] = {
        {"mov,mp4,m4a,3gp,3g2,mj2", true, MVL_PACE_OWN}, {"hls", true, MVL_PACE_OWN},
        {"hls", false, MVL_PACE_PARTS},                  {"dash", false, MVL_PACE_PARTS},
        {"rtsp", false, MVL_PACE_COMES},                 {"mpegts", false, MVL_PACE_COMES},
        {"video4linux2,v4l2", false, MVL_PACE_COMES},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(mvl_pace_of(&(movinet_video_info){.format = want[i].format},
                                     want[i].has_end),
                         want[i].kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_they_come),
        cmocka_unit_test(files),
        cmocka_unit_test(parts),
        cmocka_unit_test(kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

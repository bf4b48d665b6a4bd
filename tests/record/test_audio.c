/* The audio of one file kept in another. SPDX-License-Identifier: Apache-2.0 */
#include "record/recorded.h"

#include "support/ok.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One field of the first audio stream, as ffprobe tells it; "" if there is none. */
static const char *probe(const char *path, const char *field)
{
    static char text[200];
    char command[300];
    snprintf(command, sizeof command,
             "ffprobe -v error -select_streams a:0 -show_entries stream=%s -of "
             "default=nw=1:nk=1 '%s' | head -1",
             field, path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    if (!fgets(text, sizeof text, pipe))
        text[0] = '\0';
    pclose(pipe);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* When the beep of a file begins on the file's clock, seconds. */
static double beep(const char *path)
{
    char command[300];
    snprintf(command, sizeof command, "-i '%s' -vn -ac 1 -ar 8000 -f s16le beep.raw", path);
    media_make(command);
    size_t size;
    uint8_t *bytes = media_read("beep.raw", &size);
    size_t i = 0;
    while (i + 1 < size && abs((int16_t)(bytes[i] | bytes[i + 1] << 8)) < 6000)
        i += 2;
    free(bytes);
    assert_true(i + 1 < size);
    return (double)i / 2 / 8000;
}

static double flash(const char *path)
{
    const media_video *v = media_play(path, NULL);
    assert_int_equal(v->open, 0);
    for (int i = 0; i < v->n; i++)
        if (v->frames[i].middle[0] > 200)
            return v->frames[i].time;
    fail_msg("no flash in %s", path);
    return -1;
}

/* Records the frames of a file with its audio, and tells the first frame's time. */
static void copy_video(const char *from, const char *to, double start, double duration)
{
    const movinet_video_options part = {.start = start, .duration = duration};
    movinet_recorder *r = NULL;
    movinet_video *video;
    movinet_frame f;
    OK(movinet_video_open(&video, from, &part, err));
    const movinet_video_info *info = movinet_video_get_info(video);
    const movinet_recorder_options o = {
        .frame_rate = info->frame_rate, .audio_from = from, .audio_origin = info->origin};
    OK(movinet_recorder_open(&r, to, info->width, info->height, &o, err));
    while (!movinet_video_next(video, &f, NULL))
        OK(movinet_recorder_push(r, &f, err));
    OK(movinet_recorder_close(r, err));
    movinet_video_close(video);
}

/* A flash and a beep 2.5 seconds behind the first picture. `late`: seconds that the pictures
 * begin behind the audio. */
static void make_clap(const char *path, const char *codecs, double late)
{
    char arguments[900];
    snprintf(arguments, sizeof arguments,
             "-itsoffset %g -f lavfi -i \"color=black:s=64x48:r=20:d=5,drawbox=c=white:t=fill:"
             "enable='between(t,2.49,2.7)'\" -f lavfi -i "
             "\"aevalsrc=0.7*sin(3000*t)*between(t\\,%g\\,%g):d=%g:s=44100,aformat="
             "channel_layouts=stereo\" -map 0 -map 1 -vsync passthrough %s '%s'",
             late, 2.5 + late, 2.7 + late, 5 + late, codecs, path);
    media_make(arguments);
}

/* In its place to a twentieth of a second, whatever it was and becomes. */
static void stays_in_place(void **state)
{
    static const struct {
        const char *from, *codecs, *to, *codec;
        double late;
    } cases[] = {
        {"a.mp4", "-c:v mpeg4 -c:a aac", "b.mp4", "aac", 0},
        {"a.mp4", "-c:v mpeg4 -c:a aac", "b.mkv", "aac", 0},
        {"late.mp4", "-c:v mpeg4 -c:a aac", "b.mp4", "aac", 0.6},
        {"late.mkv", "-c:v mpeg4 -c:a flac", "b.mp4", "aac", 0.6},
        {"a.ts", "-c:v mpeg2video -c:a aac", "b.mp4", "aac", 0},
        {"a.ts", "-c:v mpeg2video -c:a aac", "b.mkv", "aac", 0.6},
        {"a.ts", "-c:v mpeg2video -c:a mp2", "b.mp4", "aac", 0},
        {"a.avi", "-c:v mpeg4 -c:a pcm_s16le", "b.mp4", "aac", 0},
        {"a.avi", "-c:v mpeg4 -c:a pcm_s16le", "b.avi", "pcm_s16le", 0},
        {"a.mkv", "-c:v mpeg4 -c:a pcm_s16le -ar 22050 -ac 1", "b.mov", "pcm_s16le", 0},
        {"a.mkv", "-c:v mpeg4 -c:a pcm_s16le -ar 11025 -ac 1", "b.mp4", "aac", 0},
        {"a.mkv", "-c:v mpeg4 -c:a flac", "b.mkv", "flac", 0},
        {"a.mp4", "-c:v mpeg4 -c:a aac", "b.avi", "mp3", 0},
        {"a.mp4", "-c:v mpeg4 -c:a aac", "b.webm", "opus", 0},
    };
    (void)state;
    media_need_ffmpeg();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_clap(cases[i].from, cases[i].codecs, cases[i].late);
        copy_video(cases[i].from, cases[i].to, 0, 0);
        assert_string_equal(probe(cases[i].to, "codec_name"), cases[i].codec);
        double seen = flash(cases[i].to), heard = beep(cases[i].to);
        if (fabs(seen - 2.5) > 0.03 || fabs(heard - 2.5) > 0.05)
            fail_msg("%s (%s) to %s: flash at %.3f, beep at %.3f", cases[i].from, cases[i].codecs,
                     cases[i].to, seen, heard);
    }
}

/* A part of the file. */
static void from_the_middle(void **state)
{
    static const char *const tos[] = {"b.mp4", "b.mkv", "b.webm", "b.avi"};
    (void)state;
    media_need_ffmpeg();
    make_clap("a.mp4", "-c:v mpeg4 -c:a aac", 0);
    for (int i = 0; i < 4; i++) {
        copy_video("a.mp4", tos[i], 2, 1.5);
        double seen = flash(tos[i]), heard = beep(tos[i]);
        if (fabs(seen - 0.5) > 0.03 || fabs(heard - 0.5) > 0.05)
            fail_msg("%s: flash at %.3f, beep at %.3f", tos[i], seen, heard);
        /* It ends with the pictures. */
        assert_true(fabs(media_play(tos[i], NULL)->duration - 1.5) < 0.15);
    }
    make_clap("long.mkv", "-c:v mpeg4 -g 10 -c:a aac", 7); /* far enough to be sought */
    media_make("-stream_loop 3 -i a.mp4 -c copy long.mp4");
    copy_video("long.mp4", "b.mp4", 12, 2);
    assert_true(fabs(flash("b.mp4") - 0.5) < 0.1);
    assert_true(fabs(beep("b.mp4") - flash("b.mp4")) < 0.1);
}

static void none(void **state)
{
    movinet_recorder *r;
    movinet_error why;
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc=s=64x48:d=1:r=10 -c:v mpeg4 silent.mp4");
    copy_video("silent.mp4", "b.mp4", 0, 0);
    assert_string_equal(probe("b.mp4", "codec_name"), "");
    media_assert_frames(media_play("b.mp4", NULL), 10);
    const movinet_recorder_options missing = {.audio_from = "missing.mp4"};
    assert_int_equal(movinet_recorder_open(&r, "c.mp4", W, H, &missing, &why), MOVINET_ERR_IO);
    assert_non_null(strstr(why.message, "missing.mp4: its audio cannot be read"));
}

/* Audio that is damaged, or over before the pictures are: they go on. */
static void damaged(void **state)
{
    size_t size;
    (void)state;
    media_need_ffmpeg();
    make_clap("a.mkv", "-c:v mpeg4 -c:a flac", 0);
    uint8_t *bytes = media_read("a.mkv", &size);
    for (size_t i = size / 2; i < size; i += 97)
        bytes[i] ^= 0x55;
    media_write("damaged.mkv", bytes, size);
    free(bytes);
    media_make("-i a.mkv -map 0:a -t 1 -c copy short.mkv");
    const movinet_recorder_options from[] = {{.audio_from = "damaged.mkv"},
                                             {.audio_from = "short.mkv"}};
    for (int i = 0; i < 2; i++) {
        movinet_recorder *r;
        OK(movinet_recorder_open(&r, "b.mp4", W, H, &from[i], err));
        for (int k = 0; k < 100; k++) {
            movinet_frame frame = frame_of(W, H, k, k / 25.0);
            OK(movinet_recorder_push(r, &frame, err));
        }
        OK(movinet_recorder_close(r, err));
        media_assert_frames(media_play("b.mp4", NULL), 100);
        assert_string_equal(probe("b.mp4", "codec_name"), "aac");
    }
    assert_true(fabs(atof(probe("b.mp4", "duration")) - 1) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_in_place),
        cmocka_unit_test(from_the_middle),
        cmocka_unit_test(none),
        cmocka_unit_test(damaged),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

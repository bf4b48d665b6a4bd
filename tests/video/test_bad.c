/* What is broken, missing or goes away. SPDX-License-Identifier: Apache-2.0 */
#include "video/media.h"

#include <arpa/inet.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void not_there(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_assert_error(media_play("nowhere.mp4", NULL), MOVINET_ERR_IO, "nowhere.mp4: ");
    media_assert_error(media_play("img_%03d.png", NULL), MOVINET_ERR_IO, "img_%03d.png: ");
    media_assert_error(media_play("nothing://x", NULL), MOVINET_ERR_IO, "nothing://x: ");
    media_assert_error(media_play(".", NULL), MOVINET_ERR_IO, ".: is a folder");
    media_assert_error(media_play("/dev/null", NULL), MOVINET_ERR_FORMAT, "/dev/null: ");
}

static void empty_and_foreign_files(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_write("empty.mp4", "", 0);
    media_assert_error(media_play("empty.mp4", NULL), MOVINET_ERR_FORMAT,
                       "empty.mp4: no frame could be decoded");
    media_write("text.mp4", "This is no video at all.\n", 25);
    media_assert_error(media_play("text.mp4", NULL), MOVINET_ERR_FORMAT, "text.mp4: not a video");
    media_make("-f lavfi -i sine=d=1 -c:a pcm_s16le sound.wav");
    media_assert_error(media_play("sound.wav", NULL), MOVINET_ERR_FORMAT,
                       "sound.wav: no video stream");
    media_make("-f lavfi -i sine=d=1 sound.mp4");
    media_assert_error(media_play("sound.mp4", NULL), MOVINET_ERR_FORMAT,
                       "sound.mp4: no video stream");
}

/* Keeps the first `share` of a file. */
static void truncate_to(const char *from, const char *to, double share)
{
    size_t size;
    uint8_t *bytes = media_read(from, &size);
    media_write(to, bytes, (size_t)(share * (double)size));
    free(bytes);
}

static void truncated(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=8 -pix_fmt yuv420p a.mp4");
    truncate_to("a.mp4", "t.mp4", 0.9); /* the index is at the end */
    media_assert_error(media_play("t.mp4", NULL), MOVINET_ERR_FORMAT, "t.mp4: not a video");
    media_make("-i a.mp4 -c copy -movflags faststart b.mp4");
    truncate_to("b.mp4", "t.mp4", 0.6);
    const media_video *v = media_sample("t.mp4", 5, 0, 0);
    assert_int_equal(v->open, MOVINET_OK);
    assert_int_equal(v->end, MOVINET_END);
    assert_true(v->n > 5 && v->n < 38);
    media_make("-i a.mp4 -c copy b.ts");
    truncate_to("b.ts", "t.ts", 0.5);
    v = media_sample("t.ts", 5, 0, 0);
    assert_int_equal(v->end, MOVINET_END);
    assert_true(v->n > 5 && v->n < 38);
}

static void index_but_no_frame(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -pix_fmt yuv420p -movflags faststart a.mp4");
    size_t size, at = 0;
    uint8_t *bytes = media_read("a.mp4", &size);
    while (memcmp(bytes + at, "mdat", 4))
        at++;
    memset(bytes + at + 4, 0x55, size - at - 4);
    media_write("b.mp4", bytes, size);
    free(bytes);
    media_assert_error(media_play("b.mp4", NULL), MOVINET_ERR_FORMAT,
                       "b.mp4: no frame could be decoded");
}

static void damaged_packets_are_passed_over(void **state)
{
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=8 -pix_fmt yuv420p -g 10 a.mkv");
    size_t size;
    uint8_t *bytes = media_read("a.mkv", &size);
    for (size_t i = size / 3; i < size / 2; i += 97)
        bytes[i] ^= 0x5A;
    media_write("b.mkv", bytes, size);
    free(bytes);
    const media_video *v = media_sample("b.mkv", 5, 0, 0);
    media_assert_frames(v, 40);
    assert_true(v->damaged > 0);
}

/* Any few bytes anywhere may be wrong: no crash, no leak, one line. */
static void random_damage(void **state)
{
    static const char *const names[] = {"a.mp4", "a.mkv", "a.avi", "a.ts", "a.gif"};
    uint32_t seed = 1;
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=48x32:r=10:d=2 -pix_fmt yuv420p a.mp4");
    media_make("-i a.mp4 a.mkv");
    media_make("-i a.mp4 a.avi");
    media_make("-i a.mp4 a.ts");
    media_make("-i a.mp4 a.gif");
    for (int run = 0; run < 200; run++) {
        size_t size;
        uint8_t *bytes = media_read(names[run % 5], &size);
        for (int i = 0; i < 1 + run / 10; i++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[(seed >> 4) % (run % 3 ? size : size / 8)] = (uint8_t)(seed >> 24);
        }
        media_write("b", bytes, size);
        free(bytes);
        movinet_video_options o = {.sample_rate = run % 2 ? 5 : 0, .duration = 5,
                                   .start = run % 7 ? 0 : 1};
        const media_video *v = media_play("b", &o);
        movinet_status status = v->open ? v->open : v->end;
        if (status < 0)
            assert_null(strchr(v->err.message, '\n'));
    }
}

/* ---- a server that breaks off ---- */

typedef struct server {
    int listener;
    uint8_t *bytes;
    size_t size, sent; ///< promised, delivered
} server;

static void *serve(void *user)
{
    server *s = user;
    for (;;) {
        char request[4000], head[200];
        int client = accept(s->listener, NULL, NULL);
        if (client < 0)
            return NULL;
        ssize_t got = recv(client, request, sizeof request, 0);
        int n = snprintf(head, sizeof head,
                         "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
                         "Content-Type: video/x-matroska\r\nConnection: close\r\n\r\n",
                         s->size);
        if (got > 0 && send(client, head, (size_t)n, MSG_NOSIGNAL) == n)
            got = send(client, s->bytes, s->sent, MSG_NOSIGNAL);
        shutdown(client, SHUT_WR);
        close(client);
    }
}

/* Listens on 127.0.0.1 and writes the URL. */
static void start_server(server *s, pthread_t *thread, char *url, size_t url_size)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(s->listener, 4), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(pthread_create(thread, NULL, serve, s), 0);
    snprintf(url, url_size, "http://127.0.0.1:%d/a.mkv", ntohs(address.sin_port));
}

static void stop_server(server *s, pthread_t thread)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(s->listener);
    free(s->bytes);
}

static void stream_that_goes_away(void **state)
{
    server s;
    pthread_t thread;
    char url[100];
    (void)state;
    media_need_ffmpeg();
    unsetenv("http_proxy");
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=8 -pix_fmt yuv420p a.mkv");
    s.bytes = media_read("a.mkv", &s.size);
    s.sent = s.size / 2;
    start_server(&s, &thread, url, sizeof url);
    const media_video *half = media_sample(url, 5, 0, 0);
    media_assert_error(half, MOVINET_ERR_IO, "reading failed");
    assert_true(half->n > 5 && half->n < 38); /* what came is delivered first */
    s.sent = s.size;
    media_assert_frames(media_sample(url, 5, 0, 0), 40);
    stop_server(&s, thread);
}

static bool after_some(void *user)
{
    return ++*(int *)user > 200;
}

static bool at_once(void *user)
{
    (void)user;
    return true;
}

static void interrupted(void **state)
{
    int asked = 0;
    (void)state;
    media_need_ffmpeg();
    media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=40 -pix_fmt yuv420p a.mp4");
    movinet_video_options o = {.interrupted = at_once};
    media_assert_error(media_play("a.mp4", &o), MOVINET_ERR_CANCELLED, "a.mp4: interrupted");
    o = (movinet_video_options){.interrupted = after_some, .user = &asked};
    media_assert_error(media_play("a.mp4", &o), MOVINET_ERR_CANCELLED, "a.mp4: interrupted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_there),
        cmocka_unit_test(empty_and_foreign_files),
        cmocka_unit_test(truncated),
        cmocka_unit_test(index_but_no_frame),
        cmocka_unit_test(damaged_packets_are_passed_over),
        cmocka_unit_test(random_damage),
        cmocka_unit_test(stream_that_goes_away),
        cmocka_unit_test(interrupted),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}

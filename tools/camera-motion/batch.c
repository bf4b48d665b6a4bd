/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"
#include "core/clock.h"
#include "core/file.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, MOST_THREADS = 64 };

typedef struct state {
    const cm_batch *batch;
    pthread_mutex_t lock; /* of what follows */
    int next, made;
    uint64_t begun, told;
    movinet_status status;
    movinet_error err;
} state;

static void tell(state *s, bool last)
{
    uint64_t now = mv_clock_ns();
    double seconds = (double)(now - s->begun) * 1e-9;
    bool terminal = isatty(STDERR_FILENO);
    if (s->batch->quiet ||
        (!last && now - s->told < (terminal ? UINT64_C(300000000) : UINT64_C(10000000000))))
        return;
    s->told = now;
    fprintf(stderr, "%s%s: %d of %d clips, %.1f a second%s", terminal ? "\r" : "", s->batch->dir,
            s->made, s->batch->clips, seconds > 0 ? s->made / seconds : 0,
            terminal && !last ? "" : "\n");
}

static movinet_status make(const cm_batch *b, int index, movinet_error *err)
{
    char path[PATH_ROOM];
    struct stat info;
    int n = snprintf(path, sizeof path, "%s/%s/%05d.mp4", b->dir,
                     cm_class_name((cm_class)(index % CM_CLASSES)), index / CM_CLASSES);
    if (n < 0 || (size_t)n >= sizeof path)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "the folder's name is too long");
    if (stat(path, &info) == 0)
        return MOVINET_OK;
    return b->make(b->user, index, path, err);
}

static void *work(void *user)
{
    state *s = user;
    movinet_error err;
    for (;;) {
        pthread_mutex_lock(&s->lock);
        int index = s->status ? s->batch->clips : s->next++;
        pthread_mutex_unlock(&s->lock);
        if (index >= s->batch->clips)
            return NULL;
        movinet_status status = make(s->batch, index, &err);
        pthread_mutex_lock(&s->lock);
        if (status && !s->status) {
            s->status = status;
            s->err = err;
        }
        s->made += !status;
        tell(s, false);
        pthread_mutex_unlock(&s->lock);
    }
}

static movinet_status make_folders(const cm_batch *b, movinet_error *err)
{
    char path[PATH_ROOM];
    for (int c = 0; c < CM_CLASSES; c++) {
        int n = snprintf(path, sizeof path, "%s/%s", b->dir, cm_class_name((cm_class)c));
        if (n < 0 || (size_t)n >= sizeof path)
            return mv_fail(err, MOVINET_ERR_ARGUMENT, "the folder's name is too long");
        movinet_status status = mv_make_folders(path, err);
        if (status)
            return status;
    }
    return MOVINET_OK;
}

movinet_status cm_batch_run(const cm_batch *b, movinet_error *err)
{
    state s = {.batch = b, .begun = mv_clock_ns()};
    pthread_t threads[MOST_THREADS];
    int n = 0;
    movinet_status status = make_folders(b, err);
    if (status)
        return status;
    pthread_mutex_init(&s.lock, NULL);
    while (n < b->threads - 1 && n < MOST_THREADS && !pthread_create(&threads[n], NULL, work, &s))
        n++;
    work(&s);
    while (n > 0)
        pthread_join(threads[--n], NULL);
    pthread_mutex_destroy(&s.lock);
    tell(&s, true);
    if (s.status && err)
        *err = s.err;
    return s.status;
}

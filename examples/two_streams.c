/* Two videos at once: one model, two streams, two threads.
 *
 *     cc two_streams.c -o two_streams -pthread $(pkg-config --cflags --libs libmovinet)
 *     ./two_streams movinet_a0_stream_int8_k600.tflite a.mp4 b.mp4
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <movinet/movinet.h>
#include <pthread.h>
#include <stdio.h>

typedef struct job {
    movinet_model *model; /* shared: it never changes */
    const char *source;
    int best;
    float score;
    movinet_status status;
    movinet_error err;
} job;

static void *classify(void *argument)
{
    job *j = argument;
    const movinet_model_info *info = movinet_model_get_info(j->model);
    movinet_video_options options = {.sample_rate = info->frame_rate};
    movinet_stream *stream = NULL;
    movinet_video *video = NULL;
    movinet_frame frame;

    j->status = movinet_stream_open(&stream, j->model, NULL, &j->err);
    if (!j->status)
        j->status = movinet_video_open(&video, j->source, &options, &j->err);
    while (!j->status && !(j->status = movinet_video_next(video, &frame, &j->err)))
        j->status = movinet_stream_push(stream, &frame, NULL, &j->err);
    if (j->status == MOVINET_END) {
        const float *scores = movinet_stream_scores(stream);
        j->status = MOVINET_OK;
        for (int i = 0; i < info->n_classes; i++)
            if (scores[i] > j->score) {
                j->best = i;
                j->score = scores[i];
            }
    }
    movinet_video_close(video);
    movinet_stream_close(stream);
    return NULL;
}

int main(int argc, char **argv)
{
    movinet_model *model;
    movinet_error err;
    pthread_t thread[2];
    int failed = 0;

    if (argc != 4) {
        fprintf(stderr, "usage: two_streams MODEL VIDEO VIDEO\n");
        return 2;
    }
    if (movinet_model_open(&model, argv[1], NULL, &err)) {
        fprintf(stderr, "two_streams: %s\n", err.message);
        return 1;
    }
    job jobs[2] = {{.model = model, .source = argv[2]}, {.model = model, .source = argv[3]}};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&thread[i], NULL, classify, &jobs[i])) {
            fprintf(stderr, "two_streams: no thread\n");
            return 1;
        }
    for (int i = 0; i < 2; i++) {
        pthread_join(thread[i], NULL);
        if (jobs[i].status) {
            fprintf(stderr, "two_streams: %s\n", jobs[i].err.message);
            failed = 1;
        } else {
            printf("%s: %s, %.0f %%\n", jobs[i].source, movinet_model_label(model, jobs[i].best),
                   100 * (double)jobs[i].score);
        }
    }
    movinet_model_close(model);
    return failed;
}

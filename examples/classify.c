/* The smallest classifier: what does a video show?
 *
 *     cc classify.c -o classify $(pkg-config --cflags --libs libmovinet)
 *     ./classify movinet_a0_stream_int8_k600.tflite video.mp4
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <movinet/movinet.h>
#include <stdio.h>

static int fail(const movinet_error *err)
{
    fprintf(stderr, "classify: %s\n", err->message);
    return 1;
}

int main(int argc, char **argv)
{
    movinet_model *model;
    movinet_stream *stream;
    movinet_video *video;
    movinet_frame frame;
    movinet_error err;
    movinet_status status;

    if (argc != 3) {
        fprintf(stderr, "usage: classify MODEL VIDEO\n");
        return 2;
    }
    if (movinet_model_open(&model, argv[1], NULL, &err))
        return fail(&err);
    const movinet_model_info *info = movinet_model_get_info(model);
    movinet_video_options options = {.sample_rate = info->frame_rate};
    if (movinet_stream_open(&stream, model, NULL, &err) ||
        movinet_video_open(&video, argv[2], &options, &err))
        return fail(&err);

    while ((status = movinet_video_next(video, &frame, &err)) == MOVINET_OK) {
        if (movinet_stream_push(stream, &frame, NULL, &err))
            return fail(&err);
        const float *scores = movinet_stream_scores(stream);
        int best = 0;
        for (int i = 1; i < info->n_classes; i++)
            if (scores[i] > scores[best])
                best = i;
        printf("%6.1f s  %3.0f %%  %s\n", frame.time, 100 * (double)scores[best],
               movinet_model_label(model, best));
    }
    movinet_video_close(video);
    movinet_stream_close(stream);
    movinet_model_close(model);
    return status == MOVINET_END ? 0 : fail(&err);
}

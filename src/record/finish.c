/* A finished file: the same packets, but with one index, in front.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record/muxer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Larger files would take too long at the end, bytes. */
#define PLAIN_LIMIT (INT64_C(256) << 20)

char *mvv_file_url(const char *path)
{
    size_t size = strlen(path) + sizeof "file:";
    char *url = malloc(size);
    if (url)
        snprintf(url, size, "file:%s", path);
    return url;
}

static int copy_streams(AVFormatContext *from, AVFormatContext *to)
{
    int code = 0;
    for (unsigned i = 0; i < from->nb_streams && code >= 0; i++) {
        const AVStream *old = from->streams[i];
        AVStream *stream = avformat_new_stream(to, NULL);
        if (!stream)
            return AVERROR(ENOMEM);
        stream->time_base = old->time_base;
        stream->avg_frame_rate = old->avg_frame_rate;
        stream->sample_aspect_ratio = old->sample_aspect_ratio;
        code = avcodec_parameters_copy(stream->codecpar, old->codecpar);
        stream->codecpar->codec_tag = 0;
    }
    return code;
}

/* All packets; 0 at the end. */
static int copy_packets(AVFormatContext *from, AVFormatContext *to)
{
    AVPacket *packet = av_packet_alloc();
    int code = packet ? 0 : AVERROR(ENOMEM);
    while (code >= 0 && (code = av_read_frame(from, packet)) >= 0) {
        int i = packet->stream_index;
        packet->pos = -1;
        av_packet_rescale_ts(packet, from->streams[i]->time_base, to->streams[i]->time_base);
        code = av_write_frame(to, packet);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    return code == AVERROR_EOF ? 0 : code;
}

static int copy_all(AVFormatContext *from, AVFormatContext *to, const mvv_container *container)
{
    AVDictionary *options = NULL;
    mvv_add_options(&options, container->plain);
    int code = copy_streams(from, to);
    if (code >= 0)
        code = avformat_write_header(to, &options);
    av_dict_free(&options);
    if (code < 0)
        return code;
    code = copy_packets(from, to);
    int ended = av_write_trailer(to);
    return code < 0 ? code : ended < 0 ? ended : to->pb->error;
}

static bool make_copy(const char *from_url, const char *to_url, const mvv_container *container)
{
    AVFormatContext *from = NULL, *to = NULL;
    int code = avformat_open_input(&from, from_url, NULL, NULL), closed = 0;
    if (code >= 0)
        code = avformat_find_stream_info(from, NULL);
    if (code >= 0)
        code = avformat_alloc_output_context2(&to, NULL, container->muxer, to_url);
    if (code >= 0)
        code = avio_open(&to->pb, to_url, AVIO_FLAG_WRITE);
    if (code >= 0)
        code = copy_all(from, to, container);
    if (to && to->pb)
        closed = avio_closep(&to->pb);
    avformat_free_context(to);
    avformat_close_input(&from);
    return code >= 0 && closed >= 0;
}

void mvv_make_plain(const char *path, const mvv_container *container)
{
    struct stat info;
    if (!container->plain || lstat(path, &info) || !S_ISREG(info.st_mode) ||
        info.st_size > PLAIN_LIMIT)
        return;
    size_t room = strlen(path) + 64;
    char *part = malloc(room), *from = mvv_file_url(path), *to = NULL;
    if (part) {
        snprintf(part, room, "%s.%ld-%lx.part", path, (long)getpid(),
                 (unsigned long)(uintptr_t)&info);
        to = mvv_file_url(part);
    }
    if (from && to) {
        if (!make_copy(from, to, container) || chmod(part, info.st_mode & 0777) ||
            rename(part, path))
            unlink(part);
    }
    free(part);
    free(from);
    free(to);
}

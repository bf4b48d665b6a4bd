/* SPDX-License-Identifier: Apache-2.0 */
#include "record/container.h"

#include <string.h>
#include <strings.h>

/* Fragments, each a key frame and what follows it. The index of the whole waits for the first
 * of them, so that it can say where audio and pictures begin. */
#define FRAGMENTS "movflags=frag_keyframe+delay_moov+default_base_moof"
/* Clusters of a second, written as they come. */
#define CLUSTERS "cluster_time_limit=1000"

static const mvv_container containers[] = {
    {".mp4",
     "mp4",
     FRAGMENTS,
     "movflags=faststart",
     {"libx264", "libopenh264", "mpeg4"},
     "aac mp3 ac3 eac3 alac",
     {"aac"},
     false},
    {".mov",
     "mov",
     FRAGMENTS,
     "movflags=faststart",
     {"libx264", "libopenh264", "mpeg4"},
     "aac mp3 ac3 eac3 alac pcm_s16le pcm_s16be pcm_s24le",
     {"aac"},
     false},
    {".mkv",
     "matroska",
     CLUSTERS,
     NULL,
     {"libx264", "libopenh264", "mpeg4"},
     "aac mp3 mp2 ac3 eac3 alac flac opus vorbis dts truehd pcm_s16le pcm_s24le pcm_f32le",
     {"aac"},
     false},
    {".webm",
     "webm",
     CLUSTERS,
     NULL,
     {"libvpx-vp9", "libvpx"},
     "opus vorbis",
     {"libopus", "libvorbis"},
     false},
    {".avi",
     "avi",
     NULL,
     NULL,
     {"libx264", "libopenh264", "mpeg4"},
     "mp3 ac3 pcm_s16le pcm_u8",
     {"libmp3lame", "ac3", "pcm_s16le"},
     true},
};

enum { N_CONTAINERS = sizeof containers / sizeof *containers };

/* Key frames where the caller wants them, and qualities that look alike. */
static const mvv_codec codecs[] = {
    {"libx264", "preset=veryfast:crf=20:forced-idr=1", "tune=zerolatency", true},
    {"libopenh264", "rc_mode=quality", "", true},
    {"mpeg4", "flags=+qscale:global_quality=354", "", false}, /* 3 of 31, times 118 */
    {"libvpx-vp9", "crf=30:b=0:deadline=realtime:cpu-used=7:row-mt=1", "lag-in-frames=0", true},
    {"libvpx", "crf=10:b=4M:deadline=realtime:cpu-used=6", "lag-in-frames=0", false},
};

const mvv_container *mvv_container_of(const char *path, movinet_error *err)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    for (int i = 0; dot && i < N_CONTAINERS; i++)
        if (!strcasecmp(dot, containers[i].ending))
            return &containers[i];
    mv_fail(err, MOVINET_ERR_UNSUPPORTED,
            "%.300s: not a kind of video that is written: use .mp4, .mov, .mkv, .webm or .avi",
            path);
    return NULL;
}

static const mvv_codec *codec_named(const char *name)
{
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (!strcmp(codecs[i].name, name))
            return &codecs[i];
    return NULL;
}

movinet_status mvv_container_codec(const mvv_container *c, const char *name,
                                   const mvv_codec **codec, const AVCodec **encoder,
                                   movinet_error *err)
{
    bool known = false;
    for (int i = 0; c->codecs[i]; i++) {
        if (name && strcmp(name, c->codecs[i]))
            continue;
        known = true;
        *codec = codec_named(c->codecs[i]);
        *encoder = avcodec_find_encoder_by_name(c->codecs[i]);
        if (*codec && *encoder)
            return MOVINET_OK;
    }
    if (!known)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "codec %.60s: not one for %s files", name,
                       c->ending);
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "this FFmpeg has no %s %s",
                   name ? "encoder" : "encoder for pictures in", name ? name : c->ending);
}

bool mvv_container_holds(const mvv_container *c, enum AVCodecID audio)
{
    const char *name = avcodec_get_name(audio), *at = c->audio;
    size_t length = strlen(name);
    for (; at && *at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
        if (!strncmp(at, name, length) && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

void mvv_add_options(AVDictionary **to, const char *options)
{
    if (options)
        av_dict_parse_string(to, options, "=", ":", 0);
}

/* movinet: streaming video action recognition.
 *
 * Open a MoViNet .tflite file, open a stream on it, push frames, read scores.
 *
 *     movinet_model *model;
 *     movinet_stream *stream;
 *     movinet_error err;
 *     if (movinet_model_open(&model, "a0.tflite", NULL, &err)) puts(err.message);
 *     movinet_stream_open(&stream, model, NULL, &err);
 *     movinet_stream_push(stream, &frame, NULL, &err);
 *     const float *p = movinet_stream_scores(stream);
 *
 * Threads: a movinet_model never changes after it was opened and may be used
 * from any number of threads at once. Every other object (stream, video,
 * filter, announcer, …) belongs to one thread at a time.
 *
 * Every option structure may be all zeros: zero means the default.
 * Every `movinet_error *err` may be NULL.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOVINET_MOVINET_H
#define MOVINET_MOVINET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MOVINET_API __attribute__((visibility("default")))
#else
#define MOVINET_API
#endif

/* ---- version, status, errors -------------------------------------------- */

#define MOVINET_VERSION_MAJOR 0
#define MOVINET_VERSION_MINOR 1
#define MOVINET_VERSION_PATCH 0

/** "0.1.0". Static. */
MOVINET_API const char *movinet_version(void);

typedef enum movinet_status {
    MOVINET_OK = 0,
    MOVINET_END = 1,             ///< no more frames; not an error, carries no message
    MOVINET_ERR_ARGUMENT = -1,   ///< the caller passed something that cannot be
    MOVINET_ERR_MEMORY = -2,     ///< out of memory
    MOVINET_ERR_IO = -3,         ///< a file or device could not be read or written
    MOVINET_ERR_FORMAT = -4,     ///< a file is damaged or is not what it should be
    MOVINET_ERR_UNSUPPORTED = -5,///< well-formed, but not supported, or not built in
    MOVINET_ERR_NETWORK = -6,    ///< a download failed
    MOVINET_ERR_CANCELLED = -7,  ///< a callback asked to stop
} movinet_status;

/** What went wrong: one line, lower case, without a newline. The caller owns
 * it (usually on the stack); every failing call fills it in, others leave it
 * alone. */
typedef struct movinet_error {
    movinet_status status;
    char message[500];
} movinet_error;

/** A short English name of a status ("out of memory"). Static. */
MOVINET_API const char *movinet_status_name(movinet_status status);

/* ---- model --------------------------------------------------------------- */

typedef struct movinet_model movinet_model;

typedef struct movinet_model_options {
    const char *labels_path; ///< text file, one label a line; NULL: the model's own, or
                             ///< the 600 Kinetics names if it has 600 classes and none
    const char *cpu;         ///< highest set of instructions to use: "c", "avx2", "avxvnni",
                             ///< "avx512vnni", "neon", "dotprod", "i8mm", "simd128"; NULL: all there are
    bool plain;              ///< op by op as in the file, without any optimization (for tests)
    const char *labels;      ///< what would be in the file of labels_path, if that is NULL
    uint8_t reserved[32];
} movinet_model_options;

/** Opens a .tflite file, or a model inside the library ("builtin:camera-motion", see
 * movinet_builtin). `*out` is to be given to movinet_model_close.
 * Errors: IO, FORMAT, UNSUPPORTED (names the op, version and tensor), MEMORY. */
MOVINET_API movinet_status movinet_model_open(movinet_model **out, const char *path,
                                              const movinet_model_options *options,
                                              movinet_error *err);

/** The highest set of instructions that this processor offers. Static. */
MOVINET_API const char *movinet_cpu(void);

/** The same from memory. The bytes are not needed after the call. */
MOVINET_API movinet_status movinet_model_open_memory(movinet_model **out, const void *bytes,
                                                     size_t size,
                                                     const movinet_model_options *options,
                                                     movinet_error *err);

/** Gives the model back; NULL is fine. Streams that are open on it keep what
 * they need until they are closed. */
MOVINET_API void movinet_model_close(movinet_model *model);

typedef enum movinet_label_source {
    MOVINET_LABELS_NONE = 0,     ///< classes have numbers only
    MOVINET_LABELS_METADATA = 1, ///< from the file's own metadata
    MOVINET_LABELS_FILE = 2,     ///< from movinet_model_options.labels_path
    MOVINET_LABELS_KINETICS = 3, ///< the built-in 600 Kinetics names
} movinet_label_source;

/** What a model is. All pointers live as long as the model. */
typedef struct movinet_model_info {
    const char *variant;     ///< "A0" … "A5", "T0", "N0", or "unknown"
    const char *precision;   ///< "int8", "float32", "float16", "dynamic range"
    const char *description; ///< the file's own description, "" if it has none
    const char *signature;   ///< key of the signature in use, "" if the file has none
    bool streaming;          ///< has state pairs; otherwise each frame stands alone
    bool squeeze_excitation;
    int frame_width, frame_height; ///< pixels, RGB
    int frames_per_step;     ///< frames the image input takes at once: 1
    double frame_rate;       ///< frames a second that the network was trained at: 5
    int n_classes;
    movinet_label_source label_source;
    int n_inputs;            ///< of the file, states included
    int n_states;
    size_t state_bytes;      ///< of all states in the file's own types
    size_t stream_bytes;     ///< memory that one stream takes
    int n_ops;
    int n_tensors;
    int64_t macs;            ///< multiply-adds of convolutions and matrix products, a frame
    int64_t parameters;      ///< number of constant weights and biases
    int n_steps;             ///< what is computed for a frame, see movinet_model_step
    size_t weight_bytes;     ///< packed weights, shared by all streams
    const char *cpu;         ///< set of instructions in use
    size_t file_bytes;
} movinet_model_info;

MOVINET_API const movinet_model_info *movinet_model_get_info(const movinet_model *model);

/** SHA-256 of the file. Computed when it is first asked for. */
MOVINET_API void movinet_model_sha256(const movinet_model *model, uint8_t out[32]);

/** Label of a class, never NULL: "class 17" where there are no labels, "?" for
 * an index outside 0 … n_classes-1. Lives as long as the model. */
MOVINET_API const char *movinet_model_label(const movinet_model *model, int index);

typedef enum movinet_type {
    MOVINET_FLOAT32 = 0,
    MOVINET_FLOAT16 = 1,
    MOVINET_INT32 = 2,
    MOVINET_UINT8 = 3,
    MOVINET_INT64 = 4,
    MOVINET_STRING = 5,
    MOVINET_BOOL = 6,
    MOVINET_INT16 = 7,
    MOVINET_INT8 = 9,
    MOVINET_FLOAT64 = 10,
} movinet_type;

/** "int8", "float32", … Static. */
MOVINET_API const char *movinet_type_name(movinet_type type);

#define MOVINET_MAX_RANK 8

/** A tensor of the file. Pointers live as long as the model. */
typedef struct movinet_tensor_info {
    const char *name;
    movinet_type type;
    int rank;
    int32_t shape[MOVINET_MAX_RANK];
    size_t bytes;
    bool constant;
    int n_scales;                ///< 0: not quantized, 1: per tensor, else per channel
    int quantized_dimension;     ///< the axis that the scales go along
    const float *scales;         ///< [n_scales]
    const int32_t *zero_points;  ///< [n_scales]
} movinet_tensor_info;

MOVINET_API movinet_status movinet_model_tensor(const movinet_model *model, int index,
                                                movinet_tensor_info *out);

/** An op of the file. Pointers live as long as the model. */
typedef struct movinet_op_info {
    const char *name;    ///< "CONV_2D"
    int version;
    int n_inputs;
    const int32_t *inputs;  ///< tensor indices; -1: left out
    int n_outputs;
    const int32_t *outputs;
    int64_t macs;        ///< multiply-adds a frame
    bool folded;         ///< computed once, when the model was opened
} movinet_op_info;

MOVINET_API movinet_status movinet_model_op(const movinet_model *model, int index,
                                            movinet_op_info *out);

/** A step of the plan: one or more ops of the file, computed together. Pointers
 * live as long as the model. */
typedef struct movinet_step_info {
    const char *kind;    ///< the leading op: "CONV_2D", "TEMPORAL" (on a ring of frames), …
    const char *kernel;  ///< the kernel chosen; "" where there is but one
    const char *layer;   ///< "stem", "block1 layer0", …, "head"; "" if it is no MoViNet
    int op;              ///< the leading op's index in the file
    int n_ops;           ///< ops computed in this step
    const int32_t *ops;  ///< [n_ops] their indices, in order; views included
    int output;          ///< tensor that is written
    int64_t macs;        ///< multiply-adds a frame
    size_t output_bytes;
} movinet_step_info;

/** Steps 0 … info.n_steps-1, in the order they are computed. */
MOVINET_API movinet_status movinet_model_step(const movinet_model *model, int index,
                                              movinet_step_info *out);

/** A state: what the network remembers from frame to frame. */
typedef struct movinet_state_info {
    const char *name;    ///< "state_block1_layer0_stream_buffer"
    int input, output;   ///< tensor indices
    bool pass_through;   ///< output and input are one tensor: it never changes
} movinet_state_info;

MOVINET_API movinet_status movinet_model_state(const movinet_model *model, int index,
                                               movinet_state_info *out);

/* ---- frames and streams -------------------------------------------------- */

typedef enum movinet_pixel {
    MOVINET_RGB8 = 0,   ///< uint8_t R, G, B
    MOVINET_RGBF32 = 1, ///< float R, G, B in [0, 1]
    MOVINET_DECODED = 16, ///< only from movinet_video_next, only for movinet_stream_push:
                        ///< `pixels` is whatever the decoder gave
} movinet_pixel;

/** A picture. Only pixels, width and height must be set. */
typedef struct movinet_frame {
    const void *pixels;  ///< height rows of width × (R, G, B), top row first
    int width, height;   ///< as stored
    ptrdiff_t stride;    ///< bytes from row to row; 0: no gap between rows
    movinet_pixel pixel;
    double time;         ///< seconds; must not run backwards where frames are sampled
    double pixel_aspect; ///< width of a pixel / its height; 0: square
    int rotation;        ///< turn clockwise by 0, 90, 180 or 270 to see it upright
    bool mirrored;       ///< flip left-right after turning
} movinet_frame;

/** How a picture of any size becomes the network's square input. All three
 * resample with the same antialiased bilinear filter. */
typedef enum movinet_preprocess {
    MOVINET_PREPROCESS_DEFAULT = 0, ///< squash
    MOVINET_PREPROCESS_SQUASH = 1,  ///< the whole picture, its aspect ratio given up
    MOVINET_PREPROCESS_CROP = 2,    ///< the largest centred square
    MOVINET_PREPROCESS_TRAIN = 3,   ///< the centred square that the network was evaluated on:
                                    ///< short side to 192 (256 from 224 up), centre crop
} movinet_preprocess;

/** "squash", "crop", "train". Static; NULL for anything else. */
MOVINET_API const char *movinet_preprocess_name(movinet_preprocess preprocess);
/** The reverse; false if there is no such name. */
MOVINET_API bool movinet_preprocess_from_name(const char *name, movinet_preprocess *out);

typedef struct movinet_stream movinet_stream;

typedef struct movinet_stream_options {
    int threads;                   ///< 0 or 1: the caller's thread alone
    movinet_preprocess preprocess;
    double sample_rate;            ///< 0: every pushed frame is classified. Otherwise frames
                                   ///< a second: pushed frames that come sooner are passed over
    uint8_t reserved[48];
} movinet_stream_options;

/** Opens a stream with all states zero. All its memory is taken here; pushing
 * frames takes none (but when the size of the pushed pictures changes). */
MOVINET_API movinet_status movinet_stream_open(movinet_stream **out, movinet_model *model,
                                               const movinet_stream_options *options,
                                               movinet_error *err);
MOVINET_API void movinet_stream_close(movinet_stream *stream);

/** Classifies one frame and moves the states on. `*taken` (may be NULL) tells
 * whether the frame was classified; it is false only where sample_rate passed
 * over it. After an error the stream is as it was before the call. */
MOVINET_API movinet_status movinet_stream_push(movinet_stream *stream, const movinet_frame *frame,
                                               bool *taken, movinet_error *err);

/** Softmax of the logits after the last classified frame, [n_classes]. Valid
 * until the next push, reset, restore or close. All zero before the first. */
MOVINET_API const float *movinet_stream_scores(const movinet_stream *stream);
/** The logits themselves, [n_classes]. */
MOVINET_API const float *movinet_stream_logits(const movinet_stream *stream);
/** Frames classified since opening or reset. */
MOVINET_API int64_t movinet_stream_frames(const movinet_stream *stream);
/** Time stamp of the last classified frame, seconds; 0 before the first. */
MOVINET_API double movinet_stream_time(const movinet_stream *stream);

/** From now on, adds the nanoseconds that each step takes to `ns` [info.n_steps],
 * which the caller owns and which must live until the stream is closed or this is
 * called with NULL. Costs two readings of the clock a step. */
MOVINET_API void movinet_stream_profile(movinet_stream *stream, uint64_t *ns);

/** Forgets everything seen: states, frame count and scores to zero. */
MOVINET_API void movinet_stream_reset(movinet_stream *stream);

/** Size in bytes of a saved stream of this model. */
MOVINET_API size_t movinet_stream_save_size(const movinet_stream *stream);
/** Writes states, counters and scores into `buffer` (at least
 * movinet_stream_save_size bytes). The bytes are the same on every machine. */
MOVINET_API movinet_status movinet_stream_save(const movinet_stream *stream, void *buffer,
                                               size_t size, movinet_error *err);
/** Continues where the saved stream was. Errors: FORMAT if the bytes are
 * damaged or come from another model; the stream is then unchanged. */
MOVINET_API movinet_status movinet_stream_restore(movinet_stream *stream, const void *bytes,
                                                  size_t size, movinet_error *err);

/* ---- scores -------------------------------------------------------------- */

/** scores[i] = exp(logits[i] - max) / sum; in place is fine. */
MOVINET_API void movinet_softmax(const float *logits, float *scores, int n);

typedef struct movinet_result {
    int index;    ///< class
    float score;  ///< probability
} movinet_result;

/** Which classes are shown: deny, then allow, then threshold, then top. */
typedef struct movinet_filter movinet_filter;

MOVINET_API movinet_status movinet_filter_open(movinet_filter **out, const movinet_model *model,
                                               movinet_error *err);
MOVINET_API void movinet_filter_close(movinet_filter *filter);
/** Never show these classes. `label` is a label (upper and lower case of A to Z
 * alike), a class number, or a pattern with `*` for any letters and `?` for any one:
 * what is a label is taken as such first. Error: ARGUMENT if the model has no such
 * class; the message names the one that may have been meant. */
MOVINET_API movinet_status movinet_filter_deny(movinet_filter *filter, const char *label,
                                               movinet_error *err);
/** Once anything is allowed, only what is allowed is shown. */
MOVINET_API movinet_status movinet_filter_allow(movinet_filter *filter, const char *label,
                                                movinet_error *err);
/** Whether deny and allow let this class through; false for an index that is none. */
MOVINET_API bool movinet_filter_passes(const movinet_filter *filter, int index);
/** Hide classes below this probability; 0: none. */
MOVINET_API void movinet_filter_set_threshold(movinet_filter *filter, float threshold);
/** Show at most this many; 0: all. */
MOVINET_API void movinet_filter_set_top(movinet_filter *filter, int top);
/** Writes the classes to be shown, best first (equal scores: lower index
 * first), at most `capacity`. Returns how many. scores: [n_classes]. */
MOVINET_API int movinet_filter_apply(const movinet_filter *filter, const float *scores,
                                     movinet_result *out, int capacity);

/* ---- answers over time ---------------------------------------------------- */

/* Between the scores of single frames and what a person is told. Nothing here
 * reads a clock: times are the caller's, in seconds, from any zero, and may come
 * at any distance from each other. What counts as wrong is the same everywhere:
 *   a time that is no finite number: the call changes nothing;
 *   a time before the last one: the source began again, and so does the object;
 *   a score that is no finite number: the class counts as not seen at all.
 * Memory is taken by the _open functions alone. */

/** Exponential smoothing of probabilities. */
typedef struct movinet_smoother movinet_smoother;

/** seconds: the time constant, after which a lasting change has come through to
 * 63 % (to 95 % after three of them); 0: scores pass through unchanged.
 * Errors: ARGUMENT, MEMORY. */
MOVINET_API movinet_status movinet_smoother_open(movinet_smoother **out, int n_classes,
                                                 double seconds, movinet_error *err);
MOVINET_API void movinet_smoother_close(movinet_smoother *smoother);
/** Takes scores [n_classes] of a frame and returns the smoothed ones, [n_classes],
 * valid until the next call. The scores stand for the time since the last frame:
 * their weight is 1 - exp(-passed / seconds), 1 for the first frame. */
MOVINET_API const float *movinet_smoother_push(movinet_smoother *smoother, double time,
                                               const float *scores);
/** Forgets everything: the next frame is the first. */
MOVINET_API void movinet_smoother_reset(movinet_smoother *smoother);

typedef enum movinet_event_kind {
    MOVINET_EVENT_BEGIN = 1, ///< a class is announced
    MOVINET_EVENT_END = 2,   ///< and is no more
} movinet_event_kind;

typedef struct movinet_event {
    movinet_event_kind kind;
    int index;        ///< class
    double time;      ///< of the frame that settled it
    double begin;     ///< of the first frame of the stay at or above the threshold
    double end;       ///< END: from when it is over, at most `time`; BEGIN: the same as `time`
    float score;      ///< probability at `time`
    float peak;       ///< highest probability since `begin`
    double peak_time; ///< when that was
} movinet_event;

/** Says which classes are there, without flicker. A class is announced when its
 * probability has been at or above `threshold` for `hold` seconds, and stays
 * announced until it has been below `release` for `release_hold` seconds. One frame
 * on the other side starts the count again; what lies between release and threshold
 * changes nothing.
 *
 * With only_top, at most one class is announced. While none is, the best of those
 * that have held for `hold` is. While one is, another must have been at or above
 * the threshold and above the announced one for `hold` seconds: it then takes its
 * place, END of the old before BEGIN of the new. */
typedef struct movinet_announcer movinet_announcer;

typedef struct movinet_announcer_options {
    double threshold;    ///< probability, 0 … 1; 0: any
    double release;      ///< probability, at most the threshold; 0: two thirds of it
    double hold;         ///< seconds; 0: announced with the first frame
    double release_hold; ///< seconds; 0: the same as hold
    double gap;          ///< seconds: two frames further apart count as being so far apart, as
                         ///< nothing is known of the time between; 0: one second
    bool only_top;
    const movinet_filter *filter; ///< classes that it denies, or does not allow, are never
                         ///< announced; asked for every frame, must live as long; NULL: all are
    uint8_t reserved[40];
} movinet_announcer_options;

/** Errors: ARGUMENT (says which option), MEMORY. */
MOVINET_API movinet_status movinet_announcer_open(movinet_announcer **out, int n_classes,
                                                  const movinet_announcer_options *options,
                                                  movinet_error *err);
MOVINET_API void movinet_announcer_close(movinet_announcer *announcer);
/** Takes the probabilities [n_classes] of a frame; returns how many events came of
 * it. *events (events may be NULL): in order, ENDs before BEGINs, then by class;
 * valid until the next call. If time runs backwards, everything announced ends at
 * the last time there was. */
MOVINET_API int movinet_announcer_push(movinet_announcer *announcer, double time,
                                       const float *scores, const movinet_event **events);
/** Ends everything announced at the last frame's time and forgets the rest: at the
 * end of a source, or where the stream is reset. Returns the events as push does. */
MOVINET_API int movinet_announcer_finish(movinet_announcer *announcer,
                                         const movinet_event **events);
/** What is announced now, as BEGIN events with the score and peak of now: best score first
 * (equal: lower class first), at most `capacity`. Returns how many were written. */
MOVINET_API int movinet_announcer_active(const movinet_announcer *announcer, movinet_event *out,
                                         int capacity);

/** Finds where one scene is cut to another, so that a stream can be reset there.
 * What is asked of a frame is whether the parts of its picture can be found near
 * their old places in the frame before, so moving things and cameras, changes of
 * brightness and flashes are no cuts. Frames with nothing to see in them (black,
 * white, blurred away) are passed over. Slow dissolves are not found. Made for 2 to
 * 30 frames a second. */
typedef struct movinet_cut movinet_cut;

/** Errors: MEMORY. */
MOVINET_API movinet_status movinet_cut_open(movinet_cut **out, movinet_error *err);
MOVINET_API void movinet_cut_close(movinet_cut *cut);
/** Takes a frame, best as small as the network's input; *is_cut tells whether it is the
 * first of a new scene. Rotation, mirroring, time and pixel aspect are not looked
 * at. Errors: ARGUMENT, MEMORY, UNSUPPORTED; the frame then counts as not given. */
MOVINET_API movinet_status movinet_cut_push(movinet_cut *cut, const movinet_frame *frame,
                                            bool *is_cut, movinet_error *err);
/** Forgets everything: the next frame is the first, which is no cut. */
MOVINET_API void movinet_cut_reset(movinet_cut *cut);

typedef enum movinet_reset_kind {
    MOVINET_RESET_ON_CUT = 0,
    MOVINET_RESET_NEVER = 1,
    MOVINET_RESET_EVERY = 2,
} movinet_reset_kind;

/** When a stream is to be reset. All zeros: at scene cuts. */
typedef struct movinet_reset_policy {
    movinet_reset_kind kind;
    double seconds; ///< of MOVINET_RESET_EVERY, above 0
    double last;    ///< time of the last reset, or of the first frame; of movinet_reset_due
    double newest;  ///< the newest time; of movinet_reset_due
    bool begun;     ///< both are set; of movinet_reset_due
} movinet_reset_policy;

/** "on-cut", "never" or a number of seconds above 0, up to a million, to a policy that has
 * not begun. Error: ARGUMENT (says what is expected). */
MOVINET_API movinet_status movinet_reset_parse(const char *text, movinet_reset_policy *out,
                                               movinet_error *err);
/** Whether the stream is to be reset before the frame of this time is pushed.
 * cut: what movinet_cut_push said of the frame. EVERY counts from the last reset, the
 * first time from the first frame. */
MOVINET_API bool movinet_reset_due(movinet_reset_policy *policy, double time, bool cut);

/** A stretch of time, seconds; both ends belong to it. */
typedef struct movinet_span {
    double begin, end;
} movinet_span;

/** Sorts spans and makes one of those that overlap, touch, or are at most `gap` seconds
 * apart, in place. Spans that end before they begin, or have ends that are no finite
 * numbers, are dropped. Returns how many are left. */
MOVINET_API int movinet_spans_merge(movinet_span *spans, int n, double gap);

/** Which clips of a live source are kept: `before` seconds before and `after` seconds
 * after each change, those that overlap or touch as one. No time is kept twice. */
typedef struct movinet_clips {
    double before, after; ///< set by the caller, seconds; less than 0 counts as 0
    double longest;    ///< set by the caller, seconds: a longer clip is closed there, and
                       ///< the next one begins at the same time; 0: no limit
    movinet_span span; ///< the open clip; its end moves on with further changes
    bool open;         ///< there is one
    bool begun;        ///< newest is set; the rest of it is the functions' own
    double newest, kept;
} movinet_clips;

/** To be called for each frame. changed: with this frame the top class changed, or
 * whatever else makes a clip worth keeping. Afterwards, if clips->open, the frames
 * with times in clips->span are to be kept, those of before the call as well: the
 * caller has the last `before` seconds of them at hand. Returns whether a clip is
 * closed, which is then *closed. That is when nothing can lengthen it any more:
 * `before` seconds after its end, or where the source began again. */
MOVINET_API bool movinet_clips_frame(movinet_clips *clips, double time, bool changed,
                                     movinet_span *closed);
/** The source has ended: closes the open clip at the newest frame's time. */
MOVINET_API bool movinet_clips_finish(movinet_clips *clips, movinet_span *closed);

/** How a live source keeps up: frames a second, latencies, dropped frames. */
typedef struct movinet_meter movinet_meter;

typedef struct movinet_meter_reading {
    double fps;            ///< over the last three seconds; sinks while no frame comes; 0: unknown
    bool slow;             ///< frames come too slowly: fps was below 80 % of what is expected for
                           ///< two seconds, and has not been above 90 % for two seconds since
    int latencies;         ///< number of the newest latencies that the next three speak of
    double median, p95, longest; ///< seconds; 0 if there are none
    int64_t frames;        ///< since opening or reset
    int64_t dropped;
} movinet_meter_reading;

/** expected: frames a second; 0: 5, what the networks were trained at.
 * Errors: ARGUMENT, MEMORY. */
MOVINET_API movinet_status movinet_meter_open(movinet_meter **out, double expected,
                                              movinet_error *err);
MOVINET_API void movinet_meter_close(movinet_meter *meter);
/** A frame came at this time. */
MOVINET_API void movinet_meter_frame(movinet_meter *meter, double time);
/** An answer came this many seconds after its frame; the last 256 are kept. Less
 * than 0 or no finite number: not counted. */
MOVINET_API void movinet_meter_latency(movinet_meter *meter, double seconds);
/** This many more frames were dropped. */
MOVINET_API void movinet_meter_dropped(movinet_meter *meter, int64_t frames);
/** How things are at this time, on the same clock as those of the frames. */
MOVINET_API void movinet_meter_read(movinet_meter *meter, double now,
                                    movinet_meter_reading *out);
MOVINET_API void movinet_meter_reset(movinet_meter *meter);

/* ---- video --------------------------------------------------------------- */

/** Frames of a source, sampled by time. A source is one of:
 *
 *   a file, or numbered pictures (img_%03d.png), whatever FFmpeg reads;
 *   "-": standard input; or a named pipe;
 *   a URL: rtsp://…, http://… (MJPEG, HLS, MPEG-TS, a file), udp://…, srt://…;
 *   "/dev/video0": a camera; "camera": the first one that can be used;
 *   "screen": the X11 screen of $DISPLAY; "screen:640x480+100,200": a part of it;
 *   "test": a moving test picture that needs nothing, ten seconds unless told otherwise;
 *   "lavfi:GRAPH": what an FFmpeg filter graph makes.
 *
 * "camera", "screen" and "test" mean these also where there is a file of that name: that
 * one is "./test". Where the library was built without FFmpeg only raw input and "test"
 * open; everything else fails with UNSUPPORTED. */
typedef struct movinet_video movinet_video;

typedef enum movinet_source_kind {
    MOVINET_SOURCE_FILE = 0,   ///< also what is not there
    MOVINET_SOURCE_PIPE = 1,
    MOVINET_SOURCE_URL = 2,
    MOVINET_SOURCE_CAMERA = 3,
    MOVINET_SOURCE_SCREEN = 4,
    MOVINET_SOURCE_TEST = 5,
    MOVINET_SOURCE_GRAPH = 6,
} movinet_source_kind;

/** What a source's name means. */
MOVINET_API movinet_source_kind movinet_source_kind_of(const char *source);

typedef struct movinet_video_options {
    double sample_rate;    ///< frames a second; 0: every frame of the source
    double start;          ///< seconds into the source to begin at
    double duration;       ///< seconds; 0: to the end
    int raw_width, raw_height; ///< both set: the source is raw RGB24 frames of this size, at
                           ///< sample_rate (or 5) frames a second
    bool (*interrupted)(void *user); ///< asked while waiting; true: give up with CANCELLED
    void *user;
    bool decoded;          ///< frames may come as MOVINET_DECODED. What the network does not see
                           ///< is then never made: a 1080p frame takes a tenth of the time
    int threads;           ///< that decode; 0: as many as there are processors, and one
    int camera_width, camera_height; ///< of a camera, a screen, the test picture, and of
                           ///< rawvideo; 0: 640 × 480, or what is nearest, or all of a screen
    double camera_rate;    ///< frames a second of the same; 0: 30, or what is nearest
    const char *input_format; ///< what a camera is to deliver ("mjpeg", "yuyv422", "h264"); of
                           ///< other sources FFmpeg's name of the format ("mpegts", "rawvideo"),
                           ///< where it does not find that out by itself. NULL: chosen
    bool live;             ///< as it happens: with the least delay, and "test" has no end
    double patience;       ///< seconds that nothing may come from a camera or the network before
                           ///< it is given up; 0: 30
    uint8_t reserved[32];
} movinet_video_options;

typedef struct movinet_video_info {
    int width, height;       ///< as shown: turned upright, pixels made square
    double frame_rate;       ///< average, 0: unknown
    double duration;         ///< seconds, 0: unknown
    const char *format;      ///< "mov,mp4,m4a,3gp,3g2,mj2"
    const char *codec;       ///< "h264"
    int64_t damaged;         ///< packets or frames that could not be decoded, so far
    double origin;           ///< seconds that the source's own clock shows at the first frame
} movinet_video_info;

MOVINET_API movinet_status movinet_video_open(movinet_video **out, const char *source,
                                              const movinet_video_options *options,
                                              movinet_error *err);
/** The next sampled frame; `*frame` is valid until the next call or close.
 * frame->time is the sampled time: start + k / sample_rate, where the source's
 * first frame is at 0. Returns MOVINET_END after the last. */
MOVINET_API movinet_status movinet_video_next(movinet_video *video, movinet_frame *frame,
                                              movinet_error *err);
MOVINET_API const movinet_video_info *movinet_video_get_info(const movinet_video *video);
MOVINET_API void movinet_video_close(movinet_video *video);
/** Whether the name ends as videos do (".mp4", ".mkv", …) and does not begin with a point:
 * what is taken from a folder. */
MOVINET_API bool movinet_is_video_name(const char *name);

/** Size of a picture as it is seen: turned upright, its pixels made square by the width that
 * is stored. Errors: ARGUMENT if the frame is not as it should be. */
MOVINET_API movinet_status movinet_frame_size(const movinet_frame *frame, int *width, int *height,
                                              movinet_error *err);

/** Makes pictures as they are seen, in any size. */
typedef struct movinet_scaler movinet_scaler;

/** Error: MEMORY. */
MOVINET_API movinet_status movinet_scaler_open(movinet_scaler **out, movinet_error *err);
MOVINET_API void movinet_scaler_close(movinet_scaler *scaler);
/** Writes the picture, upright, mirrored where it should be, squashed to width × height:
 * rgb[height][width][3]. Of the size that it has already, and upright, it keeps its
 * pixels; where chroma was decoded at half the size, each pixel has the sample that stands for it.
 * RGB8 and DECODED. Takes memory only when a size changes. Errors: ARGUMENT, UNSUPPORTED
 * (RGBF32), MEMORY. */
MOVINET_API movinet_status movinet_scaler_run(movinet_scaler *scaler, const movinet_frame *frame,
                                              int width, int height, uint8_t *rgb,
                                              movinet_error *err);

/* ---- showing --------------------------------------------------------------- */

/** The answer over a picture: classes with bars at the top left, lines of text at the
 * bottom, marks at the top right; large enough for the other end of a room, on plates, so
 * that it can be read over anything. */
typedef struct movinet_overlay movinet_overlay;

typedef struct movinet_overlay_row {
    const char *label;
    float score;       ///< the number shown, 0 … 1
    float bar;         ///< length, 0 … 1
    bool strong;       ///< announced: bold, its bar in colour
} movinet_overlay_row;

/** All text is UTF-8; what is damaged or does not fit is replaced or cut, as are rows and
 * lines for which a small picture has no room. */
typedef struct movinet_overlay_content {
    const movinet_overlay_row *rows; ///< [n_rows] best first; at most 12 are shown
    int n_rows;
    const char *status[4];           ///< lines at the bottom; NULL: none
    const char *warning;             ///< stands out above them; NULL: none
    const char *const *help;         ///< lines of a box in the middle, ends with NULL; what is
                                     ///< behind a tab ("q\tquit") is a second column; NULL: none
    bool paused, recording;
    uint8_t reserved[40];
} movinet_overlay_content;

/** Errors: MEMORY, UNSUPPORTED (built without, no fonts). */
MOVINET_API movinet_status movinet_overlay_open(movinet_overlay **out, movinet_error *err);
MOVINET_API void movinet_overlay_close(movinet_overlay *overlay);
/** Draws for a picture of width × height. *argb (argb may be NULL): native uint32 ARGB,
 * premultiplied, [height][width], valid until the next call. Draws only what differs from
 * the last call; *changed (may be NULL) tells whether anything does. content may be NULL:
 * nothing is to be seen. Errors: ARGUMENT, MEMORY. */
MOVINET_API movinet_status movinet_overlay_draw(movinet_overlay *overlay, int width, int height,
                                                const movinet_overlay_content *content,
                                                const uint32_t **argb, bool *changed,
                                                movinet_error *err);
/** Puts what was last drawn over an RGB8 picture of the same size, in place. stride: bytes
 * from row to row; 0: no gap between rows. */
MOVINET_API void movinet_overlay_blend(const movinet_overlay *overlay, uint8_t *rgb,
                                       ptrdiff_t stride);

/** A window with a picture, and an overlay in the window's own pixels. Belongs to the thread
 * that opened it. */
typedef struct movinet_window movinet_window;

/** Whether there is a display that a window can be opened on: X11 or Wayland by the
 * environment, or a console with a screen and no desktop. */
MOVINET_API bool movinet_window_available(void);
/** width, height: to begin with, less where the desktop is smaller. title: NULL: "movinet".
 * Errors: ARGUMENT, MEMORY, UNSUPPORTED (no display, built without, no fonts). */
MOVINET_API movinet_status movinet_window_open(movinet_window **out, const char *title, int width,
                                               int height, movinet_error *err);
MOVINET_API void movinet_window_close(movinet_window *window);
/** Shows the picture (RGB8 or DECODED; NULL: the last one again, or black) as large as it fits,
 * turned and mirrored as it says, and the overlay (NULL: none) over the whole window. Waits for
 * the display to be ready, at most for one of its pictures. Errors: ARGUMENT, UNSUPPORTED
 * (RGBF32), MEMORY. */
MOVINET_API movinet_status movinet_window_show(movinet_window *window, const movinet_frame *picture,
                                               const movinet_overlay_content *content,
                                               movinet_error *err);
/** The next key as a character: 'q', ' ', '+', '\t', '\n', 27 (Esc); 0: none. Closing the window
 * and Ctrl-C in it give 'q'. 'f' and F11 switch to full screen and back, and are not told. */
MOVINET_API int movinet_window_key(movinet_window *window);

/* ---- cameras --------------------------------------------------------------- */

/** A size that a camera gives pictures of, or a range of sizes. */
typedef struct movinet_camera_size {
    int width, height;         ///< of a range, the smallest
    int max_width, max_height; ///< the same, unless it is a range
    int step_width, step_height; ///< of a range, from one size to the next; else 0
    int n_rates;
    const double *rates;       ///< [n_rates] pictures a second, highest first; none: not known
    bool rates_between;        ///< any rate between the two is given, too
} movinet_camera_size;

typedef struct movinet_camera_format {
    const char *name;          ///< as movinet_video_options.input_format; NULL: cannot be read
    char code[5];              ///< what the device calls it, "YUYV"
    const char *description;
    int n_sizes;
    const movinet_camera_size *sizes; ///< [n_sizes] smallest first; none: not known
} movinet_camera_format;

/** A device that gives pictures, or would if it could. */
typedef struct movinet_camera {
    const char *device;        ///< "/dev/video0"
    const char *name, *driver, *bus; ///< as the device calls them; "" if it was not asked
    const char *trouble;       ///< why it cannot be used, and what to do; NULL: it can be
    int n_formats;
    const movinet_camera_format *formats; ///< [n_formats]
} movinet_camera;

typedef struct movinet_camera_list movinet_camera_list;

/** Looks at /dev/video0 … 63 (Video4Linux 2). Devices that give no pictures are left out. That
 * there is none is no error. Errors: MEMORY, UNSUPPORTED (not on this system). */
MOVINET_API movinet_status movinet_camera_list_open(movinet_camera_list **out, movinet_error *err);
MOVINET_API void movinet_camera_list_close(movinet_camera_list *list);
/** By number, from 0; NULL past the last. Lives as long as the list. */
MOVINET_API const movinet_camera *movinet_camera_list_get(const movinet_camera_list *list,
                                                          int index);

/* ---- recording -------------------------------------------------------------- */

/* Where the library was built without FFmpeg, all of these fail with UNSUPPORTED. */

/** Writes a video. The container follows from the path: .mp4, .mov, .mkv, .webm, .avi. */
typedef struct movinet_recorder movinet_recorder;

typedef struct movinet_recorder_options {
    double frame_rate;       ///< usual frames a second, 1 to 1000; 0: 30. Frames keep their own
                             ///< times, but in .avi, which has one for each tick of this rate
    const char *audio_from;  ///< file whose audio is kept, as it is where the container can hold
                             ///< it; NULL, or a file without any: none
    double audio_origin;     ///< seconds that this file's clock shows at time 0 of the frames, as
                             ///< movinet_video_info.origin; 0: at its own first picture
    const char *codec;       ///< "libx264", "libopenh264", "mpeg4", "libvpx-vp9", "libvpx"; NULL:
                             ///< the best that this FFmpeg has for the container
    const movinet_frame *like; ///< DECODED: the video has the colours of this frame, as they are
                             ///< marked, so that what comes after it can be written without
                             ///< becoming RGB. Only looked at by _open. NULL: BT.709
    uint8_t reserved[24];
} movinet_recorder_options;

/** Begins a video of pictures of width × height; an odd side becomes one longer, by its last
 * row or column twice. A file of this name is written over.
 *
 * What is written can be played at any time, also if the program is killed: all but the last
 * two seconds and a dozen of frames. mp4 and mov are written in fragments for that. On closing, files up to
 * 256 MiB are made plain ones with the index in front, as the oldest players want them;
 * larger ones stay in fragments, which all but those can play.
 * Errors: ARGUMENT (says which), IO, UNSUPPORTED (kind of file, codec, audio), MEMORY. */
MOVINET_API movinet_status movinet_recorder_open(movinet_recorder **out, const char *path,
                                                 int width, int height,
                                                 const movinet_recorder_options *options,
                                                 movinet_error *err);
/** Writes a frame, RGB8 or DECODED, as it is seen; one of another size is fitted in, with black
 * beside it. Its time must be later than the last one's; the first one's is where the video
 * begins. Errors: ARGUMENT (the frame is left out), IO, MEMORY; after IO no more frames are
 * taken, and what was written can be played. */
MOVINET_API movinet_status movinet_recorder_push(movinet_recorder *recorder,
                                                 const movinet_frame *frame, movinet_error *err);
/** The same, with a drawing over the picture: argb[height][width] of the recorder, as
 * movinet_overlay_draw gives it; NULL: none. Decoded pictures then need not become RGB. */
MOVINET_API movinet_status movinet_recorder_push_over(movinet_recorder *recorder,
                                                      const movinet_frame *frame,
                                                      const uint32_t *argb, movinet_error *err);
/** Finishes the file; audio ends with the last picture. If no frame came, no file is left. What
 * movinet_recorder_push has failed with is not said again. NULL is fine. Errors: IO, MEMORY; the
 * recorder is gone all the same. */
MOVINET_API movinet_status movinet_recorder_close(movinet_recorder *recorder, movinet_error *err);
/** "libx264", … Static. */
MOVINET_API const char *movinet_recorder_codec(const movinet_recorder *recorder);

/** Keeps the last seconds of a live source, encoded, in memory, so that clips can be written
 * that begin before anybody knew of them. With movinet_clips:
 *
 *     if (movinet_clips_frame(&clips, frame.time, changed, &closed))
 *         movinet_keeper_end(keeper, closed.end, NULL, &err);
 *     if (clips.open && !movinet_keeper_is_open(keeper))
 *         movinet_keeper_begin(keeper, new_name(), clips.span.begin, &err);
 *     if (clips.open)
 *         movinet_keeper_extend(keeper, clips.span.end, &err);
 *     movinet_keeper_push(keeper, &frame, &err);
 *
 * Seconds must then be more than clips.before. */
typedef struct movinet_keeper movinet_keeper;

typedef struct movinet_keeper_options {
    double frame_rate;       ///< usual frames a second, 1 to 1000; 0: 30
    size_t bytes;            ///< of encoded pictures, at most; 0: 64 MiB. The oldest go first
    const char *codec;       ///< as movinet_recorder_options, of those for .mp4; NULL: the best
    uint8_t reserved[40];
} movinet_keeper_options;

/** seconds: how far back it remembers, above 0, up to 3600. Pictures are fitted into width ×
 * height as by a recorder. Errors: ARGUMENT, UNSUPPORTED, MEMORY. */
MOVINET_API movinet_status movinet_keeper_open(movinet_keeper **out, int width, int height,
                                               double seconds,
                                               const movinet_keeper_options *options,
                                               movinet_error *err);
/** Gives back all; an open clip is finished with what has come. NULL is fine. */
MOVINET_API void movinet_keeper_close(movinet_keeper *keeper);
/** As movinet_recorder_push; time that runs backwards forgets what came before, and ends an
 * open clip there. If the open clip cannot be written on, it is given up, and the frame is kept
 * all the same. Errors: ARGUMENT, IO, MEMORY. */
MOVINET_API movinet_status movinet_keeper_push(movinet_keeper *keeper, const movinet_frame *frame,
                                               movinet_error *err);
/** Opens a clip, .mp4, .mov or .mkv, that begins with the last key frame not after `begin`, at
 * most a second before it, or with the oldest frame there is. Nothing is written yet but what a
 * file begins with. Errors: ARGUMENT (one is open), IO, UNSUPPORTED, MEMORY. */
MOVINET_API movinet_status movinet_keeper_begin(movinet_keeper *keeper, const char *path,
                                                double begin, movinet_error *err);
/** The open clip goes on to `end` at least: frames up to there are written, those to come when
 * they come. Memory does not grow with it. Errors: as movinet_keeper_push. */
MOVINET_API movinet_status movinet_keeper_extend(movinet_keeper *keeper, double end,
                                                 movinet_error *err);
/** Writes the open clip to `end`, unless it was written further, and finishes it. *written (may
 * be NULL): times of its first and last frame. A clip without frames leaves no file. Errors:
 * ARGUMENT (none is open, or no frame is in it), IO, MEMORY; the clip is gone all the same. */
MOVINET_API movinet_status movinet_keeper_end(movinet_keeper *keeper, double end,
                                              movinet_span *written, movinet_error *err);
MOVINET_API bool movinet_keeper_is_open(const movinet_keeper *keeper);
/** All three at once, for what has come already. */
MOVINET_API movinet_status movinet_keeper_save(movinet_keeper *keeper, const char *path,
                                               double begin, double end, movinet_error *err);
/** "libx264", … Static. */
MOVINET_API const char *movinet_keeper_codec(const movinet_keeper *keeper);

/** Writes a frame, RGB8 or DECODED, as it is seen: .png, .jpg or .jpeg. The file is put in place
 * whole or not at all. Errors: ARGUMENT, IO, UNSUPPORTED (other kinds), MEMORY. */
MOVINET_API movinet_status movinet_picture_write(const char *path, const movinet_frame *frame,
                                                 movinet_error *err);

/* ---- live ----------------------------------------------------------------- */

/** A source as it happens: one thread reads it, one computes, and whoever asks gets the
 * newest answer. Frames are taken by their time stamps at the network's rate; the newest
 * wins, nothing queues up. A file, here or on a server, is played at its own pace, and so is
 * what comes in parts (HLS). A source that has no end and ends or breaks is opened again,
 * with pauses that grow from half a second to half a minute; so is a URL that cannot be opened
 * yet, but not a file or a device of this machine that has never worked. */
typedef struct movinet_live movinet_live;

typedef struct movinet_live_options {
    double sample_rate;        ///< frames a second to classify; 0: the network's own, 5
    movinet_preprocess preprocess;
    int threads;               ///< that compute a frame; 0: one
    double smooth;             ///< seconds, as movinet_smoother_open; 0: not at all
    movinet_announcer_options announce; ///< its filter is also not the caller's to change then
    movinet_reset_policy reset;///< when the states begin anew; all zeros: at scene cuts
    bool loop;                 ///< a file begins again at its end
    double speed;              ///< of a file, against its own pace; 0: 1. Frames that come faster
                               ///< than they can be computed are passed over
    int camera_width, camera_height; ///< these four: as movinet_video_options has them
    double camera_rate;
    const char *input_format;
    double patience;           ///< the same; 0: 10
    uint8_t reserved[32];
} movinet_live_options;

typedef enum movinet_live_phase {
    MOVINET_LIVE_OPENING = 0,  ///< no picture has come yet
    MOVINET_LIVE_RUNNING = 1,
    MOVINET_LIVE_WAITING = 2,  ///< the source broke and will be opened again
    MOVINET_LIVE_ENDED = 3,    ///< a file or a pipe is over
    MOVINET_LIVE_FAILED = 4,   ///< it cannot be read, or a frame could not be computed
} movinet_live_phase;

enum { MOVINET_LIVE_ACTIVE = 8 };

typedef struct movinet_live_state {
    movinet_live_phase phase;
    char message[500];         ///< WAITING and FAILED: why
    double retry_in;           ///< WAITING: seconds until the next try
    int64_t answers;           ///< frames classified since opening; what follows is of the last
    double time;               ///< its time: a file's own, else seconds since opening
    double inference;          ///< seconds that it took to compute
    bool reset;                ///< the states began anew with it
    int n_active;
    movinet_event active[MOVINET_LIVE_ACTIVE]; ///< announced classes, best first
    movinet_meter_reading meter; ///< fps: pictures that come, against what is expected
    int width, height;         ///< of the newest picture, 0: none yet
} movinet_live_state;

/** `source` as movinet_video_open has it. Returns at once: whether the source can be read,
 * the state tells. Errors: ARGUMENT, MEMORY, UNSUPPORTED (no threads). */
MOVINET_API movinet_status movinet_live_open(movinet_live **out, movinet_model *model,
                                             const char *source,
                                             const movinet_live_options *options,
                                             movinet_error *err);
/** Ends both threads; a source that hangs is given up. */
MOVINET_API void movinet_live_close(movinet_live *live);
/** Waits up to `seconds` until `answers` is above `seen`, or nothing more will come. Writes
 * the state, and to `scores` (may be NULL) the smoothed probabilities [n_classes] of the last
 * answer. False: there is none above `seen`. */
MOVINET_API bool movinet_live_wait(movinet_live *live, int64_t seen, double seconds,
                                   movinet_live_state *state, float *scores);
/** Takes the oldest events that were not taken yet, at most `capacity`; returns how many. The
 * last 256 are kept. */
MOVINET_API int movinet_live_events(movinet_live *live, movinet_event *out, int capacity);
/** The newest picture, upright, squashed to width × height: rgb[height][width][3]. False:
 * there is none yet, or no memory. Any thread, one at a time. */
MOVINET_API bool movinet_live_picture(movinet_live *live, int width, int height, uint8_t *rgb);

/** A picture that is held. */
typedef struct movinet_live_held {
    movinet_frame frame; ///< RGB8 or DECODED, in the source's own size
    int64_t number;      ///< of the picture, from 1
    const void *held;
} movinet_live_held;

/** The newest picture, if its number is above `seen`; else waits up to `seconds` for one. It
 * stays as it is until it is given back. At most two threads may hold one each. False: none
 * came, or none will come any more. */
MOVINET_API bool movinet_live_take(movinet_live *live, int64_t seen, double seconds,
                                   movinet_live_held *out);
MOVINET_API void movinet_live_give(movinet_live *live, movinet_live_held *held);

/** Flips all pictures left-right from now on, also for the network. */
MOVINET_API void movinet_live_mirror(movinet_live *live, bool mirrored);
/** Computes with so many threads from now on; nothing is forgotten. After an error all goes
 * on as before. Errors: ARGUMENT, MEMORY, UNSUPPORTED. */
MOVINET_API movinet_status movinet_live_set_threads(movinet_live *live, int threads,
                                                    movinet_error *err);
/** Asks another model from now on; the source goes on. Of the options, sample_rate,
 * preprocess, threads, smooth and announce are looked at. Scores are then those of the new
 * model; events that were not taken yet are dropped, and what was announced ends without one:
 * their classes would mean nothing any more. After an error all goes on as before. The old
 * model may be closed after the call. Errors: ARGUMENT, MEMORY, UNSUPPORTED. */
MOVINET_API movinet_status movinet_live_set_model(movinet_live *live, movinet_model *model,
                                                  const movinet_live_options *options,
                                                  movinet_error *err);
/** The states begin anew with the next frame. */
MOVINET_API void movinet_live_reset(movinet_live *live);
/** While paused, no frame is classified. */
MOVINET_API void movinet_live_pause(movinet_live *live, bool paused);

/* ---- data sets ------------------------------------------------------------- */

/** Clips and what is seen in them, for training and evaluation. A data set is one of:
 *
 *   a folder per class, named like it, its videos inside at any depth; or, above these,
 *     folders named train, val and test (also training, valid, validation, testing);
 *   a CSV whose first line names its columns: file,label[,start,end][,split]. Files are
 *     relative to it; start and end are seconds or H:MM:SS; split is train, val or test.
 *     A folder without folders and with one CSV in it means that CSV;
 *   the annotation of Kinetics, label,youtube_id,time_start,time_end,split, beside a folder
 *     of clips named ID.mp4 or ID_000012_000022.mp4, at any depth.
 *
 * CSV is RFC 4180 in UTF-8; columns may be parted by semicolons or tabs instead. "a|b" in
 * the column label: both are seen, and the data set is one of several labels a clip. */
typedef struct movinet_dataset movinet_dataset;

typedef enum movinet_split {
    MOVINET_SPLIT_TRAIN = 0,
    MOVINET_SPLIT_VALIDATION = 1, ///< to choose by
    MOVINET_SPLIT_TEST = 2,       ///< to report on
} movinet_split;
enum { MOVINET_SPLITS = 3 };

/** "train", "validation", "test". Static. */
MOVINET_API const char *movinet_split_name(movinet_split split);

typedef struct movinet_dataset_options {
    const char *labels_path; ///< text file, one class a line, in the order of the classes; NULL:
                             ///< all labels of the data in the order of their bytes
    const char *clips_dir;   ///< where a CSV's files are; NULL: where the CSV is
    const char *group;       ///< which clips are of one source, and so never parted by a split.
                             ///< NULL: those of one file; "folder": of one folder; "name": whose
                             ///< names are the same up to the last "_" or "-"; anything else: an
                             ///< extended regular expression, matched with the path within the
                             ///< data set: its first (…), or all that it matches, is the same
    bool multi_label;        ///< a clip may also have no label at all
    double validation;       ///< share for validation where the data has no such split; 0: 0.2
    double test;             ///< share for test where the data has no split at all; 0: none
    int folds;               ///< 2 or more: all is dealt into so many parts, instead
    int fold;                ///< 1 … folds: the part for validation, the rest is for training;
                             ///< where `validation` is set, too, the part is for test
    uint64_t seed;           ///< of whatever is dealt. A clip's place depends on the seed and
                             ///< the names of the sources of its class, not on their order
    uint8_t reserved[64];
} movinet_dataset_options;

/** Reads what there is; no video is opened. Errors: IO, FORMAT (names the line), ARGUMENT,
 * MEMORY. */
MOVINET_API movinet_status movinet_dataset_open(movinet_dataset **out, const char *path,
                                                const movinet_dataset_options *options,
                                                movinet_error *err);
MOVINET_API void movinet_dataset_close(movinet_dataset *dataset);

typedef struct movinet_dataset_info {
    int n_clips, n_classes;
    bool multi_label; ///< clips have none or several classes
    bool own_splits;  ///< the data says what is for training and what not
    int n_sources;    ///< groups of clips that belong together
    int n_missing;    ///< lines of a Kinetics annotation whose clip is not there
    int n_ignored;    ///< files in folders that are no videos by their names
} movinet_dataset_info;

MOVINET_API const movinet_dataset_info *movinet_dataset_get_info(const movinet_dataset *dataset);
/** Never NULL; "?" for an index that is none. */
MOVINET_API const char *movinet_dataset_label(const movinet_dataset *dataset, int index);

typedef struct movinet_dataset_clip {
    const char *file;     ///< path to open
    const char *name;     ///< path within the data set
    double start, end;    ///< seconds; end 0: to the end of the file
    bool span_if_longer;  ///< Kinetics: the file is the span already unless it lasts longer
    int n_classes;        ///< 1, unless there are several labels a clip
    const int *classes;   ///< [n_classes], rising
    movinet_split split;
    int source;           ///< 0 … n_sources-1
    const char *skipped;  ///< why it cannot be used; NULL: nothing is known against it
} movinet_dataset_clip;

/** Clips 0 … n_clips-1, sorted by name and start; NULL past the last. */
MOVINET_API const movinet_dataset_clip *movinet_dataset_get_clip(const movinet_dataset *dataset,
                                                                 int index);
/** Clips of a class (-1: of all) in a split that were not skipped. */
MOVINET_API int movinet_dataset_count(const movinet_dataset *dataset, int index,
                                      movinet_split split);
/** Whether there is something to learn from, and to measure it by: FORMAT if there is nothing
 * for training, one class only, or nothing for validation. Otherwise `say` (may be NULL) gets
 * a line for each thing that will not go well: classes with too few clips, classes that are
 * badly unbalanced, a validation set too small to mean much, sources on both sides. Errors:
 * FORMAT, MEMORY. */
MOVINET_API movinet_status movinet_dataset_check(const movinet_dataset *dataset,
                                                 void (*say)(void *user, const char *line),
                                                 void *user, movinet_error *err);

/* ---- evaluation ------------------------------------------------------------ */

/** What models are worth on clips whose classes are known. Each clip goes through each model
 * from its first frame to its last, as a stream does; what counts is the answer after the last
 * one, and how it came about. The figures are the same with however many threads.
 *
 * Answers are numbered: first the classes of the data set, then whatever else a model can say.
 * A class of a model and one of the data are the same if their labels are (case, and spaces
 * written as "_" or "-", do not matter), or if the map says so; the probabilities of several
 * that stand for one are added. Clips of classes that one of the models does not know are left
 * out. */
typedef struct movinet_evaluation movinet_evaluation;

enum { MOVINET_EVALUATE_MODELS = 16 };

typedef enum movinet_evaluate_clips {
    MOVINET_EVALUATE_DEFAULT = 0, ///< those for test if the data says which they are, else those
                                  ///< for validation if it says so, else all
    MOVINET_EVALUATE_TRAIN = 1,
    MOVINET_EVALUATE_VALIDATION = 2,
    MOVINET_EVALUATE_TEST = 3,
    MOVINET_EVALUATE_ALL = 4,
} movinet_evaluate_clips;

typedef struct movinet_evaluate_options {
    movinet_evaluate_clips clips;
    const char *map_path;       ///< CSV, "data,model" in its first line: labels that mean the same
    const char *results_path;   ///< CSV, a line for each clip and model, written as they come.
                                ///< What is in it already is not done again. NULL: in the cache,
                                ///< ~/.cache/movinet/evaluations, until all is done
    const char *const *names;   ///< [n_models] as results and reports call the models; NULL: "1"…
    double frame_rate;          ///< frames a second; 0: each model's own
    double seconds;             ///< of a clip, at most; 0: all
    movinet_preprocess preprocess;
    int threads;                ///< 0: as many as there are processors
    bool no_timing;             ///< latency is not measured
    uint64_t seed;              ///< of intervals that are found by drawing
    uint8_t reserved[64];
} movinet_evaluate_options;

/** Matches the labels, and reads what results there are. Models and data must live as long.
 * Errors: ARGUMENT, FORMAT (no label matches: names some; the map, the results of another
 * evaluation), IO, MEMORY. */
MOVINET_API movinet_status movinet_evaluation_open(movinet_evaluation **out,
                                                   movinet_model *const *models, int n_models,
                                                   movinet_dataset *dataset,
                                                   const movinet_evaluate_options *options,
                                                   movinet_error *err);
MOVINET_API void movinet_evaluation_close(movinet_evaluation *evaluation);

typedef enum movinet_evaluate_phase {
    MOVINET_EVALUATING_CLIPS = 0,
    MOVINET_EVALUATING_LATENCY = 1, ///< of the models in turn, one thread, nothing else running
    MOVINET_EVALUATING_FIGURES = 2,
} movinet_evaluate_phase;

typedef struct movinet_evaluate_progress {
    movinet_evaluate_phase phase;
    int done, total;  ///< clips, those of earlier runs included; frames; steps
    double seconds;   ///< of video that all models have seen in this run
} movinet_evaluate_progress;

/** Both may be NULL. */
typedef struct movinet_evaluate_watch {
    bool (*progress)(void *user, const movinet_evaluate_progress *progress); ///< false: stop;
                                               ///< from one thread at a time
    void (*say)(void *user, const char *line); ///< what the figures do not tell: labels without
                                               ///< a match, clips that cannot be read, …
    void *user;
} movinet_evaluate_watch;

/** Stopped (CANCELLED) or killed, it goes on where it was the next time. Clips that cannot be
 * read are skipped. Errors: FORMAT (no clip could be read), IO, CANCELLED, MEMORY, UNSUPPORTED
 * (built without FFmpeg). */
MOVINET_API movinet_status movinet_evaluation_run(movinet_evaluation *evaluation,
                                                  const movinet_evaluate_watch *watch,
                                                  movinet_error *err);

typedef struct movinet_evaluation_info {
    int n_models;
    int n_classes;      ///< of the data
    int n_answers;      ///< n_classes and what else the models can say
    int n_clips;        ///< chosen
    int n_ready;        ///< of them done in earlier runs
    int n_counted;      ///< that the figures are of
    int n_skipped;      ///< that could not be read
    int n_unknown;      ///< of classes that one of the models does not know
    int n_sources;      ///< of the counted ones: clips of one source are no separate proofs, and
                        ///< make intervals wider
    bool multi_label;
    movinet_evaluate_clips clips; ///< never DEFAULT
    const char *results_path; ///< NULL: they are not kept
} movinet_evaluation_info;

MOVINET_API const movinet_evaluation_info *
movinet_evaluation_get_info(const movinet_evaluation *evaluation);
/** Of an answer; "?" for an index that is none. */
MOVINET_API const char *movinet_evaluation_label(const movinet_evaluation *evaluation, int answer);
/** Of a model. */
MOVINET_API const char *movinet_evaluation_name(const movinet_evaluation *evaluation, int model);
/** Whether the model knows this class of the data. */
MOVINET_API bool movinet_evaluation_knows(const movinet_evaluation *evaluation, int model,
                                          int index);

/* What follows is there after movinet_evaluation_run. */

/** A figure and its 95 % interval; NaN: it cannot be had. */
typedef struct movinet_figure {
    double value, low, high;
} movinet_figure;

typedef enum movinet_figure_kind {
    MOVINET_FIGURE_TOP1 = 0,       ///< share of clips with the right answer
    MOVINET_FIGURE_TOP5 = 1,       ///< whose class is among the first five
    MOVINET_FIGURE_RECALL = 2,     ///< mean over classes of the share that is right
    MOVINET_FIGURE_PRECISION = 3,  ///< of the share of a class's answers that is right
    MOVINET_FIGURE_F1 = 4,         ///< of the harmonic mean of both
    MOVINET_FIGURE_AVERAGE_PRECISION = 5, ///< several labels a clip: mean over classes
    MOVINET_FIGURE_CALIBRATION = 6,///< expected calibration error, in 15 parts
    MOVINET_FIGURE_EVER_RIGHT = 7, ///< share of clips with the right answer after any frame
    MOVINET_FIGURE_FIRST_RIGHT = 8,///< seconds seen until half of the clips had it; infinite: less
                                   ///< than half ever have
    MOVINET_FIGURE_FLIPS = 9,      ///< changes of the answer, a minute
    MOVINET_FIGURE_LATENCY = 10,   ///< milliseconds a frame, median, one thread
} movinet_figure_kind;
enum { MOVINET_FIGURES = 11 };

typedef enum movinet_figure_unit {
    MOVINET_UNIT_SHARE = 0,
    MOVINET_UNIT_SECONDS = 1,
    MOVINET_UNIT_PER_MINUTE = 2,
    MOVINET_UNIT_MILLISECONDS = 3,
} movinet_figure_unit;

typedef struct movinet_figure_info {
    const char *name;   ///< "top1"
    const char *title;  ///< "top 1"
    const char *means;  ///< a line
    movinet_figure_unit unit;
    bool less_is_better;
} movinet_figure_info;

/** NULL for a kind that is none. Static. */
MOVINET_API const movinet_figure_info *movinet_figure_get_info(movinet_figure_kind kind);

MOVINET_API movinet_figure movinet_evaluation_figure(const movinet_evaluation *evaluation,
                                                     int model, movinet_figure_kind kind);
/** That of b less that of a; on the same clips, so surer than both alone. */
MOVINET_API movinet_figure movinet_evaluation_difference(const movinet_evaluation *evaluation,
                                                         int a, int b, movinet_figure_kind kind);

typedef struct movinet_class_figures {
    int clips;     ///< of this class
    int answered;  ///< that are said to be
    int right;     ///< both. Several labels a clip: said to be above a probability of 1/2
    movinet_figure precision, recall, f1;
    movinet_figure average_precision; ///< several labels a clip; else NaN
} movinet_class_figures;

/** Of a class of the data. */
MOVINET_API movinet_class_figures movinet_evaluation_class(const movinet_evaluation *evaluation,
                                                           int model, int index);

/** A class that is taken for another. */
typedef struct movinet_confusion {
    int index, answer;
    int clips;     ///< that often
    int of;        ///< clips of the class
    int clip;      ///< the one that the model was surest of
} movinet_confusion;

/** Clips of a class that got this answer; 0 where there are several labels a clip. */
MOVINET_API int movinet_evaluation_count(const movinet_evaluation *evaluation, int model,
                                         int index, int answer);
/** The most frequent ones first, at most `capacity`; returns how many there are. */
MOVINET_API int movinet_evaluation_confusions(const movinet_evaluation *evaluation, int model,
                                              movinet_confusion *out, int capacity);

/** After so many frames. */
typedef struct movinet_evaluation_moment {
    double seconds;        ///< seen
    int clips;             ///< that are as long
    movinet_figure right;  ///< share of them with the right answer then
} movinet_evaluation_moment;

/** From the first frame on; false past the last. */
MOVINET_API bool movinet_evaluation_after(const movinet_evaluation *evaluation, int model,
                                          int frames, movinet_evaluation_moment *out);

/** Clips whose answer had a probability within one of 15 equal parts of 0 … 1. */
typedef struct movinet_evaluation_bin {
    int clips;
    double probability;    ///< mean
    movinet_figure right;  ///< share
} movinet_evaluation_bin;
enum { MOVINET_EVALUATION_BINS = 15 };

MOVINET_API movinet_evaluation_bin
movinet_evaluation_calibration(const movinet_evaluation *evaluation, int model, int bin);

/** Two models on the same clips. */
typedef struct movinet_evaluation_pair {
    int both, only_a, only_b, neither; ///< right
    double mcnemar;             ///< how probable so much is, were both equally good (exact test)
    movinet_figure agreement;   ///< share of clips with the same answer, right or not
    movinet_figure frames;      ///< the same of all frames; NaN if they take them at other rates
} movinet_evaluation_pair;

MOVINET_API movinet_evaluation_pair
movinet_evaluation_compare(const movinet_evaluation *evaluation, int a, int b);

/** A class on which two models differ. */
typedef struct movinet_disagreement {
    int index;
    int clips;           ///< of the class
    int only_a, only_b;  ///< right
    int differ;          ///< answers that differ, right or not
    int clip;            ///< the one of them that both together are surest of
} movinet_disagreement;

/** Classes on which they differ, most clips that only one gets right first. At most `capacity`;
 * returns how many there are. */
MOVINET_API int movinet_evaluation_disagreements(const movinet_evaluation *evaluation, int a, int b,
                                                 movinet_disagreement *out, int capacity);

/** What a model said of a clip. */
typedef struct movinet_evaluation_answer {
    int frames;
    double seconds;
    int answer;
    double probability;
    int rank;            ///< of the clip's class, from 0; the best of several; -1: it has none
    double first_right;  ///< seconds seen; infinite: never
    int flips;
} movinet_evaluation_answer;

/** `clip` is its number in the data set. False: it is not counted. */
MOVINET_API bool movinet_evaluation_get_answer(const movinet_evaluation *evaluation, int model,
                                               int clip, movinet_evaluation_answer *out);

/** Writes one page of HTML that needs nothing else: figures, plots, the worst confusions with a
 * picture of each. `title` may be NULL. Errors: IO, MEMORY. */
MOVINET_API movinet_status movinet_evaluation_report(const movinet_evaluation *evaluation,
                                                     const char *title, const char *path,
                                                     movinet_error *err);

/** Two files of one network, say before and after quantization: what each op makes of the same
 * frames, side by side, to find where they drift apart. */
typedef struct movinet_comparison movinet_comparison;

/** Pairs their ops: by the names of what they write, else by kind, shape and order. The models
 * must live as long. Errors: ARGUMENT (images of different sizes, nothing to pair), FORMAT,
 * UNSUPPORTED, MEMORY. */
MOVINET_API movinet_status movinet_comparison_open(movinet_comparison **out, movinet_model *a,
                                                   movinet_model *b, movinet_preprocess preprocess,
                                                   movinet_error *err);
MOVINET_API void movinet_comparison_close(movinet_comparison *comparison);
/** A frame through both, op by op. Errors: as movinet_stream_push. */
MOVINET_API movinet_status movinet_comparison_push(movinet_comparison *comparison,
                                                   const movinet_frame *frame,
                                                   movinet_error *err);
/** The next frame is the first of another clip: both forget what they have seen. */
MOVINET_API void movinet_comparison_reset(movinet_comparison *comparison);

typedef struct movinet_comparison_info {
    int n_pairs;       ///< tensors that are compared
    int n_a, n_b;      ///< that there are of either: activations in int8 or float
    int frames, clips;
    int same_top;      ///< frames with the same top class
    double difference; ///< mean over frames of |difference of the probability of a's top class|
} movinet_comparison_info;

MOVINET_API movinet_comparison_info
movinet_comparison_get_info(const movinet_comparison *comparison);

/** How far a tensor has drifted. Signal-to-noise: of what a computes to b's difference from it,
 * in decibels over all frames: 20: the noise is a tenth; infinite: none. */
typedef struct movinet_drift {
    int op_a, op_b;         ///< indices in the files
    int tensor_a, tensor_b;
    const char *kind;       ///< "CONV_2D"
    const char *layer;      ///< "block1 layer0"; "" if it is not known
    const char *name;       ///< of the tensor, as a has it
    double snr;
    double early, late;     ///< of the first five frames of clips, and of those after; NaN: none
    double bias;            ///< mean of b less a, over the root mean square of a
    double lost;            ///< decibels below the worst of what the op reads; 0: none
} movinet_drift;
enum { MOVINET_EARLY_FRAMES = 5 };

/** Pairs 0 … n_pairs-1, in a's order; false past the last. Pointers live as long as the models. */
MOVINET_API bool movinet_comparison_get(const movinet_comparison *comparison, int index,
                                        movinet_drift *out);

/* ---- published models ---------------------------------------------------- */

typedef struct movinet_published {
    const char *name;        ///< "a0"
    const char *title;       ///< "MoViNet-A0-Stream, int8, Kinetics-600"
    const char *url;         ///< of a .tar.gz with the .tflite inside
    const char *file_name;   ///< "movinet_a0_stream_int8_k600.tflite"
    const char *sha256;      ///< of the .tflite, 64 hex digits; NULL: not known
    uint64_t bytes;          ///< of the .tflite; 0: not known
} movinet_published;

/** Published models by number; NULL past the last. Static. */
MOVINET_API const movinet_published *movinet_published_get(int index);
/** By name; NULL if there is none. Static. */
MOVINET_API const movinet_published *movinet_published_find(const char *name);

/** The folder of downloaded models: $XDG_DATA_HOME/movinet/models, or
 * ~/.local/share/movinet/models. Errors: ARGUMENT if there is no home or it
 * does not fit. */
MOVINET_API movinet_status movinet_models_dir(char *out, size_t size, movinet_error *err);

/** A model inside the library. */
typedef struct movinet_builtin {
    const char *name;  ///< "camera-motion"
    const char *title; ///< what it tells apart
    const char *path;  ///< what movinet_model_open takes: "builtin:camera-motion"
    uint64_t bytes;    ///< of the .tflite
} movinet_builtin;

/** Models inside the library by number; NULL past the last, which may be the first: it can be
 * built without any. Static. */
MOVINET_API const movinet_builtin *movinet_builtin_get(int index);

/** Where a model is. `name` is a path (something that exists or has a '/' or ends in
 * .tflite), a published name that was pulled, or the name of one inside the library; NULL:
 * the published a0 if it was pulled, else the first one inside the library. */
MOVINET_API movinet_status movinet_model_find(const char *name, char *out, size_t size,
                                              movinet_error *err);

typedef struct movinet_pull_options {
    const char *url;   ///< instead of the published one
    const char *dir;   ///< instead of movinet_models_dir
    /** Called now and then; total is 0 while unknown; true: go on. */
    bool (*progress)(void *user, uint64_t done, uint64_t total);
    void *user;
    uint8_t reserved[48];
} movinet_pull_options;

/** Downloads a published model, continues a download that was broken off,
 * checks it, and puts it in place whole or not at all. `path` (may be NULL)
 * receives where. Errors: NETWORK, FORMAT (wrong size or checksum), IO,
 * UNSUPPORTED (built without libcurl), CANCELLED. */
MOVINET_API movinet_status movinet_pull(const char *name, const movinet_pull_options *options,
                                        char *path, size_t path_size, movinet_error *err);

/* ---- new models ------------------------------------------------------------ */

typedef enum movinet_precision {
    MOVINET_PRECISION_FLOAT32 = 0,
    MOVINET_PRECISION_FLOAT16 = 1, ///< weights and biases in half as many bytes
    MOVINET_PRECISION_DYNAMIC = 2, ///< weights of the larger convolutions in int8
} movinet_precision;

typedef enum movinet_activation {
    MOVINET_ACTIVATION_DEFAULT = 0, ///< hard swish; swish for a base network
    MOVINET_HARD_SWISH = 1,
    MOVINET_RELU6 = 2,
    MOVINET_SWISH = 3,
    MOVINET_RELU = 4,
} movinet_activation;

typedef struct movinet_new_options {
    bool base;               ///< takes a whole clip at once, instead of frame by frame
    bool no_squeeze_excitation;
    int n_classes;           ///< 0: as many as there are labels, else 600
    const char *labels_path; ///< text file, one label a line, to be put into the model
    int size;                ///< side of the image in pixels; 0: as published
    int frames;              ///< of a base network's clip; 0: as published
    movinet_activation activation;
    movinet_precision precision;
    uint64_t seed;           ///< of the random weights; the same seed, the same file
    uint8_t reserved[64];
} movinet_new_options;

/** Writes a MoViNet ("A0" … "A5", "T0", "N0") that has learned nothing yet to `path`, whole
 * or not at all. Errors: ARGUMENT, IO, FORMAT (of the label file), MEMORY. */
MOVINET_API movinet_status movinet_new(const char *path, const char *variant,
                                       const movinet_new_options *options, movinet_error *err);

/* ---- quantization ------------------------------------------------------------ */

/** Writes a streaming MoViNet with weights of another kind: any float model becomes float32,
 * float16 or dynamic range, with its labels, as movinet_new writes them. Errors: ARGUMENT (int8
 * already), UNSUPPORTED (not a MoViNet), IO, MEMORY. */
MOVINET_API movinet_status movinet_convert(const movinet_model *model, movinet_precision precision,
                                           const char *path, movinet_error *err);

/** Makes an int8 file of a float one: frames of clips are pushed, which show what values each
 * tensor takes; then it is written. Convolutions over pictures become int8, weights per
 * channel; means, sums over time, gates and the classifier stay float32. */
typedef struct movinet_quantizer movinet_quantizer;

typedef struct movinet_quantize_options {
    movinet_preprocess preprocess;
    bool min_max;   ///< tensors' ranges are all that was seen, not those with the least error
    int float_layers; ///< the stem and so many layers behind it stay float; 0: nothing does
    int correct;    ///< frames by which biases are corrected, at most; 0: 128; below 0: they are not
    /** NULL, or called now and then by movinet_quantizer_write; false stops it. */
    bool (*going)(void *user, int done, int total);
    void *user;
    uint8_t reserved[64];
} movinet_quantize_options;

typedef struct movinet_quantize_info {
    int clips, frames; ///< pushed
    int tensors;       ///< that become int8, each with steps of its own
} movinet_quantize_info;

/** The model is not needed afterwards. options NULL: all 0. Errors: ARGUMENT (int8 already),
 * UNSUPPORTED (not a streaming MoViNet, or one whose activations have no int8 form), MEMORY. */
MOVINET_API movinet_status movinet_quantizer_open(movinet_quantizer **out,
                                                  const movinet_model *model,
                                                  const movinet_quantize_options *options,
                                                  movinet_error *err);
MOVINET_API void movinet_quantizer_close(movinet_quantizer *quantizer);
/** Keeps a frame, as the network sees it (width · height · 3 bytes). Errors: as
 * movinet_stream_push. */
MOVINET_API movinet_status movinet_quantizer_push(movinet_quantizer *quantizer,
                                                  const movinet_frame *frame, movinet_error *err);
/** The next frame is the first of another clip. */
MOVINET_API void movinet_quantizer_reset(movinet_quantizer *quantizer);
MOVINET_API movinet_quantize_info movinet_quantizer_get_info(const movinet_quantizer *quantizer);
/** Finds the ranges, corrects the biases, writes the file, whole or not at all. The same frames
 * give the same file. Errors: ARGUMENT (no frames), CANCELLED, IO, MEMORY. */
MOVINET_API movinet_status movinet_quantizer_write(movinet_quantizer *quantizer, const char *path,
                                                   movinet_error *err);

/* ---- training -------------------------------------------------------------- */

/** Teaches a network the classes of a data set. All that it does is decided by the options,
 * the data and the number of threads: the same again gives the same bits. */
typedef struct movinet_trainer movinet_trainer;

typedef enum movinet_optimizer {
    MOVINET_OPTIMIZER_DEFAULT = 0, ///< AdamW
    MOVINET_ADAMW = 1,
    MOVINET_RMSPROP = 2,           ///< as MoViNets were trained: 0.9, momentum 0.9, epsilon 1
    MOVINET_SGD = 3,               ///< with Nesterov's momentum 0.9
} movinet_optimizer;

enum { MOVINET_ALL_LAYERS = -1 };

/** Numbers that are 0 mean what is said here; below 0 they mean none. */
typedef struct movinet_train_options {
    /* where it begins */
    const char *from;           ///< a streaming MoViNet file, whatever its numbers are stored in
    const char *variant;        ///< or "A0" … "A5", "T0", "N0", to begin with nothing learned
    movinet_activation activation; ///< of a variant
    bool no_squeeze_excitation; ///< of a variant
    int size;                   ///< side of a variant's image; 0: as published

    /* what learns */
    int layers;                 ///< 0: the classifier alone, from features that are computed once;
                                ///< N: also the last N layers; MOVINET_ALL_LAYERS. A variant: all
    bool keep_dense;            ///< of the classifier's two layers only the last learns
    bool keep_norm;             ///< normalisations use what they have learned before
    bool all_frames;            ///< the answer after every frame counts, not only the last

    /* how */
    int epochs;                 ///< 0: 100 for the classifier alone, else 30
    int batch;                  ///< clips of a step; 0: 32 for the classifier alone, else 8
    int frames;                 ///< of a clip in a step, at most; 0: 16
    movinet_optimizer optimizer;
    double rate;                ///< the highest; 0: 1e-3, AdamW; 0.01, RMSprop and SGD
    double layers_rate;         ///< of the layers before the classifier, times rate; 0: 0.1,
                                ///< a variant 1
    double warm_up;             ///< share of the steps in which the rate rises; 0: 0.05
    double weight_decay;        ///< of weights, not of biases; 0: 0.01 for AdamW, else 3e-5
    double clip;                ///< the longest that a gradient may be; 0: 1
    double label_smoothing;     ///< 0: 0.1
    double mixup;               ///< two clips are laid over each other, by Beta(a, a); 0: none
    double dropout;             ///< 0: 0.2
    double drop_layers;         ///< chance of the last layer to be left out; 0: none, a variant 0.2
    double average;             ///< of weights over steps: what stays of the old; 0: 0.99
    bool no_class_weights;      ///< clips of rare classes count no more than others
    int patience;               ///< epochs without a better one until it ends; 0: a third of them
    int looks;                  ///< classifier alone: looks at each clip; 0: 8; below 0: as it is

    /* what it looks at */
    const char *cache_dir;      ///< of decoded clips; NULL: ~/.cache/movinet/clips
    double frame_rate;          ///< frames a second; 0: 5
    double seconds;             ///< of a clip, at most; 0: 60
    movinet_preprocess preprocess;
    bool no_augment;            ///< every look is the clip as it is
    bool no_flip;               ///< left and right matter

    /* with what, and where to */
    int threads;                ///< 0: as many as there are processors
    uint64_t memory;            ///< bytes for values and gradients; 0: 3 GiB
    uint64_t seed;
    const char *run_dir;        ///< folder for model.tflite, metrics.csv, curves.svg, confusion.svg,
                                ///< run.json, clips.csv (with both it can be done again) and the
                                ///< checkpoint
    bool resume;                ///< goes on where the run in run_dir was; without, such a run is
                                ///< refused
    movinet_precision precision;///< of model.tflite
    uint8_t reserved[128];
} movinet_train_options;

/** Reads the model, looks for what is decoded already, and reads the checkpoint. `dataset` must
 * live as long. Errors: ARGUMENT, IO, FORMAT (no MoViNet: names what does not match),
 * UNSUPPORTED (built without training), MEMORY. */
MOVINET_API movinet_status movinet_trainer_open(movinet_trainer **out, movinet_dataset *dataset,
                                                const movinet_train_options *options,
                                                movinet_error *err);
MOVINET_API void movinet_trainer_close(movinet_trainer *trainer);

/** What is ahead. */
typedef struct movinet_train_plan {
    int clips_ready, clips_missing; ///< decoded, and not
    uint64_t cache_ready;       ///< bytes on the disk
    uint64_t cache_missing;     ///< estimated
    uint64_t disk_free;
    const char *cache_dir;      ///< lives as long as the trainer
    int layers;                 ///< that learn
    int64_t parameters;         ///< numbers that learn
    bool same_classes;          ///< the model knows them already: its classifier is kept
    int epoch;                  ///< epochs done, of a run that is resumed
} movinet_train_plan;

/** Opens some of the videos that are not decoded yet. */
MOVINET_API movinet_status movinet_trainer_plan(movinet_trainer *trainer, movinet_train_plan *out,
                                                movinet_error *err);

typedef enum movinet_train_phase {
    MOVINET_TRAIN_DECODING = 0,
    MOVINET_TRAIN_FEATURES = 1,   ///< of all clips, for the classifier alone
    MOVINET_TRAIN_LEARNING = 2,
    MOVINET_TRAIN_VALIDATING = 3,
    MOVINET_TRAIN_TESTING = 4,    ///< the best, at the end, where there are clips for it
} movinet_train_phase;

typedef struct movinet_train_progress {
    movinet_train_phase phase;
    int epoch, epochs;          ///< from 1; 0 before the first
    int done, total;            ///< clips of this phase and epoch
    double loss;                ///< LEARNING: mean of the epoch so far
} movinet_train_progress;

typedef struct movinet_train_epoch {
    int epoch;                  ///< from 1
    double train_loss, train_accuracy; ///< while it learned; without meaning under mixup
    double validation_loss, validation_accuracy; ///< several labels a clip: mean average precision
    double rate;                ///< at its end
    double seconds;
    bool best;                  ///< so far; model.tflite is of this one
} movinet_train_epoch;

/** All may be NULL. */
typedef struct movinet_train_watch {
    bool (*progress)(void *user, const movinet_train_progress *progress); ///< false: stop
    void (*epoch)(void *user, const movinet_train_epoch *epoch);
    void (*say)(void *user, const char *line); ///< what went otherwise than wished
    void *user;
} movinet_train_watch;

typedef struct movinet_train_result {
    int epochs;                 ///< done
    bool early;                 ///< ended because it got no better
    movinet_train_epoch best;
    int validation_clips, test_clips;
    double validation_low, validation_high; ///< 95 % of such sets would give a share within
    double test_loss, test_accuracy, test_low, test_high; ///< NaN without such clips
    int n_classes;
    const int *confusion;       ///< [truth][predicted] of the test clips, else of those for
                                ///< validation; NULL: several labels a clip. The trainer's
    const char *model;          ///< path of model.tflite; the trainer's
} movinet_train_result;

/** Decodes what is missing, learns, and writes the run folder. Stopped (CANCELLED) or killed, it
 * goes on where it was with `resume`. Errors: FORMAT (nothing to learn from; a loss that is no
 * number: says at which step and what to try), IO, CANCELLED, MEMORY. */
MOVINET_API movinet_status movinet_trainer_run(movinet_trainer *trainer,
                                               const movinet_train_watch *watch,
                                               movinet_train_result *result, movinet_error *err);

#ifdef __cplusplus
}
#endif
#endif

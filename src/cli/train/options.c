/* The options of movinet train. SPDX-License-Identifier: Apache-2.0 */
#include "cli/train/train.h"

#include <math.h>

#define AT(member) offsetof(train_settings, member)

const option_spec train_option_table[] = {
    {.name = "data", .letter = 'd', .kind = VALUE_TEXT, .at = AT(data), .value = "DATA",
     .suggest = SUGGEST_FILES,
     .help = "The clips: a folder with a folder for each class, or a CSV with the columns "
             "file,label[,start,end][,split], or a Kinetics annotation. Needed."},
    {.name = "from", .letter = 'm', .kind = VALUE_TEXT, .at = AT(from), .value = "MODEL",
     .suggest = SUGGEST_MODELS,
     .help = "The MoViNet to begin with: a .tflite file, int8 or float, or the name of a pulled "
             "one. Default: a0."},
    {.name = "new", .kind = VALUE_TEXT, .at = AT(fresh), .value = "A0|...|A5|T0|N0",
     .help = "Begin with nothing learned instead. All layers learn; it takes many clips."},
    {.name = "output", .letter = 'o', .kind = VALUE_TEXT, .at = AT(out), .value = "FILE",
     .suggest = SUGGEST_FILES, .help = "The .tflite file to write. Needed."},
    {.name = "run", .kind = VALUE_TEXT, .at = AT(run), .value = "FOLDER",
     .suggest = SUGGEST_FOLDERS,
     .help = "Where everything about the run goes: the best model, metrics.csv, curves.svg, "
             "confusion.svg, run.json, and what --resume needs. Default: FILE with .run for "
             ".tflite."},
    {.name = "resume", .at = AT(resume), .help = "Go on where a run was stopped or killed."},
    {.name = "head", .at = AT(head),
     .help = "Only the classifier learns, from features that are computed once: seconds an epoch. "
             "The default."},
    {.name = "layers", .letter = 'l', .kind = VALUE_TEXT, .at = AT(layers), .value = "all|N",
     .help = "All layers learn, or also the last N."},
    {.name = "epochs", .letter = 'e', .kind = VALUE_COUNT, .at = AT(epochs), .value = "N",
     .min = 1, .max = 100000, .help = "Times that every clip is looked at, at most (classifier "
                                      "alone 100, else 30)."},
    {.name = "batch", .letter = 'b', .kind = VALUE_COUNT, .at = AT(batch), .value = "N", .min = 1,
     .max = 4096, .help = "Clips of a step (classifier alone 32, else 8)."},
    {.name = "frames", .kind = VALUE_COUNT, .at = AT(frames), .value = "N", .min = 3, .max = 1000,
     .help = "Frames of a clip in a step, at most; of longer clips a part is looked at (16)."},
    {.name = "rate", .letter = 'r', .kind = VALUE_NUMBER, .at = AT(rate), .value = "N",
     .min = 1e-9, .max = 100,
     .help = "The highest learning rate (1e-3; for rmsprop and sgd 0.01). It rises at first and "
             "then falls like a cosine."},
    {.name = "layers-rate", .kind = VALUE_NUMBER, .at = AT(layers_rate), .value = "N", .min = 1e-6,
     .max = 100, .help = "Of the layers before the classifier, times --rate (0.1; with --new 1)."},
    {.name = "warm-up", .kind = VALUE_NUMBER, .at = AT(warm_up), .value = "N", .max = 1,
     .help = "Share of the steps in which the rate rises (0.05)."},
    {.name = "optimizer", .kind = VALUE_CHOICE, .at = AT(optimizer),
     .value = "default|adamw|rmsprop|sgd", .help = "Default: adamw."},
    {.name = "loss", .kind = VALUE_CHOICE, .at = AT(loss), .value = "auto|one|several",
     .help = "A clip is of one class (softmax and cross-entropy), or of none or several (a sigmoid "
             "for each). Default: several if any clip of the data has two labels, \"a|b\"."},
    {.name = "label-smoothing", .kind = VALUE_NUMBER, .at = AT(label_smoothing), .value = "N",
     .max = 0.9, .help = "How much of a label is given to all classes alike (0.1)."},
    {.name = "no-class-weights", .at = AT(no_class_weights),
     .help = "Clips of rare classes do not count more than others."},
    {.name = "all-frames", .at = AT(all_frames),
     .help = "The answer after every frame counts, not only after the last."},
    {.name = "weight-decay", .kind = VALUE_NUMBER, .at = AT(weight_decay), .value = "N", .max = 10,
     .help = "Of weights, not of biases (adamw 0.01, else 3e-5)."},
    {.name = "clip", .kind = VALUE_NUMBER, .at = AT(clip), .value = "N", .max = 1e6,
     .help = "The longest that a gradient may be (1); 0: any."},
    {.name = "dropout", .kind = VALUE_NUMBER, .at = AT(dropout), .value = "N", .max = 0.95,
     .help = "Share of the classifier's values that are left out of a step (0.2)."},
    {.name = "drop-layers", .kind = VALUE_NUMBER, .at = AT(drop_layers), .value = "N", .max = 0.95,
     .help = "Chance of the last layer to be left out of a step, those before it less (0; with "
             "--new 0.2)."},
    {.name = "average", .kind = VALUE_NUMBER, .at = AT(average), .value = "N", .max = 0.99999,
     .help = "Of weights over steps: how much of the old stays (0.99); 0: none."},
    {.name = "mixup", .kind = VALUE_NUMBER, .at = AT(mixup), .value = "N", .max = 10,
     .help = "Lay two clips over each other, by shares from Beta(N, N) (0: never)."},
    {.name = "patience", .kind = VALUE_COUNT, .at = AT(patience), .value = "N", .max = 100000,
     .help = "Epochs without a better one until it ends (a third of all); 0: never."},
    {.name = "looks", .kind = VALUE_COUNT, .at = AT(looks), .value = "N", .max = 1000,
     .help = "Classifier alone: in how many ways every clip is looked at (8); 0: only as it is."},
    {.name = "no-augment", .at = AT(no_augment),
     .help = "Look at clips only as they are: no cuts, colours, flips, speeds."},
    {.name = "no-flip", .at = AT(no_flip),
     .help = "Never flip pictures left-right. Clips whose label speaks of left, right or clockwise "
             "are never flipped."},
    {.name = "keep-dense", .at = AT(keep_dense),
     .help = "Of the classifier's two layers only the last learns."},
    {.name = "keep-norm", .at = AT(keep_norm),
     .help = "Normalisations stay as they are, also in layers that learn."},
    {.name = "labels", .kind = VALUE_TEXT, .at = AT(labels), .value = "FILE",
     .suggest = SUGGEST_FILES,
     .help = "The classes, one a line, in their order. Default: the labels of the data, sorted."},
    {.name = "clips", .kind = VALUE_TEXT, .at = AT(clips), .value = "FOLDER",
     .suggest = SUGGEST_FOLDERS, .help = "Where the files of a CSV are (beside it)."},
    {.name = "group", .letter = 'g', .kind = VALUE_TEXT, .at = AT(group),
     .value = "folder|name|REGEX",
     .help = "Which clips are of one source, and so stay together: those in one folder; those "
             "whose names are the same up to the last _ or -; or by the part of the path that a "
             "regular expression matches. Default: those of one file."},
    {.name = "validation", .kind = VALUE_NUMBER, .at = AT(validation), .value = "N", .min = 0.001,
     .max = 0.99, .help = "Share of the clips to choose the best epoch by, where the data has no "
                          "such split (0.2)."},
    {.name = "test", .kind = VALUE_NUMBER, .at = AT(test), .value = "N", .max = 0.99,
     .help = "Share of the clips to measure the best epoch by, where the data has no split (0)."},
    {.name = "folds", .kind = VALUE_COUNT, .at = AT(folds), .value = "K", .min = 2, .max = 1000,
     .help = "Deal all clips into K parts instead, of which --fold is for validation; with "
             "--validation it is for test."},
    {.name = "fold", .kind = VALUE_COUNT, .at = AT(fold), .value = "I", .min = 1, .max = 1000,
     .help = "Which of them, 1 to K."},
    {.name = "cache", .kind = VALUE_TEXT, .at = AT(cache), .value = "FOLDER",
     .suggest = SUGGEST_FOLDERS,
     .help = "Where decoded clips are kept (~/.cache/movinet/clips). Its size is told before it is "
             "used; it may be deleted."},
    {.name = "fps", .kind = VALUE_NUMBER, .at = AT(fps), .value = "N", .min = 0.01, .max = 100,
     .help = "Frames of a clip to look at a second (5)."},
    {.name = "seconds", .kind = VALUE_TIME, .at = AT(seconds), .value = "TIME",
     .help = "What comes later in a clip is left out (60)."},
    {.name = "preprocess", .kind = VALUE_CHOICE, .at = AT(preprocess),
     .value = "squash|crop|train",
     .help = "How a picture becomes the network's square; see movinet classify --help."},
    {.name = "activation", .kind = VALUE_CHOICE, .at = AT(activation),
     .value = "default|hard-swish|relu6|swish|relu", .help = "With --new; see movinet new --help."},
    {.name = "no-se", .at = AT(no_se), .help = "With --new: without squeeze-excitation."},
    {.name = "size", .kind = VALUE_COUNT, .at = AT(size), .value = "PIXELS", .min = 16,
     .max = 1024, .help = "With --new: side of the image."},
    {.name = "precision", .kind = VALUE_CHOICE, .at = AT(precision),
     .value = "float32|float16|dynamic", .help = "Of the weights in the file (float32)."},
    {.name = "threads", .letter = 't', .kind = VALUE_COUNT, .at = AT(threads), .value = "N",
     .min = 1, .max = 256, .help = "Threads to compute with. Default: one for each processor."},
    {.name = "memory", .kind = VALUE_NUMBER, .at = AT(memory), .value = "GIB", .min = 0.05,
     .max = 4096, .help = "For values and gradients (3); with less, some are computed twice."},
    {.name = "seed", .kind = VALUE_COUNT, .at = AT(seed), .value = "N", .max = 2147483647,
     .help = "Of all that is drawn by lot (0). The same seed, data and threads give the same bits."},
    {.name = "quiet", .letter = 'q', .at = AT(quiet), .help = "Say nothing, but errors."},
    {0},
};

void train_defaults(void *at)
{
    train_settings *s = at;
    s->warm_up = s->weight_decay = s->clip = s->label_smoothing = NAN;
    s->mixup = s->dropout = s->drop_layers = s->average = NAN;
    s->patience = s->looks = -1;
}

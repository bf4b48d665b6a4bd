/* The options of movinet evaluate. SPDX-License-Identifier: Apache-2.0 */
#include "cli/evaluate/evaluate.h"

#define AT(member) offsetof(evaluate_settings, member)

const option_spec evaluate_option_table[] = {
    {.name = "split", .letter = 's', .kind = VALUE_CHOICE, .at = AT(split),
     .value = "auto|train|validation|test|all",
     .help = "Which clips. auto: those for test if the data says which they are, else those for "
             "validation if it says so, else all."},
    {.name = "report", .letter = 'o', .kind = VALUE_TEXT, .at = AT(report), .value = "FILE.html",
     .suggest = SUGGEST_FILES,
     .help = "Also write one page with plots, and pictures of what is confused most."},
    {.name = "title", .kind = VALUE_TEXT, .at = AT(title), .value = "TEXT",
     .help = "What the page is called."},
    {.name = "results", .letter = 'r', .kind = VALUE_TEXT, .at = AT(results), .value = "FILE.csv",
     .suggest = SUGGEST_FILES,
     .help = "Keep what each model said of each clip. What is in the file already is not done "
             "again. Without it, results are kept only until all is done, so that what was "
             "stopped can go on."},
    {.name = "map", .letter = 'm', .kind = VALUE_TEXT, .at = AT(map), .value = "FILE.csv",
     .suggest = SUGGEST_FILES,
     .help = "Labels that mean the same: columns data,model. Several of a model may stand for one "
             "of the data: their probabilities are added."},
    {.name = "format", .letter = 'f', .kind = VALUE_CHOICE, .at = AT(format),
     .value = "text|json|csv", .help = "How to write the figures: for people (the default), as "
                                       "one JSON object, or as a table."},
    {.name = "labels", .kind = VALUE_TEXT, .at = AT(labels), .value = "FILE",
     .suggest = SUGGEST_FILES,
     .help = "The classes of the data, one a line. Default: its labels, sorted."},
    {.name = "model-labels", .kind = VALUE_TEXT, .at = AT(model_labels), .value = "FILE",
     .suggest = SUGGEST_FILES,
     .help = "Names of the models' classes, one a line, instead of their own."},
    {.name = "clips", .kind = VALUE_TEXT, .at = AT(clips), .value = "FOLDER",
     .suggest = SUGGEST_FOLDERS, .help = "Where the files of a CSV are (beside it)."},
    {.name = "group", .letter = 'g', .kind = VALUE_TEXT, .at = AT(group),
     .value = "folder|name|REGEX",
     .help = "Which clips are of one source, and so no separate proofs; see movinet train --help. "
             "Default: those of one file."},
    {.name = "validation", .kind = VALUE_NUMBER, .at = AT(validation), .value = "N", .min = 0.001,
     .max = 0.99, .help = "These five deal the clips as in training, where the data has no splits: "
                          "the same numbers find the clips that it did not learn from. Share for "
                          "validation (0.2)."},
    {.name = "test", .kind = VALUE_NUMBER, .at = AT(test), .value = "N", .max = 0.99,
     .help = "Share for test (0)."},
    {.name = "folds", .kind = VALUE_COUNT, .at = AT(folds), .value = "K", .min = 2, .max = 1000,
     .help = "Parts that all clips are dealt into."},
    {.name = "fold", .kind = VALUE_COUNT, .at = AT(fold), .value = "I", .min = 1, .max = 1000,
     .help = "The one for validation, 1 to K."},
    {.name = "seed", .kind = VALUE_COUNT, .at = AT(seed), .value = "N", .max = 2147483647,
     .help = "Of what is dealt, and of intervals that are found by drawing (0)."},
    {.name = "fps", .kind = VALUE_NUMBER, .at = AT(fps), .value = "N", .min = 0.01, .max = 1000,
     .help = "Frames of a clip a second. Default: what the network was trained at, 5."},
    {.name = "seconds", .kind = VALUE_TIME, .at = AT(seconds), .value = "TIME", .max = 1e8,
     .help = "What comes later in a clip is left out. Default: nothing is."},
    {.name = "preprocess", .kind = VALUE_CHOICE, .at = AT(preprocess),
     .value = "squash|crop|train",
     .help = "How a picture becomes the network's square; see movinet classify --help."},
    {.name = "threads", .letter = 't', .kind = VALUE_COUNT, .at = AT(threads), .value = "N",
     .min = 1, .max = 256,
     .help = "Clips at once. Default: as many as there are processors. The figures are the same."},
    CPU_OPTION(AT(cpu)),
    {.name = "no-timing", .at = AT(no_timing), .help = "Do not measure how fast the models are."},
    {.name = "quiet", .letter = 'q', .at = AT(quiet),
     .help = "No progress and no notes on standard error, only errors."},
    {0},
};

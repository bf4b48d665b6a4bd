/* The model that a verb works with. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MODEL_H
#define CLI_MODEL_H

#include "movinet/movinet.h"

enum { PATH_ROOM = 4096 };

typedef struct model_choice {
    const char *name;   ///< as movinet_model_find has it; may be NULL
    const char *labels; ///< a file, or NULL
    int cpu;            ///< number of a word of CPU_OPTION
} model_choice;

/** The option --cpu, stored as the number of its word: an int. */
#define CPU_OPTION(offset)                                                                         \
    {.name = "cpu", .kind = VALUE_CHOICE, .at = (offset),                                          \
     .value = "best|c|avx2|avxvnni|avx512vnni|neon|dotprod|i8mm",                                  \
     .help = "Highest set of instructions to compute with, of those that this processor has; c: "  \
             "none but what every one has. The results are the same. Default: best."}

/** What --model takes, where it is one. */
#define MODEL_HELP                                                                                 \
    "A .tflite file, or the name of a model (see movinet models); without it, a0 if it was "       \
    "pulled, else the built-in one."
#define MODEL_OPTION(offset)                                                                       \
    {.name = "model", .letter = 'm', .kind = VALUE_TEXT, .at = (offset), .value = "MODEL",         \
     .suggest = SUGGEST_MODELS, .help = MODEL_HELP}

/** Of an option with the words "squash|crop|train", by the number of the word. */
movinet_preprocess chosen_preprocess(int word);

/** Opens it; `path` receives where it is. False after a complaint. */
bool open_model(const model_choice *choice, movinet_model **out, char path[PATH_ROOM]);

#endif

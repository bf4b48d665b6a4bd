/* The model that a verb works with. SPDX-License-Identifier: Apache-2.0 */
#include "cli/model.h"

#include "cli/text.h"

#include <string.h>
#include <unistd.h>

/* The words of CPU_OPTION, in their order. */
static const char *const cpu_names[] = {
    NULL, "c", "avx2", "avxvnni", "avx512vnni", "neon", "dotprod", "i8mm"};

/* Whoever sits there may have expected actions. */
static void tell_builtin(const char *path)
{
    const movinet_builtin *inside = movinet_builtin_get(0);
    if (inside && strcmp(path, inside->path) == 0 && isatty(STDERR_FILENO))
        note(inside->name, "the built-in model; for the 600 actions of Kinetics: movinet pull a0");
}

bool open_model(const model_choice *choice, movinet_model **out, char path[PATH_ROOM])
{
    movinet_error err;
    const char *name = choice->name;
    const movinet_model_options options = {.labels_path = choice->labels,
                                           .cpu = cpu_names[choice->cpu]};
    if (movinet_model_find(name, path, PATH_ROOM, &err)) {
        complain(NULL, name ? err.message
                            : "no model: get the usual one with `movinet pull a0`, or give a "
                              ".tflite file");
        return false;
    }
    if (movinet_model_open(out, path, &options, &err)) {
        complain(path, err.message);
        return false;
    }
    if (!name)
        tell_builtin(path);
    return true;
}

movinet_preprocess chosen_preprocess(int word)
{
    static const movinet_preprocess values[] = {
        MOVINET_PREPROCESS_SQUASH, MOVINET_PREPROCESS_CROP, MOVINET_PREPROCESS_TRAIN};
    return values[word];
}

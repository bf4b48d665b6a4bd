/* movinet inspect: what a model file is, in words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include "cli/model.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct settings {
    const char *labels;
    bool ops, plan;
    int format; ///< of "text|json"
    int cpu;
} settings;

#define AT(member) offsetof(settings, member)

static const option_spec options[] = {
    {.name = "ops", .at = AT(ops),
     .help = "List every op with the shapes and the quantization of its tensors."},
    {.name = "plan", .at = AT(plan),
     .help = "List the steps that are computed for a frame: the ops that each does at once, its "
             "kernel, its output and its multiply-adds."},
    CPU_OPTION(AT(cpu)),
    {.name = "labels", .kind = VALUE_TEXT, .at = AT(labels), .value = "FILE",
     .suggest = SUGGEST_FILES,
     .help = "Names of the classes, one a line, instead of the model's own."},
    {.name = "format", .letter = 'f', .kind = VALUE_CHOICE, .at = AT(format), .value = "text|json",
     .help = "For people (the default), or one JSON object."},
    {0},
};

static const example examples[] = {
    {"movinet inspect a0", "What the pulled network is."},
    {"movinet inspect --ops model.tflite", "Every op of a file."},
    {"movinet inspect --plan --cpu c a0", "What is computed where there are no vectors."},
    {NULL, NULL},
};

/* ---- shared with JSON ---- */

static int by_work(const void *a, const void *b)
{
    const op_kind *x = a, *y = b;
    if (x->macs != y->macs)
        return x->macs < y->macs ? 1 : -1;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->name, y->name);
}

op_kind *count_ops(const movinet_model *model, int *n)
{
    int n_ops = movinet_model_get_info(model)->n_ops;
    op_kind *kinds = calloc((size_t)n_ops + 1, sizeof *kinds);
    *n = 0;
    for (int i = 0; kinds && i < n_ops; i++) {
        movinet_op_info op;
        if (movinet_model_op(model, i, &op))
            continue;
        int k = 0;
        while (k < *n && strcmp(kinds[k].name, op.name) != 0)
            k++;
        *n += k == *n;
        kinds[k].name = op.name;
        kinds[k].count++;
        kinds[k].folded += op.folded;
        kinds[k].macs += op.macs;
    }
    if (kinds)
        qsort(kinds, (size_t)*n, sizeof *kinds, by_work);
    return kinds;
}

const char *label_source_words(movinet_label_source source)
{
    switch (source) {
    case MOVINET_LABELS_NONE: return "no labels, the classes have numbers only";
    case MOVINET_LABELS_METADATA: return "labels from the file's metadata";
    case MOVINET_LABELS_FILE: return "labels from the given file";
    case MOVINET_LABELS_KINETICS: return "labels: the built-in Kinetics-600 (the file has none)";
    }
    return "?";
}

void sha256_text(const movinet_model *model, char out[65])
{
    uint8_t digest[32];
    movinet_model_sha256(model, digest);
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* ---- text ---- */

enum { NAME_WIDTH = 14 };

static void print_name(const terminal *t, const char *name)
{
    fputs("  ", t->out);
    set_style(t, STYLE_FAINT);
    fprintf(t->out, "%-*s", NAME_WIDTH, name);
    set_style(t, STYLE_NONE);
}

void print_heading(const terminal *t, const char *text)
{
    set_style(t, STYLE_STRONG);
    print_clean(t->out, text);
    set_style(t, STYLE_NONE);
    fputc('\n', t->out);
}

static const char *times(const terminal *t)
{
    return t->utf8 ? "×" : "x";
}

int print_shape(const terminal *t, const movinet_tensor_info *tensor)
{
    int at = 0;
    if (tensor->rank == 0)
        at = fprintf(t->out, "scalar");
    for (int i = 0; i < tensor->rank && i < MOVINET_MAX_RANK; i++) {
        if (i) {
            fputs(times(t), t->out);
            at++;
        }
        at += fprintf(t->out, "%" PRId32, tensor->shape[i]);
    }
    return at;
}

static void print_network(const terminal *t, const movinet_model_info *info)
{
    print_name(t, "network");
    if (strcmp(info->variant, "unknown") == 0)
        fputs("not a MoViNet that is known", t->out);
    else
        fprintf(t->out, "MoViNet-%s, %s squeeze-excitation", info->variant,
                info->squeeze_excitation ? "with" : "without");
    fprintf(t->out, "\n");
    print_name(t, "runs");
    fputs(info->streaming ? "streaming: states go from frame to frame\n"
                          : "frame by frame: it has no states\n", t->out);
    if (info->description[0]) {
        print_name(t, "description");
        print_fitted(t, info->description, t->columns - NAME_WIDTH - 2);
        fputc('\n', t->out);
    }
    print_name(t, "precision");
    fprintf(t->out, "%s\n", info->precision);
    print_name(t, "input");
    fprintf(t->out, "%d %s %d RGB, %g frames a second\n", info->frame_width, times(t),
            info->frame_height, info->frame_rate);
    print_name(t, "classes");
    fprintf(t->out, "%d; %s\n", info->n_classes, label_source_words(info->label_source));
}

static void print_sizes(const terminal *t, const movinet_model *model)
{
    const movinet_model_info *info = movinet_model_get_info(model);
    char text[32], hex[65];
    print_name(t, "work");
    fprintf(t->out, "%s multiply-adds a frame, %d ops in %d steps\n",
            format_count(text, info->macs), info->n_ops, info->n_steps);
    print_name(t, "parameters");
    fprintf(t->out, "%s\n", format_count(text, info->parameters));
    print_name(t, "states");
    fprintf(t->out, "%d, %s together\n", info->n_states, format_bytes(text, info->state_bytes));
    print_name(t, "memory");
    fprintf(t->out, "%s a stream", format_bytes(text, info->stream_bytes));
    fprintf(t->out, "; %s of packed weights\n", format_bytes(text, info->weight_bytes));
    print_name(t, "file");
    fprintf(t->out, "%s (%zu bytes), %d tensors", format_bytes(text, info->file_bytes),
            info->file_bytes, info->n_tensors);
    if (info->signature[0]) {
        fputs(", signature ", t->out);
        print_fitted(t, info->signature, 24);
    }
    fputc('\n', t->out);
    sha256_text(model, hex);
    print_name(t, "sha256");
    fprintf(t->out, "%s\n", hex);
}

static void print_states(const terminal *t, const movinet_model *model)
{
    enum { STATE_WIDTH = 42 };
    int n = movinet_model_get_info(model)->n_states;
    if (n == 0)
        return;
    fputc('\n', t->out);
    print_heading(t, "States");
    for (int i = 0; i < n; i++) {
        char bytes[32];
        movinet_state_info state;
        movinet_tensor_info tensor;
        if (movinet_model_state(model, i, &state) ||
            movinet_model_tensor(model, state.input, &tensor))
            continue;
        fputs("  ", t->out);
        print_spaces(t->out, STATE_WIDTH - print_fitted(t, state.name, STATE_WIDTH - 1));
        fprintf(t->out, "%-8s", movinet_type_name(tensor.type));
        int at = print_shape(t, &tensor);
        print_spaces(t->out, 16 - at);
        fprintf(t->out, "%10s%s\n", format_bytes(bytes, tensor.bytes),
                state.pass_through ? " =" : "");
    }
    for (int i = 0; i < n; i++) {
        movinet_state_info state;
        if (movinet_model_state(model, i, &state) || !state.pass_through)
            continue;
        fputs("  = passes straight through: the network does not use it\n", t->out);
        break;
    }
}

static bool print_kinds(const terminal *t, const movinet_model *model)
{
    int n;
    int64_t all = movinet_model_get_info(model)->macs;
    op_kind *kinds = count_ops(model, &n);
    if (!kinds) {
        complain(NULL, "out of memory");
        return false;
    }
    fputc('\n', t->out);
    print_heading(t, "Ops");
    for (int i = 0; i < n; i++) {
        char text[32];
        fprintf(t->out, "  %5d  ", kinds[i].count);
        int used = print_fitted(t, kinds[i].name, 27);
        if (kinds[i].macs > 0 && all > 0) {
            print_spaces(t->out, 28 - used);
            print_bar(t, (double)kinds[i].macs / (double)all, 16);
            fprintf(t->out, "  %s", format_count(text, kinds[i].macs));
        } else if (kinds[i].folded == kinds[i].count) {
            print_spaces(t->out, 28 - used);
            fputs("computed once, at opening", t->out);
        }
        fputc('\n', t->out);
    }
    free(kinds);
    return true;
}

/* "      in   t12  int8     1×86×86×8  scale 0.0235 zero -128  name" */
static void print_operand(const terminal *t, const movinet_model *model, const char *role,
                          int32_t index)
{
    movinet_tensor_info tensor;
    if (index < 0) {
        fprintf(t->out, "        %-3s  (left out)\n", role);
        return;
    }
    if (movinet_model_tensor(model, index, &tensor))
        return;
    fprintf(t->out, "        %-3s  t%-4" PRId32 " %-8s ", role, index,
            movinet_type_name(tensor.type));
    print_shape(t, &tensor);
    if (tensor.constant)
        fputs(" constant", t->out);
    if (tensor.n_scales == 1)
        fprintf(t->out, " scale %.6g zero %" PRId32, (double)tensor.scales[0],
                tensor.zero_points[0]);
    else if (tensor.n_scales > 1)
        fprintf(t->out, " %d scales along axis %d", tensor.n_scales, tensor.quantized_dimension);
    fputc('\n', t->out);
    if (tensor.name[0]) {
        set_style(t, STYLE_FAINT);
        fputs("             ", t->out);
        print_fitted(t, tensor.name, t->columns - 13);
        set_style(t, STYLE_NONE);
        fputc('\n', t->out);
    }
}

static void print_every_op(const terminal *t, const movinet_model *model)
{
    int n = movinet_model_get_info(model)->n_ops;
    fputc('\n', t->out);
    print_heading(t, "Every op");
    for (int i = 0; i < n; i++) {
        char text[32];
        movinet_op_info op;
        if (movinet_model_op(model, i, &op))
            continue;
        fprintf(t->out, "  %4d  ", i);
        set_style(t, STYLE_STRONG);
        print_clean(t->out, op.name);
        set_style(t, STYLE_NONE);
        fprintf(t->out, " version %d", op.version);
        if (op.macs > 0)
            fprintf(t->out, ", %s multiply-adds", format_count(text, op.macs));
        fputs(op.folded ? ", computed once, at opening\n" : "\n", t->out);
        for (int k = 0; k < op.n_inputs; k++)
            print_operand(t, model, "in", op.inputs[k]);
        for (int k = 0; k < op.n_outputs; k++)
            print_operand(t, model, "out", op.outputs[k]);
    }
}

static bool print_model_text(const movinet_model *model, const char *path, bool ops, bool plan)
{
    const terminal t = terminal_of(stdout);
    const movinet_model_info *info = movinet_model_get_info(model);
    print_heading(&t, path);
    print_network(&t, info);
    print_sizes(&t, model);
    print_states(&t, model);
    if (!print_kinds(&t, model))
        return false;
    if (ops)
        print_every_op(&t, model);
    if (plan)
        print_plan(&t, model);
    return true;
}

static int run(const invocation *call)
{
    const settings *s = call->settings;
    char path[PATH_ROOM];
    movinet_model *model;
    const model_choice choice = {
        .name = call->operands[0], .labels = s->labels, .cpu = s->cpu};
    if (!open_model(&choice, &model, path))
        return EXIT_FAILED;
    bool fine = s->format == 1 ? print_model_json(model, path, s->ops, s->plan)
                               : print_model_text(model, path, s->ops, s->plan);
    movinet_model_close(model);
    return fine ? EXIT_OK : EXIT_FAILED;
}

const verb verb_inspect = {
    .name = "inspect",
    .operands = "MODEL",
    .min_operands = 1,
    .max_operands = 1,
    .suggest = SUGGEST_MODELS,
    .summary = "Say what a model file is: network, classes, states, ops, sizes.",
    .about = "MODEL is a .tflite file or the name of a pulled model.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(settings),
    .run = run,
};

/* movinet pull: downloads published models. SPDX-License-Identifier: Apache-2.0 */
#include "cli/interrupt.h"
#include "cli/model.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "cli/verbs.h"

typedef struct settings {
    const char *url, *dir;
    bool quiet;
} settings;

#define AT(member) offsetof(settings, member)

static const option_spec options[] = {
    {.name = "url", .kind = VALUE_TEXT, .at = AT(url), .value = "URL",
     .help = "Get it from here instead: a .tar.gz with the .tflite inside. Only an address given "
             "here may begin with http:// instead of https://."},
    {.name = "dir", .kind = VALUE_TEXT, .at = AT(dir), .value = "FOLDER",
     .suggest = SUGGEST_FOLDERS, .help = "Put it here instead of the folder of models."},
    {.name = "quiet", .letter = 'q', .at = AT(quiet), .help = "No progress, only errors."},
    {0},
};

static const example examples[] = {
    {"movinet pull a0", "Google's smallest network, 3.1 MiB."},
    {NULL, NULL},
};

/* "1.4 of 3.1 MiB  820.1 KiB/s" */
static bool on_progress(void *user, uint64_t done, uint64_t total)
{
    progress *p = user;
    char words[100], a[32], b[32];
    if (was_interrupted())
        return false;
    if (!progress_is_due(p, (double)done, (double)total))
        return true;
    double rate = progress_rate(p, (double)done);
    int n = total ? snprintf(words, sizeof words, "%s of %s", format_bytes(a, done),
                             format_bytes(b, total))
                  : snprintf(words, sizeof words, "%s", format_bytes(a, done));
    if (rate > 0 && p->screen.is_terminal)
        snprintf(words + n, sizeof words - (size_t)n, "  %s/s", format_bytes(a, (uint64_t)rate));
    progress_show(p, (double)done, (double)total, words);
    return true;
}

static bool pull_one(const settings *s, const char *name)
{
    char path[PATH_ROOM];
    movinet_error err;
    progress p = progress_of(name, s->quiet);
    const movinet_pull_options how = {
        .url = s->url, .dir = s->dir, .progress = on_progress, .user = &p};
    movinet_status status = movinet_pull(name, &how, path, sizeof path, &err);
    progress_clear(&p);
    if (status) {
        complain(name, err.message);
        return false;
    }
    printf("%s %s ", name, p.begun || p.quiet ? "is in" : "is already in");
    print_clean(stdout, path);
    putchar('\n');
    return output_arrived();
}

/* A name that is not known is a mistake in the command line, found before
 * anything is downloaded. */
static bool names_are_known(const invocation *call)
{
    const movinet_published *model;
    for (int i = 0; i < call->n_operands; i++) {
        if (movinet_published_find(call->operands[i]))
            continue;
        fputs("movinet: no published model \"", stderr);
        print_clean(stderr, call->operands[i]);
        fputs("\"; known are", stderr);
        for (int k = 0; (model = movinet_published_get(k)); k++)
            fprintf(stderr, "%s %s", k ? "," : "", model->name);
        fputc('\n', stderr);
        return false;
    }
    return true;
}

static int run(const invocation *call)
{
    const settings *s = call->settings;
    int code = EXIT_OK;
    if (!names_are_known(call))
        return EXIT_USAGE;
    if (s->url && call->n_operands > 1) {
        complain(NULL, "--url is the address of one model; give one name");
        return EXIT_USAGE;
    }
    catch_interrupts();
    for (int i = 0; i < call->n_operands && !was_interrupted(); i++)
        if (!pull_one(s, call->operands[i]))
            code = EXIT_FAILED;
    return code;
}

const verb verb_pull = {
    .name = "pull",
    .operands = "NAME...",
    .min_operands = 1,
    .max_operands = -1,
    .suggest = SUGGEST_NAMES,
    .summary = "Download published models.",
    .about = "Size and checksum are checked where they are known. A download that was broken off "
             "is continued; a model is put in place whole or not at all. Then its name means it: "
             "--model a0.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(settings),
    .run = run,
};

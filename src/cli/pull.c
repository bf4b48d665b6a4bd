/* movinet pull: downloads published models. SPDX-License-Identifier: Apache-2.0 */
#include "cli/interrupt.h"
#include "cli/model.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <inttypes.h>
#include <time.h>

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

typedef struct meter {
    const char *name;
    bool quiet, begun;
    terminal screen;       ///< stderr
    uint64_t first;        ///< bytes that were there before
    double started, shown; ///< seconds on the monotonic clock
    int tenths;            ///< of the whole, already told in plain lines
    bool drawn;            ///< a bar stands on the terminal's line
} meter;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* "a0  ██████▌        44 %  1.4 of 3.1 MiB  820.1 KiB/s  0:02 left" */
static void draw(meter *m, uint64_t done, uint64_t total, double seconds)
{
    char a[32], b[32], c[32];
    double rate = seconds > 0.2 ? (double)(done - m->first) / seconds : 0;
    fprintf(stderr, "\r\033[K%s  ", m->name);
    if (total) {
        double part = (double)done / (double)total;
        print_bar(&m->screen, part, 20);
        fprintf(stderr, " %3.0f %%  %s of %s", 100 * part, format_bytes(a, done),
                format_bytes(b, total));
    } else {
        fputs(format_bytes(a, done), stderr);
    }
    if (rate > 0) {
        fprintf(stderr, "  %s/s", format_bytes(c, (uint64_t)rate));
        if (total > done)
            fprintf(stderr, "  %s left", format_time(a, (double)(total - done) / rate, 0));
    }
    fflush(stderr);
    m->drawn = true;
}

/* Where lines go to a file, one for each tenth is enough. */
static void tell(meter *m, uint64_t done, uint64_t total)
{
    char a[32], b[32];
    int tenths = total ? (int)(done * 10 / total) : 0;
    if (tenths <= m->tenths)
        return;
    m->tenths = tenths;
    fprintf(stderr, "%s: %d %%, %s of %s\n", m->name, tenths * 10, format_bytes(a, done),
            format_bytes(b, total));
}

static bool on_progress(void *user, uint64_t done, uint64_t total)
{
    meter *m = user;
    double time = now();
    if (was_interrupted())
        return false;
    if (m->quiet)
        return true;
    if (!m->begun) {
        m->begun = true;
        m->first = done;
        m->started = time;
    }
    if (done < m->first) { /* the server begins anew */
        m->first = done;
        m->started = time;
    }
    if (!m->screen.is_terminal) {
        tell(m, done, total);
    } else if (time - m->shown >= 0.1 || (total && done == total)) {
        m->shown = time;
        draw(m, done, total, time - m->started);
    }
    return true;
}

static bool pull_one(const settings *s, const char *name)
{
    char path[PATH_ROOM];
    movinet_error err;
    meter m = {.name = name, .quiet = s->quiet, .screen = terminal_of(stderr)};
    const movinet_pull_options how = {
        .url = s->url, .dir = s->dir, .progress = on_progress, .user = &m};
    movinet_status status = movinet_pull(name, &how, path, sizeof path, &err);
    if (m.drawn)
        fputs("\r\033[K", stderr);
    if (status) {
        complain(name, err.message);
        return false;
    }
    printf("%s %s ", name, m.begun || m.quiet ? "is in" : "is already in");
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

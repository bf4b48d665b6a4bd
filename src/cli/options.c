/* The command line: words to settings, by the verb's table of options.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "cli/text.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const option_spec help_option = {
    .name = "help", .letter = 'h', .kind = VALUE_NONE, .help = "Show this help."};

typedef struct parser {
    const verb *verb;
    int argc;
    char **argv; ///< [argc], the words behind the verb
    int next;
    char *settings;
    const char **operands; ///< [argc]
    int n_operands;
    bool wants_help;
} parser;

static void usage_hint(const verb *v)
{
    fprintf(stderr, "Try: movinet %s --help\n", v->name);
}

/* ---- near misses ---- */

enum { LONGEST = 31 };

static int edit_distance(const char *a, const char *b)
{
    size_t n = strlen(b);
    int row[LONGEST + 1];
    if (strlen(a) > LONGEST || n > LONGEST)
        return INT_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = (int)j;
    for (int i = 1; *a; a++, i++) {
        int diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            int best = diagonal + (*a != b[j - 1]);
            diagonal = row[j];
            best = diagonal + 1 < best ? diagonal + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
        }
    }
    return row[n];
}

/* Keeps the nearer of two candidates. */
static void consider(const char *word, const char *candidate, const char **nearest, int *best)
{
    int distance = edit_distance(word, candidate);
    if (distance < *best) {
        *best = distance;
        *nearest = candidate;
    }
}

const char *nearest_verb(const verb *const *verbs, const char *word)
{
    const char *nearest = NULL;
    int best = 3;
    for (; *verbs; verbs++)
        if (!(*verbs)->hidden)
            consider(word, (*verbs)->name, &nearest, &best);
    return nearest;
}

static const char *nearest_option(const verb *v, const char *word)
{
    const char *nearest = NULL;
    int best = 3;
    for (const option_spec *o = v->options; o && o->name; o++)
        consider(word, o->name, &nearest, &best);
    consider(word, help_option.name, &nearest, &best);
    return nearest;
}

/* ---- values ---- */

static bool parse_number(const char *text, double *out)
{
    char *end;
    /* strtod would take spaces, "inf", "nan" and hexadecimal as well. */
    if (!*text || strspn(text, "0123456789.eE+-") != strlen(text))
        return false;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

/* "12.5", "1:02.5", "1:00:02.5": up to two fields before the seconds. */
static bool parse_time(const char *text, double *out)
{
    double total = 0;
    for (int colons = 0; colons < 3; colons++) {
        char field[32];
        size_t n = strcspn(text, ":");
        double value;
        if (n >= sizeof field)
            return false;
        memcpy(field, text, n);
        field[n] = '\0';
        if (!parse_number(field, &value) || value < 0)
            return false;
        total = total * 60 + value;
        if (text[n] == '\0') {
            *out = total;
            return true;
        }
        text += n + 1;
    }
    return false;
}

static bool parse_count(const char *text, const char **rest, int *out)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    *rest = end;
    *out = (int)value;
    return text[0] >= '0' && text[0] <= '9' && !errno && value <= INT_MAX;
}

static bool parse_frame_size(const char *text, frame_size *out)
{
    enum { LARGEST = 16384 };
    const char *rest;
    return parse_count(text, &rest, &out->width) && (*rest == 'x' || *rest == 'X') &&
           parse_count(rest + 1, &rest, &out->height) && *rest == '\0' && out->width > 0 &&
           out->height > 0 && out->width <= LARGEST && out->height <= LARGEST;
}

/* Number of the word in "a|b|c", -1 if it is none of them. */
static int parse_choice(const char *choices, const char *text)
{
    size_t length = strlen(text);
    for (int i = 0;; i++) {
        size_t n = strcspn(choices, "|");
        if (n == length && strncmp(choices, text, n) == 0)
            return i;
        if (choices[n] == '\0')
            return -1;
        choices += n + 1;
    }
}

static bool in_range(const option_spec *o, double value)
{
    if (value >= o->min && value <= o->max)
        return true;
    fprintf(stderr, "movinet: --%s: %g is not between %g and %g\n", o->name, value, o->min, o->max);
    return false;
}

static bool bad_value(const option_spec *o, const char *text, const char *wanted)
{
    fprintf(stderr, "movinet: --%s: \"", o->name);
    print_clean(stderr, text);
    fprintf(stderr, "\" is not %s\n", wanted);
    return false;
}

static void add_text(parser *p, text_list *list, const char *text)
{
    if (!list->items) /* no more of them than words; freed by free_lists */
        list->items = calloc((size_t)p->argc, sizeof *list->items);
    if (list->items)
        list->items[list->n++] = text;
}

static bool store_value(parser *p, const option_spec *o, const char *text)
{
    void *at = p->settings + o->at;
    const char *rest;
    double number;
    int count;
    switch (o->kind) {
    case VALUE_NONE: *(bool *)at = true; return true;
    case VALUE_TEXT: *(const char **)at = text; return true;
    case VALUE_TEXTS: add_text(p, at, text); return true;
    case VALUE_COUNT:
        if (!parse_count(text, &rest, &count) || *rest)
            return bad_value(o, text, "a whole number");
        *(int *)at = count;
        return in_range(o, count);
    case VALUE_NUMBER:
        if (!parse_number(text, &number))
            return bad_value(o, text, "a number");
        *(double *)at = number;
        return in_range(o, number);
    case VALUE_TIME:
        if (!parse_time(text, &number))
            return bad_value(o, text, "a time; give seconds, M:SS or H:MM:SS");
        *(double *)at = number;
        return in_range(o, number);
    case VALUE_FRAME_SIZE:
        return parse_frame_size(text, at) ||
               bad_value(o, text, "a frame size in pixels such as 320x240");
    case VALUE_CHOICE:
        *(int *)at = parse_choice(o->value, text);
        if (*(int *)at >= 0)
            return true;
        bad_value(o, text, "known");
        fprintf(stderr, "         choose one of %s\n", o->value);
        return false;
    }
    return false;
}

/* ---- words ---- */

static const option_spec *find_option(const verb *v, const char *name, size_t length, char letter)
{
    for (const option_spec *o = v->options; o && o->name; o++)
        if (name ? strlen(o->name) == length && strncmp(o->name, name, length) == 0
                 : o->letter && o->letter == letter)
            return o;
    if (name ? length == 4 && strncmp(name, "help", 4) == 0 : letter == 'h')
        return &help_option;
    return NULL;
}

static bool unknown_option(const verb *v, const char *word)
{
    fputs("movinet: no option ", stderr);
    print_clean(stderr, word);
    const char *nearest = word[1] == '-' ? nearest_option(v, word + 2) : NULL;
    if (nearest)
        fprintf(stderr, "; did you mean --%s?", nearest);
    fputc('\n', stderr);
    return false;
}

/* `attached`: the value in the same word ("--fps=5", "-n3"), or NULL. */
static bool take_option(parser *p, const option_spec *o, const char *attached)
{
    if (o == &help_option) {
        p->wants_help = true;
        return true;
    }
    if (o->kind == VALUE_NONE) {
        if (!attached)
            return store_value(p, o, NULL);
        fprintf(stderr, "movinet: --%s takes no value\n", o->name);
        return false;
    }
    if (!attached && p->next == p->argc) {
        fprintf(stderr, "movinet: --%s needs a value: %s\n", o->name, o->value);
        return false;
    }
    return store_value(p, o, attached ? attached : p->argv[p->next++]);
}

static bool take_word(parser *p, char *word)
{
    const option_spec *o;
    if (word[0] != '-' || word[1] == '\0') {
        p->operands[p->n_operands++] = word;
        return true;
    }
    if (word[1] != '-') {
        o = find_option(p->verb, NULL, 0, word[1]);
        return o ? take_option(p, o, word[2] ? word + 2 : NULL) : unknown_option(p->verb, word);
    }
    size_t length = strcspn(word + 2, "=");
    const char *attached = word[2 + length] ? word + 3 + length : NULL;
    o = find_option(p->verb, word + 2, length, 0);
    return o ? take_option(p, o, attached) : unknown_option(p->verb, word);
}

static bool parse(parser *p)
{
    while (p->next < p->argc && !p->wants_help) {
        char *word = p->argv[p->next++];
        if (strcmp(word, "--") == 0)
            break;
        if (!take_word(p, word))
            return false;
    }
    if (p->wants_help)
        return true;
    while (p->next < p->argc) /* behind "--" */
        p->operands[p->n_operands++] = p->argv[p->next++];
    if (p->n_operands < p->verb->min_operands) {
        fprintf(stderr, "movinet: %s needs %s\n", p->verb->name, p->verb->operands);
        return false;
    }
    if (p->verb->max_operands >= 0 && p->n_operands > p->verb->max_operands) {
        fputs("movinet: what is \"", stderr);
        print_clean(stderr, p->operands[p->verb->max_operands]);
        fprintf(stderr, "\"? %s takes %s\n", p->verb->name,
                p->verb->max_operands ? p->verb->operands : "only options");
        return false;
    }
    return true;
}

static void free_lists(const parser *p)
{
    for (const option_spec *o = p->verb->options; o && o->name; o++)
        if (o->kind == VALUE_TEXTS)
            free(((text_list *)(void *)(p->settings + o->at))->items);
}

int run_verb(const verb *const *verbs, const verb *v, int argc, char **argv)
{
    parser p = {.verb = v, .argc = argc, .argv = argv};
    int code = EXIT_USAGE;
    p.settings = calloc(1, v->settings_size + 1);
    p.operands = calloc((size_t)argc + 1, sizeof *p.operands);
    if (!p.settings || !p.operands) {
        fputs("movinet: out of memory\n", stderr);
        code = EXIT_FAILED;
    } else {
        if (v->defaults)
            v->defaults(p.settings);
        if (!parse(&p)) {
            usage_hint(v);
        } else if (p.wants_help) {
            print_verb_help(stdout, v);
            code = EXIT_OK;
        } else {
            code = v->run(&(invocation){.verb = v, .verbs = verbs, .settings = p.settings,
                                        .operands = p.operands, .n_operands = p.n_operands});
        }
        free_lists(&p);
    }
    free(p.operands);
    free(p.settings);
    return code;
}

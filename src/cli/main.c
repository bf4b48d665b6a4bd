/* The movinet command: a table of verbs. SPDX-License-Identifier: Apache-2.0 */
#include "cli/text.h"
#include "cli/verbs.h"

#include "movinet/movinet.h"

#include <locale.h>
#include <string.h>

static int run_man(const invocation *call)
{
    print_man_page(stdout, call->verbs);
    return EXIT_OK;
}

static int run_completion(const invocation *call)
{
    print_bash_completion(stdout, call->verbs);
    return EXIT_OK;
}

/* For the build, which installs what they print. */
static const verb verb_man = {
    .name = "_man", .hidden = true, .summary = "Print the man page.", .run = run_man};
static const verb verb_completion = {.name = "_bash-completion",
                                     .hidden = true,
                                     .summary = "Print the completion for bash.",
                                     .run = run_completion};

static const verb *const verbs[] = {
    &verb_classify, &verb_annotate, &verb_live,  &verb_cameras,    &verb_inspect,
    &verb_bench,    &verb_models,   &verb_pull,  &verb_new,        &verb_train,
    &verb_evaluate, &verb_compare,  &verb_quantize, &verb_man, &verb_completion, NULL,
};

static int unknown_verb(const char *word)
{
    const char *nearest = nearest_verb(verbs, word);
    fputs("movinet: no verb \"", stderr);
    print_clean(stderr, word);
    fputc('"', stderr);
    if (nearest)
        fprintf(stderr, "; did you mean %s?", nearest);
    fputs("\nTry: movinet --help\n", stderr);
    return EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        print_general_help(stderr, verbs);
        return EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_general_help(stdout, verbs);
        return EXIT_OK;
    }
    if (strcmp(word, "--version") == 0) {
        printf("movinet %s\n", movinet_version());
        return EXIT_OK;
    }
    for (const verb *const *v = verbs; *v; v++)
        if (strcmp(word, (*v)->name) == 0)
            return run_verb(verbs, *v, argc - 2, argv + 2);
    return unknown_verb(word);
}

int main(int argc, char **argv)
{
    /* Only characters follow the locale; numbers keep their point. */
    setlocale(LC_CTYPE, "");
    int code = dispatch(argc, argv);
    if (!output_arrived() && code == EXIT_OK)
        code = EXIT_FAILED;
    return code;
}

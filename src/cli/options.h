/* One description of a verb and its options, from which everything that speaks
 * of them is made: the parser, --help, the man page, the completion for bash.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/** What an option's value is, and the type that it is stored as. */
typedef enum value_kind {
    VALUE_NONE,       ///< a flag: bool
    VALUE_TEXT,       ///< const char *
    VALUE_TEXTS,      ///< repeatable: text_list
    VALUE_COUNT,      ///< a whole number: int
    VALUE_NUMBER,     ///< double
    VALUE_TIME,       ///< seconds, or H:MM:SS, or M:SS: double
    VALUE_FRAME_SIZE, ///< WxH: frame_size
    VALUE_CHOICE,     ///< one of some words: int, the number of the word
} value_kind;

/** What the completion offers for a word. */
typedef enum suggest {
    SUGGEST_NOTHING,
    SUGGEST_FILES,
    SUGGEST_FOLDERS,
    SUGGEST_MODELS, ///< names of published models, and files
    SUGGEST_NAMES,  ///< names of published models
} suggest;

typedef struct text_list {
    const char **items;
    int n;
} text_list;

typedef struct frame_size {
    int width, height;
} frame_size;

typedef struct option_spec {
    const char *name;    ///< without the two dashes; NULL ends a table
    char letter;         ///< short form, or 0
    value_kind kind;
    size_t at;           ///< offset of the value in the verb's settings
    const char *value;   ///< what the help calls the value, or "a|b|c" for a choice
    double min, max;     ///< of counts and numbers
    suggest suggest;
    const char *help;
} option_spec;

typedef struct example {
    const char *command, *says; ///< command NULL ends a table
} example;

typedef struct invocation invocation;

typedef struct verb {
    const char *name;
    const char *operands;  ///< "VIDEO..."
    int min_operands, max_operands; ///< max -1: any number
    suggest suggest;       ///< for the operands
    bool hidden;
    const char *summary;   ///< one line
    const char *about;     ///< sentences; paragraphs apart by "\n\n"
    const option_spec *options;
    const example *examples;
    size_t settings_size;
    void (*defaults)(void *settings); ///< NULL: all zeros
    int (*run)(const invocation *call); ///< returns the exit code
} verb;

/** A parsed command line. */
struct invocation {
    const verb *verb;
    const verb *const *verbs; ///< all of them, NULL at the end
    const void *settings;
    const char *const *operands;
    int n_operands;
};

/** Parses the words behind the verb and runs it. Returns the exit code. */
int run_verb(const verb *const *verbs, const verb *v, int argc, char **argv);

/** The name among those of the verbs (or options) that `word` may have been
 * meant as; NULL if none is near. */
const char *nearest_verb(const verb *const *verbs, const char *word);

/** Said of every verb. */
extern const option_spec help_option;

void print_general_help(FILE *out, const verb *const *verbs);
void print_verb_help(FILE *out, const verb *v);
/** The man page, in roff's man macros. */
void print_man_page(FILE *out, const verb *const *verbs);
void print_bash_completion(FILE *out, const verb *const *verbs);

#endif

/* All that is written about the verbs and their options: help, man page,
 * completion. SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "movinet/movinet.h"

#include <string.h>

enum { COLUMNS = 80, LEFT = 2, OPTION_TEXT = 28 };

static const char general_about[] =
    "Streaming video action recognition: reads video, and says for every frame what is being "
    "done in it, with a MoViNet network in a .tflite file.";

static const example general_examples[] = {
    {"movinet pull a0", "Download Google's smallest network, once."},
    {"movinet classify clip.mp4", "Say what is done in a video."},
    {NULL, NULL},
};

static const struct {
    const char *name, *text;
} exit_codes[] = {
    {"0", "Everything was done."},
    {"1", "Something failed, or was interrupted; what could be done was done."},
    {"2", "The command line could not be understood; nothing was done."},
};

static const struct {
    const char *name, *text;
} variables[] = {
    {"XDG_DATA_HOME", "Downloaded models are in $XDG_DATA_HOME/movinet/models; where it is not "
                      "set, in ~/.local/share/movinet/models."},
    {"NO_COLOR", "Anything but an empty string: no colours."},
    {"LANG, LC_ALL, LC_CTYPE", "Bars are drawn with Unicode blocks in a UTF-8 locale, with '#' "
                               "elsewhere."},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- help ---- */

/* Words wrapped to 80 columns, from column `left` on; the cursor is at `at`. */
static void wrap(FILE *out, const char *text, int left, int at)
{
    while (*text) {
        int n = (int)strcspn(text, " \n");
        if (at > left && at + 1 + n > COLUMNS) {
            fputc('\n', out);
            at = 0;
        }
        if (at < left)
            at += fprintf(out, "%*s", left - at, "");
        else if (at > left)
            at += fprintf(out, " ");
        at += fprintf(out, "%.*s", n, text);
        text += n;
        if (strncmp(text, "\n\n", 2) == 0) {
            fputs("\n\n", out);
            at = 0;
        }
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const option_spec *o)
{
    int at = fprintf(out, "%*s", LEFT, "");
    at += o->letter ? fprintf(out, "-%c, ", o->letter) : fprintf(out, "    ");
    at += fprintf(out, "--%s", o->name);
    if (o->value)
        at += fprintf(out, " %s", o->value);
    if (at > OPTION_TEXT - 2) {
        fputc('\n', out);
        at = 0;
    }
    wrap(out, o->help, OPTION_TEXT, at);
}

static void print_examples(FILE *out, const example *examples)
{
    if (!examples)
        return;
    fputs("\nExamples:\n", out);
    for (const example *e = examples; e->command; e++) {
        fprintf(out, "  %s\n", e->command);
        wrap(out, e->says, 6, 0);
    }
}

void print_verb_help(FILE *out, const verb *v)
{
    fprintf(out, "Usage: movinet %s [options]%s%s\n\n", v->name, v->operands ? " " : "",
            v->operands ? v->operands : "");
    wrap(out, v->summary, 0, 0);
    if (v->about) {
        fputc('\n', out);
        wrap(out, v->about, 0, 0);
    }
    fputs("\nOptions:\n", out);
    for (const option_spec *o = v->options; o && o->name; o++)
        print_option(out, o);
    print_option(out, &help_option);
    print_examples(out, v->examples);
}

void print_general_help(FILE *out, const verb *const *verbs)
{
    fputs("Usage: movinet VERB [options] ...\n\n", out);
    wrap(out, general_about, 0, 0);
    fputs("\nVerbs:\n", out);
    for (; *verbs; verbs++) {
        if ((*verbs)->hidden)
            continue;
        int at = fprintf(out, "  %s", (*verbs)->name);
        wrap(out, (*verbs)->summary, 14, at);
    }
    fputs("\n  movinet VERB --help   what a verb does and its options\n"
          "  movinet --version     the version\n", out);
    print_examples(out, general_examples);
    fputs("\nExit codes:\n", out);
    for (size_t i = 0; i < COUNT(exit_codes); i++) {
        int at = fprintf(out, "  %s", exit_codes[i].name);
        wrap(out, exit_codes[i].text, 6, at);
    }
}

/* ---- man page ---- */

/* Text as roff reads it: nothing in it is a request or an escape. */
static void roff(FILE *out, const char *text)
{
    bool line_begins = true;
    for (; *text; text++) {
        if (strncmp(text, "\n\n", 2) == 0) {
            fputs("\n.PP\n", out);
            text++;
            line_begins = true;
            continue;
        }
        if (line_begins && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        line_begins = *text == '\n';
        if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '\'')
            fputs("\\(aq", out);
        else if (*text == '~')
            fputs("\\(ti", out);
        else
            fputc(*text, out);
    }
}

static void man_option(FILE *out, const option_spec *o)
{
    fputs(".TP\n", out);
    if (o->letter)
        fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
    fputs("\\fB\\-\\-", out);
    roff(out, o->name);
    fputs("\\fR", out);
    if (o->value) {
        fputs(" \\fI", out);
        roff(out, o->value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    roff(out, o->help);
    fputc('\n', out);
}

static void man_examples(FILE *out, const example *examples)
{
    for (const example *e = examples; e && e->command; e++) {
        fputs(".TP\n.B ", out);
        roff(out, e->command);
        fputc('\n', out);
        roff(out, e->says);
        fputc('\n', out);
    }
}

static void man_verb(FILE *out, const verb *v)
{
    fprintf(out, ".SS \"movinet %s\"\n", v->name);
    roff(out, v->summary);
    fputc('\n', out);
    if (v->about) {
        fputs(".PP\n", out);
        roff(out, v->about);
        fputc('\n', out);
    }
    for (const option_spec *o = v->options; o && o->name; o++)
        man_option(out, o);
}

static void man_item(FILE *out, const char *name, const char *text)
{
    fprintf(out, ".TP\n.B %s\n", name);
    roff(out, text);
    fputc('\n', out);
}

static void man_tail(FILE *out, const verb *const *verbs)
{
    fputs(".SH \"EXIT STATUS\"\n", out);
    for (size_t i = 0; i < COUNT(exit_codes); i++)
        man_item(out, exit_codes[i].name, exit_codes[i].text);
    fputs(".SH ENVIRONMENT\n", out);
    for (size_t i = 0; i < COUNT(variables); i++)
        man_item(out, variables[i].name, variables[i].text);
    fputs(".SH EXAMPLES\n", out);
    for (const verb *const *v = verbs; *v; v++)
        if (!(*v)->hidden)
            man_examples(out, (*v)->examples);
}

void print_man_page(FILE *out, const verb *const *verbs)
{
    fputs(".\\\" Made by movinet _man from its options. SPDX-License-Identifier: Apache-2.0\n",
          out);
    fprintf(out, ".TH MOVINET 1 \"\" \"movinet %s\" \"User Commands\"\n", movinet_version());
    fputs(".SH NAME\nmovinet \\- streaming video action recognition\n.SH SYNOPSIS\n", out);
    for (const verb *const *v = verbs; *v; v++) {
        if ((*v)->hidden)
            continue;
        fprintf(out, ".B movinet %s\n[\\fIoptions\\fR]", (*v)->name);
        if ((*v)->operands) {
            fputs(" \\fI", out);
            roff(out, (*v)->operands);
            fputs("\\fR", out);
        }
        fputs("\n.br\n", out);
    }
    fputs(".B movinet\n\\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR\n.SH DESCRIPTION\n", out);
    roff(out, general_about);
    fputs("\n.SH COMMANDS\nEach of them explains itself with \\fB\\-\\-help\\fR.\n", out);
    for (const verb *const *v = verbs; *v; v++)
        if (!(*v)->hidden)
            man_verb(out, *v);
    man_tail(out, verbs);
}

/* ---- completion for bash ---- */

static void published_names(FILE *out)
{
    const movinet_published *model;
    for (int i = 0; (model = movinet_published_get(i)); i++)
        fprintf(out, "%s%s", i ? " " : "", model->name);
}

static void builtin_names(FILE *out)
{
    const movinet_builtin *model;
    for (int i = 0; (model = movinet_builtin_get(i)); i++)
        fprintf(out, " %s", model->name);
}

/* The statement that offers what may stand here. */
static void offer(FILE *out, suggest what)
{
    switch (what) {
    case SUGGEST_NOTHING: fputs("compopt +o default 2>/dev/null", out); break;
    case SUGGEST_FILES: fputs("_movinet_files -f", out); break;
    case SUGGEST_FOLDERS: fputs("_movinet_files -d", out); break;
    case SUGGEST_NAMES:
    case SUGGEST_MODELS:
        fputs("_movinet_words '", out);
        published_names(out);
        if (what == SUGGEST_MODELS)
            builtin_names(out);
        fputs(what == SUGGEST_MODELS ? "'; _movinet_files -f" : "'", out);
        break;
    }
}

static void complete_values(FILE *out, const verb *v)
{
    fputs("    case $prev in\n", out);
    for (const option_spec *o = v->options; o && o->name; o++) {
        if (o->kind == VALUE_NONE)
            continue;
        fprintf(out, "    --%s", o->name);
        if (o->letter)
            fprintf(out, "|-%c", o->letter);
        fputs(") ", out);
        if (o->kind == VALUE_CHOICE) {
            fputs("_movinet_words '", out);
            for (const char *c = o->value; *c; c++)
                fputc(*c == '|' ? ' ' : *c, out);
            fputc('\'', out);
        } else {
            offer(out, o->suggest);
        }
        fputs("; return ;;\n", out);
    }
    fputs("    esac\n", out);
}

static void complete_verb(FILE *out, const verb *v)
{
    fprintf(out, "  %s)\n", v->name);
    complete_values(out, v);
    fputs("    if [[ $cur == -* ]]; then _movinet_words '", out);
    for (const option_spec *o = v->options; o && o->name; o++)
        fprintf(out, "--%s ", o->name);
    fputs("--help'\n    else ", out);
    offer(out, v->suggest);
    fputs("\n    fi ;;\n", out);
}

void print_bash_completion(FILE *out, const verb *const *verbs)
{
    fputs("# Completion of movinet for bash, made by movinet _bash-completion from its options.\n"
          "# SPDX-License-Identifier: Apache-2.0\n\n"
          "_movinet_words() {\n"
          "  local word\n"
          "  while IFS= read -r word; do COMPREPLY+=(\"$word\"); done "
          "< <(compgen -W \"$1\" -- \"$cur\")\n"
          "}\n\n"
          "_movinet_files() {\n"
          "  local word\n"
          "  compopt -o filenames 2>/dev/null\n"
          "  while IFS= read -r word; do COMPREPLY+=(\"$word\"); done "
          "< <(compgen \"$1\" -- \"$cur\")\n"
          "}\n\n"
          "_movinet() {\n"
          "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "  COMPREPLY=()\n"
          "  # bash takes --name=value apart at the sign\n"
          "  if [[ $cur == = ]]; then cur=\n"
          "  elif [[ $prev == = ]] && ((COMP_CWORD > 2)); then prev=${COMP_WORDS[COMP_CWORD-2]}\n"
          "  fi\n"
          "  if ((COMP_CWORD == 1)); then\n"
          "    _movinet_words '", out);
    for (const verb *const *v = verbs; *v; v++)
        if (!(*v)->hidden)
            fprintf(out, "%s ", (*v)->name);
    fputs("--help --version'\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n", out);
    for (const verb *const *v = verbs; *v; v++)
        if (!(*v)->hidden)
            complete_verb(out, *v);
    fputs("  esac\n}\n\ncomplete -o default -F _movinet movinet\n", out);
}

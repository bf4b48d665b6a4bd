/* Words and bars for people. SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* wcwidth */
#include "cli/text.h"

#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static int columns_of(FILE *out)
{
    enum { NARROWEST = 40, USUAL = 80, WIDEST = 1000 };
    struct winsize size;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= NARROWEST &&
        size.ws_col <= WIDEST)
        return size.ws_col;
    return USUAL;
}

terminal terminal_of(FILE *out)
{
    terminal t = {.out = out, .columns = 80};
    const char *kind = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    t.utf8 = strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;
    t.is_terminal = isatty(fileno(out));
    if (t.is_terminal) {
        t.columns = columns_of(out);
        t.colour = kind && strcmp(kind, "dumb") != 0 && !(no_colour && *no_colour);
    }
    return t;
}

void set_style(const terminal *t, style s)
{
    static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m", "\033[36m"};
    if (t->colour)
        fputs(codes[s], t->out);
}

void print_bar(const terminal *t, double part, int width)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int steps = t->utf8 ? 8 : 1;
    part = part > 0 ? (part < 1 ? part : 1) : 0; /* not a number: 0 */
    int filled = (int)lround(part * width * steps), columns = 0;
    set_style(t, STYLE_BAR);
    for (; columns < filled / steps; columns++)
        fputs(t->utf8 ? "█" : "#", t->out);
    if (filled % steps) {
        fputs(eighths[filled % steps], t->out);
        columns++;
    }
    set_style(t, STYLE_NONE);
    print_spaces(t->out, width - columns);
}

void print_spaces(FILE *out, int n)
{
    if (n > 0)
        fprintf(out, "%*s", n, "");
}

/* One character: its bytes, and columns on the terminal. Control characters and
 * what is not valid in this locale become '?'. */
static size_t next_character(const char *text, mbstate_t *state, const char **bytes, size_t *length,
                             int *columns)
{
    wchar_t wide;
    size_t n = mbrtowc(&wide, text, strlen(text), state);
    *bytes = "?";
    *length = 1;
    *columns = 1;
    if (n == 0 || n > (size_t)-3) {
        memset(state, 0, sizeof *state);
        return 1;
    }
    int width = wcwidth(wide);
    if (width >= 0) {
        *bytes = text;
        *length = n;
        *columns = width;
    }
    return n;
}

/* Up to `limit` columns; returns how many. */
static int print_characters(FILE *out, const char *text, int limit)
{
    mbstate_t state = {0};
    const char *bytes;
    size_t length;
    int used = 0, columns;
    while (*text) {
        size_t n = next_character(text, &state, &bytes, &length, &columns);
        if (columns > limit - used)
            break;
        if (out)
            fwrite(bytes, 1, length, out);
        used += columns;
        text += n;
    }
    return used;
}

void print_clean(FILE *out, const char *text)
{
    print_characters(out, text, 1 << 30);
}

int print_fitted(const terminal *t, const char *text, int columns)
{
    if (print_characters(NULL, text, 1 << 30) <= columns)
        return print_characters(t->out, text, columns);
    int mark = t->utf8 ? 1 : 3;
    int used = print_characters(t->out, text, columns > mark ? columns - mark : 0);
    fputs(t->utf8 ? "…" : "...", t->out);
    return used + mark;
}

void print_csv(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

const char *format_bytes(char out[32], uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    int unit = 0;
    while (value >= 1023.95 && unit < 4) {
        value /= 1024;
        unit++;
    }
    snprintf(out, 32, "%.*f %s", unit ? 1 : 0, value, units[unit]);
    return out;
}

const char *format_count(char out[32], int64_t count)
{
    double value = (double)count;
    if (count >= 1000000000)
        snprintf(out, 32, "%.2f billion", value / 1e9);
    else if (count >= 1000000)
        snprintf(out, 32, "%.1f million", value / 1e6);
    else
        snprintf(out, 32, "%lld", (long long)count);
    return out;
}

const char *format_time(char out[32], double seconds, int digits)
{
    double unit = pow(10, digits);
    const char *sign = seconds < 0 ? "-" : "";
    seconds = fabs(seconds);
    if (!(seconds < 1e9)) { /* also what is not a number */
        snprintf(out, 32, "?");
        return out;
    }
    seconds = round(seconds * unit) / unit; /* before the fields are taken apart */
    long long whole = (long long)seconds;
    double rest = seconds - (double)(whole - whole % 60);
    int width = digits ? 3 + digits : 2;
    if (whole >= 3600)
        snprintf(out, 32, "%s%lld:%02lld:%0*.*f", sign, whole / 3600, whole / 60 % 60, width,
                 digits, rest);
    else
        snprintf(out, 32, "%s%lld:%0*.*f", sign, whole / 60, width, digits, rest);
    return out;
}

/* Bytes of the UTF-8 character at `s`, 0 if it is none (RFC 3629). */
static size_t utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    size_t n = s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : (s[0] & 0xf0) == 0xe0 ? 3
             : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80) /* the end of the string, too */
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

char *valid_utf8(const char *text)
{
    char *copy = malloc(strlen(text) * 3 + 1), *to = copy;
    while (copy && *text) {
        size_t n = utf8_length((const unsigned char *)text);
        memcpy(to, n ? text : "\xef\xbf\xbd", n ? n : 3);
        to += n ? n : 3;
        text += n ? n : 1;
    }
    if (copy)
        *to = '\0';
    return copy;
}

/* Where a password begins and ends, if text begins with "//NAME:PASSWORD@". */
static bool find_password(const char *text, const char **begin, const char **end)
{
    if (strncmp(text, "//", 2) != 0)
        return false;
    size_t host = strcspn(text + 2, "/?# \t\n") + 2, at = host;
    while (at > 2 && text[at] != '@')
        at--;
    const char *colon = memchr(text, ':', at);
    if (!colon)
        return false;
    *begin = colon + 1;
    *end = text + at;
    return true;
}

const char *without_password(char *out, size_t size, const char *text)
{
    const char *begin, *end;
    size_t n = 0;
    while (*text && n + 4 < size) {
        if (text[0] == '/' && find_password(text, &begin, &end)) {
            size_t kept = (size_t)(begin - text);
            if (n + kept + 4 >= size)
                break;
            memcpy(out + n, text, kept);
            memcpy(out + n + kept, "***", 3);
            n += kept + 3;
            text = end;
        } else {
            out[n++] = *text++;
        }
    }
    out[n] = '\0';
    return out;
}

static void print_public(const char *text)
{
    char clean[4096];
    print_clean(stderr, without_password(clean, sizeof clean, text));
}

static void say(const char *kind, const char *name, const char *message)
{
    fputs(kind, stderr);
    size_t n = name ? strlen(name) : 0;
    if (n && strncmp(message, name, n) != 0) {
        print_public(name);
        fputs(": ", stderr);
    }
    print_public(message);
    fputc('\n', stderr);
}

void complain(const char *name, const char *message)
{
    say("movinet: ", name, message);
}

void note(const char *name, const char *message)
{
    say("movinet: note: ", name, message);
}

bool output_arrived(void)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    complain("standard output", errno ? strerror(errno) : "could not be written");
    clearerr(stdout); /* said once */
    return false;
}

/* embed IN OUT.h NAME: writes a header that has a file as an array, static const char NAME[],
 * and its size, NAME_bytes. Used by the build. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

enum { A_LINE = 24 };

static int copy(FILE *in, FILE *out, const char *name)
{
    unsigned long n = 0;
    fprintf(out, "_Alignas(64) static const char %s[] =", name);
    for (int c; (c = getc(in)) != EOF; n++)
        fprintf(out, "%s\\%03o", n % A_LINE ? "" : n ? "\"\n\"" : "\n\"", (unsigned)c);
    fprintf(out, "%s;\nenum { %s_bytes = %lu };\n", n ? "\"" : "\"\"", name, n);
    return ferror(in) || ferror(out) || n == 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    FILE *in = fopen(argv[1], "rb"), *out = in ? fopen(argv[2], "wb") : NULL;
    int failed = !out || copy(in, out, argv[3]);
    failed = (out && fclose(out)) || failed;
    if (in)
        fclose(in);
    if (failed)
        fprintf(stderr, "embed: %s cannot be made from %s\n", argv[2], argv[1]);
    return failed;
}

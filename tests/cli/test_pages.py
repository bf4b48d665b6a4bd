"""Help, man page and completion: all made from one description.
SPDX-License-Identifier: Apache-2.0
"""
import re
import shutil
import subprocess
import unittest

from command import Test, main

VERBS = ("annotate", "bench", "cameras", "classify", "inspect", "models", "pull")


class Pages(Test):
    def options_of(self, verb):
        out, _ = self.run_movinet(verb, "--help")
        return re.findall(r"^ .{5}--([a-z-]+)", out, re.M)

    def test_help_fits_80_columns(self):
        for words in (["--help"], ["-h"], *([v, "--help"] for v in VERBS),
                      ["classify", "-h"], ["classify", "--top", "3", "--help", "--nonsense"]):
            out, err = self.run_movinet(*words)
            self.assertEqual(err, "")
            self.assertTrue(out.startswith("Usage: movinet "))
            for line in out.splitlines():
                self.assertLessEqual(len(line), 80, line)
                self.assertEqual(line, line.rstrip())

    def test_general_help_names_every_verb(self):
        out, _ = self.run_movinet("--help")
        for verb in VERBS:
            self.assertRegex(out, rf"(?m)^  {verb} ")
        self.assertNotIn("_man", out)

    def test_classify_has_all_options(self):
        self.assertEqual(
            set(self.options_of("classify")),
            set("model labels every average top threshold allow deny fps preprocess start duration "
                "threads cpu size camera-fps input-format patience raw logits format quiet help".split()))

    def test_version(self):
        out, _ = self.run_movinet("--version")
        self.assertRegex(out, r"^movinet \d+\.\d+\.\d+\n$")

    def test_man_page_has_every_option(self):
        out, _ = self.run_movinet("_man")
        self.assertIn(".TH MOVINET 1", out)
        for verb in VERBS:
            section = out.split(f'.SS "movinet {verb}"')[1].split(".SS")[0].split(".SH")[0]
            for option in self.options_of(verb):
                if option != "help":
                    escaped = option.replace("-", "\\-")
                    self.assertIn(f"\\fB\\-\\-{escaped}\\fR", section)

    @unittest.skipUnless(shutil.which("man") and shutil.which("groff"), "no man")
    def test_man_page_is_clean(self):
        out, _ = self.run_movinet("_man")
        page = self.write("movinet.1", out)
        env = dict(self.env, LC_ALL="C.UTF-8", MANWIDTH="80", MANPAGER="cat")
        done = subprocess.run(["man", "--warnings", "-l", page], env=env, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        text = done.stdout.decode()
        self.assertIn("--preprocess squash|crop|train", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 80)

    def complete(self, *words):
        """What bash offers for the last of these words."""
        script, _ = self.run_movinet("_bash-completion")
        path = self.write("completion", script)
        quoted = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(
            ["bash", "-u", "-c", f". {path}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
             '_movinet; printf "%s\\n" "${COMPREPLY[@]}"'],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode().split("\n")[:-1]

    @unittest.skipUnless(shutil.which("bash"), "no bash")
    def test_completion(self):
        self.assertEqual(self.complete("movinet", "cl"), ["classify"])
        self.assertIn("--version", self.complete("movinet", "--"))
        for verb in VERBS:
            self.assertEqual(sorted(self.complete("movinet", verb, "--")),
                             sorted("--" + option for option in self.options_of(verb)))
        self.assertEqual(self.complete("movinet", "classify", "--format", ""),
                         ["text", "json", "csv"])
        self.assertEqual(self.complete("movinet", "classify", "-f", "j"), ["json"])
        self.assertEqual(self.complete("movinet", "classify", "--preprocess", "=", "t"), ["train"])
        self.assertEqual(self.complete("movinet", "pull", ""), ["a0", "a1", "a2"])
        self.write("my clip.mp4", b"")
        self.assertEqual(self.complete("movinet", "classify", "my"), ["my clip.mp4"])
        self.assertEqual(self.complete("movinet", "inspect", "a"), ["a0", "a1", "a2"])


if __name__ == "__main__":
    main()

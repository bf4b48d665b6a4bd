"""Command lines that are wrong, and what is said of them.
SPDX-License-Identifier: Apache-2.0
"""
from command import FEATURES, Test, main


class Usage(Test):
    def wrong(self, *words, says):
        err = self.fails(*words, code=2, says=says)
        self.assertIn("Try: movinet", err)

    def test_no_verb(self):
        out, err = self.run_movinet(code=2)
        self.assertEqual(out, "")
        self.assertIn("Usage: movinet VERB", err)

    def test_unknown_verb(self):
        self.wrong("clasify", "a.mp4", says="did you mean classify?")
        self.wrong("zzzzzzzzz", says='no verb "zzzzzzzzz"')
        self.wrong("", says='no verb ""')
        self.wrong("--frobnicate", says="--frobnicate")

    def test_unknown_option(self):
        self.wrong("classify", "--treshold", "1", "a", says="did you mean --threshold?")
        self.wrong("classify", "-z", "a", says="no option -z")
        self.wrong("models", "--every", says="no option --every")

    def test_values(self):
        for words, says in (
                (["--fps", "fast"], '"fast" is not a number'),
                (["--fps", "0"], "between"),
                (["--fps=nan"], "not a number"),
                (["--fps=1e999"], "not a number"),
                (["--threshold", "1.5"], "between 0 and 1"),
                (["--threshold=-0.1"], "between 0 and 1"),
                (["--top", "-1"], "whole number"),
                (["--top", "3x"], "whole number"),
                (["--top", "99999999999999999999"], "whole number"),
                (["--threads", "0"], "between 1 and"),
                (["--raw", "172"], "frame size"),
                (["--raw", "0x5"], "frame size"),
                (["--raw", "172x172x3"], "frame size"),
                (["--raw", "99999x1"], "frame size"),
                (["--start", "-1"], "time"),
                (["--start", "1:2:3:4"], "time"),
                (["--duration", ""], "time"),
                (["--format", "xml"], "text|json|csv"),
                (["--preprocess", "cro"], "squash|crop|train"),
                (["--every=yes"], "takes no value"),
        ):
            with self.subTest(words=words):
                self.wrong("classify", *words, "a.mp4", says=says)
        self.wrong("classify", "a.mp4", "--fps", says="needs a value")

    def test_operands(self):
        self.wrong("classify", says="classify needs VIDEO...")
        self.wrong("classify", "--", says="classify needs VIDEO...")
        self.wrong("inspect", says="inspect needs MODEL")
        self.wrong("inspect", "a", "b", says='what is "b"?')
        self.wrong("models", "a", says="only options")
        self.fails("pull", "a9", code=2, says="known are a0, a1, a2")
        self.fails("pull", "a1", "a2", "--url", "http://x/", code=2, says="one name")

    def test_control_characters_are_not_echoed(self):
        for words in (["\033[2J"], ["classify", "--\033[2J"], ["classify", "--top", "\033[2J", "x"],
                      ["pull", "\033[2J"], ["models", "\033[2J"]):
            _, err = self.run_movinet(*words, code=2)
            self.assertNotIn("\033", err)

    def test_no_model(self):
        self.write("a.mp4", b"")
        if "model" not in FEATURES:
            self.fails("classify", "a.mp4", says="movinet pull a0")
        self.fails("classify", "--model", "a1", "a.mp4", says="movinet pull a1")
        self.fails("classify", "--model", "no.tflite", "a.mp4", says="no.tflite: No such file")
        self.fails("classify", "--model", "nothing", "a.mp4", says="nothing")

    def test_foreign_models(self):
        for content in (b"", b"\0" * 7, b"TFL3" * 100, b"\x1c\0\0\0TFL3" + b"\xff" * 200):
            self.write("x.tflite", content)
            self.fails("inspect", "x.tflite", says="x.tflite")
            self.fails("classify", "--model", "x.tflite", "a.mp4", says="x.tflite")
        self.fails("inspect", "./", says="./")


if __name__ == "__main__":
    main()

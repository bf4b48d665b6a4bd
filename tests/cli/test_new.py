"""movinet new: files of networks that have learned nothing yet.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os

from command import Test, main


class New(Test):
    def new(self, *words):
        out, err = self.run_movinet("new", *words, "-o", "m.tflite")
        self.assertEqual(err, "")
        return out

    def inspect(self, *words):
        out, _ = self.run_movinet("inspect", "--format", "json", *words, "m.tflite")
        return json.loads(out)

    def test_labels(self):
        self.write("labels.txt", "left, slowly\nright\n\u00fcber Kopf\n")
        out = self.new("t0", "--labels", "labels.txt", "--size", "64")
        self.assertRegex(out, r"^m\.tflite: MoViNet-T0, 3 classes, 64 x 64, .* multiply-adds")
        model = self.inspect()
        self.assertEqual((model["variant"], model["classes"]), ("T0", 3))
        self.assertEqual(model["label_source"], "metadata")
        self.assertEqual(model["signature"], "serving_default")
        self.assertEqual(os.listdir(self.folder).count("m.tflite"), 1)
        self.assertEqual([f for f in os.listdir(self.folder) if f.endswith(".part")], [])

    def test_seed(self):
        files = []
        for seed in ("5", "5", "6"):
            self.new("T0", "--classes", "2", "--size", "32", "--seed", seed)
            with open(self.path("m.tflite"), "rb") as file:
                files.append(file.read())
        self.assertTrue(files[0] == files[1])
        self.assertFalse(files[0] == files[2])

    def test_precision(self):
        sizes = []
        for precision, says in (("float32", "float32"), ("float16", "float16"),
                                ("dynamic", "dynamic range")):
            self.new("T0", "--classes", "2", "--size", "32", "--precision", precision)
            model = self.inspect()
            self.assertEqual(model["precision"], says)
            sizes.append(model["file_bytes"])
        self.assertLess(sizes[1], 0.53 * sizes[0])
        self.assertLess(sizes[2], 0.33 * sizes[0])

    def test_kinds(self):
        self.new("T0", "--classes", "2", "--size", "32")
        model = self.inspect("--plan")
        kinds = [step["kind"] for step in model["plan"]["steps"]]
        self.assertEqual(kinds.count("TEMPORAL"), 8)
        self.assertTrue(model["squeeze_excitation"])
        self.new("T0", "--classes", "2", "--size", "32", "--no-se", "--activation", "relu6")
        model = self.inspect()
        self.assertFalse(model["squeeze_excitation"])
        names = [kind["name"] for kind in model["op_counts"]]
        self.assertNotIn("HARD_SWISH", names)
        self.new("T0", "--classes", "2", "--size", "32", "--base", "--frames", "1")
        self.assertFalse(self.inspect()["streaming"])

    def test_runs(self):
        self.new("A3", "--classes", "4", "--size", "32", "--quiet")
        frame = bytes(range(256)) * 12
        self.run_movinet("classify", "--model", "m.tflite", "--raw", "32x32", "--logits", "l.f32",
                         "-", stdin=frame * 3)
        self.assertEqual(os.path.getsize(self.path("l.f32")), 3 * 4 * 4)

    def test_mistakes(self):
        self.write("two.txt", "a\nb\n")
        self.write("none.txt", "")
        for words, says in (((), "give -o FILE"),
                            (("-o", "x", "--stream", "--base"), "exclude each other"),
                            (("-o", "x", "--se", "--no-se"), "exclude each other"),
                            (("-o", "x", "--frames", "3"), "--base"),
                            (("-o", "x", "--classes", "3", "--labels", "two.txt"), "two.txt"),
                            (("-o", "x", "--size", "15"), "--size")):
            self.fails("new", "A0", *words, code=2, says=says)
        self.fails("new", "A7", "-o", "x", code=2, says="A0, A1, A2")
        self.fails("new", "A0", "-o", "x", "--labels", "none.txt", says="no label")
        self.fails("new", "A0", "-o", "x", "--labels", "gone.txt", says="gone.txt")
        self.fails("new", "T0", "-o", "no/where/x", says="no/where/x")
        self.assertEqual(sorted(os.listdir(self.folder)), ["none.txt", "two.txt"])


if __name__ == "__main__":
    main()

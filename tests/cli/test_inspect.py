"""movinet inspect, on small models and on real files.
SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import json
import os

from command import A0, CALF, Test, main, need_file


class Small(Test):
    def inspect(self, variant, *words):
        out, err = self.run_movinet("inspect", *words, self.small_model(variant))
        self.assertEqual(err, "")
        for line in out.splitlines()[1:]:
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())
        return out

    def json(self, variant, *words):
        out, _ = self.run_movinet("inspect", "--format", "json", *words, self.small_model(variant))
        return json.loads(out)

    def test_words(self):
        out = self.inspect("labels")
        with open(self.path("labels.tflite"), "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        for words in ("not a MoViNet", "streaming", "float32", "12 x 8 RGB", "5 frames a second",
                      "mean colour so far", "labels from the file's metadata", digest, "7 ops",
                      "serving_default", "state_sum", "int32"):
            self.assertIn(words, out)

    def test_other_words(self):
        self.assertIn("frame by frame", self.inspect("no-states"))
        self.assertNotIn("States", self.inspect("no-states"))
        self.assertIn("numbers only", self.inspect("plain"))
        self.assertIn("Kinetics-600", self.inspect("wide"))

    def test_every_op(self):
        out = self.inspect("plain", "--ops")
        self.assertRegex(out, r"(?m)^     0  MEAN version 1")
        self.assertRegex(out, r"(?m)^     6  RESHAPE")
        self.assertNotRegex(out, r"(?m)^     7  ")
        self.assertIn("constant", out)

    def test_json(self):
        model = self.json("labels")
        self.assertEqual(model["variant"], "unknown")
        self.assertEqual(model["classes"], 3)
        self.assertEqual(model["label_source"], "metadata")
        self.assertEqual(model["file_bytes"], os.path.getsize(self.path("labels.tflite")))
        self.assertEqual(model["frame"], {"width": 12, "height": 8, "per_step": 1, "rate": 5})
        self.assertEqual(sum(kind["count"] for kind in model["op_counts"]), model["n_ops"])
        self.assertEqual(sum(kind["macs"] for kind in model["op_counts"]), model["macs"])
        self.assertEqual(sum(state["bytes"] for state in model["states"]), model["state_bytes"])
        self.assertEqual(len(model["states"]), 2)
        self.assertNotIn("ops", model)
        model = self.json("plain", "--ops")
        self.assertEqual([op["index"] for op in model["ops"]], list(range(7)))

    def test_labels(self):
        self.write("few.txt", "one\ntwo\n")
        self.fails("inspect", "--labels", "few.txt", self.small_model("plain"), says="few.txt")
        self.write("three.txt", "a\nb\nc\n")
        self.assertEqual(self.json("labels", "--labels", "three.txt")["label_source"], "file")

    def test_models_that_do_not_run(self):
        for variant, says in (("wrong-labels", "give a label file"),
                              ("two-images", "only one image input"),
                              ("unknown-op", "'Sharpen'")):
            self.fails("inspect", self.small_model(variant), says=says)


class Google(Test):
    @need_file(A0)
    def test_words(self):
        out, _ = self.run_movinet("inspect", A0)
        for words in ("MoViNet-A0", "without squeeze-excitation", "int8", "172 x 172 RGB", "600",
                      "Kinetics-600", "CONV_2D", "227 ops", "3276048 bytes", "serving_default"):
            self.assertIn(words, out)
        for line in out.splitlines()[1:]:
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())

    @need_file(A0)
    def test_every_op(self):
        out, _ = self.run_movinet("inspect", "--ops", A0)
        self.assertRegex(out, r"(?m)^   226  ")
        self.assertNotRegex(out, r"(?m)^   227  ")
        self.assertIn("scale", out)
        self.assertIn("scales along axis", out)

    @need_file(A0)
    def test_json(self):
        out, _ = self.run_movinet("inspect", "--ops", "-f", "json", A0)
        model = json.loads(out)
        self.assertEqual(model["variant"], "A0")
        self.assertEqual(model["label_source"], "kinetics-600")
        self.assertEqual(model["file_bytes"], os.path.getsize(A0))
        self.assertEqual(sum(kind["macs"] for kind in model["op_counts"]), model["macs"])
        self.assertEqual(sum(state["bytes"] for state in model["states"]), model["state_bytes"])
        self.assertEqual([op["index"] for op in model["ops"]], list(range(227)))

    @need_file(CALF)
    def test_squeeze_excitation(self):
        out, _ = self.run_movinet("inspect", CALF)
        self.assertIn("MoViNet-A0, with squeeze-excitation", out)


if __name__ == "__main__":
    main()

"""movinet inspect on real model files. SPDX-License-Identifier: Apache-2.0"""
import hashlib
import json
import os

from command import A0, CALF, Test, main, need_file


class Inspect(Test):
    @need_file(A0)
    def test_words(self):
        out, err = self.run_movinet("inspect", A0)
        self.assertEqual(err, "")
        with open(A0, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        for words in ("MoViNet-A0", "without squeeze-excitation", "int8", "172 x 172 RGB",
                      "5 frames a second", "600", "Kinetics-600", "CONV_2D", digest, "227 ops",
                      "3276048 bytes", "serving_default"):
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
        out, _ = self.run_movinet("inspect", "--format", "json", A0)
        model = json.loads(out)
        self.assertEqual(model["variant"], "A0")
        self.assertEqual(model["classes"], 600)
        self.assertEqual(model["label_source"], "kinetics-600")
        self.assertEqual(model["file_bytes"], os.path.getsize(A0))
        self.assertEqual(model["frame"], {"width": 172, "height": 172, "per_step": 1, "rate": 5})
        self.assertEqual(sum(kind["count"] for kind in model["op_counts"]), model["n_ops"])
        self.assertEqual(sum(kind["macs"] for kind in model["op_counts"]), model["macs"])
        self.assertEqual(sum(state["bytes"] for state in model["states"]), model["state_bytes"])
        self.assertNotIn("ops", model)

    @need_file(A0)
    def test_json_with_every_op(self):
        out, _ = self.run_movinet("inspect", "--ops", "-f", "json", A0)
        model = json.loads(out)
        self.assertEqual(len(model["ops"]), 227)
        self.assertEqual([op["index"] for op in model["ops"]], list(range(227)))

    @need_file(CALF)
    def test_squeeze_excitation(self):
        out, _ = self.run_movinet("inspect", CALF)
        self.assertIn("MoViNet-A0, with squeeze-excitation", out)

    @need_file(CALF)
    def test_labels(self):
        self.write("few.txt", "one\ntwo\n")
        self.fails("inspect", "--labels", "few.txt", CALF, says="few.txt")
        self.write("seven.txt", "a\nb\nc\nd\ne\nf\ng\n")
        out, _ = self.run_movinet("inspect", "--labels", "seven.txt", "-f", "json", CALF)
        self.assertEqual(json.loads(out)["label_source"], "file")


if __name__ == "__main__":
    main()

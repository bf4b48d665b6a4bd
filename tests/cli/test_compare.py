"""movinet compare: two files of one network, op by op.

SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import json
import os

from command import CALF, SHARED, Test, main, need_file

DYNAMIC = os.path.join(SHARED, "models", "calf_a0_stream_dynamic.tflite")


class Compare(Test):
    def test_the_same(self):
        a, b = self.small_model("plain"), self.small_model("labels")
        out, err = self.run_movinet("compare", a, b)
        self.assertEqual(err, "")
        self.assertIn("50 frames of 1 clip; 4 tensors paired, of 4 and 4", out)
        self.assertIn("same top class after 100.0 % of the frames", out)
        self.assertIn("the end: same dB", out)
        out, _ = self.run_movinet("compare", a, b, "test", "test", "-n", "3", "-f", "json")
        told = json.loads(out)
        self.assertEqual((told["frames"], told["clips"], told["paired"]), (6, 2, 4))
        self.assertTrue(all(t["same"] and t["snr_db"] is None and t["lost_db"] == 0
                            for t in told["tensors"]))
        out, _ = self.run_movinet("compare", a, b, "-f", "csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual([r["kind"] for r in rows], ["MEAN", "MUL", "ADD", "DIV"])

    def test_bad_input(self):
        a = self.small_model("plain")
        self.fails("compare", a, code=2)
        self.fails("compare", a, a, "missing.mp4", says="missing.mp4")
        self.fails("compare", a, "missing.tflite", says="missing.tflite")


@need_file(DYNAMIC)
class Real(Test):
    """The calf network: its int8 file has lost its way by the second block."""

    def test_calf(self):
        out, _ = self.run_movinet("compare", DYNAMIC, CALF, "-n", "8", "-f", "json")
        told = json.loads(out)
        self.assertGreater(told["paired"], 300)
        by_layer = {t["layer"]: t["snr_db"] for t in told["tensors"]}
        self.assertGreater(by_layer["stem"], 20)
        self.assertLess(by_layer["block4 layer0"], 6)
        out, _ = self.run_movinet("compare", DYNAMIC, CALF, "-n", "8", "--top", "3")
        lines = out.splitlines()
        self.assertIn("where most is lost", lines[-4])
        self.assertRegex(out, r"\n  stem +2\d\.\d")
        self.fails("compare", CALF, self.small_model("plain"), says="of one network")
        out, _ = self.run_movinet("compare", DYNAMIC, CALF, "-n", "4", "--all")
        self.assertGreater(len(out.splitlines()), 300)


if __name__ == "__main__":
    main()

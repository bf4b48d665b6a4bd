"""movinet quantize: the command; what comes out is tested in tests/quantize.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os

from command import Test, main, make_clip, need_clips


class Mistakes(Test):
    def wrong(self, *words, says):
        self.assertIn("Try: movinet quantize --help",
                      self.fails("quantize", *words, code=2, says=says))

    def test_options(self):
        self.wrong(says="needs MODEL")
        self.wrong("m.tflite", says="give -o FILE")
        self.wrong("m.tflite", "-o", "o.tflite", says="give --calibrate CLIPS")
        self.wrong("m.tflite", "-o", "o.tflite", "--scheme", "int4", says="int8|float16|dynamic")

    def test_model(self):
        words = ("-o", "o.tflite", "--calibrate", "clips")
        self.fails("quantize", "gone.tflite", *words, says="gone.tflite")
        self.small_model("plain", "plain.tflite")
        self.fails("quantize", "plain.tflite", *words, says="plain.tflite: ")
        self.assertFalse(os.path.exists(self.path("o.tflite")))


@need_clips
class Quantizing(Test):
    def setUp(self):
        super().setUp()
        self.run_movinet("new", "N0", "--size", "32", "--classes", "3", "--no-se", "-q", "-o",
                         "float.tflite")
        os.makedirs(self.path("clips/deep/er"))
        for i, folder in enumerate(("clips", "clips/deep", "clips/deep/er", "clips", "clips")):
            make_clip(self.path(f"{folder}/{i}.mkv"), "-c:v", "ffv1", seconds=1,
                      color=f"0x{40 * i:02x}{90 + 20 * i:02x}20")

    def quantize(self, *words, code=0):
        return self.run_movinet("quantize", "float.tflite", *words, "-o", "o.tflite", code=code)

    def precision(self, path="o.tflite"):
        return json.loads(self.run_movinet("inspect", "--format", "json", path)[0])["precision"]

    def test_int8(self):
        self.write("clips/deep/noise.mp4", b"no video")
        out, err = self.quantize("--calibrate", "clips")
        self.assertRegex(out, r"(?m)^4 clips, 20 frames: \d+ tensors become int8$")
        self.assertRegex(out, r"(?m)^clips held back: 1, 5 frames: same top class on \d+\.\d %")
        self.assertRegex(out, r"(?m)^wrote o\.tflite: \d\.\d\d MB \(float\.tflite: \d\.\d\d\), ")
        self.assertIn("clips/deep/noise.mp4: ", err)
        self.assertEqual(self.precision(), "int8")
        shown, _ = self.run_movinet("classify", "--model", "o.tflite", "clips/0.mkv")
        self.assertIn("class ", shown)
        self.fails("quantize", "o.tflite", "--calibrate", "clips", "-o", "p.tflite",
                   says="o.tflite: the model is int8 already")

    def test_options(self):
        out, err = self.quantize("--calibrate", "clips", "-q")
        self.assertEqual((out, err), ("", ""))
        with open(self.path("o.tflite"), "rb") as file:
            first = file.read()
        self.quantize("--calibrate", "clips", "-q")
        with open(self.path("o.tflite"), "rb") as file:
            self.assertTrue(file.read() == first)
        self.quantize("--calibrate", "clips", "-q", "--ranges", "min-max", "--no-correction")
        with open(self.path("o.tflite"), "rb") as file:
            self.assertFalse(file.read() == first)
        out, _ = self.quantize("--calibrate", "clips", "--float-layers", "12", "--clips", "2")
        self.assertIn("2 clips, 10 frames: ", out)
        self.assertIn("no clips held back", out)

    def test_other_schemes(self):
        for scheme, precision in (("float16", "float16"), ("dynamic", "dynamic range"),
                                  ("float32", "float32")):
            out, _ = self.quantize("--scheme", scheme)
            self.assertRegex(out, r"^wrote o\.tflite: ")
            self.assertEqual(self.precision(), precision)

    def test_bad_clips(self):
        os.makedirs(self.path("none"))
        self.fails("quantize", "float.tflite", "-o", "o.tflite", "--calibrate", "none",
                   says="none: no videos in this folder")
        self.write("none/noise.mp4", b"no video")
        _, err = self.quantize("-q", "--calibrate", "none", code=1)
        self.assertIn("none/noise.mp4: not a video", err)
        self.assertIn("none: no clip to calibrate with could be read", err)
        self.assertFalse(os.path.exists(self.path("o.tflite")))
        make_clip(self.path("one.mkv"), "-c:v", "ffv1", seconds=0.2)
        _, err = self.quantize("--calibrate", "one.mkv")
        self.assertIn("clips of one frame", err)
        self.assertEqual(self.precision(), "int8")


if __name__ == "__main__":
    main()

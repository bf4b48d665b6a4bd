"""The model inside the library, which works with nothing named, pulled or shared.
SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import json
import os

from command import SOURCE_ROOT, Test, main, need, need_clips

MODEL = os.path.join(SOURCE_ROOT, "models", "camera-motion.tflite")
EXAMPLE = os.path.join(SOURCE_ROOT, "examples", "pan-left.mp4")
CLASSES = ("still", "pan left", "pan right", "tilt up", "tilt down", "zoom in", "zoom out",
           "roll clockwise", "roll counter-clockwise", "shake")


@need("model")
class Builtin(Test):
    def inspect(self, name):
        out, _ = self.run_movinet("inspect", name, "--format", "json")
        return json.loads(out)

    def test_is_the_file(self):
        with open(MODEL, "rb") as file:
            content = file.read()
        seen = self.inspect("camera-motion")
        self.assertEqual(seen["sha256"], hashlib.sha256(content).hexdigest())
        self.assertEqual(seen["file"], "builtin:camera-motion")
        self.assertEqual(seen["label_source"], "metadata")
        self.assertLessEqual(len(content), 1 << 20)
        self.assertEqual(self.inspect("builtin:camera-motion")["sha256"], seen["sha256"])

    def test_is_listed(self):
        out, _ = self.run_movinet("models")
        self.assertRegex(out, r"(?m)^  camera-motion  .* built in$")
        out, _ = self.run_movinet("models", "--format", "json")
        inside = [m for m in json.loads(out) if m["name"] == "camera-motion"][0]
        self.assertTrue(inside["installed"])
        self.assertEqual(inside["path"], "builtin:camera-motion")

    def test_is_the_default(self):
        """With nothing named and nothing pulled; a pulled a0 comes before it."""
        frame = bytes(range(192)) * 3
        self.write("a.rgb", frame * 5)
        words = ("classify", "--raw", "16x12", "--top", "0", "--format", "json", "a.rgb")
        out, err = self.run_movinet(*words)
        named, _ = self.run_movinet(*words, "--model", "camera-motion")
        self.assertEqual(out, named)
        self.assertEqual(err, "")
        labels = [c["label"] for c in json.loads(out)["scores"]]
        self.assertEqual(sorted(labels), sorted(CLASSES))
        os.makedirs(self.models)
        with open(os.path.join(self.models, "movinet_a0_stream_int8_k600.tflite"), "wb") as file:
            file.write(b"not a model")
        self.fails(*words, says="movinet_a0_stream_int8_k600.tflite")
        self.assertEqual(self.run_movinet(*words, "--model", "camera-motion")[0], named)

    def test_a_file_of_that_name_comes_first(self):
        self.write("camera-motion", b"not a model")
        self.fails("inspect", "camera-motion", says="camera-motion")
        self.assertEqual(self.inspect("builtin:camera-motion")["classes"], 10)
        self.fails("inspect", "builtin:other", says="builtin:other")

    @need_clips
    def test_example(self):
        out, _ = self.run_movinet("classify", "--format", "json", EXAMPLE)
        best = json.loads(out)["scores"][0]
        self.assertEqual(best["label"], "pan left")
        self.assertGreater(best["score"], 0.5)
        self.assertLessEqual(os.path.getsize(EXAMPLE), 200000)


if __name__ == "__main__":
    main()

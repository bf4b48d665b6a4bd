"""The command under valgrind: no leaks, nothing read that was not written.
SPDX-License-Identifier: Apache-2.0
"""
import os
import subprocess

from command import (FEATURES, MOVINET, SMALL_SIZE, SOURCE_ROOT, Test, main, make_clip,
                     need_clips, small_frame)

# What is said of others' libraries, and is no mistake.
KNOWN = os.path.join(SOURCE_ROOT, "tests", "support", "leaks.valgrind")


class Valgrind(Test):
    def check(self, *words, code=0):
        done = subprocess.run(["valgrind", "-q", "--leak-check=full", "--error-exitcode=99",
                               "--errors-for-leak-kinds=definite", "--show-leak-kinds=definite",
                               "--suppressions=" + KNOWN,
                               MOVINET, *words], cwd=self.folder, env=self.env, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, code, done.stderr.decode())

    def test_raw(self):
        self.write("clip.rgb", small_frame(240, 30, 0) + small_frame(0, 250, 7))
        self.small_model("labels", "model.tflite")
        self.check("classify", "--model", "model.tflite", "--raw", SMALL_SIZE, "--every",
                   "--threads", "2", "--allow", "red", "--logits", "out.f32", "clip.rgb")

    @need_clips
    def test_clip(self):
        make_clip(self.path("green.mkv"), "-c:v", "mpeg4")
        self.write("bad.mkv", b"not a video")
        self.small_model("wide", "model.tflite")
        self.check("classify", "--model", "model.tflite", "--format", "json", "--average",
                   "bad.mkv", "green.mkv", code=1)

    @need_clips
    def test_annotate(self):
        make_clip(self.path("green.mkv"), "-c:v", "mpeg4", seconds=1)
        self.small_model("labels", "model.tflite")
        self.check("annotate", "--model", "model.tflite", "green.mkv", "-o", "out.mp4",
                   code=0 if "overlay" in FEATURES else 1)

    def test_inspect(self):
        self.small_model("labels")
        self.check("inspect", "--ops", "--format", "json", "labels.tflite")
        self.check("inspect", "--ops", "labels.tflite")

    def test_mistakes(self):
        self.small_model("unknown-op")
        self.check("inspect", "unknown-op.tflite", code=1)
        self.check("classify", "--allow", "a", "--deny", "b", "--top", "x", "a.mp4", code=2)
        self.check("models", "--format", "json")


if __name__ == "__main__":
    main()

"""The tool that renders clips of camera moves.

    python3 -B test_tool.py CAMERA_MOTION

SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL = os.path.abspath(sys.argv[1])
CLASSES = ("still", "pan left", "pan right", "tilt up", "tilt down", "zoom in", "zoom out",
           "roll clockwise", "roll counter-clockwise", "shake")


class CameraMotion(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="movinet-motion-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def run_tool(self, *words, code=0):
        done = subprocess.run([TOOL, *words], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=250, check=False)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def sums(self, folder):
        """Each file's hash, by its path in the folder."""
        out = {}
        for at, _, names in os.walk(self.path(folder)):
            for name in names:
                with open(os.path.join(at, name), "rb") as file:
                    digest = hashlib.sha256(file.read()).hexdigest()
                out[os.path.relpath(os.path.join(at, name), self.path(folder))] = digest
        return out

    def test_renders_the_same_with_any_number_of_threads(self):
        """A folder per class; other seeds and splits are other clips."""
        what = ("--train", "10", "--test", "10", "--frames", "4", "--quiet")
        self.run_tool(*what, "--threads", "1", "a")
        self.run_tool(*what, "--threads", "3", "b")
        self.run_tool(*what, "--seed", "2", "c")
        a, b, c = self.sums("a"), self.sums("b"), self.sums("c")
        self.assertEqual(sorted(a), sorted(os.path.join(split, name, "00000.mp4")
                                           for split in ("train", "test") for name in CLASSES))
        self.assertEqual(a, b)
        self.assertFalse(set(a.values()) & set(c.values()))
        self.assertEqual(len(set(a.values())), 20)

    def test_goes_on_where_it_was(self):
        """More clips leave those that are there as they are."""
        self.run_tool("--validation", "5", "--frames", "3", "--quiet", "a")
        kept = self.path("a", "validation", "still", "00000.mp4")
        with open(kept, "wb") as file:
            file.write(b"mine")
        _, err = self.run_tool("--validation", "10", "--frames", "3", "a")
        self.assertIn("10 of 10 clips", err)
        self.assertEqual(len(self.sums("a")), 10)
        with open(kept, "rb") as file:
            self.assertEqual(file.read(), b"mine")

    def test_moves_over_videos(self):
        """The videos of a folder; what is none is left out and named."""
        self.run_tool("--train", "2", "--frames", "8", "--quiet", "a")
        os.mkdir(self.path("real"))
        shutil.copy(self.path("a", "train", "still", "00000.mp4"), self.path("real", "one.mp4"))
        with open(self.path("real", "broken.mp4"), "wb") as file:
            file.write(b"not a video at all")
        with open(self.path("real", "notes.txt"), "wb") as file:
            file.write(b"nor this")
        _, err = self.run_tool("--test", "10", "--frames", "5", "--over", "real", "b")
        self.assertIn("left out: ", err)
        self.assertIn("broken.mp4", err)
        self.assertIn("one.mp4: 8 frames", err)
        self.assertNotIn("notes.txt", err)
        self.assertEqual(len(self.sums("b")), 10)
        self.run_tool("--test", "10", "--frames", "5", "--over", "real", "--quiet", "c")
        self.assertEqual(self.sums("b"), self.sums("c"))

    def test_says_what_is_wrong(self):
        def fails(*words, code, says):
            out, err = self.run_tool(*words, code=code)
            self.assertEqual(out, "")
            self.assertEqual(len(err.splitlines()), 1, err)
            self.assertIn(says, err)

        fails(code=2, says="give one folder")
        fails("a", code=2, says="nothing to do")
        fails("a", "b", "--train", "1", code=2, says="give one folder")
        fails("", "--train", "1", code=2, says="give one folder")
        fails("a", "--what", code=2, says="--what")
        for option, value in (("--train", "-1"), ("--train", "many"), ("--train", ""),
                              ("--frames", "2"), ("--frames", "100000"), ("--rate", "0"),
                              ("--rate", "nan"), ("--threads", "0"), ("--seed", "1x"),
                              ("--test", "99999999999999999999")):
            fails("a", "--train", "1", option, value, code=2, says=option)
        with open(self.path("file"), "wb") as file:
            file.write(b"x")
        fails("file", "--train", "1", "--quiet", code=1, says="file")
        fails("x" * 5000, "--train", "1", "--quiet", code=1, says="")
        fails("a", "--test", "1", "--over", "nowhere", code=1, says="nowhere")
        os.mkdir(self.path("empty"))
        fails("a", "--test", "1", "--over", "empty", code=1, says="no videos")

    def test_help(self):
        out, err = self.run_tool("--help")
        self.assertIn("--over", out)
        self.assertEqual(err, "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)

"""Runs the movinet command for the tests beside this file.

    python3 -B test_x.py MOVINET MAKE_MODEL [ffmpeg] [curl]

SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SUPPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")
sys.path.insert(0, SUPPORT)
MOVINET = os.path.abspath(sys.argv[1])
MAKE_MODEL = os.path.abspath(sys.argv[2])
FEATURES = sys.argv[3:]
SOURCE_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("MOVINET_SHARED") or os.path.join(SOURCE_ROOT, "..", "shared")
A0 = os.path.join(SHARED, "models", "movinet_a0_stream_int8_k600.tflite")
CALF = os.path.join(SHARED, "models", "calf_a0_stream_int8.tflite")
CLIPS = os.path.join(SHARED, "clips")
FRAMES = os.path.join(SHARED, "golden", "carving_ice_pi_50x172x172.rgb")
RGB = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
SMALL_SIZE = "12x8"  # what tests/support/make_model.c's models take


def small_frame(red, green, blue):
    """A raw frame of one colour for a small model."""
    return bytes((red, green, blue)) * (12 * 8)


class Test(unittest.TestCase):
    """A test in a folder of its own, with a home of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="movinet-cli-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.env = dict(os.environ, HOME=self.folder, LC_ALL="C", TERM="dumb")
        for name in ("XDG_DATA_HOME", "DISPLAY", "WAYLAND_DISPLAY"):
            self.env.pop(name, None)
        self.models = os.path.join(self.folder, ".local/share/movinet/models")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def small_model(self, variant, name=None):
        """Writes one of make_model's models; they name the colour of a picture."""
        path = self.path(name or variant + ".tflite")
        subprocess.run([MAKE_MODEL, variant, path], check=True)
        return path

    def start(self, *words, **more):
        return subprocess.Popen([MOVINET, *words], cwd=self.folder, env=self.env,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)

    def run_movinet(self, *words, stdin=None, code=0):
        """Runs it to its end, checks the exit code, returns (stdout, stderr)."""
        done = subprocess.run([MOVINET, *words], cwd=self.folder, env=self.env, input=stdin,
                              stdin=None if stdin else subprocess.DEVNULL, timeout=280,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        out = done.stdout.decode("utf-8", "replace")
        err = done.stderr.decode("utf-8", "replace")
        self.assertEqual(done.returncode, code, f"{words}\n{out}\n{err}")
        return out, err

    def fails(self, *words, code=1, says="", stdin=None):
        """It must fail with one clear line on stderr and nothing on stdout."""
        out, err = self.run_movinet(*words, code=code, stdin=stdin)
        self.assertEqual(out, "")
        lines = err.splitlines()
        self.assertTrue(lines and lines[0].startswith("movinet: "), err)
        if code == 1:
            self.assertEqual(len(lines), 1, err)
        self.assertIn(says, err)
        return err


def need(feature):
    """Skips where the command was built without it."""
    return unittest.skipUnless(feature in FEATURES, f"built without {feature}")


def make_clip(path, *options, seconds=2, color="0x00f000"):
    """A video of one colour."""
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                    f"color=c={color}:s=96x64:r=10:d={seconds}", *options, path], check=True)


def need_clips(test):
    """Skips where there is nothing to read videos with, or to make them."""
    why = "no ffmpeg command to make clips" if "ffmpeg" in FEATURES else "built without ffmpeg"
    return unittest.skipUnless("ffmpeg" in FEATURES and shutil.which("ffmpeg"), why)(test)


def need_file(path):
    return unittest.skipUnless(os.path.exists(path), f"{path} is not here")


def main():
    program = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.testsRun and len(result.skipped) == result.testsRun else 0)

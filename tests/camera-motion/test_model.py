"""The project's own model on clips that nobody has rendered before: other seeds, textures that
it never learned from; and moves over real videos, where they are there.

    python3 -B test_model.py CAMERA_MOTION MOVINET

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL, MOVINET = (os.path.abspath(path) for path in sys.argv[1:3])
CLIPS = os.path.join(os.environ.get("MOVINET_SHARED", "no/such/folder"), "clips")


class Model(unittest.TestCase):
    def right(self, *words):
        """The share of 100 clips that are answered rightly."""
        folder = tempfile.mkdtemp(prefix="movinet-motion-")
        self.addCleanup(shutil.rmtree, folder)
        env = dict(os.environ, HOME=folder)
        subprocess.run([TOOL, "--test", "100", "--seed", "77", "--quiet", *words, folder],
                       check=True, timeout=250)
        done = subprocess.run([MOVINET, "evaluate", "camera-motion", folder, "--format", "json",
                               "--quiet"], env=env, stdout=subprocess.PIPE, check=True, timeout=250)
        found = json.loads(done.stdout)
        self.assertEqual((found["clips"], found["classes"]), (100, 10))
        return found["models"][0]["figures"]["top1"]["value"]

    def test_rendered(self):
        self.assertGreaterEqual(self.right(), 0.93)

    @unittest.skipUnless(os.path.isdir(CLIPS), "../shared is not here")
    def test_over_real_videos(self):
        self.assertGreaterEqual(self.right("--over", CLIPS), 0.90)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

"""Videos that the command wrote, as the tests beside this file look at them.
SPDX-License-Identifier: Apache-2.0
"""
import json
import subprocess
import unittest

from command import FEATURES, need_clips


def need_all(test):
    """Skips where nothing can be drawn or written."""
    return need_clips(unittest.skipUnless("overlay" in FEATURES, "built without overlay")(test))


def probe(path):
    """The streams of a file, by kind."""
    done = subprocess.run(["ffprobe", "-v", "error", "-show_streams", "-of", "json", path],
                          check=True, stdout=subprocess.PIPE)
    return {s["codec_type"]: s for s in json.loads(done.stdout)["streams"]}


def pictures(path):
    """Every frame of a video as RGB bytes of its own size."""
    size = probe(path)["video"]
    bytes_each = size["width"] * size["height"] * 3
    raw = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-fps_mode",
                          "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], check=True,
                         stdout=subprocess.PIPE).stdout
    return [raw[i:i + bytes_each] for i in range(0, len(raw), bytes_each)]


def near(a, b, slack=12):
    return all(abs(x - y) <= slack for x, y in zip(a, b))

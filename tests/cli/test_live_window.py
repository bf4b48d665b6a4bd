"""movinet live in a window, on a display that nobody sees: the answers over the picture, and
what every key does. SPDX-License-Identifier: Apache-2.0
"""
import glob
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from command import FEATURES, Test, main, need_clips
from display import Display, have_display
from videos import near

WIDTH, HEIGHT = 1280, 800        # of the display
VIEW = (960, 540)                # of the window
LEFT, TOP = (WIDTH - VIEW[0]) // 2, (HEIGHT - VIEW[1]) // 2
GREEN, RED = (0, 240, 0), (240, 0, 0)
STRONG = (0x4a, 0xde, 0x80)      # src/show/painter.h: the bar of an announced class


def need_window(test):
    test = unittest.skipUnless("window" in FEATURES, "built without a window")(test)
    test = unittest.skipUnless(have_display(), "no Xvfb")(test)
    return need_clips(unittest.skipUnless(shutil.which("xdotool"), "no xdotool")(test))


class WindowTest(Test):
    def setUp(self):
        super().setUp()
        self.display = Display(self.folder, WIDTH, HEIGHT)
        self.addCleanup(self.display.end)
        self.env["DISPLAY"] = self.display.name
        # Graphics drivers leak, and are unloaded before anybody could say so by their names.
        self.env["ASAN_OPTIONS"] = self.env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        self.model = self.small_model("labels")

    def clip(self, left="0x00f000", right="0x00f000", name="clip.mkv"):
        """16:9, as the window is: it fills it."""
        halves = ";".join(f"color=c={c}:s=160x180:r=20:d=1[{n}]" for n, c in
                          (("a", left), ("b", right)))
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                        halves + ";[a][b]hstack", "-c:v", "ffv1", "-pix_fmt", "bgr0",
                        self.path(name)], check=True)
        return self.path(name)

    def live(self, *words):
        self.process = self.start("live", "-m", self.model, "--loop", "--hold", "0.2", "--smooth",
                                  "0.2", *words)
        self.addCleanup(self.process.communicate)
        self.addCleanup(self.process.kill)

    def until(self, holds, what):
        """Looks at the display until it is as it should be, for half a minute at most."""
        for _ in range(600):
            picture = self.display.picture()
            if holds(picture):
                if os.environ.get("MOVINET_KEEP"):
                    picture.save(os.path.join(os.environ["MOVINET_KEEP"],
                                              f"{self.id()}-{what.replace(' ', '-')}.ppm"))
                return picture
            self.assertIsNone(self.process.poll(), "it has ended")
            time.sleep(0.05)
        picture.save("/tmp/movinet-live-window.ppm")
        self.fail(f"not seen: {what}; see /tmp/movinet-live-window.ppm")

    def press(self, *keys):
        env = dict(self.env)
        if not hasattr(self, "window"):
            found = subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name",
                                    "^movinet"], env=env, check=True, text=True, timeout=60,
                                   stdout=subprocess.PIPE).stdout.split()
            self.window = found[0]
            subprocess.run(["xdotool", "windowfocus", "--sync", self.window], env=env, check=True,
                           timeout=60)
        subprocess.run(["xdotool", "key", *keys], env=env, check=True, timeout=60)

    def ends(self, code=0, says=""):
        out, err = self.process.communicate(timeout=60)
        self.assertEqual((self.process.returncode, out), (code, b""), err)
        self.assertIn(says, err.decode())
        return err.decode()

    @staticmethod
    def corner(colour):
        """Of the picture, where nothing is drawn over it."""
        return lambda p: near(p.at(LEFT + VIEW[0] - 20, TOP + VIEW[1] - 20), colour)

    @staticmethod
    def bar(picture):
        """How long the bar of an announced class is: the longest row of its colour."""
        return max(picture.row(y, LEFT, LEFT + VIEW[0] // 2).count(STRONG)
                   for y in range(TOP, TOP + VIEW[1] // 2, 2))


@need_window
class Shown(WindowTest):
    def test_answers_are_over_the_picture(self):
        self.live(self.clip())
        self.until(self.corner(GREEN), "the picture")
        picture = self.until(lambda p: self.bar(p) > 200, "the bar")
        # The plate of the answers at the top left is darker than the picture, the line at
        # the bottom left as well; between them, and at the right, there is the picture.
        self.assertLess(picture.at(LEFT + 20, TOP + 20)[1], 140)
        self.assertTrue(near(picture.at(LEFT + VIEW[0] - 20, TOP + VIEW[1] // 2), GREEN))
        self.assertTrue(near(picture.at(LEFT + 20, TOP + VIEW[1] * 3 // 4), GREEN))
        dark = [y for y in range(TOP + VIEW[1] * 3 // 4, TOP + VIEW[1])
                if picture.at(LEFT + 30, y)[1] < 140]
        self.assertTrue(dark)
        self.press("q")
        self.ends()

    def test_mirror(self):
        self.live("--mirror", self.clip("0x00f000", "0xf00000"))
        self.until(self.corner(GREEN), "mirrored")
        self.press("m")
        self.until(self.corner(RED), "as it is")
        self.press("Escape")
        self.ends()

    def test_help_and_pause(self):
        self.live(self.clip())
        self.until(lambda p: self.bar(p) > 200, "the bar")
        middle = (LEFT + VIEW[0] // 2, TOP + VIEW[1] // 2)
        self.press("h")
        self.until(lambda p: p.at(*middle)[1] < 140, "help")
        self.press("h")
        self.until(lambda p: near(p.at(*middle), GREEN), "no help")
        mark = (LEFT + VIEW[0] - 100, TOP + 10)

        def marked(p):
            return any(p.at(x, mark[1] + 15)[1] < 140 for x in range(mark[0], mark[0] + 80, 4))
        self.assertFalse(marked(self.display.picture()))
        self.press("space")
        self.until(marked, "paused")
        self.press("space")
        self.until(lambda p: not marked(p), "not paused")
        self.press("q")
        self.ends()

    def test_next_model(self):
        """One that knows green, and one that does not tell anything."""
        self.live("-m", self.small_model("plain", "other.tflite"), self.clip())
        self.until(lambda p: self.bar(p) > 200, "the bar of the first")
        yellow = (LEFT + 24, LEFT + 400)

        def warned(p):
            return any(r > 220 and g > 150 and b < 80 for y in range(TOP + 350, TOP + VIEW[1], 4)
                       for r, g, b in p.row(y, *yellow))
        self.assertFalse(warned(self.display.picture()))
        self.press("Tab")
        self.until(warned, "a message that it is asked")
        self.press("q")
        self.ends()

    def test_window_is_closed(self):
        self.live(self.clip())
        self.until(self.corner(GREEN), "the picture")
        self.press("Escape")
        self.ends()

    def test_source_that_breaks(self):
        self.live("http://127.0.0.1:9/nobody")

        def warned(p):
            return any(r > 220 and g > 150 and b < 80 for y in range(TOP, TOP + VIEW[1], 4)
                       for r, g, b in p.row(y, LEFT, LEFT + 400))
        self.until(warned, "that there is no picture")
        self.process.send_signal(signal.SIGINT)
        self.ends()


@need_window
class Kept(WindowTest):
    def test_snapshot(self):
        self.live(self.clip())
        self.until(lambda p: self.bar(p) > 200, "the bar")
        self.press("s")
        while not (found := glob.glob(self.path("movinet-*.png"))):
            time.sleep(0.05)
        self.press("q")
        self.ends()
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", found[0], "-f", "rawvideo", "-pix_fmt",
                              "rgb24", "-"], check=True, stdout=subprocess.PIPE).stdout
        self.assertEqual(len(raw), 320 * 180 * 3) # the source's size
        at = (170 * 320 + 310) * 3
        self.assertTrue(near(tuple(raw[at:at + 3]), GREEN))
        self.assertTrue(any(tuple(raw[i:i + 3]) == STRONG for i in range(0, len(raw), 3)))

    def test_record_on_and_off(self):
        self.live(self.clip())
        self.until(self.corner(GREEN), "the picture")
        mark = lambda p: any(near(c, (239, 68, 68), 40) for y in range(TOP, TOP + 60, 2)
                             for c in p.row(y, LEFT + VIEW[0] - 200, LEFT + VIEW[0]))
        self.press("v")
        self.until(mark, "recording")
        time.sleep(1) # so that there is something in it
        self.press("v")
        self.until(lambda p: not mark(p), "not recording")
        self.press("q")
        self.ends()
        found = glob.glob(self.path("movinet-*.mp4"))
        self.assertEqual(len(found), 1)
        probed = subprocess.run(["ffprobe", "-v", "error", "-show_streams", "-of", "json", found[0]],
                                check=True, stdout=subprocess.PIPE).stdout
        stream = json.loads(probed)["streams"][0]
        self.assertEqual((stream["width"], stream["height"]), (320, 180))


@unittest.skipUnless("window" in FEATURES, "built without a window")
class NoDisplay(Test):
    @need_clips
    def test_says_so(self):
        self.fails("live", "-m", self.small_model("labels"), "--display", "window", "test",
                   says="there is no display")


if __name__ == "__main__":
    main()

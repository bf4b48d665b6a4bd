"""A window on a display of its own (Xvfb), seen as a person would see it and used by
keys that the X server is told of; and where there is none.

    python3 -B test_window.py DRIVER

DRIVER is window_driver.c. SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from display import Display, have_display

DRIVER = os.path.abspath(sys.argv[1])
WIDTH, HEIGHT = 1200, 900  # of the display
RED, GREEN, BLUE, YELLOW = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)
STRONG, WEAK = (0x4a, 0xde, 0x80), (0xa8, 0xb8, 0xcc)  # src/show/painter.h
BLACK = (0, 0, 0)


def environment(**more):
    env = {name: value for name, value in os.environ.items()
           if name not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
    return dict(env, **more)


class Driver:
    """The program under test."""

    def __init__(self, env):
        self.process = subprocess.Popen([DRIVER], env=env, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def say(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().rstrip("\n")

    def keys(self):
        return [int(word) for word in self.say("keys").split()]

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait()


class WindowTest(unittest.TestCase):
    """Helpers: a display, and a window on it."""
    renderer = None  # the window's own choice
    focus = "windowfocus"

    @classmethod
    def setUpClass(cls):
        if not have_display():
            raise unittest.SkipTest("no Xvfb")
        cls.folder = tempfile.mkdtemp(prefix="movinet-window-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.display = Display(cls.folder, WIDTH, HEIGHT)
        cls.addClassCleanup(cls.display.end)

    def setUp(self):
        more = {"SDL_RENDER_DRIVER": self.renderer} if self.renderer else {}
        # Graphics drivers leak, and are unloaded before anybody could say so by their names.
        asan = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        self.env = environment(DISPLAY=self.display.name, ASAN_OPTIONS=asan, **more)
        self.driver = Driver(self.env)
        self.addCleanup(lambda: self.assertIn(self.driver.end(), (0, -signal.SIGINT)))

    def window(self, width, height):
        """Opens one; where it is on the display: left, top."""
        self.assertEqual(self.driver.say("open", width, height), "ok")
        return (WIDTH - width) // 2, (HEIGHT - height) // 2

    def shown(self, *words, until=lambda picture: True):
        """The display after `show`: as soon as it is as it should be, at most 10 seconds
        later, as X does things in its own time."""
        for _ in range(500):
            self.assertEqual(self.driver.say("show", *words), "ok")
            picture = self.display.picture()
            if until(picture):
                break
            time.sleep(0.02)
        if os.environ.get("MOVINET_KEEP"):
            picture.save(os.path.join(os.environ["MOVINET_KEEP"], f"{self.id()}.ppm"))
        return picture

    def assert_corners(self, words, box, colours, around=()):
        """Four colours in the quarters of box (left, top, width, height), nothing outside."""
        left, top, width, height = box
        places = [(left + width * x // 8, top + height * y // 8)
                  for y in (1, 7) for x in (1, 7)]
        # Up to the edges, but for the pixel that the scaling blends.
        edges = [(left + 2, top + 2), (left + width - 3, top + 2), (left + 2, top + height - 3),
                 (left + width - 3, top + height - 3)]
        picture = self.shown(*words, until=lambda p: [p.at(*at) for at in places] == colours and
                             [p.at(*at) for at in edges] == colours and
                             all(p.at(*at) == BLACK for at in around))
        self.assertEqual([picture.at(*at) for at in places], colours)
        self.assertEqual([picture.at(*at) for at in edges], colours)
        for at in around:
            self.assertEqual(picture.at(*at), BLACK, at)
        return picture

    def bar(self, picture, left, top, width, colour):
        """How long the longest run of the colour in the window is; its first x and y."""
        best = (0, 0, 0)
        for y in range(top, top + 300):
            row = picture.row(y, left, left + width)
            if colour in row:
                best = max(best, (row.count(colour), row.index(colour), y - top))
        return best

    def xdotool(self, *words):
        done = subprocess.run(["xdotool", *map(str, words)], env=self.env, check=True, text=True,
                              timeout=60, stdout=subprocess.PIPE)
        return done.stdout.split()

    def found(self):
        """The window's number, once it is there, with the keyboard's focus on it."""
        if not shutil.which("xdotool"):
            self.skipTest("no xdotool")
        number = self.xdotool("search", "--sync", "--onlyvisible", "--name", "^test$")[0]
        self.xdotool(self.focus, "--sync", number)
        return number

    def keys_after(self, *words, n=1):
        """What the window takes for keys once there are n, or for 30 seconds."""
        self.xdotool(*words)
        keys = []
        for _ in range(300):
            keys += self.driver.keys()
            if len(keys) >= n:
                break
            time.sleep(0.1)
        return keys


class Window(WindowTest):
    def test_picture_keeps_its_shape(self):
        left, top = self.window(800, 600)
        # 16:9 in 4:3: stripes above and below.
        self.assert_corners((320, 180, 0, 0, 1, "corners", "none"), (left, top + 75, 800, 450),
                            [RED, GREEN, BLUE, YELLOW],
                            [(left + 400, top + 60), (left + 400, top + 540)])
        # Narrow: stripes at the sides.
        self.assert_corners((90, 180, 0, 0, 1, "corners", "none"), (left + 250, top, 300, 600),
                            [RED, GREEN, BLUE, YELLOW],
                            [(left + 230, top + 300), (left + 570, top + 300)])
        # Pixels twice as wide as high.
        self.assert_corners((90, 180, 0, 0, 2, "corners", "none"), (left + 100, top, 600, 600),
                            [RED, GREEN, BLUE, YELLOW],
                            [(left + 80, top + 300), (left + 720, top + 300)])

    def test_turned_and_mirrored(self):
        left, top = self.window(800, 600)
        upright = {0: [RED, GREEN, BLUE, YELLOW], 90: [BLUE, RED, YELLOW, GREEN],
                   180: [YELLOW, BLUE, GREEN, RED], 270: [GREEN, YELLOW, RED, BLUE]}
        for rotation, (a, b, c, d) in upright.items():
            box = (left + 200, top, 400, 600) if rotation % 180 else (left, top + 33, 800, 533)
            for mirrored in (0, 1):
                self.assert_corners((300, 200, rotation, mirrored, 1, "corners", "none"), box,
                                    [b, a, d, c] if mirrored else [a, b, c, d],
                                    [(left + 190, top + 300), (left + 610, top + 300)]
                                    if rotation % 180 else [(left + 400, top + 25)])

    def test_upside_down_in_memory(self):
        left, top = self.window(400, 400)
        self.assert_corners((200, 200, 0, 0, 1, "up", "none"), (left, top, 400, 400),
                            [BLUE, YELLOW, RED, GREEN])

    def test_larger_than_textures(self):
        left, top = self.window(640, 480)
        self.assert_corners((20000, 1500, 0, 0, 0.1, "corners", "none"), (left, top, 640, 480),
                            [RED, GREEN, BLUE, YELLOW])

    def test_sizes_change_and_stay(self):
        left, top = self.window(640, 480)
        for width, height in ((64, 48), (1280, 960), (4, 3), (2000, 1500)):
            self.assert_corners((width, height, 0, 0, 1, "corners", "none"),
                                (left, top, 640, 480), [RED, GREEN, BLUE, YELLOW])
        # Nothing new: the same again.
        self.assert_corners((1, 1, 0, 0, 1, "last", "none"), (left, top, 640, 480),
                            [RED, GREEN, BLUE, YELLOW])

    def test_overlay_in_the_windows_own_pixels(self):
        """A picture of a few pixels, a window of many: bars are sharp and as long as they
        should be, over black and white."""
        left, top = self.window(800, 600)
        for ground in ("black", "white"):
            words = (8, 6, 0, 0, 1, ground, "bars")
            picture = self.shown(*words,
                                 until=lambda p: STRONG in p.row(top + 65, left, left + 400) or
                                 self.bar(p, left, top, 800, STRONG)[0] > 0)
            strong, x, y = self.bar(picture, left, top, 800, STRONG)
            weak, weak_x, weak_y = self.bar(picture, left, top, 800, WEAK)
            self.assertGreater(strong, 400)
            self.assertAlmostEqual(strong / 0.875 * 0.25, weak, delta=3)
            self.assertAlmostEqual(x, weak_x, delta=2)
            self.assertGreater(weak_y, y)
            plate = picture.at(left + x + 2, top + y - 8)
            self.assertEqual(plate, BLACK if ground == "black" else (plate[0],) * 3)
            self.assertLess(plate[0], 90)
        # Gone when there is none.
        picture = self.shown(8, 6, 0, 0, 1, "white", "none",
                             until=lambda p: p.at(left + 40, top + 40) == (255,) * 3)
        self.assertEqual(set(picture.row(top + 40, left, left + 800)), {(255, 255, 255)})

    def test_everything(self):
        left, top = self.window(960, 720)
        picture = self.shown(320, 240, 0, 0, 1, "noise", "all",
                             until=lambda p: self.bar(p, left, top, 960, STRONG)[0] > 0)
        self.assertGreater(self.bar(picture, left, top, 960, STRONG)[0], 300)

    def test_keys(self):
        self.window(640, 480)
        self.shown(64, 48, 0, 0, 1, "corners", "none")
        self.found()
        self.driver.keys()
        self.assertEqual(self.keys_after("key", "q"), [ord("q")])
        names = ["space", "r", "plus", "minus", "KP_Add", "Tab", "Escape", "Return", "h"]
        self.assertEqual(self.keys_after("key", *names, n=len(names)),
                         [ord(c) for c in " r+-+\t\x1b\nh"])
        self.assertEqual(self.keys_after("key", "shift+a", "ctrl+c", n=2), [ord("A"), ord("q")])
        # A key that is held down counts once.
        self.xdotool("keydown", "v")
        time.sleep(0.9)
        self.xdotool("keyup", "v")
        self.assertEqual(self.keys_after("key", "w", n=2), [ord("v"), ord("w")])

    def test_resized(self):
        left, top = self.window(640, 480)
        words = (64, 48, 0, 0, 1, "corners", "bars")
        self.shown(*words)
        self.xdotool("windowsize", "--sync", self.found(), 400, 300)
        self.assert_corners((*words[:-1], "none"), (left, top, 400, 300),
                            [RED, GREEN, BLUE, YELLOW])
        self.xdotool("windowsize", "--sync", self.found(), 800, 300)
        self.assert_corners((*words[:-1], "none"), (left + 200, top, 400, 300),
                            [RED, GREEN, BLUE, YELLOW], [(left + 190, top + 100)])
        self.xdotool("windowsize", "--sync", self.found(), 1, 1)
        self.shown(*words)
        self.xdotool("windowsize", "--sync", self.found(), 640, 480)
        self.assert_corners((*words[:-1], "none"), (left, top, 640, 480),
                            [RED, GREEN, BLUE, YELLOW])

    def test_full_screen(self):
        self.window(640, 480)
        words = (40, 30, 0, 0, 1, "corners", "none")
        self.shown(*words)
        self.found()
        self.assertEqual(self.keys_after("key", "f", "x", n=1), [ord("x")])
        self.assert_corners(words, (0, 0, WIDTH, HEIGHT), [RED, GREEN, BLUE, YELLOW])
        self.assertEqual(self.keys_after("key", "F11", "x", n=1), [ord("x")])
        self.assert_corners(words, (280, 210, 640, 480), [RED, GREEN, BLUE, YELLOW])

    def test_signals_stay_the_programs(self):
        self.window(64, 48)
        self.driver.process.send_signal(signal.SIGINT)
        self.assertEqual(self.driver.process.wait(), -signal.SIGINT)

    def test_many_windows_in_turn(self):
        for _ in range(3):
            left, top = self.window(320, 240)
            self.assert_corners((32, 24, 0, 0, 1, "corners", "none"), (left, top, 320, 240),
                                [RED, GREEN, BLUE, YELLOW])
            self.assertEqual(self.driver.say("close"), "ok")

    def test_larger_than_the_desktop(self):
        self.assertEqual(self.driver.say("open", 4000, 2000), "ok")
        # Nine tenths of the display: 1080 × 540.
        self.assert_corners((400, 200, 0, 0, 1, "corners", "none"), (60, 180, 1080, 540),
                            [RED, GREEN, BLUE, YELLOW])

    def test_available(self):
        self.assertEqual(self.driver.say("available"), "yes")


class OpenGL(Window):
    """The same by the graphics card, or what stands in for one."""
    renderer = "opengl"


@unittest.skipUnless(shutil.which("openbox"), "no openbox")
class Desktop(WindowTest):
    """Where somebody manages windows."""
    focus = "windowactivate"  # until the manager, too, knows of it: keys may be for him

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ready = os.path.join(cls.folder, "ready")
        manager = subprocess.Popen(["openbox", "--startup", f"touch {ready}"], env=environment(DISPLAY=cls.display.name),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(manager.wait)
        cls.addClassCleanup(manager.terminate)
        while not os.path.exists(ready):
            time.sleep(0.02)

    def test_full_screen_and_back(self):
        self.window(640, 480)
        words = (40, 30, 0, 0, 1, "corners", "none")
        def corners(picture):
            return [picture.at(*at) for at in ((300, 230), (900, 230), (300, 670), (900, 670))]

        picture = self.shown(*words, until=lambda p: p.at(560, 400) == RED)
        before = corners(picture)
        self.found()
        self.assertEqual(self.keys_after("key", "f", "x"), [ord("x")])
        self.assert_corners(words, (0, 0, WIDTH, HEIGHT), [RED, GREEN, BLUE, YELLOW])
        self.assertEqual(self.keys_after("key", "f", "y"), [ord("y")])
        # The desktop is there before the picture has its old size again.
        picture = self.shown(*words, until=lambda p: p.at(100, 100) == BLACK and
                             corners(p) == before)
        self.assertEqual((picture.at(100, 100), corners(picture)), (BLACK, before))

    def test_closed(self):
        self.window(320, 240)
        self.shown(32, 24, 0, 0, 1, "corners", "none")
        self.found()
        self.assertEqual(self.keys_after("key", "alt+F4"), [ord("q")])
        self.assertEqual(self.driver.keys(), [])

    def test_minimized(self):
        """Nobody sees it; showing goes on without errors, and so does the window later."""
        self.window(320, 240)
        words = (32, 24, 0, 0, 1, "corners", "bars")
        self.shown(*words, until=lambda p: p.at(470, 480) != BLACK)
        number = self.found()
        self.xdotool("windowminimize", "--sync", number)
        picture = self.shown(*words, until=lambda p: p.at(470, 480) == BLACK)
        self.assertEqual(picture.at(470, 480), BLACK)
        self.xdotool("windowmap", "--sync", number)
        picture = self.shown(*words, until=lambda p: p.at(470, 480) == BLUE)
        self.assertEqual(picture.at(470, 480), BLUE)


class NoDisplay(unittest.TestCase):
    def ask(self, *lines, **env):
        driver = Driver(environment(**env))
        answers = [driver.say(line) for line in lines]
        self.assertEqual(driver.end(), 0)
        return answers

    def test_says_so(self):
        available, opened = self.ask("available", "open 640 480")
        self.assertEqual(available, "no")
        self.assertRegex(opened, "^cannot open a window: there is no display")

    def test_server_that_is_not_there(self):
        available, opened = self.ask("available", "open 640 480", DISPLAY=":4711")
        self.assertEqual(available, "yes")  # by the environment
        self.assertRegex(opened, "^cannot open a window on :4711: .")
        (opened,) = self.ask("open 640 480", WAYLAND_DISPLAY="/no/where")
        self.assertRegex(opened, "^cannot open a window on /no/where: .")

    def test_dummy(self):
        """SDL's own display that nobody sees."""
        answers = self.ask("open 320 240", "show 64 48 0 0 1 corners all",
                           "show 3000 20 90 1 0 noise bars", "show 1 1 0 0 0 last none", "keys",
                           "close", "open 1 1", "show 8 8 180 1 1.5 white all",
                           SDL_VIDEODRIVER="dummy")
        self.assertEqual(answers, ["ok"] * 4 + [""] + ["ok"] * 3)

    def test_wrong_arguments(self):
        answers = self.ask("open 0 480", "open 640 480", "show 64 48 45 0 1 corners none",
                           "show 64 48 0 0 1 floats none", "show 64 48 0 0 1 corners none",
                           SDL_VIDEODRIVER="dummy")
        self.assertEqual(answers, ["window of 0×480: both sides must be above 0", "ok",
                                   "frame rotation 45: use 0, 90, 180 or 270",
                                   "pictures of floats cannot be scaled", "ok"])

    def test_unknown_driver(self):
        (opened,) = self.ask("open 640 480", SDL_VIDEODRIVER="nonsense")
        self.assertRegex(opened, r"^cannot open a window \(SDL_VIDEODRIVER is nonsense\)")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)

"""What movinet live keeps: a video of what is seen, clips around events; whole, however it ends.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import pty
import re
import select
import signal
import subprocess
import time
import unittest

from command import FEATURES, MOVINET, Test, main, make_clip, need_clips
from videos import near, need_all, pictures

GREEN, RED = (0, 240, 0), (240, 0, 0)


def is_like(picture, colour):
    """Its lower right corner, where nothing is drawn over it."""
    return near(tuple(picture[-3 * 4:-3 * 3]), colour, 40)


class KeepTest(Test):
    def setUp(self):
        super().setUp()
        self.model = self.small_model("labels")

    def words(self, *more):
        return ("live", "-m", self.model, "--display", "none", "--hold", "0.2", "--smooth", "0",
                *more)

    def clip(self):
        make_clip(self.path("clip.mkv"), "-c:v", "ffv1", seconds=1)
        return self.path("clip.mkv")

    def colours(self, *seconds):
        """Green, red, green, …"""
        parts = ";".join(f"color=c={('0x00f000', '0xf00000')[i % 2]}:s=96x64:r=10:d={s}[p{i}]"
                         for i, s in enumerate(seconds))
        names = "".join(f"[p{i}]" for i in range(len(seconds)))
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                        f"{parts};{names}concat=n={len(seconds)}", "-c:v", "ffv1",
                        self.path("colours.mkv")], check=True)
        return self.path("colours.mkv")


class Record(KeepTest):
    @need_all
    def test_all_of_a_file(self):
        out, err = self.run_movinet(*self.words("--record", "out.mkv", self.clip()))
        self.assertRegex(err, r"^movinet: note: out\.mkv: [0-9.]+ seconds written\n$")
        self.assertIn('"green"', out)
        seen = pictures(self.path("out.mkv"))
        self.assertIn(len(seen), range(1, 11)) # a busy machine may pass some over
        for picture in seen:
            self.assertTrue(is_like(picture, GREEN))

    def interrupted(self, number, *more):
        process = self.start(*self.words("--loop", "--record", "out.mp4", *more, self.clip()))
        for _ in range(6):
            self.assertTrue(process.stdout.readline())
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn(b"out.mp4: ", err)
        seen = pictures(self.path("out.mp4"))
        self.assertTrue(seen)
        self.assertTrue(is_like(seen[-1], GREEN))
        return process

    @need_all
    def test_ends_well_however_it_ends(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                self.interrupted(number)

    @need_all
    def test_whoever_reads_the_answers_has_gone(self):
        process = self.start(*self.words("--loop", "--record", "out.mp4", self.clip()))
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read().decode()
        process.stderr.close()
        self.assertEqual(process.wait(60), 1, err)
        self.assertIn("out.mp4: ", err)
        self.assertTrue(pictures(self.path("out.mp4")))

    @need_all
    def test_killed(self):
        """Whatever was in the file can be seen."""
        process = self.start(*self.words("--loop", "--speed", "20", "--record", "out.mp4",
                                         self.clip()))
        line = {"time": 0}
        while line["time"] < 15:
            line = json.loads(process.stdout.readline())
        process.kill()
        process.communicate()
        self.assertTrue(pictures(self.path("out.mp4")))

    @need_all
    def test_source_that_breaks_off(self):
        """No picture ever comes: it ends well, without a file."""
        process = self.start(*self.words("--record", "out.mp4", "http://127.0.0.1:9/nobody"))
        self.assertIn(b"nobody", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertFalse(os.path.exists(self.path("out.mp4"))) # nothing was seen

    @need_all
    def test_what_cannot_be_written(self):
        clip = self.clip()
        os.mkdir(self.path("folder.mp4"))
        for name, says in (("no/where.mp4", "no/where.mp4"), ("out.xyz", "out.xyz"),
                           ("folder.mp4", "folder.mp4")):
            with self.subTest(name):
                _, err = self.run_movinet(*self.words("--record", name, clip), code=1)
                self.assertIn(says, err)

    @unittest.skipUnless("ffmpeg" in FEATURES and "overlay" not in FEATURES, "drawing is built in")
    def test_without_drawing(self):
        _, err = self.run_movinet(*self.words("--record", "out.mp4", self.clip()), code=1)
        self.assertIn("overlay", err)


class Events(KeepTest):
    def setUp(self):
        super().setUp()
        self.model = self.small_model("no-states")

    def words(self, *more):
        return super().words("--labels", self.write("names.txt", "red\ngreen\nblue\n"), *more)

    def events(self, name="ev"):
        with open(self.path(f"{name}/events.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    @need_all
    def test_clips_around_changes(self):
        _, err = self.run_movinet(*self.words("--save-events", "ev", "--before", "0.2", "--after",
                                              "0.4", "--hold", "0.4", self.colours(4, 4, 4)))
        lines = self.events()
        labels = [change["label"] for line in lines for change in line["changes"]]
        self.assertEqual(labels, ["green", "red", "green"])
        self.assertEqual(err.count("seconds written"), len(lines))
        self.assertEqual(len(lines), 3)
        last = -1
        for line, colour in zip(lines, (GREEN, RED, GREEN)):
            path = self.path("ev/" + line["file"])
            self.assertRegex(line["file"], r"^\d{8}-\d{6}-[a-z]+(-2)?\.mp4$")
            self.assertIn(line["changes"][0]["label"], line["file"])
            self.assertTrue(line["begin"] <= line["changes"][0]["time"] <= line["end"], line)
            self.assertLess(line["end"] - line["begin"], 4)
            self.assertGreater(line["begin"], last)
            self.assertTrue(line["source"].endswith("colours.mkv"))
            last = line["end"]
            seen = pictures(path)
            self.assertTrue(is_like(seen[-1], colour), line)
        files = {name for name in os.listdir(self.path("ev"))}
        self.assertEqual(files, {line["file"] for line in lines} | {"events.jsonl"})

    @need_all
    def test_next_to_each_other_are_one(self):
        self.run_movinet(*self.words("--save-events", "ev", "--before", "2", "--after", "5",
                                     self.colours(2, 2)))
        self.assertEqual([[change["label"] for change in line["changes"]] for line in self.events()],
                         [["green", "red"]])

    @need_all
    def test_interrupted(self):
        process = self.start(*self.words("--loop", "--save-events", "ev", "--after", "600",
                                         self.clip()))
        while b'"begin"' not in process.stdout.readline():
            pass
        for _ in range(3):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        lines = self.events()
        self.assertEqual(len(lines), 1)
        self.assertTrue(pictures(self.path("ev/" + lines[0]["file"])))

    @need_clips
    def test_what_cannot_be(self):
        self.write("file", "")
        _, err = self.run_movinet(*self.words("--save-events", "file", self.clip()), code=1)
        self.assertIn("file", err)
        _, err = self.run_movinet(*self.words("--save-events", "a/b", self.clip()), code=1)
        self.assertIn("a/b: No such file or directory", err)


class Keys(KeepTest):
    """In a terminal, where words can be read."""
    def live(self, *more):
        process, self.terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            env = dict(self.env, TERM="xterm-256color", LC_ALL="C.UTF-8", COLUMNS="120")
            os.execve(MOVINET, [MOVINET, "live", "-m", self.model, "--loop", "--hold", "0.2",
                                "--display", "terminal", *more, self.clip()], env)
        self.process, self.seen = process, ""
        self.addCleanup(os.close, self.terminal)

    def until(self, what):
        """Reads what is painted from now on until it says so."""
        seen = ""
        deadline = time.monotonic() + 60
        while not re.search(what, seen):
            self.assertLess(time.monotonic(), deadline, (what, seen[-3000:]))
            self.assertTrue(select.select([self.terminal], [], [], 60)[0], (what, seen[-3000:]))
            seen += os.read(self.terminal, 65536).decode("utf-8", "replace")

    def press(self, key):
        os.write(self.terminal, key.encode())

    def end(self):
        try:
            self.until("never said")
        except OSError: # the other end is closed
            pass
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1]), 0)

    @need_all
    def test_each(self):
        other = self.small_model("plain", "other.tflite")
        self.live("-m", other)
        self.until("green")
        self.until(r"fps \(\d+ needed\).* 1 thread")
        self.press("h")
        self.until(r"Tab +next model")
        self.press("h")
        self.press("+")
        self.until("2 threads" if os.cpu_count() > 1 else "this machine has 1 core")
        self.press("-")
        self.until("1 thread")
        self.press("-")
        self.until("this machine has")
        self.press(" ")
        self.until("paused")
        self.press(" ")
        self.press("v")
        self.until("recording")
        self.press("v")
        self.until(r"movinet-\d+-\d+\.mp4: [0-9.]+ seconds written")
        self.press("s")
        self.until(r"movinet-\d+-\d+\.png: written")
        self.press("\t")
        self.until(r"other\.tflite: is asked from now on")
        self.press("\t")
        self.until(r"labels\.tflite: is asked from now on")
        self.press("\x1b[A") # an arrow: nothing
        self.press("r")
        self.until("green")
        self.press("\x1b")
        self.end()
        kinds = sorted(name.rsplit(".", 1)[1] for name in os.listdir(self.folder)
                       if name.startswith("movinet-"))
        self.assertEqual(kinds, ["mp4", "png"])

    @need_all
    def test_keys_after_others(self):
        """All in one piece, as a busy program sees them: an arrow takes nothing along."""
        self.live()
        self.until("green")
        self.press("\x1b[A\x1bOP\x1b[1;5C\x1b[15~h")
        self.until(r"Tab +next model")
        self.press("\x1b[Bq")
        self.end()

    @need_all
    def test_interrupted_while_paused(self):
        self.live("--record", "out.mp4")
        self.until("recording")
        self.until("green")
        self.press(" ")
        self.until("paused")
        os.kill(self.process, signal.SIGINT)
        self.end()
        self.assertTrue(pictures(self.path("out.mp4")))

    @need_all
    def test_terminal_goes(self):
        self.live("--record", "out.mp4")
        self.until("recording")
        self.until("green")
        os.kill(self.process, signal.SIGHUP)
        self.end()
        self.assertTrue(pictures(self.path("out.mp4")))


class Passwords(KeepTest):
    @need_clips
    def test_are_not_shown(self):
        process = self.start(*self.words("http://me:se%63ret@127.0.0.1:9/nobody"))
        line = process.stderr.readline().decode()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertIn("http://me:***@127.0.0.1:9/nobody: ", line)
        self.assertNotIn("ret@", line)


if __name__ == "__main__":
    main()

"""movinet annotate: videos with the answers over them, their audio, Ctrl-C, mistakes.
SPDX-License-Identifier: Apache-2.0
"""
import os
import pty
import re
import select
import signal
import struct
import subprocess
import unittest

from command import CLIPS, FEATURES, MOVINET, A0, Test, main, make_clip, need_file
from videos import near, need_all, pictures, probe

WIDTH, HEIGHT = 320, 240
GREEN = (0, 240, 0)


def pixel(picture, x, y, width=WIDTH):
    at = (y * width + x) * 3
    return tuple(picture[at:at + 3])


class AnnotateTest(Test):
    def setUp(self):
        super().setUp()
        self.model = self.small_model("labels")

    def clip(self, name="clip.mp4", *options, seconds=2, rate=10):
        """Green, with a tone where there are options for it."""
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                   f"color=c=0x00f000:s={WIDTH}x{HEIGHT}:r={rate}:d={seconds}"]
        if options:
            command += ["-f", "lavfi", "-i", f"sine=f=440:d={seconds}", *options]
        subprocess.run([*command, "-pix_fmt", "yuv420p", "-c:v", "mpeg4", self.path(name)],
                       check=True)
        return self.path(name)

    def annotate(self, *words, code=0):
        return self.run_movinet("annotate", "-m", self.model, *words, code=code)


class Pictures(AnnotateTest):
    @need_all
    def test_overlay(self):
        out, err = self.annotate(self.clip(), "-o", "out.mp4", "-q")
        self.assertEqual(err, "")
        self.assertRegex(out, r"^out\.mp4: 0:02\.0, 20 frames, 320 x 240, \w+, in [0-9.]+ s, "
                              r"[0-9.]+ times as fast as it plays\n$")
        seen = pictures(self.path("out.mp4"))
        self.assertEqual(len(seen), 20)
        for picture in seen:
            plate = [pixel(picture, x, y) for x in range(0, WIDTH // 2, 4)
                     for y in range(0, HEIGHT // 2, 4)]
            # Most of the plate is darker than the picture; what is right below is not.
            self.assertGreater(sum(not near(p, GREEN, 40) for p in plate), len(plate) / 3)
            self.assertTrue(near(pixel(picture, WIDTH - 5, HEIGHT - 5), GREEN),
                            pixel(picture, WIDTH - 5, HEIGHT - 5))
            # White writing.
            self.assertTrue(any(near(p, (255, 255, 255), 60) for p in
                                (pixel(picture, x, y) for x in range(0, 200) for y in range(50))))

    @need_all
    def test_bars_move_and_announce(self):
        """The bar of green is announced, in colour, after --hold."""
        self.annotate(self.clip(seconds=3), "-o", "out.mkv", "-q", "--smooth", "0.5", "--hold", "1")
        seen = pictures(self.path("out.mkv"))
        self.assertEqual(len(seen), 30)
        self.assertNotEqual(seen[0], seen[4])

        def difference(a, b):
            return sum(abs(x - y) for x, y in zip(seen[a], seen[b]))
        self.assertGreater(difference(5, 25), 3 * difference(25, 29))

    @need_all
    def test_top_and_filters(self):
        def covered(*words):
            self.annotate(self.clip(seconds=1), "-o", "out.mp4", "-q", *words)
            picture = pictures(self.path("out.mp4"))[5]
            return sum(not near(pixel(picture, x, y), GREEN, 40) for x in range(0, WIDTH, 4)
                       for y in range(0, HEIGHT, 4))
        all_rows, one, none = covered(), covered("--top", "1"), covered("--allow", "green", "--deny",
                                                                         "green")
        self.assertGreater(all_rows, 1.3 * one)
        self.assertGreater(one, 20)
        self.assertEqual(none, 0)

    @need_all
    def test_part(self):
        out, _ = self.annotate(self.clip(seconds=3), "-o", "out.mp4", "-q", "--start", "1",
                               "--duration", "1.5")
        self.assertIn("0:01.5, 15 frames", out)
        self.assertAlmostEqual(float(probe(self.path("out.mp4"))["video"]["duration"]), 1.5, 1)

    @need_all
    def test_uneven_times_stay(self):
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                        "testsrc=s=64x48:r=20:d=2,select='not(mod(n\\,3))+lt(n\\,6)'", "-fps_mode",
                        "passthrough", self.path("uneven.mkv")], check=True)
        self.annotate("uneven.mkv", "-o", "out.mkv", "-q")

        def times(name):
            return subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v",
                                   "-show_entries", "packet=pts_time", "-of", "csv=p=0",
                                   self.path(name)], check=True, stdout=subprocess.PIPE,
                                  text=True).stdout.split()
        self.assertEqual(sorted(map(float, times("uneven.mkv"))),
                         sorted(map(float, times("out.mkv"))))

    @need_all
    def test_sideways(self):
        """A phone's video: written upright."""
        self.clip("flat.mp4")
        with open(self.path("flat.mp4"), "rb") as file:
            content = file.read()
        at = content.index(b"tkhd") + 4 + 40 # the matrix of the track's header
        matrix = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
        self.write("up.mp4", content[:at] + matrix + content[at + 36:])
        out, _ = self.annotate("up.mp4", "-o", "out.mp4", "-q")
        self.assertIn("240 x 320", out)
        video = probe(self.path("out.mp4"))["video"]
        self.assertEqual((video["width"], video["height"]), (240, 320))
        self.assertNotIn("side_data_list", video)


class Audio(AnnotateTest):
    @need_all
    def test_is_kept(self):
        self.clip("tone.mp4", "-c:a", "aac")
        self.annotate("tone.mp4", "-o", "out.mp4", "-q")
        before, after = probe(self.path("tone.mp4"))["audio"], probe(self.path("out.mp4"))["audio"]
        self.assertEqual((after["codec_name"], after["sample_rate"]), ("aac", before["sample_rate"]))
        self.assertAlmostEqual(float(after["duration"]), float(before["duration"]), delta=0.05)
        self.annotate("tone.mp4", "-o", "none.mp4", "-q", "--no-audio")
        self.assertNotIn("audio", probe(self.path("none.mp4")))

    @need_all
    def test_from_a_pipe_there_is_none(self):
        make_clip(self.path("clip.ts"), "-c:v", "mpeg2video")
        with open(self.path("clip.ts"), "rb") as file:
            self.run_movinet("annotate", "-m", self.model, "-", "-o", "out.mp4", "-q",
                             stdin=file.read())
        self.assertEqual(set(probe(self.path("out.mp4"))), {"video"})


class Progress(AnnotateTest):
    @need_all
    def test_plain_lines(self):
        self.clip()
        _, err = self.annotate("clip.mp4", "-o", "out.mp4")
        lines = err.splitlines()
        self.assertGreater(len(lines), 3)
        for line in lines:
            self.assertRegex(line, r"^clip\.mp4: \d+0 %, 0:0\d\.\d of 0:02\.0")
        self.assertNotIn("\033", err)

    @need_all
    def test_bar_on_a_terminal(self):
        self.clip(seconds=20, rate=30)
        process, terminal = pty.fork()
        if process == 0:
            env = dict(self.env, TERM="xterm-256color", LC_ALL="C.UTF-8")
            os.chdir(self.folder)
            os.execve(MOVINET, [MOVINET, "annotate", "-m", self.model, "clip.mp4", "-o",
                                "out.mp4"], env)
        seen = b""
        try:
            while select.select([terminal], [], [], 120)[0] and (part := os.read(terminal, 65536)):
                seen += part
        except OSError: # the other end is closed
            pass
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0)
        self.assertIn("█".encode(), seen)
        self.assertRegex(seen.decode(), r"\d+ %  0:\d\d\.\d of 0:20\.0")
        self.assertIn(b"\r\033[K" + b"out.mp4: 0:20.0", seen)


class Interrupted(AnnotateTest):
    def clip(self, *_, **__):
        """Ten minutes of two seconds, so that it is sure to be caught."""
        short = super().clip("short.mp4", seconds=2, rate=30)
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "299", "-i", short, "-c",
                        "copy", self.path("clip.mp4")], check=True)

    @need_all
    def test_leaves_a_playable_file(self):
        self.clip()
        for name in ("out.mp4", "out.mkv"):
            process = self.start("annotate", "-m", self.model, "clip.mp4", "-o", name)
            line = process.stderr.readline() # a tenth is done
            self.assertIn(b"10 %", line)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 1)
            self.assertEqual(err.decode().splitlines()[-1], "movinet: interrupted")
            told = int(re.search(rb"(\d+) frames", out)[1])
            self.assertTrue(1700 < told < 17900, out)
            self.assertEqual(len(self.times(name)), told)
            self.assertEqual([n for n in os.listdir(self.folder) if "part" in n], [])

    def times(self, name):
        return subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                               "packet=pts_time", "-of", "csv=p=0", self.path(name)], check=True,
                              stdout=subprocess.PIPE, text=True).stdout.split()

    @need_all
    def test_killed(self):
        self.clip()
        process = self.start("annotate", "-m", self.model, "clip.mp4", "-o", "out.mp4")
        process.stderr.readline()
        process.kill()
        process.communicate()
        # All but what the encoder and the last fragment held.
        self.assertGreater(len(self.times("out.mp4")), 1800 - 150)


class Mistakes(AnnotateTest):
    def annotate_fails(self, *words, code=1, says=""):
        return self.fails("annotate", "-m", self.model, *words, code=code, says=says)

    @need_all
    def test_what_cannot_be(self):
        self.clip()
        self.annotate_fails("clip.mp4", code=2, says="-o FILE")
        self.annotate_fails("clip.mp4", "-o", "./clip.mp4", code=2, says="is the video itself")
        os.link(self.path("clip.mp4"), self.path("same.mp4"))
        self.annotate_fails("clip.mp4", "-o", "same.mp4", code=2, says="is the video itself")
        self.assertEqual(probe(self.path("clip.mp4"))["video"]["nb_frames"], "20") # untouched
        self.annotate_fails("clip.mp4", "-o", "o.mp4", "--reset", "never ever", code=2,
                            says="on-cut")
        self.annotate_fails("clip.mp4", "-o", "o.flv", says=".webm")
        self.annotate_fails("clip.mp4", "-o", "no/where.mp4", says="no/where.mp4: cannot be written")
        self.annotate_fails("missing.mp4", "-o", "o.mp4", says="missing.mp4")
        self.annotate_fails(self.write("text.mp4", "no video"), "-o", "o.mp4", says="text.mp4")
        self.annotate_fails("clip.mp4", "-o", "o.mp4", "--start", "9", says="clip.mp4")
        self.annotate_fails("clip.mp4", "-o", "o.mp4", "--deny", "gren", says="green")
        self.assertFalse(os.path.exists(self.path("o.mp4")))
        self.fails("annotate", "-m", "no.tflite", "clip.mp4", "-o", "o.mp4", says="no.tflite")

    @need_all
    def test_full_device(self):
        os.symlink("/dev/full", self.path("full.mp4"))
        out, err = self.annotate(self.clip(), "-o", "full.mp4", "-q", code=1)
        self.assertEqual(out, "")
        self.assertRegex(err, r"^movinet: full\.mp4: cannot be written: no space left on device\n$")

    @unittest.skipIf("overlay" in FEATURES and "ffmpeg" in FEATURES, "built with all")
    def test_built_without(self):
        self.annotate_fails("clip.mp4", "-o", "out.mp4")


class RealClip(Test):
    @need_file(A0)
    @need_file(CLIPS)
    @need_all
    def test_clip(self):
        clip = os.path.join(CLIPS, "carving_ice_pi.mp4")
        out, _ = self.run_movinet("annotate", "-m", A0, clip, "-o", "out.mp4", "-q")
        self.assertIn("131 frames, 172 x 172", out)
        streams = probe(self.path("out.mp4"))
        self.assertEqual(set(streams), {"video", "audio"})
        self.assertAlmostEqual(float(streams["audio"]["duration"]),
                               float(streams["video"]["duration"]), delta=0.05)


if __name__ == "__main__":
    main()

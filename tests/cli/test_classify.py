"""movinet classify, on raw frames and on clips. What is asked of a small model
is always asked; what needs Google's model is skipped where that is missing.
SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import json
import math
import os
import signal
import struct
import subprocess
import unittest

from command import (A0, CLIPS, FEATURES, FRAMES, MOVINET, RGB, SMALL_SIZE, Test, main, make_clip,
                     need, need_clips, need_file, small_frame)

COLORS = [(240, 30, 0), (0, 255, 90), (10, 200, 60), (60, 250, 60)]
N_FRAMES = len(COLORS)
CLIP = os.path.join(CLIPS, "carving_ice_pi.mp4")


def softmax(logits):
    powers = [math.exp(x - max(logits)) for x in logits]
    return [power / sum(powers) for power in powers]


def mean_logits(n):
    """What the models "plain" and "labels" give after n frames."""
    return [sum(color[c] for color in COLORS[:n]) * 8 / 255 / n for c in range(3)]


class Small(Test):
    """On raw frames of a small model: they need neither FFmpeg nor a real model."""
    variant = "labels"

    def setUp(self):
        super().setUp()
        self.model = self.small_model(self.variant, "model.tflite")
        self.frames = b"".join(small_frame(*color) for color in COLORS)
        self.write("clip.rgb", self.frames)
        self.common = ("classify", "--model", "model.tflite", "--raw", SMALL_SIZE)

    def classify(self, *words, **more):
        return self.run_movinet(*self.common, *words, **more)

    def wrong(self, *words, **more):
        self.fails(*self.common, *words, **more)

    def lines(self, *words, **more):
        out, _ = self.classify("--format", "json", *words, **more)
        return [json.loads(line) for line in out.splitlines()]


class Words(Small):
    def test_text(self):
        out, err = self.classify("clip.rgb")
        lines = out.splitlines()
        self.assertEqual(lines[0], "clip.rgb  0:00.0 - 0:00.6, 4 frames")
        self.assertEqual(len(lines), 4)
        self.assertRegex(lines[1], r"^ +\d+\.\d %  #+ +green$")
        for line in lines:
            self.assertLessEqual(len(line), 80)
            self.assertEqual(line, line.rstrip())
        self.assertTrue(out.isascii())
        self.assertEqual(err, "")

    def test_utf8(self):
        self.env["LC_ALL"] = "C.UTF-8"
        out, _ = self.classify("clip.rgb")
        self.assertIn("█", out)
        self.assertIn("–", out)

    def test_every(self):
        out, _ = self.classify("--every", "--top", "1", "--start", "0", "clip.rgb")
        self.assertEqual(out.splitlines()[0], "clip.rgb")
        for time, label in (("0:00.0", "red"), ("0:00.2", "green"), ("0:00.4", "green"),
                            ("0:00.6", "green")):
            self.assertRegex(out, rf"(?m)^ +{time} +\d.* {label}$")
        self.assertIn("0:00.0 - 0:00.6, 4 frames", out)

    def test_nothing_passes(self):
        out, _ = self.classify("--threshold", "1", "--every", "clip.rgb")
        self.assertRegex(out, r"(?m)^ +0:00.2   -$")
        self.assertIn("no class passes", out)

    def test_csv(self):
        self.write('a, "b".rgb', self.frames)
        out, _ = self.classify("--format", "csv", "--top", "2", "--every", 'a, "b".rgb')
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual(len(rows), 2 * (N_FRAMES + 1))
        self.assertEqual(rows[0]["source"], 'a, "b".rgb')
        self.assertEqual([row["final"] for row in rows], ["0"] * 8 + ["1"] * 2)
        self.assertEqual(rows[-1]["rank"], "2")

    def test_no_labels(self):
        self.small_model("plain", "model.tflite")
        self.assertEqual(self.lines("--top", "1", "clip.rgb")[0]["scores"][0]["label"], "class 1")

    def test_labels(self):
        self.write("names.txt", "rouge\nübermütig\nbleu\n")
        (line,) = self.lines("--labels", "names.txt", "clip.rgb")
        self.assertEqual({score["label"] for score in line["scores"]},
                         {"rouge", "übermütig", "bleu"})
        self.write("names.txt", "\033[31mred\na\nb\n")  # must not steer the terminal
        out, err = self.classify("--labels", "names.txt", "clip.rgb")
        self.assertNotIn("\033", out)
        self.assertIn("?[31mred", out)
        self.assertEqual(err, "")
        self.write("names.txt", "one\ntwo\n")
        self.wrong("--labels", "names.txt", "clip.rgb",
                   says="names.txt: 2 labels, but the model has 3")

    def test_models_that_do_not_run(self):
        for variant, says in (("wrong-labels", "2 labels, but it has 3 classes"),
                              ("two-images", "only one image input"),
                              ("unknown-op", "'Sharpen'")):
            self.small_model(variant, "model.tflite")
            self.wrong("clip.rgb", says=says)
        self.small_model("wrong-labels", "model.tflite")
        self.write("names.txt", "r\ng\nb\n")
        self.classify("--labels", "names.txt", "clip.rgb")

    def test_names_that_are_not_utf8(self):
        name = os.fsencode(self.folder) + b"/\xff.rgb"
        with open(name, "wb") as file:
            file.write(self.frames)
        (line,) = self.lines(name)
        self.assertTrue(line["source"].endswith("\ufffd.rgb"))


class Numbers(Small):
    def check(self, scores, expected):
        for score in scores:
            self.assertAlmostEqual(score["score"], expected[score["index"]], delta=2e-6)

    def test_json(self):
        (line,) = self.lines("clip.rgb")
        self.assertEqual(list(line), ["source", "frame", "time", "scores", "final"])
        self.assertEqual((line["source"], line["frame"], line["time"], line["final"]),
                         ("clip.rgb", 3, 0.6, True))
        self.assertEqual(list(line["scores"][0]), ["index", "label", "score"])
        self.assertEqual([score["label"] for score in line["scores"]], ["green", "red", "blue"])
        self.check(line["scores"], softmax(mean_logits(N_FRAMES)))

    def test_every(self):
        lines = self.lines("--every", "clip.rgb")
        self.assertEqual([line["frame"] for line in lines], [0, 1, 2, 3, 3])
        self.assertEqual([line["time"] for line in lines], [0.0, 0.2, 0.4, 0.6, 0.6])
        self.assertEqual(["final" in line for line in lines], [False] * 4 + [True])
        self.assertEqual(lines[3]["scores"], lines[4]["scores"])
        for n in range(N_FRAMES):
            self.check(lines[n]["scores"], softmax(mean_logits(n + 1)))

    def test_no_states(self):
        self.small_model("no-states", "model.tflite")
        self.write("rgb.rgb", b"".join(small_frame(*color) for color in RGB))
        lines = self.lines("--every", "--top", "1", "rgb.rgb")
        self.assertEqual([line["scores"][0]["index"] for line in lines], [0, 1, 2, 2])

    def test_average(self):
        lines = self.lines("--every", "--average", "--top", "0", "clip.rgb")
        every = [softmax(mean_logits(n + 1)) for n in range(N_FRAMES)]
        self.check(lines[-1]["scores"], [sum(column) / N_FRAMES for column in zip(*every)])

    def test_logits(self):
        self.lines("--logits", "out.f32", "clip.rgb", "clip.rgb")
        with open(self.path("out.f32"), "rb") as file:
            content = file.read()
        self.assertEqual(len(content), 2 * N_FRAMES * 3 * 4)
        half = len(content) // 2
        self.assertEqual(content[:half], content[half:])  # a new video, a new stream
        for n in range(N_FRAMES):
            for value, expected in zip(struct.unpack_from("<3f", content, n * 12),
                                       mean_logits(n + 1)):
                self.assertAlmostEqual(value, expected, delta=1e-5)
        self.wrong("--logits", "no/where", "clip.rgb", says="no/where")

    def test_preprocess(self):
        edge, middle = bytes(RGB[0]) * 6, bytes(RGB[1]) * 24  # of each of 16 rows
        self.write("wide.rgb", (edge + middle + edge) * 16)

        def green(how):
            self.lines("--raw", "36x16", "--preprocess", how, "--logits", "out.f32", "wide.rgb")
            with open(self.path("out.f32"), "rb") as file:
                return struct.unpack("<3f", file.read())[1] / 8

        self.assertAlmostEqual(green("squash"), 2 / 3, delta=0.02)
        self.assertAlmostEqual(green("crop"), 1, delta=0.03)  # the filter sees a bit of the edge
        self.assertAlmostEqual(green("train"), 1, delta=1e-5)

    def test_rate_and_span(self):
        (line,) = self.lines("--fps", "2", "clip.rgb")
        self.assertEqual(line["time"], 1.5)
        lines = self.lines("--every", "--start", "0.2", "--duration", "0.4", "clip.rgb")
        self.assertEqual([line["time"] for line in lines], [0.2, 0.4, 0.4])
        self.wrong("-q", "--start", "1:00", "clip.rgb", says="clip.rgb")

    def test_threads_change_nothing(self):
        self.assertEqual(self.lines("clip.rgb"), self.lines("--threads", "3", "clip.rgb"))


class Wide(Small):
    """Of 600 classes, which therefore have the names of Kinetics."""
    variant = "wide"

    def labels(self, *words):
        return [score["label"] for score in self.lines(*words, "clip.rgb")[0]["scores"]]

    def test_note_and_quiet(self):
        out, err = self.classify("clip.rgb")
        self.assertEqual(len(out.splitlines()), 6)
        self.assertIn("no labels of its own", err)
        self.assertEqual(len(err.splitlines()), 1)
        _, err = self.classify("--quiet", "clip.rgb")
        self.assertEqual(err, "")

    def test_order(self):
        (line,) = self.lines("--top", "0", "clip.rgb")
        scores = [score["score"] for score in line["scores"]]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertEqual(len(scores), 600)
        self.assertAlmostEqual(sum(scores), 1, delta=6e-4)  # each rounded to 6 digits

    def test_filters(self):
        best = self.labels("--top", "3")
        self.assertEqual(self.labels("--top", "1"), best[:1])
        self.assertEqual(self.labels("--top", "2", "--deny", best[0].upper()), best[1:3])
        self.assertEqual(self.labels("--allow", best[2], "--allow", best[0]), [best[0], best[2]])
        self.assertEqual(self.labels("--allow", best[2], "--allow", best[0], "--deny", best[0]),
                         [best[2]])
        self.assertEqual(self.labels("--allow", "599"), ["zumba"])
        self.assertEqual(self.labels("--threshold", "1"), [])
        self.write("some.txt", f"{best[1]}\r\n\n{best[2]}  ")
        self.assertEqual(self.labels("--allow", "@some.txt"), best[1:3])

    def test_wrong_filters(self):
        self.wrong("--allow", "carvin ice", "clip.rgb", says='did you mean "carving ice"?')
        self.wrong("--deny", "600", "clip.rgb", says="no class")
        self.wrong("--deny", "@nowhere.txt", "clip.rgb", says="nowhere.txt: No such file")
        self.write("wrong.txt", "abseiling\nnonsense nobody does\n")
        self.wrong("--deny", "@wrong.txt", "clip.rgb", says="wrong.txt: the model has no class")


class Sources(Small):
    def test_pipe(self):
        (line,) = self.lines("-", stdin=self.frames)
        self.assertEqual((line["source"], line["frame"]), ("-", 3))
        self.assertEqual(line["scores"], self.lines("clip.rgb")[0]["scores"])

    def test_several(self):
        out, err = self.classify("-q", "clip.rgb", "none.rgb", "clip.rgb", code=1)
        self.assertEqual(out.count("4 frames"), 2)
        self.assertIn("movinet: none.rgb: ", err)
        self.assertEqual(len(err.splitlines()), 1)

    def test_empty(self):
        self.write("empty.rgb", b"")
        self.wrong("-q", "empty.rgb", says="movinet: empty.rgb: ")

    def test_folder(self):
        os.mkdir(self.path("videos"))
        os.mkdir(self.path("videos/c.rgb"))
        for name in ("b.rgb", "a.RGB", "notes.txt", ".hidden.rgb"):
            self.write("videos/" + name, self.frames)
        sources = [line["source"] for line in self.lines("videos/")]
        self.assertEqual(sources, ["videos/a.RGB", "videos/b.rgb"])
        os.mkdir(self.path("empty"))
        self.wrong("-q", "empty", says="no videos")
        out, _ = self.classify("-q", "empty", "clip.rgb", code=1)
        self.assertIn("clip.rgb  0:00.0", out)

    def test_interrupt(self):
        process = self.start(*self.common, "-q", "--every", "--format", "json", "-",
                             stdin=subprocess.PIPE)
        process.stdin.write(self.frames)
        process.stdin.flush()
        first = [process.stdout.readline() for _ in range(2)]
        self.assertEqual([json.loads(line)["frame"] for line in first], [0, 1])
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertTrue(json.loads(out.splitlines()[-1])["final"])

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [MOVINET, *self.common, "-q", "--every", "clip.rgb"], cwd=self.folder,
                env=self.env, stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, b"movinet: standard output: No space left on device\n")

    def test_without_ffmpeg(self):
        if "ffmpeg" in FEATURES:
            self.skipTest("built with FFmpeg")
        self.write("a.mp4", b"")
        self.fails("classify", "--model", self.model, "-q", "a.mp4", says="FFmpeg")


class Clips(Small):
    """Videos that the ffmpeg command makes here."""

    def setUp(self):
        super().setUp()
        self.common = ("classify", "--model", "model.tflite")

    @need_clips
    def test_file(self):
        make_clip(self.path("green.mkv"), "-c:v", "ffv1")
        out, err = self.classify("--top", "1", "green.mkv")
        self.assertEqual(err, "")
        self.assertEqual(out.splitlines()[0], "green.mkv  0:00.0 - 0:01.8, 10 frames")
        self.assertRegex(out.splitlines()[1], r"^ +9\d\.\d %  #+ +green$")

    @need_clips
    def test_pulled_model_is_the_default(self):
        make_clip(self.path("green.mkv"), "-c:v", "ffv1")
        os.makedirs(self.models)
        os.rename(self.model, os.path.join(self.models, "movinet_a0_stream_int8_k600.tflite"))
        out, _ = self.run_movinet("classify", "--duration", "1", "green.mkv")
        self.assertIn("5 frames", out)
        self.assertEqual(out, self.run_movinet("classify", "--model", "a0", "--duration", "1",
                                               "green.mkv")[0])

    @need_clips
    def test_pipe(self):
        make_clip(self.path("green.mkv"), "-c:v", "ffv1")
        with open(self.path("green.mkv"), "rb") as file:
            out, _ = self.classify("--duration", "1", "-", stdin=file.read())
        self.assertIn("5 frames", out)

    @need_clips
    def test_pipe_that_would_have_to_seek(self):
        # The index stands at the end, beyond what can be held back of a pipe.
        make_clip(self.path("late.mp4"), "-vf", "scale=320x240,noise=alls=90:allf=t",
                  "-c:v", "mjpeg", "-q:v", "1")
        self.classify("-q", "late.mp4")
        with open(self.path("late.mp4"), "rb") as file:
            self.wrong("-q", "-", stdin=file.read(), says="give the file")

    @need_clips
    def test_several_with_one_failing(self):
        make_clip(self.path("green.mkv"), "-c:v", "ffv1")
        self.write("bad.mp4", b"this is no video at all")
        out, err = self.classify("-q", "bad.mp4", "green.mkv", "none.mp4", code=1)
        self.assertEqual(out.count("frames"), 1)
        self.assertEqual([line.split(": ")[1] for line in err.splitlines()],
                         ["bad.mp4", "none.mp4"])

    @need_clips
    def test_numbered_pictures(self):
        make_clip(self.path("%03d.png"), seconds=1)
        out, _ = self.classify("--top", "1", "%03d.png")
        self.assertIn("green", out)


class Google(Test):
    """With Google's A0 and real clips."""

    @need_file(A0)
    @need_file(FRAMES)
    def test_logits(self):
        with open(FRAMES, "rb") as file:
            self.write("clip.rgb", file.read(4 * 172 * 172 * 3))
        self.run_movinet("classify", "--model", A0, "--raw", "172x172", "--logits", "out.f32",
                         "clip.rgb")
        golden = FRAMES.replace("_50x172x172.rgb", "_k600_a0_int8.logits.f32")
        with open(self.path("out.f32"), "rb") as ours, open(golden, "rb") as theirs:
            self.assertEqual(ours.read(), theirs.read(4 * 600 * 4))

    @need("ffmpeg")
    @need_file(A0)
    @need_file(CLIP)
    def test_clip(self):
        out, _ = self.run_movinet("classify", "--model", A0, CLIP)
        self.assertRegex(out.splitlines()[1], r"^ +\d\d\.\d %  #+ +carving ice$")


if __name__ == "__main__":
    main()

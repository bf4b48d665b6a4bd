"""movinet classify, on raw frames and on real clips.
SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import json
import os
import signal
import struct
import subprocess
import unittest

from command import (A0, CLIPS, FEATURES, FRAME_BYTES, FRAMES, MOVINET, Test, main, need,
                     need_file)

CLIP = os.path.join(CLIPS, "carving_ice_pi.mp4")
PIPED = os.path.join(CLIPS, "flipping_pancake.mkv")  # an MP4's index may stand at its end
FOUND = os.path.exists(A0) and os.path.exists(FRAMES)
N_FRAMES = 4


@unittest.skipUnless(FOUND, "no model here")
class Raw(Test):
    """Raw frames need no FFmpeg."""

    def setUp(self):
        super().setUp()
        with open(FRAMES, "rb") as file:
            self.frames = file.read(N_FRAMES * FRAME_BYTES)
        self.write("clip.rgb", self.frames)

    def classify(self, *words, **more):
        return self.run_movinet("classify", "--model", A0, "--raw", "172x172", *words, **more)

    def lines(self, *words, **more):
        out, _ = self.classify("--format", "json", *words, **more)
        return [json.loads(line) for line in out.splitlines()]

    def test_text(self):
        out, err = self.classify("clip.rgb")
        lines = out.splitlines()
        self.assertEqual(lines[0], "clip.rgb  0:00.0 - 0:00.6, 4 frames")
        self.assertEqual(len(lines), 6)
        self.assertRegex(lines[1], r"^ +\d+\.\d %  #+ +\S")
        for line in lines:
            self.assertLessEqual(len(line), 80)
        self.assertTrue(out.isascii())
        self.assertIn("no labels of its own", err)
        self.assertEqual(len(err.splitlines()), 1)

    def test_quiet(self):
        _, err = self.classify("--quiet", "clip.rgb")
        self.assertEqual(err, "")

    def test_utf8(self):
        self.env["LC_ALL"] = "C.UTF-8"
        out, _ = self.classify("clip.rgb")
        self.assertIn("█", out)
        self.assertIn("–", out)

    def test_every_text(self):
        out, _ = self.classify("--every", "--top", "1", "--start", "0", "clip.rgb")
        self.assertEqual(out.splitlines()[0], "clip.rgb")
        for time in ("0:00.0", "0:00.2", "0:00.4", "0:00.6"):
            self.assertRegex(out, rf"(?m)^ +{time} +\d")
        self.assertIn("0:00.0 - 0:00.6, 4 frames", out)

    def test_json(self):
        (line,) = self.lines("clip.rgb")
        self.assertEqual(list(line), ["source", "frame", "time", "scores", "final"])
        self.assertEqual((line["source"], line["frame"], line["time"], line["final"]),
                         ("clip.rgb", 3, 0.6, True))
        self.assertEqual(len(line["scores"]), 5)
        self.assertEqual(list(line["scores"][0]), ["index", "label", "score"])
        scores = [score["score"] for score in line["scores"]]
        self.assertEqual(scores, sorted(scores, reverse=True))

    def test_every_json(self):
        lines = self.lines("--every", "clip.rgb")
        self.assertEqual([line["frame"] for line in lines], [0, 1, 2, 3, 3])
        self.assertEqual([line["time"] for line in lines], [0.0, 0.2, 0.4, 0.6, 0.6])
        self.assertEqual(["final" in line for line in lines], [False] * 4 + [True])
        self.assertEqual(lines[3]["scores"], lines[4]["scores"])

    def test_average(self):
        lines = self.lines("--every", "--average", "--top", "0", "clip.rgb")
        means = {}
        for line in lines[:-1]:
            for score in line["scores"]:
                means[score["index"]] = means.get(score["index"], 0) + score["score"] / N_FRAMES
        self.assertEqual(len(means), 600)
        for score in lines[-1]["scores"]:
            self.assertAlmostEqual(score["score"], means[score["index"]], delta=2e-6)

    def test_csv(self):
        self.write('a, "b".rgb', self.frames)
        out, _ = self.classify("--format", "csv", "--top", "2", "--every", 'a, "b".rgb')
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual(len(rows), 2 * (N_FRAMES + 1))
        self.assertEqual(rows[0]["source"], 'a, "b".rgb')
        self.assertEqual([row["final"] for row in rows], ["0"] * 8 + ["1"] * 2)
        self.assertEqual(rows[-1]["rank"], "2")

    def test_filters(self):
        best = [score["label"] for score in self.lines("--top", "3", "clip.rgb")[0]["scores"]]

        def labels(*words):
            return [score["label"] for score in self.lines(*words, "clip.rgb")[0]["scores"]]

        self.assertEqual(labels("--top", "1"), best[:1])
        self.assertEqual(labels("--top", "2", "--deny", best[0].upper()), best[1:3])
        self.assertEqual(labels("--allow", best[2], "--allow", best[0]), [best[0], best[2]])
        self.assertEqual(labels("--allow", best[2], "--allow", best[0], "--deny", best[0]),
                         [best[2]])
        self.assertEqual(labels("--allow", "599"), ["zumba"])
        self.assertEqual(labels("--threshold", "1"), [])
        self.assertEqual(len(labels("--top", "0")), 600)
        self.write("some.txt", f"{best[1]}\r\n\n{best[2]}  ")
        self.assertEqual(labels("--allow", "@some.txt"), best[1:3])
        out, _ = self.classify("--threshold", "1", "clip.rgb")
        self.assertIn("no class passes", out)

    def test_wrong_filters(self):
        def fails(*words, says):
            self.fails("classify", "--model", A0, "--raw", "172x172", *words, "clip.rgb", says=says)

        fails("--allow", "carvin ice", says='did you mean "carving ice"?')
        fails("--deny", "600", says="no class")
        fails("--deny", "@nowhere.txt", says="nowhere.txt: No such file")
        self.write("wrong.txt", "abseiling\nnonsense nobody does\n")
        fails("--deny", "@wrong.txt", says="wrong.txt: the model has no class")

    def test_labels(self):
        names = [f"name {i}" for i in range(600)]
        names[1] = "übermütig"
        self.write("names.txt", "\n".join(names) + "\n")
        line = self.lines("--labels", "names.txt", "--top", "0", "clip.rgb")[0]
        self.assertEqual({score["label"] for score in line["scores"]}, set(names))
        names[0] = "\033[31mred"  # must not steer the terminal
        self.write("names.txt", "\n".join(names) + "\n")
        out, err = self.classify("--labels", "names.txt", "--top", "0", "clip.rgb")
        self.assertNotIn("\033", out)
        self.assertIn("?[31mred", out)
        self.assertEqual(err, "")

    def test_names_that_are_not_utf8(self):
        name = os.fsencode(self.folder) + b"/\xff.rgb"
        with open(name, "wb") as file:
            file.write(self.frames)
        (line,) = self.lines(name)
        self.assertTrue(line["source"].endswith("\ufffd.rgb"))

    def test_logits(self):
        lines = self.lines("--logits", "out.f32", "--every", "--top", "1", "clip.rgb", "clip.rgb")
        with open(self.path("out.f32"), "rb") as file:
            content = file.read()
        self.assertEqual(len(content), 2 * N_FRAMES * 600 * 4)
        half = len(content) // 2
        self.assertEqual(content[:half], content[half:])  # a new video, a new stream
        for k, line in enumerate(lines[:N_FRAMES]):
            logits = struct.unpack_from("<600f", content, k * 2400)
            self.assertEqual(logits.index(max(logits)), line["scores"][0]["index"])
        golden = FRAMES.replace("_50x172x172.rgb", "_k600_a0_int8.logits.f32")
        with open(golden, "rb") as file:
            self.assertEqual(content[:half], file.read(half))
        self.fails("classify", "--model", A0, "--raw", "172x172", "--logits", "no/where",
                   "clip.rgb", says="no/where")

    def test_pipe(self):
        (line,) = self.lines("-", stdin=self.frames)
        self.assertEqual((line["source"], line["frame"]), ("-", 3))
        self.assertEqual(line["scores"], self.lines("clip.rgb")[0]["scores"])

    def test_rate_and_span(self):
        (line,) = self.lines("--fps", "2", "clip.rgb")
        self.assertEqual(line["time"], 1.5)
        lines = self.lines("--every", "--start", "0.2", "--duration", "0.4", "clip.rgb")
        self.assertEqual([line["time"] for line in lines], [0.2, 0.4, 0.4])
        self.fails("classify", "--model", A0, "-q", "--raw", "172x172", "--start", "1:00",
                   "clip.rgb", says="clip.rgb")

    def test_threads_change_nothing(self):
        self.assertEqual(self.lines("clip.rgb"), self.lines("--threads", "3", "clip.rgb"))

    def test_several(self):
        out, err = self.classify("-q", "clip.rgb", "none.rgb", "clip.rgb", code=1)
        self.assertEqual(out.count("4 frames"), 2)
        self.assertIn("movinet: none.rgb: ", err)
        self.assertEqual(len(err.splitlines()), 1)

    def test_empty(self):
        self.write("empty.rgb", b"")
        self.fails("classify", "--model", A0, "-q", "--raw", "172x172", "empty.rgb",
                   says="movinet: empty.rgb: ")

    def test_folder(self):
        os.mkdir(self.path("videos"))
        os.mkdir(self.path("videos/c.rgb"))
        for name in ("b.rgb", "a.RGB", "notes.txt", ".hidden.rgb"):
            self.write("videos/" + name, self.frames)
        sources = [line["source"] for line in self.lines("videos/")]
        self.assertEqual(sources, ["videos/a.RGB", "videos/b.rgb"])
        os.mkdir(self.path("empty"))
        self.fails("classify", "--model", A0, "-q", "--raw", "172x172", "empty", says="no videos")
        out, _ = self.classify("-q", "empty", "clip.rgb", code=1)
        self.assertIn("clip.rgb  0:00.0", out)

    def test_interrupt(self):
        process = self.start("classify", "--model", A0, "-q", "--raw", "172x172", "--every",
                             "--format", "json", "-", stdin=subprocess.PIPE)
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
                [MOVINET, "classify", "--model", A0, "-q", "--raw", "172x172", "--every",
                 "clip.rgb"], cwd=self.folder, env=self.env, stdout=full, stderr=subprocess.PIPE,
                check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, b"movinet: standard output: No space left on device\n")


@unittest.skipUnless(FOUND, "no model here")
class Video(Test):
    def classify(self, *words, **more):
        return self.run_movinet("classify", "--model", A0, *words, **more)

    @need("ffmpeg")
    @need_file(CLIP)
    def test_clip(self):
        out, _ = self.classify(CLIP)
        self.assertRegex(out.splitlines()[1], r"^ +\d\d\.\d %  #+ +carving ice$")

    @need("ffmpeg")
    @need_file(CLIP)
    def test_pulled_model_is_the_default(self):
        os.makedirs(self.models)
        os.symlink(os.path.abspath(A0),
                   os.path.join(self.models, "movinet_a0_stream_int8_k600.tflite"))
        out, _ = self.run_movinet("classify", "--duration", "1", CLIP)
        self.assertIn("5 frames", out)
        self.assertEqual(out, self.run_movinet("classify", "--model", "a0", "--duration", "1",
                                               CLIP)[0])

    @need("ffmpeg")
    @need_file(PIPED)
    def test_pipe(self):
        with open(PIPED, "rb") as file:
            content = file.read()
        out, _ = self.classify("--duration", "1", "-", stdin=content)
        self.assertIn("5 frames", out)

    @need("ffmpeg")
    @need_file(CLIP)
    def test_several_with_one_failing(self):
        self.write("bad.mp4", b"this is no video at all")
        out, err = self.classify("-q", "--duration", "0.4", "bad.mp4", CLIP, "none.mp4", code=1)
        self.assertEqual(out.count("frames"), 1)
        self.assertEqual([line.split(": ")[1] for line in err.splitlines()],
                         ["bad.mp4", "none.mp4"])

    def test_without_ffmpeg(self):
        if "ffmpeg" in FEATURES:
            self.skipTest("built with FFmpeg")
        self.write("a.mp4", b"")
        self.fails("classify", "--model", A0, "-q", "a.mp4", says="FFmpeg")


if __name__ == "__main__":
    main()

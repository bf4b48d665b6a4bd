"""movinet train: the command; what is learned is tested in tests/train.
SPDX-License-Identifier: Apache-2.0
"""
import csv
import json
import os
import re
import signal
import subprocess
import time

from command import MOVINET, Test, main, make_clip, need, need_clips

FILES = {"model.tflite", "metrics.csv", "curves.svg", "confusion.svg", "run.json"}


class Mistakes(Test):
    def wrong(self, *words, says):
        self.assertIn("Try: movinet train --help", self.fails("train", *words, code=2, says=says))

    def test_options(self):
        given = ("--data", "d", "-o", "o.tflite")
        self.wrong(says="give --data")
        self.wrong("--data", "d", says="give -o FILE")
        self.wrong(*given, "--from", "a", "--new", "A0", says="exclude each other")
        self.wrong(*given, "--head", "--layers", "all", says="exclude each other")
        self.wrong(*given, "--new", "A0", "--layers", "3", says="all layers learn")
        self.wrong(*given, "--layers", "some", says="must be all or a number")
        self.wrong(*given, "--layers", "-1", says="must be all or a number")
        self.wrong(*given, "--folds", "3", says="go together")
        self.wrong(*given, "--fold", "3", says="go together")
        self.wrong(*given, "--size", "64", says="are of --new")
        self.wrong(*given, "--rate", "0", says="between")
        self.wrong(*given, "--loss", "hinge", says="auto|one|several")
        self.wrong(*given, "extra", says="only options")

    def test_data(self):
        self.small_model("plain", "m.tflite")
        words = ("--from", "m.tflite", "-o", "o.tflite", "--data")
        self.fails("train", *words, "gone", says="gone: No such file")
        os.mkdir(self.path("empty"))
        self.fails("train", *words, "empty", says="a folder for each class")
        self.write("d.csv", "file,label\na.mp4,x\nb.mp4,x, y\n")
        self.fails("train", *words, "d.csv", says="d.csv, line 3: 3 fields")
        self.write("d.csv", "file,label\na.mp4,x|y\nb.mp4,x\n")
        self.wrong(*words, "d.csv", "--loss", "one", says="--loss one cannot")
        self.fails("train", *words, "d.csv", "--group", "(", code=2, says="regular expression")
        self.assertFalse(os.path.exists(self.path("o.tflite")))
        self.assertFalse(os.path.exists(self.path("o.run")))

    def test_model(self):
        self.write("d.csv", "file,label\na.mp4,x\nb.mp4,y\n")
        words = ("train", "--data", "d.csv", "-o", "o.tflite")
        self.fails(*words, "--from", "gone.tflite", says="gone.tflite")
        self.fails(*words, says="movinet pull a0")


@need("train")
@need_clips
class Training(Test):
    """Clips of two colours, which the smallest network learns in a moment."""

    def setUp(self):
        super().setUp()
        for colour, name in (("0x00c000", "grass, green"), ("0xc00000", "brick red")):
            os.makedirs(self.path(f"data/{name}"))
            for i in range(6):
                make_clip(self.path(f"data/{name}/{i}.mkv"), "-c:v", "ffv1", seconds=1,
                          color=colour)
        self.run_movinet("new", "T0", "--size", "32", "--classes", "3", "-q", "-o", "t0.tflite")

    def words(self, *more):
        return ("train", "--data", "data", "--from", "t0.tflite", "-o", "out.tflite", "--cache",
                "cache", "--threads", "1", "--validation", "0.34", *more)

    def metrics(self, run="out.run"):
        with open(self.path(run + "/metrics.csv"), encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def test_whole_run(self):
        self.write("data/brick red/noise.mp4", b"no video")
        out, err = self.run_movinet(*self.words("--layers", "all", "--epochs", "3",
                                                "--patience", "0", "--rate", "0.003"))
        self.assertIn("data: 13 clips, 2 classes: ", out)
        self.assertRegex(out, r"decoding 13 clips into cache: about .* free")
        self.assertRegex(out, r"(?m)^grass, green +4 +2$")
        self.assertRegex(out, r"(?m)^epoch  learning: loss +top-1  validation: loss +top-1")
        self.assertEqual(len(re.findall(r"(?m)^ +[123] +\d+\.\d{3} +\d+\.\d %", out)), 3)
        self.assertRegex(out, r"(?m)^validation: \d+\.\d % right of 4 clips \(95 % interval: ")
        self.assertIn("wrote out.tflite and, in out.run: ", out)
        self.assertIn("1 of 13 clips cannot be used:", err)
        self.assertIn("data/brick red/noise.mp4", err)
        self.assertIn("say little", err)
        self.assertLessEqual(FILES, set(os.listdir(self.path("out.run"))))
        self.assertEqual(len(self.metrics()), 3)
        with open(self.path("out.run/run.json"), encoding="utf-8") as file:
            json.load(file)
        model = json.loads(self.run_movinet("inspect", "--format", "json", "out.tflite")[0])
        self.assertEqual((model["classes"], model["label_source"]), (2, "metadata"))
        listed, _ = self.run_movinet("classify", "--model", "out.tflite", "--format", "json",
                                     "data/brick red/0.mkv")
        self.assertIn("brick red", listed)
        # Decoded once; an old run is not run over.
        self.fails(*self.words("--epochs", "1"), says="out.run")
        out, _ = self.run_movinet(*self.words("--epochs", "1", "--run", "second"))
        self.assertIn("decoding", out)

    def test_stopped_and_resumed(self):
        more = ("--layers", "all", "--epochs", "4", "--patience", "0", "--seed", "5")
        self.run_movinet(*self.words(*more, "--run", "whole"))
        process = self.start(*self.words(*more))
        while b"epoch" not in process.stdout.readline():
            pass
        process.stdout.readline()  # the first epoch's line
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        if process.returncode:  # it may have been faster
            self.assertEqual(process.returncode, 1)
            self.assertIn(b"the same command with --resume", err)
            self.run_movinet(*self.words(*more, "--resume"))
        for name in ("model.tflite", "metrics.csv"):
            with open(self.path("whole/" + name), "rb") as a, \
                 open(self.path("out.run/" + name), "rb") as b:
                if name == "model.tflite":
                    self.assertTrue(a.read() == b.read())
        strip = [{k: v for k, v in row.items() if "second" not in k} for row in self.metrics()]
        whole = [{k: v for k, v in row.items() if "second" not in k}
                 for row in self.metrics("whole")]
        self.assertEqual(strip, whole)

    def test_killed(self):
        more = ("--layers", "all", "--epochs", "3", "--patience", "0")
        process = self.start(*self.words(*more))
        while b"epoch" not in process.stdout.readline():
            pass
        process.stdout.readline()
        time.sleep(0.05)
        process.kill()
        process.communicate(timeout=60)
        self.run_movinet(*self.words(*more, "--resume"))
        self.assertEqual(len(self.metrics()), 3)

    def test_quiet(self):
        out, err = self.run_movinet(*self.words("--epochs", "2", "--quiet"))
        self.assertEqual((out, err), ("", ""))
        self.assertTrue(os.path.exists(self.path("out.tflite")))

    def test_bad_clips(self):
        """What teaches nothing is named and left out; the rest is learned."""
        self.write("data/brick red/empty.mkv", b"")
        make_clip(self.path("data/brick red/two.mkv"), "-c:v", "ffv1", seconds=0.4)
        os.mkdir(self.path("data/blue"))
        make_clip(self.path("data/blue/1.mkv"), "-c:v", "ffv1", seconds=1, color="blue")
        out, err = self.run_movinet(*self.words("--epochs", "1"))
        self.assertIn("2 of 15 clips cannot be used:", err)
        self.assertRegex(err, "brick red/empty.mkv: .*the file is empty")
        self.assertRegex(err, "brick red/two.mkv: only 2 frames .*must have 3")
        self.assertIn('class "blue" has one clip only', err)
        self.assertRegex(out, r"(?m)^blue +1 +0$")

    def test_not_a_movinet(self):
        self.small_model("plain", "plain.tflite")
        self.fails("train", "--data", "data", "--from", "plain.tflite", "-o", "o.tflite", "--cache",
                   "cache", "-q", says="plain.tflite: not a MoViNet")
        self.assertFalse(os.path.exists(self.path("o.run")))

    def test_full_disk(self):
        """Files that cannot grow stand in for it: none is longer than 8 KiB."""
        def full(*words):
            done = subprocess.run(["bash", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"",
                                   MOVINET, *words], cwd=self.folder, env=self.env, timeout=120,
                                  capture_output=True)
            self.assertEqual(done.returncode, 1)
            lines = done.stderr.decode().splitlines()
            return [line for line in lines if not line.startswith(("movinet: note", "  "))]

        words = self.words("--epochs", "2", "-q")
        self.assertRegex("|".join(full(*words)),
                         r"^movinet: cache/\S+\.clip: cannot be written: File too large$")
        self.run_movinet(*self.words("--epochs", "1", "-q", "--run", "other", "-o", "b.tflite"))
        self.assertEqual(full(*words), ["movinet: out.run/model.tflite: cannot be written: "
                                        "File too large"])
        self.assertFalse(os.path.exists(self.path("out.tflite")))

    def test_not_enough(self):
        os.makedirs(self.path("one/only"))
        make_clip(self.path("one/only/1.mkv"), "-c:v", "ffv1", seconds=1)
        self.fails("train", "--data", "one", "--from", "t0.tflite", "-o", "o.tflite", "--cache",
                   "cache", "-q", says="one class only")


if __name__ == "__main__":
    main()

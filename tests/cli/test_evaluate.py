"""movinet evaluate: figures for people and programs, stopping and going on, bad data.

SPDX-License-Identifier: Apache-2.0
"""
import base64
import csv
import html
import html.parser
import io
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from command import CLIPS, A0, Test, main, make_clip, need_clips, need_file


@need_clips
class Evaluate(Test):
    """Six clips: red/b is half green, green/b is blue."""

    def setUp(self):
        super().setUp()
        self.env["XDG_CACHE_HOME"] = os.path.join(self.folder, "cache")
        colours = {"red/a": "red", "red/b": "red", "green/a": "lime", "green/b": "blue",
                   "blue/a": "blue", "blue/b": "blue"}
        for name, colour in colours.items():
            os.makedirs(os.path.join(self.folder, "d", name[:-2]), exist_ok=True)
            make_clip(os.path.join(self.folder, "d", name + ".mp4"), color=colour)
        self.model = self.small_model("labels")

    def evaluate(self, *words, **more):
        return self.run_movinet("evaluate", *words, **more)

    def test_people(self):
        out, err = self.evaluate(self.model, "d")
        self.assertIn("6 clips, 3 classes", out)
        self.assertRegex(out, r"top 1 +83\.3 % +43\.6 - 97\.0")
        self.assertRegex(out, r"first right +0\.20 s")
        self.assertRegex(out, r"latency +[0-9.]+ ms")
        self.assertRegex(out, r"green +2 +100\.0 .*50\.0")
        self.assertRegex(out, r"1 of 2 +green as blue")
        self.assertIn("evaluating: 100 %, 6 of 6 clips", err)
        self.assertEqual(os.listdir(os.path.join(self.folder, "cache", "movinet", "evaluations")),
                         [])

    def test_json(self):
        out, err = self.evaluate(self.model, "d", "--format", "json", "--no-timing", "-q")
        self.assertEqual(err, "")
        told = json.loads(out)
        self.assertEqual((told["clips"], told["classes"], told["split"]), (6, 3, "all"))
        model = told["models"][0]
        figures = model["figures"]
        self.assertAlmostEqual(figures["top1"]["value"], 5 / 6, 6)
        self.assertAlmostEqual(figures["mean_per_class"]["value"], 5 / 6, 6)
        self.assertIsNone(figures["top5"])
        self.assertIsNone(figures["latency"])
        for figure in figures.values():
            if figure:
                self.assertLessEqual(figure["low"], figure["value"])
                if figure["high"] is not None:  # null: never
                    self.assertLessEqual(figure["value"], figure["high"])
        self.assertIn({"label": "green", "answer": "blue", "clips": 1}, model["confusion"])
        self.assertEqual(len(model["over_time"]), 10)

    def test_two_models(self):
        other = self.small_model("plain", "other.tflite")
        self.write("names.txt", "red\ngreen\nblue\n")
        words = (self.model, other, "d", "--model-labels", "names.txt", "--no-timing", "-q")
        out, _ = self.evaluate(*words)
        self.assertRegex(out, r"other +83\.3 % +43\.6 - 97\.0 +0\.0")
        self.assertIn("both right 5", out)
        self.assertIn("p = 1", out)
        out, _ = self.evaluate(*words, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        pair = [r for r in rows if r["less"] and r["figure"] == "top1"]
        self.assertEqual([(r["model"], r["value"]) for r in pair], [("other", "0")])
        self.assertLess(float(pair[0]["low"]), 0)
        self.assertTrue(any(r["class"] == "green" and r["figure"] == "recall" for r in rows))

    def test_threads_and_results(self):
        texts = set()
        for threads in ("1", "2", "4"):
            out, _ = self.evaluate(self.model, "d", "--no-timing", "-q", "-t", threads,
                                   "--results", f"r{threads}.csv")
            with open(os.path.join(self.folder, f"r{threads}.csv"), encoding="utf-8") as file:
                texts.add(out + file.read())
        self.assertEqual(len(texts), 1)
        _, err = self.evaluate(self.model, "d", "--no-timing", "--results", "r1.csv")
        self.assertIn("6 of 6 clips are done already", err)

    def test_stopped_and_gone_on(self):
        for i in range(60):
            os.link(os.path.join(self.folder, "d/blue/a.mp4"),
                    os.path.join(self.folder, f"d/blue/a{i}.mp4"))
        words = ["evaluate", self.model, "d", "--no-timing", "-t", "1", "--results", "r.csv"]
        process = self.start(*words)
        end = time.monotonic() + 60
        path = os.path.join(self.folder, "r.csv")
        while time.monotonic() < end and process.poll() is None:
            if os.path.exists(path) and os.path.getsize(path) > 1000:
                process.send_signal(signal.SIGINT)
                break
            time.sleep(0.005)
        out, err = process.communicate(timeout=60)
        if process.returncode == 0:
            self.skipTest("it was faster than the signal")
        self.assertEqual((process.returncode, out), (1, b""))
        self.assertIn(b"goes on where it was", err)
        out, err = self.run_movinet(*words)
        self.assertIn("clips are done already", err)
        self.assertIn("66 clips", out)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 67)

    def test_bad_data(self):
        os.remove(os.path.join(self.folder, "d/red/b.mp4"))
        self.write("d/red/b.mp4", "")
        out, err = self.evaluate(self.model, "d", "--no-timing")
        self.assertIn("1 could not be read", out)
        self.assertRegex(err, r"movinet: note: .*b\.mp4")
        for words, says in (
                (("d", "--map", "missing.csv"), "missing.csv"),
                (("missing",), "missing"),
                (("d", "--split", "test"), "no clip for test"),
                (("d", "--results", "missing/r.csv"), "missing/r.csv")):
            self.fails("evaluate", self.model, *words, "-q", says=says)
        self.fails("evaluate", self.small_model("plain", "p.tflite"), "d", says="labels")
        self.fails("evaluate", self.model, "d", "--fold", "2", code=2, says="--folds")
        self.fails("evaluate", self.model, code=2)
        self.fails("evaluate", "d/red/a.mp4", "d", says="a.mp4")


class Page(html.parser.HTMLParser):
    """Whether every element is closed, and what the page would fetch."""
    EMPTY = {"meta", "img", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.links, self.words = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        self.words.append(data)


@need_clips
class Report(Test):
    """The page of two models that are confused about hostile labels."""
    RED, GREEN = '<script>alert("r")</script>', "g & \u00fc" + "n" * 70
    LONG = "a-label-of-one-word-that-is-longer-than-any-phone-is-wide-" * 2

    def setUp(self):
        super().setUp()
        self.env["XDG_CACHE_HOME"] = self.path("cache")
        rows = ["file,label"]
        for name, colour, label in (("a", "red", self.RED), ("b", "lime", self.RED),
                                    ("c", "lime", self.GREEN), ("d", "blue", self.GREEN),
                                    ("e", "blue", self.LONG), ("f", "red", self.LONG)):
            make_clip(self.path(name + ".mp4"), color=colour)
            quoted = label.replace('"', '""')
            rows.append(f'{name}.mp4,"{quoted}"')
        self.write("d.csv", "\n".join(rows))
        self.write("l.txt", "\n".join((self.RED, self.GREEN, self.LONG)))
        self.small_model("no-states", "one.tflite")
        self.small_model("plain", "two.tflite")

    def page(self, *models):
        _, err = self.run_movinet("evaluate", *models, "d.csv", "--model-labels", "l.txt",
                                  "--title", "A <b>title</b>", "--report", "r.html")
        self.assertIn("r.html", err)
        with open(self.path("r.html"), encoding="utf-8") as file:
            return file.read()

    def test_structure(self):
        for models in (("one.tflite",), ("one.tflite", "two.tflite")):
            text = self.page(*models)
            page = Page(text)
            self.assertEqual(page.open, [])
            self.assertNotIn("script", page.tags)
            self.assertIn(self.RED, page.words)
            self.assertIn("A <b>title</b>", page.words)
            self.assertEqual(page.tags.count("img"), 3 * len(models))
            self.assertGreaterEqual(page.tags.count("svg"), 2 + len(models))
            for link in page.links:
                self.assertTrue(link.startswith("data:image/jpeg;base64,"))
                picture = base64.b64decode(link.split(",", 1)[1], validate=True)
                self.assertEqual(picture[:3], b"\xff\xd8\xff")
            self.assertNotIn("http", text)
            self.assertNotIn("nan", text.lower().replace("nann", ""))

    def test_in_a_browser(self):
        """It scrolls down only, as narrow as 320 pixels."""
        chromium = shutil.which("chromium")
        if not chromium:
            self.skipTest("no chromium")
        text = self.page("one.tflite", "two.tflite")
        measure = ("<script>onload = () => parent.postMessage([innerWidth, "
                   "document.documentElement.scrollWidth - document.documentElement.clientWidth, "
                   "[...document.images].filter(i => !i.naturalWidth).length].join(), '*')</script>")
        frames = "".join(f'<iframe width="{width}" height="900" srcdoc="'
                         f'{html.escape(text + measure)}"></iframe>' for width in (320, 390, 1200))
        self.write("frames.html", "<title></title><script>onmessage = e => document.title += "
                                  f"e.data + ';'</script>{frames}")
        out = subprocess.run([chromium, "--headless=new", "--no-sandbox", "--disable-gpu",
                              "--virtual-time-budget=10000", f"--user-data-dir={self.path('c')}",
                              "--dump-dom", "file://" + self.path("frames.html")], env=self.env,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
                             timeout=120).stdout.decode()
        told = sorted(out.split("<title>")[1].split("</title>")[0].split(";")[:-1])
        self.assertEqual(told, ["1200,0,0", "320,0,0", "390,0,0"])

    def test_cannot_be_written(self):
        out, err = self.run_movinet("evaluate", "one.tflite", "d.csv", "--model-labels", "l.txt",
                                    "--report", "missing/r.html", "-q", code=1)
        self.assertIn("top 1", out)
        self.assertIn("missing/r.html", err)


@need_clips
@need_file(A0)
class Real(Test):
    """The network that knows these actions."""

    def test_kinetics(self):
        rows = ["label,youtube_id,time_start,time_end,split"]
        with open(os.path.join(CLIPS, "labels.csv"), encoding="utf-8") as file:
            for row in csv.DictReader(file):
                name = os.path.splitext(row["file"])[0]
                rows.append(f"{row['kinetics600_label']},{name},0,10,test")
        rows.append("abseiling,gone_for_good,0,10,test")
        self.write("k.csv", "\n".join(rows) + "\n")
        out, _ = self.run_movinet("evaluate", A0, "k.csv", "--clips", CLIPS, "--format", "json",
                                  "-q", "--seconds", "4")
        told = json.loads(out)
        self.assertEqual((told["clips"], told["split"]), (13, "test"))
        self.assertEqual(told["models"][0]["figures"]["top1"]["value"], 1)
        self.assertGreater(told["models"][0]["figures"]["latency"]["value"], 0)


if __name__ == "__main__":
    main()

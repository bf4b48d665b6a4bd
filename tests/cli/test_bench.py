"""movinet bench, --cpu and inspect --plan, on small models and on a real one.
Times are looked at for being there, never for what they are.
SPDX-License-Identifier: Apache-2.0
"""
import csv
import json
import re
import subprocess

from command import A0, FEATURES, MOVINET, Test, main, make_clip, need_clips, need_file

FIGURES = ["load_ms", "open_stream_ms", "first_frame_ms", "median_ms", "p95_ms", "min_ms",
           "mean_ms", "frames_per_second", "macs_per_second", "peak_macs_per_second",
           "share_of_peak", "least_ms", "peak_resident_bytes", "resident_at_start_bytes",
           "stream_bytes", "weight_bytes", "frame_bytes"]
SETS = ["c", "avx2", "avxvnni", "avx512vnni", "neon", "dotprod", "i8mm"]


class BenchTest(Test):
    def bench(self, model, *words):
        out, err = self.run_movinet("bench", "--runs", "3", "--warmup", "1", *words, model)
        self.assertEqual(err, "")
        return out

    def json(self, model, *words):
        return json.loads(self.bench(model, "-f", "json", *words))

    def check_lines(self, out):
        for line in out.splitlines()[1:]:
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())

    def check_figures(self, result):
        figures = result["figures"]
        self.assertEqual(sorted(figures), sorted(FIGURES))
        for name, value in figures.items():
            self.assertGreater(value, 0, name)
        self.assertLessEqual(figures["min_ms"], figures["median_ms"])
        self.assertLessEqual(figures["median_ms"], figures["p95_ms"])
        # Multiply-adds a second follow from the median.
        self.assertAlmostEqual(figures["macs_per_second"] * figures["median_ms"] / 1e3 /
                               (result["macs"] * result["streams"]), 1, places=3)
        self.assertAlmostEqual(figures["macs_per_second"] / figures["peak_macs_per_second"] /
                               figures["share_of_peak"], 1, places=3)
        self.assertAlmostEqual(figures["least_ms"] / figures["median_ms"] /
                               figures["share_of_peak"], 1, places=3)


class Small(BenchTest):
    def test_json(self):
        result = self.json(self.small_model("wide"))
        self.check_figures(result)
        self.assertEqual(result["file"], self.path("wide.tflite"))
        self.assertEqual(result["num_runs"], 3)
        self.assertEqual(result["warmup_runs"], 1)
        self.assertEqual((result["threads"], result["streams"], result["cores"]), (1, 1, 1))
        self.assertIn(result["cpu"], SETS)
        self.assertIsNone(result["video"])
        self.assertEqual(list(result["peaks"]), ["float"])
        self.assertGreater(result["peaks"]["float"]["macs_per_second"], 1e6)
        self.assertEqual(result["figures"]["frame_bytes"], 2 * 12 * 8 * 3)
        for absent in ("profile", "compare"):
            self.assertNotIn(absent, result)

    def test_text(self):
        out = self.bench(self.small_model("wide"))
        self.check_lines(out)
        for words in ("float32", "1 thread, 1 stream", "noise, 12 x 8", "1 to warm up, 3 timed",
                      "load", "first frame", "median", "p95", "min", "mean", "peak float",
                      "share of peak", "resident at most", "a stream"):
            self.assertIn(words, out)

    def test_no_multiply_adds(self):
        model = self.small_model("plain")
        result = self.json(model, "--profile")
        self.assertEqual((result["macs"], result["peaks"]), (0, {}))
        for name in ("macs_per_second", "peak_macs_per_second", "share_of_peak", "least_ms"):
            self.assertIsNone(result["figures"][name])
        self.assertIn("no multiply-adds", self.bench(model))

    def test_until_steady(self):
        model = self.small_model("wide")
        out, _ = self.run_movinet("bench", "-f", "json", "--min-time", "0.01", "--max-time", "0.3",
                                  model)
        result = json.loads(out)
        self.assertGreater(result["num_runs"], 3)
        self.assertGreater(result["warmup_runs"], 1)
        self.assertGreaterEqual(result["blocks"], 1)
        if result["steady"]:
            self.assertLessEqual(result["spread"], 0.02)
            self.assertGreaterEqual(result["blocks"], 3)

    def test_csv(self):
        rows = list(csv.DictReader(self.bench(self.small_model("wide"), "-f", "csv").splitlines()))
        self.assertEqual(len(rows), 1)
        self.assertEqual(list(rows[0])[9:], FIGURES)
        self.assertEqual(rows[0]["result"], "new")
        self.assertEqual(rows[0]["frames"], "noise")
        for name in FIGURES:
            self.assertGreater(float(rows[0][name]), 0, name)

    def test_file_name_in_csv(self):
        model = self.small_model("wide", 'a "b", c.tflite')
        row = next(csv.DictReader(self.bench(model, "-f", "csv").splitlines()))
        self.assertEqual(row["file"], model)

    def test_profile(self):
        result = self.json(self.small_model("wide"), "--profile")
        profile = result["profile"]
        self.assertEqual(len(profile["steps"]), result["n_steps"])
        self.assertEqual([s["step"] for s in profile["steps"]], list(range(result["n_steps"])))
        self.assertEqual(sum(s["macs"] for s in profile["steps"]), result["macs"])
        for groups in (profile["kinds"], profile["layers"]):
            self.assertEqual(sum(g["steps"] for g in groups), result["n_steps"])
            self.assertEqual(sum(g["macs"] for g in groups), result["macs"])
        self.assertEqual({k["name"] for k in profile["kinds"]},
                         {s["kind"] for s in profile["steps"]})
        for step in profile["steps"]:
            self.assertEqual(step["share_of_peak"] is None, step["macs"] == 0, step)
        self.assertEqual(profile["frames"], 3)

    def test_profile_text_and_csv(self):
        model = self.small_model("wide")
        out = self.bench(model, "--profile")
        self.check_lines(out)
        for words in ("Time by step", "Time by kind of step", "Time by layer", "FULLY_CONNECTED"):
            self.assertIn(words, out)
        rows = list(csv.DictReader(self.bench(model, "--profile", "-f", "csv").splitlines()))
        self.assertEqual(list(rows[0]), ["step", "layer", "kind", "kernel", "ops", "macs", "ms",
                                         "part", "share_of_peak"])
        self.assertEqual(len(rows), self.json(model)["n_steps"])

    def test_compare(self):
        model = self.small_model("wide")
        old = self.json(model)
        old["figures"]["load_ms"] = 1000.0
        old["figures"]["mean_ms"] = None
        del old["figures"]["p95_ms"]
        path = self.write("old.json", json.dumps(old))
        new = self.json(model, "--compare", path)
        self.assertEqual(sorted(new["compare"]), sorted(FIGURES))
        for name, row in new["compare"].items():
            self.assertEqual(row["new"], new["figures"][name])
            if name in ("mean_ms", "p95_ms"):
                self.assertIsNone(row["old"])
                self.assertIsNone(row["ratio"])
                continue
            self.assertEqual(row["old"], old["figures"][name])
            self.assertAlmostEqual(row["ratio"] / (row["old"] / row["new"]), 1, places=3)
        self.assertEqual(new["compare"]["stream_bytes"]["ratio"], 1)
        out = self.bench(model, "--compare", path)
        self.check_lines(out)
        self.assertRegex(out, r"(?m)^  load +1000\.0 ms .* better$")
        self.assertRegex(out, r"(?m)^  mean +- .* -$")
        rows = list(csv.DictReader(self.bench(model, "--compare", path, "-f", "csv").splitlines()))
        self.assertEqual([row["result"] for row in rows], ["new", "old", "ratio"])
        self.assertEqual(float(rows[1]["load_ms"]), 1000)
        self.assertEqual(rows[2]["mean_ms"], "")

    def test_compare_with_something_else(self):
        model = self.small_model("wide")
        result = self.json(model)
        for key, value, says in (("file_bytes", 1, "another model"),
                                 ("threads", 7, "number of threads"),
                                 ("cpu", "vax", "set of instructions")):
            path = self.write("other.json", json.dumps(dict(result, **{key: value})))
            _, err = self.run_movinet("bench", "--runs", "3", "--compare", path, model)
            self.assertRegex(err, "^movinet: note: .*other.json: was measured with .*" + says)
        self.write("list.json", "[1]")
        self.fails("bench", "--compare", "list.json", model, says="no result of movinet bench")
        self.write("broken.json", '{"figures"')
        self.fails("bench", "--compare", "broken.json", model, says="broken.json: ")
        self.fails("bench", "--compare", "absent.json", model, says="absent.json")

    def test_streams_and_threads(self):
        model = self.small_model("wide")
        result = self.json(model, "--streams", "2")
        self.check_figures(result)
        self.assertEqual((result["streams"], result["num_runs"]), (2, 3))
        result = self.json(model, "--threads", "2", "--profile")
        self.check_figures(result)
        self.assertEqual(result["threads"], 2)
        self.assertIn("2 threads, 3 streams",
                      self.bench(model, "--threads", "2", "--streams", "3"))

    def test_models_of_all_kinds(self):
        for variant in ("wide", "no-states"):
            self.check_figures(self.json(self.small_model(variant)))

    @need_clips
    def test_video(self):
        make_clip(self.path("clip.mp4"))
        result = self.json(self.small_model("wide"), "--video", "clip.mp4")
        self.assertEqual(result["video"], "clip.mp4")
        self.assertEqual(result["figures"]["frame_bytes"] % (96 * 64 * 3), 0)
        self.assertIn("clip.mp4, 96 x 64", self.bench(self.small_model("wide"), "--video",
                                                      "clip.mp4"))
        self.fails("bench", "--video", "absent.mp4", self.small_model("wide"), says="absent.mp4")

    def test_usage(self):
        model = self.small_model("wide")
        if "model" not in FEATURES:
            self.fails("bench", says="movinet pull a0")
        self.fails("bench", "absent.tflite", says="absent.tflite")
        self.fails("bench", model, "--runs", "0", code=2, says="--runs")
        self.fails("bench", model, "--streams", "0", code=2, says="--streams")
        self.fails("bench", model, "again", code=2, says="again")

    def test_interrupt(self):
        process = self.start("bench", "--min-time", "60", "--max-time", "60",
                             self.small_model("wide"))
        try:
            process.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            process.terminate()
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (1, b""))
        self.assertEqual(err, b"movinet: interrupted\n")


class Cpu(BenchTest):
    def test_c(self):
        model = self.small_model("plain")
        self.assertEqual(self.json(model, "--cpu", "c")["cpu"], "c")
        out, _ = self.run_movinet("inspect", "--plan", "--cpu", "c", "-f", "json", model)
        self.assertEqual(json.loads(out)["plan"]["cpu"], "c")
        self.run_movinet("classify", "--cpu", "c", "--raw", "12x8", "-m", model, "-",
                         stdin=bytes(12 * 8 * 3))

    def test_every_set(self):
        """Each set runs, or is refused by its name and the processor's own."""
        model = self.small_model("wide")
        best = self.json(model, "--cpu", "best")["cpu"]
        for name in SETS:
            done = subprocess.run([MOVINET, "bench", "--runs", "3", "-f", "json", "--cpu", name,
                                   model], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  check=False)
            if done.returncode == 0:
                result = json.loads(done.stdout)
                self.assertEqual(result["cpu"], name)
                self.assertTrue(result["peaks"]["float"]["instructions"])
            else:
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr.decode(),
                                 f"^movinet: .*this processor has no {name}, but {best}\n$")

    def test_nonsense(self):
        for verb in ("bench", "inspect", "classify"):
            err = self.fails(verb, "--cpu", "nonsense", "x", code=2,
                             says='--cpu: "nonsense" is not known')
            self.assertIn("c|avx2|", err)


class Plan(BenchTest):
    def plan(self, model):
        out, err = self.run_movinet("inspect", "--plan", "-f", "json", model)
        self.assertEqual(err, "")
        return json.loads(out)

    def check_plan(self, model):
        whole = self.plan(model)
        plan = whole["plan"]
        self.assertEqual(len(plan["steps"]), plan["n_steps"])
        self.assertEqual(sum(step["macs"] for step in plan["steps"]), whole["macs"])
        ops = [op for step in plan["steps"] for op in step["ops"]]
        self.assertEqual(len(ops), len(set(ops)))
        for step in plan["steps"]:
            self.assertEqual(len(step["ops"]), len(step["op_names"]))
            self.assertIn(step["op"], step["ops"])
            self.assertGreater(step["output_bytes"], 0)
        out, _ = self.run_movinet("inspect", "--plan", model)
        self.check_lines(out)
        rows = re.findall(r"(?m)^  [ \d]{3}\d  .{15}[A-Z]", out.split("\nPlan\n")[1])
        self.assertEqual(len(rows), plan["n_steps"])
        self.assertRegex(out, r"(?m)^  %d steps? for \d+ ops" % plan["n_steps"])
        return whole

    def test_small(self):
        self.assertNotIn("plan", json.loads(self.run_movinet(
            "inspect", "-f", "json", self.small_model("plain"))[0]))
        self.check_plan(self.small_model("plain"))

    @need_file(A0)
    def test_google(self):
        whole = self.check_plan(A0)
        layers = {step["layer"] for step in whole["plan"]["steps"]}
        for layer in ("stem", "block0 layer0", "block4 layer3", "head"):
            self.assertIn(layer, layers)


class Google(BenchTest):
    @need_file(A0)
    def test_profile(self):
        out = self.bench(A0, "--profile")
        self.check_lines(out)
        for words in ("MoViNet-A0, int8", "block2 layer1", "peak int8"):
            self.assertIn(words, out)

    @need_file(A0)
    def test_json(self):
        result = self.json(A0, "--threads", "2", "--profile")
        self.check_figures(result)
        self.assertEqual(list(result["peaks"]), ["int8"])
        self.assertEqual(result["macs"], result["peaks"]["int8"]["macs"])

    @need_file(A0)
    def test_memory(self):
        """The library brings neither FFmpeg nor copies of the weights along."""
        if b"__asan_init" in open(MOVINET, "rb").read():
            self.skipTest("sanitizers take memory of their own")
        figures = self.json(A0)["figures"]
        self.assertLess(figures["peak_resident_bytes"], 14e6)
        self.assertLess(figures["stream_bytes"], 1 << 20)


if __name__ == "__main__":
    main()

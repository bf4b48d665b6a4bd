"""movinet live: files at their own pace, sources that break off, a terminal, Ctrl-C.
SPDX-License-Identifier: Apache-2.0
"""
import http.server
import json
import os
import pty
import select
import signal
import threading

from command import MOVINET, Test, main, make_clip, need_clips


class LiveTest(Test):
    def setUp(self):
        super().setUp()
        self.model = self.small_model("labels")

    def clip(self, name="clip.mkv", seconds=1):
        make_clip(self.path(name), "-c:v", "ffv1", seconds=seconds)
        return self.path(name)

    def words(self, source, *more):
        return ("live", "-m", self.model, "--display", "none", *more, source)

    def lines(self, out):
        lines = [json.loads(line) for line in out.splitlines()]
        return ([line for line in lines if "answer" in line],
                [line for line in lines if "event" in line])


class Files(LiveTest):
    @need_clips
    def test_answers(self):
        out, err = self.run_movinet(*self.words(self.clip(), "--hold", "0.3", "--smooth", "0",
                                                "--reset", "never"))
        self.assertEqual(err, "")
        answers, events = self.lines(out)
        # 5 a second at most; a machine that is busy elsewhere may pass some over.
        self.assertIn(len(answers), range(1, 6))
        self.assertEqual([line["answer"] for line in answers], sorted({line["answer"]
                                                                       for line in answers}))
        for line in answers:
            self.assertEqual(line["classes"][0]["label"], "green")
            self.assertAlmostEqual(line["time"] * 10, round(line["time"] * 10), places=6)
        for line in events:
            self.assertEqual(line["label"], "green")
        self.assertEqual([line["event"] for line in events][:1], ["begin"][:len(events)])

    @need_clips
    def test_filter(self):
        out, _ = self.run_movinet(*self.words(self.clip(), "--deny", "gr*", "--top", "1"))
        for line in self.lines(out)[0]:
            self.assertNotEqual(line["classes"][0]["label"], "green")
            self.assertEqual(len(line["classes"]), 1)
        names = self.write("names.txt", "red\n\nblue\n")
        out, _ = self.run_movinet(*self.words(self.clip(), "--allow", "@" + names))
        for line in self.lines(out)[0]:
            self.assertEqual({entry["label"] for entry in line["classes"]}, {"red", "blue"})

    @need_clips
    def test_loop_until_interrupted(self):
        process = self.start(*self.words(self.clip(), "--loop"))
        times = []
        while len(times) < 12: # the clip has 5
            line = json.loads(process.stdout.readline())
            if "answer" in line:
                times.append(line["time"])
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (0, b""))
        self.assertEqual(times, sorted(times))
        self.assertGreater(times[-1], 1.5)

    @need_clips
    def test_what_cannot_be(self):
        self.fails(*self.words(self.write("empty.mp4", "")), says="empty.mp4")
        self.fails(*self.words(self.clip(), "--deny", "gren"), says="green")
        self.fails("live", "-m", self.path("no.tflite"), self.clip(), says="no.tflite")
        self.fails(*self.words("x", "--reset", "sometimes"), code=2, says="on-cut")
        self.fails("live", "a", "b", code=2)

    @need_clips
    def test_pipe(self):
        make_clip(self.path("clip.ts"), "-c:v", "mpeg2video")
        with open(self.path("clip.ts"), "rb") as file:
            out, err = self.run_movinet(*self.words("-"), stdin=file.read())
        self.assertEqual(err, "")
        self.assertTrue(self.lines(out)[0])


class Server(http.server.BaseHTTPRequestHandler):
    """Gives a clip, twice; every other time the connection just ends."""
    body, calls = b"", []

    def do_GET(self):
        self.calls.append(self.path)
        if len(self.calls) % 2 == 0:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "video/mp2t")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


class Breaks(LiveTest):
    @need_clips
    def test_source_that_comes_back(self):
        make_clip(self.path("clip.ts"), "-c:v", "mpeg2video")
        with open(self.path("clip.ts"), "rb") as file:
            Server.body = file.read()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        process = self.start(*self.words(f"http://127.0.0.1:{server.server_address[1]}/clip.ts"))
        while len(Server.calls) < 3: # it was opened, broke, failed, and came back
            self.assertTrue(process.stdout.readline())
        while "answer" not in json.loads(process.stdout.readline()):
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertIn(b"movinet: note: http://127.0.0.1", err)

    @need_clips
    def test_interrupt_while_waiting(self):
        process = self.start(*self.words("http://127.0.0.1:9/nobody"))
        self.assertIn(b"movinet: note: ", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (0, b""))


class Terminal(LiveTest):
    @need_clips
    def test_paints_and_quits(self):
        self.clip("loop.mkv")
        process, terminal = pty.fork()
        if process == 0:
            env = dict(self.env, TERM="xterm-256color", LC_ALL="C.UTF-8")
            os.execve(MOVINET, [MOVINET, "live", "-m", self.model, "--loop",
                                self.path("loop.mkv")], env)
        seen = b""
        while not ("▀".encode() in seen and b"99.9 %" in seen and b"q quit" in seen):
            self.assertTrue(select.select([terminal], [], [], 60)[0], seen[-2000:])
            seen += os.read(terminal, 65536)
        os.write(terminal, b"q")
        try:
            while chunk := os.read(terminal, 65536):
                seen += chunk
        except OSError: # the other end is closed
            pass
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0)
        self.assertTrue(b"\033[?25h" in seen[-200:]) # the cursor is back


if __name__ == "__main__":
    main()

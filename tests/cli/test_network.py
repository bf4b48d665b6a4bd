"""What movinet live makes of the network and of pipes: streams that die and come back, change
their size, stop in the middle, or never begin. SPDX-License-Identifier: Apache-2.0
"""
import http.server
import os
import subprocess
import sys
import threading
import time
import unittest

from command import SOURCE_ROOT, main, make_clip, need_clips
from display import Display, have_display
from watching import SourceTest

FAKE = os.environ.get("MOVINET_FAKE_CAMERA")
PIECE = 4000


class Server(http.server.ThreadingHTTPServer):
    """Each path is given by a function that gets the request's handler."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.pages, self.calls = {}, []
        self.asked = threading.Event()
        self.stopped = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def stop(self):
        self.stopped.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.calls.append(self.path)
        self.server.asked.set()
        self.close_connection = True
        try:
            self.server.pages[self.path](self)
        except (BrokenPipeError, ConnectionResetError, KeyError):
            pass

    def begin(self, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def drip(self, body, pieces=0):
        """A bit of it every 20 ms, again and again, or so many pieces."""
        at = 0
        while not self.server.stopped.is_set() and (pieces == 0 or pieces > at // PIECE):
            start = at % len(body)
            self.wfile.write(body[start:start + PIECE])
            at += PIECE if start + PIECE < len(body) else len(body) - start
            time.sleep(0.02)

    def log_message(self, *_):
        pass


class Network(SourceTest):
    def serve(self):
        server = Server()
        self.addCleanup(server.stop)
        return server

    def clip(self, name, *options, color="0x00f000", size="96x64", seconds=6):
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                        f"color=c={color}:s={size}:r=10:d={seconds}", *options, self.path(name)],
                       check=True)
        with open(self.path(name), "rb") as file:
            return file.read()

    def jpeg(self, **more):
        return self.clip("picture.jpg", "-frames:v", "1", "-update", "1", **more)


def part(jpeg):
    return (b"--part\r\nContent-Type: image/jpeg\r\nContent-Length: "
            + str(len(jpeg)).encode() + b"\r\n\r\n" + jpeg + b"\r\n")


class Http(Network):
    @need_clips
    def test_mjpeg_that_dies_in_the_middle_of_a_picture(self):
        server, jpeg = self.serve(), self.jpeg()

        def page(handler):
            handler.begin("multipart/x-mixed-replace; boundary=part")
            for _ in range(20):
                handler.wfile.write(part(jpeg))
                time.sleep(0.02)
            handler.wfile.write(part(jpeg)[:len(jpeg) // 2])
        server.pages["/camera"] = page
        process = self.live(server.url("/camera"))
        while len(server.calls) < 3:
            self.assertEqual(self.answers(process, 1)[0]["classes"][0]["label"], "green")
        self.assertIn("movinet: note: http://127.0.0.1", self.interrupt(process))

    @need_clips
    def test_server_that_is_away_for_a_while(self):
        server, body = self.serve(), self.clip("a.ts", "-c:v", "mpeg2video")
        port = server.server_address[1]

        def page(handler):
            handler.begin("video/mp2t")
            handler.drip(body)
        server.pages["/a.ts"] = page
        process = self.live(server.url("/a.ts"))
        self.labels(process, "green")
        server.stop()
        self.assertIn(b"note: http://127.0.0.1", process.stderr.readline())
        other = Server(port)
        self.addCleanup(other.stop)
        other.pages["/a.ts"] = page
        self.assertTrue(other.asked.wait(60))
        seen = self.answers(process, 1)[0]["answer"]
        while self.answers(process, 1)[0]["answer"] < seen + 3:
            pass
        self.interrupt(process)

    @need_clips
    def test_sizes_that_change(self):
        """In H.264 with new parameters, in MJPEG with the next picture."""
        server = self.serve()
        x264 = "-c:v", "libx264", "-g", "5", "-bf", "0", "-pix_fmt", "yuv420p"
        small = self.clip("a.ts", *x264)
        large = self.clip("b.ts", *x264, color="red", size="320x176", seconds=2)
        green, red = self.jpeg(), self.jpeg(color="red", size="64x208")
        go_on = threading.Event()

        def h264(handler):
            handler.begin("video/mp2t")
            handler.wfile.write(small)
            go_on.wait(60)
            handler.drip(large)

        def mjpeg(handler):
            handler.begin("multipart/x-mixed-replace; boundary=part")
            while not handler.server.stopped.is_set():
                handler.wfile.write(part(red if go_on.is_set() else green))
                time.sleep(0.02)
        server.pages = {"/h264": h264, "/mjpeg": mjpeg}
        for path in server.pages:
            with self.subTest(path):
                go_on.clear()
                process = self.live(server.url(path))
                self.labels(process, "green")
                go_on.set()
                self.labels(process, "red")
                self.assertEqual(self.interrupt(process), "")

    @need_clips
    def test_hls(self):
        """Segments of a second, each at once; the later ones are of another size."""
        server = self.serve()
        segments = []
        for i, (color, size) in enumerate(4 * [("0x00f000", "96x64")] + 6 * [("red", "320x176")]):
            segments.append(self.clip(f"{i}.ts", "-c:v", "mpeg2video", "-output_ts_offset", str(i),
                                      color=color, size=size, seconds=1))

        def playlist(handler):
            handler.begin("application/vnd.apple.mpegurl")
            last = min(len(segments), 3 + len([c for c in server.calls if c == "/live.m3u8"]))
            lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:1",
                     "#EXT-X-MEDIA-SEQUENCE:0"]
            for i in range(last):
                lines += ["#EXT-X-DISCONTINUITY"] * (i == 4) + ["#EXTINF:1.0,", f"{i}.ts"]
            handler.wfile.write("\n".join(lines).encode() + b"\n")

        def segment(handler):
            handler.begin("video/mp2t")
            handler.wfile.write(segments[int(handler.path[1:-3])])
        server.pages = {f"/{i}.ts": segment for i in range(len(segments))}
        server.pages["/live.m3u8"] = playlist
        process = self.live(server.url("/live.m3u8"))
        answers = self.labels(process, "green", "red")
        self.assertGreater(len(answers), 5) # of three seconds; not one a segment
        self.interrupt(process)

    @need_clips
    def test_file_on_a_server(self):
        """It has a length: it is played at its own pace, and then it is over."""
        server, body = self.serve(), self.clip("a.mkv", "-c:v", "ffv1", seconds=1)

        def page(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        server.pages["/a.mkv"] = page
        out, err = self.run_movinet("live", "-m", self.model, "-d", "none", server.url("/a.mkv"))
        self.assertEqual(err, "")
        self.assertIn('"answer"', out)

    @need_clips
    def test_silent_servers(self):
        """One takes the connection, one says that something will come: nothing does."""
        server = self.serve()

        def silent(handler):
            handler.server.stopped.wait(60)

        def promise(handler):
            handler.begin("video/mp2t")
            handler.server.stopped.wait(60)
        server.pages = {"/silent": silent, "/promise": promise}
        for path in server.pages:
            with self.subTest(path):
                server.asked.clear()
                process = self.live(server.url(path), "--patience", "3600")
                self.assertTrue(server.asked.wait(60))
                self.assertEqual(self.interrupt(process), "")
                process = self.live(server.url(path), "--patience", "0.2")
                self.assertIn(b"nothing has come for 0.2 seconds", process.stderr.readline())
                self.interrupt(process) # while it waits

    @need_clips
    def test_stream_that_falls_silent(self):
        server, body = self.serve(), self.clip("a.ts", "-c:v", "mpeg2video")

        def page(handler):
            handler.begin("video/mp2t")
            handler.wfile.write(body)
            handler.server.stopped.wait(60)
        server.pages["/a.ts"] = page
        process = self.live(server.url("/a.ts"), "--patience", "0.5")
        self.labels(process, "green")
        self.assertIn(b"nothing has come for 0.5 seconds", process.stderr.readline())
        while len(server.calls) < 2:
            self.answers(process, 1)
        self.interrupt(process)


class Rtsp(Network):
    def rtsp(self, *port):
        """A server of GStreamer's, and its port."""
        for python in dict.fromkeys((sys.executable, "/usr/bin/python3")):
            if not os.path.exists(python):
                continue
            process = subprocess.Popen(
                [python, os.path.join(SOURCE_ROOT, "tests/support/rtsp_server.py"), *port],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.addCleanup(self.end, process)
            line = process.stdout.readline()
            if line:
                return process, line.decode().strip()
            if process.wait(60) != 77:
                self.fail(process.stderr.read().decode())
        self.skipTest("GStreamer's RTSP server is not installed (see packages-check.txt)")

    def end(self, process):
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
        process.kill()
        process.wait(60)

    @need_clips
    def test_dies_and_comes_back(self):
        for path in ("h264", "mjpeg"):
            with self.subTest(path):
                server, port = self.rtsp()
                process = self.live(f"rtsp://127.0.0.1:{port}/{path}")
                first = self.labels(process, "green")
                self.end(server)
                self.assertIn(b"note: rtsp://", process.stderr.readline())
                server, _ = self.rtsp(port)
                goal = self.answers(process, 1)[0]["answer"] + 3
                while self.answers(process, 1)[0]["answer"] < goal:
                    pass
                self.assertEqual(first[-1]["classes"][0]["label"], "green")
                self.interrupt(process)
                self.end(server)

    @need_clips
    def test_nobody_there(self):
        process = self.live("rtsp://127.0.0.1:9/nobody")
        self.assertIn(b"note: rtsp://", process.stderr.readline())
        self.interrupt(process)


class Pipes(Network):
    @need_clips
    def test_silent_pipe(self):
        process = self.live("-", stdin=subprocess.PIPE)
        self.opened(process)
        self.assertEqual(self.interrupt(process), "")

    @need_clips
    def test_named_pipe(self):
        os.mkfifo(self.path("pipe"))
        body = self.clip("a.ts", "-c:v", "mpeg2video")
        process = self.live("pipe")
        with open(self.path("pipe"), "wb") as pipe: # it was waiting for us
            pipe.write(body)
            pipe.flush()
            self.labels(process, "green")
        self.assertIn(b"note: pipe: it has ended", process.stderr.readline())
        with open(self.path("pipe"), "wb") as pipe:
            pipe.write(body)
            pipe.flush()
            self.labels(process, "green")
            self.assertIn("", self.interrupt(process))

    @need_clips
    def test_raw_video(self):
        frame = bytes([145] * 96 * 64 + [54] * 48 * 32 + [34] * 48 * 32) # yuv420p, green
        process = self.live("-", "--input-format", "rawvideo", "--size", "96x64", "--camera-fps",
                            "10", stdin=subprocess.PIPE)
        process.stdin.write(frame * 30)
        process.stdin.flush()
        self.labels(process, "green")
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)

    @need_clips
    def test_file_for_input(self):
        """Standard input that is a file is played like one."""
        self.clip("a.ts", "-c:v", "mpeg2video", seconds=1)
        with open(self.path("a.ts"), "rb") as file:
            process = self.live("-", stdin=file)
            out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (0, b""))
        self.assertGreaterEqual(out.count(b'"answer"'), 1)

    @need_clips
    def test_what_cannot_be(self):
        self.clip("a.ts", "-c:v", "mpeg2video", seconds=1)
        live = "live", "-m", self.model, "-d", "none"
        self.fails(*live, "--size", "96x64", "a.ts", says="a.ts: its size cannot be chosen")
        self.fails(*live, "--camera-fps", "5", "a.ts", says="a.ts: its rate cannot be chosen")
        self.fails(*live, "--input-format", "nonsense", "a.ts", says="nonsense")
        self.fails(*live, "none.mp4", says="none.mp4")

    def opened(self, process):
        """Until it has its input open and no model to read any more: it has three threads."""
        for _ in range(6000):
            if len(os.listdir(f"/proc/{process.pid}/task")) >= 3:
                return
            time.sleep(0.01)
        self.fail("it does not begin")


@unittest.skipUnless(FAKE, "nothing to stand between movinet and the system")
class Hangs(Network):
    @need_clips
    def test_name_that_is_looked_up_for_ever(self):
        self.env.update(LD_PRELOAD=FAKE, MOVINET_FAKE_HANG=self.path("hangs"))
        self.env["ASAN_OPTIONS"] = self.env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        process = self.live("http://hangs.test/stream")
        self.wait_for(self.path("hangs"))
        self.assertEqual(self.interrupt(process), "")


@unittest.skipUnless(have_display(), "no Xvfb")
class Screen(Network):
    def x11(self):
        """A display whose left half is green, whose right one is red."""
        display = Display(self.folder, 320, 120)
        self.addCleanup(display.end)
        with open(display.path, "r+b") as file:
            head = file.read(100)
            colors = int.from_bytes(head[76:80], "big")
            file.seek(int.from_bytes(head[0:4], "big") + 12 * colors)
            file.write((160 * b"\x00\xf0\x00\x00" + 160 * b"\x00\x00\xff\x00") * 120)
        return display.name

    @need_clips
    def test_screen_and_its_parts(self):
        self.env["DISPLAY"] = self.x11()
        classify = "classify", "-m", self.model, "--duration", "0.4", "--top", "1"
        for source, options, label in (("screen:160x120", (), "green"),
                                       ("screen:100x100+180,10", (), "red"),
                                       ("screen:64x64+0+56", (), "green"),
                                       ("screen", ("--size", "160x120"), "green"),
                                       ("screen", ("--camera-fps", "10"), "")):
            with self.subTest(source):
                out, err = self.run_movinet(*classify, *options, source)
                self.assertIn(label, out)
                self.assertEqual(err, "")
        process = self.live("screen:160x120")
        self.labels(process, "green")
        self.assertEqual(self.interrupt(process), "")

    @need_clips
    def test_what_cannot_be(self):
        live = "live", "-m", self.model, "-d", "none"
        self.env.pop("DISPLAY", None)
        self.fails(*live, "screen", says="screen: there is no X11 display (DISPLAY is not set)")
        for part_of in ("screen:", "screen:100", "screen:0x5", "screen:5x5+", "screen:5x5+1,2,3",
                        "screen:-5x5", "screen:99999999999x5"):
            self.fails(*live, part_of, says="screen:WIDTHxHEIGHT+X,Y")
        self.env["DISPLAY"] = ":99999"
        self.fails(*live, "screen", says="screen: X11 display :99999 cannot be opened")
        self.env["DISPLAY"] = self.x11()
        self.fails(*live, "screen:300x100+100,0", says="screen:300x100+100,0: this part is not all on the screen")


if __name__ == "__main__":
    main()

"""movinet pull, against a server on this machine.
SPDX-License-Identifier: Apache-2.0
"""
import http.server
import io
import os
import random
import re
import signal
import tarfile
import threading
import time

from command import A0, FEATURES, Test, main, need, need_file

MODEL = b"\x1c\0\0\0TFL3" + random.Random(1).randbytes(200_000)


def archive(members):
    """A .tar.gz as bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


GOOD = archive({"1.tflite": MODEL})


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves server.content; the flags of the server say how badly."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        asked = self.headers.get("Range")
        server.ranges.append(asked)
        if self.path == "/missing":
            return self.send_error(404)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", server.location)
            self.send_header("Content-Length", "9")
            self.end_headers()
            return self.wfile.write(b"elsewhere")
        body, first = server.content, 0
        if asked and server.knows_ranges:
            first = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
            if first >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            first += server.range_error
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body) - first))
        self.end_headers()
        end = len(body) if server.break_at is None else server.break_at
        self.wfile.write(body[first:end])
        self.wfile.flush()
        if server.hang and end < len(body):
            server.reached.set()
            server.let_go.wait(60)


class Pull(Test):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.content = GOOD
        self.server.knows_ranges = True
        self.server.break_at = None
        self.server.hang = False
        self.server.range_error = 0
        self.server.ranges = []
        self.server.reached = threading.Event()
        self.server.let_go = threading.Event()
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.addCleanup(self.server.let_go.set)
        self.url = f"http://127.0.0.1:{self.server.server_port}/download"
        for name in list(self.env):
            if name.lower().endswith("_proxy"):
                del self.env[name]

    def pull(self, name="a1", url=None, **more):
        return self.run_movinet("pull", name, "--url", url or self.url, **more)

    def pull_fails(self, says, name="a1", url=None):
        # The lines of progress go before it.
        out, err = self.pull(name, url, code=1)
        self.assertEqual(out, "")
        last = err.splitlines()[-1]
        self.assertTrue(last.startswith(f"movinet: {name}: "), err)
        self.assertIn(says, last)

    def there(self):
        return sorted(os.listdir(self.models)) if os.path.isdir(self.models) else []

    def check_installed(self, name="a1", content=MODEL):
        file = f"movinet_{name}_stream_int8_k600.tflite"
        self.assertEqual(self.there(), [file])
        with open(os.path.join(self.models, file), "rb") as model:
            self.assertEqual(model.read(), content)

    def part(self, content=None):
        path = os.path.join(self.models, "a1.tar.gz.part")
        if content is not None:
            os.makedirs(self.models, exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
        return path

    @need("curl")
    def test_whole(self):
        out, err = self.pull()
        self.assertIn("a1 is in " + self.models, out)
        self.assertIn("100 %", err)
        self.assertNotIn("\033", err)
        self.check_installed()
        self.assertEqual(self.server.ranges, [None])

    @need("curl")
    def test_quiet(self):
        _, err = self.run_movinet("pull", "a1", "-q", "--url", self.url)
        self.assertEqual(err, "")
        self.check_installed()

    @need("curl")
    def test_other_folder(self):
        self.run_movinet("pull", "a1", "--dir", "here/and/there", "--url", self.url)
        self.assertEqual(os.listdir(self.path("here/and/there")),
                         ["movinet_a1_stream_int8_k600.tflite"])
        self.assertEqual(self.there(), [])

    @need("curl")
    def test_broken_off_and_continued(self):
        self.server.break_at = 90_000
        self.pull_fails("pull again to go on")
        self.assertEqual(self.there(), ["a1.tar.gz.part"])
        self.assertEqual(os.path.getsize(self.part()), 90_000)
        self.server.break_at = None
        self.pull()
        self.assertEqual(self.server.ranges, [None, "bytes=90000-"])
        self.check_installed()

    @need("curl")
    def test_server_without_ranges(self):
        self.part(GOOD[:90_000])
        self.server.knows_ranges = False
        self.pull()
        self.assertEqual(self.server.ranges, ["bytes=90000-"])
        self.check_installed()

    @need("curl")
    def test_part_of_another_file_is_fetched_anew(self):
        self.part(b"x" * 90_000)
        self.pull()
        self.assertEqual(self.server.ranges, ["bytes=90000-", None])
        self.check_installed()

    @need("curl")
    def test_part_that_is_whole_already(self):
        self.part(GOOD)
        self.pull()
        self.assertEqual(self.server.ranges, [f"bytes={len(GOOD)}-"])
        self.check_installed()

    @need("curl")
    def test_part_that_is_too_long(self):
        self.part(GOOD + b"more")
        self.pull()
        self.assertEqual(self.server.ranges[1:], [None])
        self.check_installed()

    @need("curl")
    def test_wrong_range_is_fetched_anew(self):
        self.part(GOOD[:90_000])
        self.server.range_error = 7
        self.pull()
        self.assertEqual(self.server.ranges, ["bytes=90000-", None])
        self.check_installed()

    @need("curl")
    def test_not_found(self):
        self.pull_fails("HTTP status 404", url=self.url.replace("download", "missing"))
        self.assertEqual(self.there(), [])

    @need("curl")
    def test_nobody_answers(self):
        self.server.shutdown()
        self.server.server_close()
        self.pull_fails(self.url)
        self.assertEqual(self.there(), [])

    @need("curl")
    def test_wrong_checksum(self):
        # a0 has a known size and checksum; these bytes have neither.
        self.pull_fails("wrong size", name="a0")
        self.assertEqual(self.there(), [])
        if os.path.exists(A0):
            with open(A0, "rb") as file:
                model = bytearray(file.read())
            model[100_000] ^= 1
            self.server.content = archive({"1.tflite": bytes(model)})
            self.pull_fails("wrong checksum", name="a0")
            self.assertEqual(self.there(), [])

    @need("curl")
    def test_foreign_content(self):
        for content, says in (
                (b"<html>please log in</html>", "not a .tar.gz"),
                (b"", "a1"),
                (GOOD[:-20], "cut off or damaged"),
                (archive({}), "no .tflite"),
                (archive({"1.tflite": b"<html></html>"}), "not a .tflite"),
                (archive({"1.tflite": MODEL, "2.tflite": MODEL}), "more than one"),
        ):
            with self.subTest(says=says):
                self.server.content = content
                self.pull_fails(says)
                self.assertEqual(self.there(), [])

    @need("curl")
    def test_old_model_stays_when_a_pull_fails(self):
        self.pull()
        self.server.content = b"nothing"
        self.pull_fails("not a .tar.gz")
        self.check_installed()

    @need("curl")
    def test_redirections(self):
        self.server.location = self.url
        self.pull(url=self.url.replace("download", "to/it"))
        self.check_installed()
        self.server.location = "file:///etc/passwd"
        self.pull_fails("", url=self.url.replace("download", "to/it"))
        self.check_installed()

    @need("curl")
    def test_only_http_addresses(self):
        for url in ("file:///etc/passwd", "ftp://127.0.0.1/x", "127.0.0.1/x", ""):
            self.pull_fails("http" if url else "", url=url or "x")

    @need("curl")
    def test_interrupted_and_continued(self):
        self.server.break_at = 90_000
        self.server.hang = True
        process = self.start("pull", "a1", "--url", self.url)
        self.assertTrue(self.server.reached.wait(30))
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 1)
        self.assertEqual(out, b"")
        self.assertIn(b"cancelled", err)
        self.assertEqual(self.there(), ["a1.tar.gz.part"])
        self.server.break_at = None
        self.pull()
        self.assertEqual(self.server.ranges[1], f"bytes={90_000}-")
        self.check_installed()

    @need("curl")
    def test_two_at_once(self):
        self.server.break_at = 90_000
        self.server.hang = True
        process = self.start("pull", "a1", "--url", self.url)
        self.assertTrue(self.server.reached.wait(30))
        self.pull_fails("another process")
        self.server.let_go.set()
        process.communicate(timeout=30)

    @need("curl")
    def test_folder_that_cannot_be_made(self):
        self.write("file", b"")
        self.fails("pull", "a1", "--dir", "file/x", "--url", self.url, says="file")

    @need("curl")
    @need_file(A0)
    def test_a0(self):
        with open(A0, "rb") as file:
            model = file.read()
        self.server.content = archive({"1.tflite": model})
        self.pull("a0")
        self.check_installed("a0", model)
        # Again: it is there, and nothing is asked of the server.
        out, _ = self.pull("a0")
        self.assertIn("already", out)
        self.assertEqual(len(self.server.ranges), 1)
        # A damaged one is replaced.
        with open(os.path.join(self.models, "movinet_a0_stream_int8_k600.tflite"), "r+b") as file:
            file.write(b"damage")
        self.pull("a0")
        self.check_installed("a0", model)

    def test_without_curl(self):
        if "curl" in FEATURES:
            self.skipTest("built with curl")
        self.fails("pull", "a0", says="without libcurl")


if __name__ == "__main__":
    main()

"""What movinet reads from, beside files: the test picture, cameras, screens, servers.
SPDX-License-Identifier: Apache-2.0
"""
import json
import signal

from command import Test, main


class SourceTest(Test):
    def setUp(self):
        super().setUp()
        self.model = self.small_model("labels")

    def live(self, source, *more, **popen):
        """Starts movinet live; to be given to the functions below."""
        return self.start("live", "-m", self.model, "--display", "none", "--reset", "never",
                          "--smooth", "0", *more, source, **popen)

    def answers(self, process, n):
        """The next n answers."""
        found = []
        while len(found) < n:
            line = process.stdout.readline()
            if not line:
                self.fail(process.stderr.read().decode())
            line = json.loads(line)
            if "answer" in line:
                found.append(line)
        return found

    def interrupt(self, process):
        """Ctrl-C: it must end well. Returns what it wrote to stderr."""
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        return err.decode()


class TestPicture(SourceTest):
    def test_live(self):
        process = self.live("test", "--size", "64x48", "--camera-fps", "10")
        answers = self.answers(process, 8)
        self.assertEqual([line["answer"] for line in answers], list(range(1, 9)))
        for line in answers: # of its own clock, not of ours
            self.assertAlmostEqual(line["time"] * 10, round(line["time"] * 10), places=6)
        self.assertEqual(self.interrupt(process), "")

    def test_classify(self):
        words = "classify", "-m", self.model, "--format", "csv", "--every", "--top", "1"
        out, _ = self.run_movinet(*words, "test")
        self.assertEqual(len(out.splitlines()), 1 + 50 + 1) # ten seconds, and the end
        again, _ = self.run_movinet(*words, "test", "--duration", "12")
        self.assertEqual(len(again.splitlines()), 1 + 60 + 1)
        self.assertEqual(again.splitlines()[1:51], out.splitlines()[1:51])
        small, _ = self.run_movinet(*words, "--size", "64x48", "--duration", "1", "test")
        self.assertEqual(len(small.splitlines()), 1 + 5 + 1)

    def test_other_verbs(self):
        out, _ = self.run_movinet("bench", self.model, "--video", "test", "--runs", "3")
        self.assertIn("frames", out)

    def test_files_of_that_name(self):
        self.write("test", b"no video")
        _, err = self.run_movinet("classify", "-m", self.model, "--duration", "1", "test")
        self.assertIn("note: test: the test picture is meant; what has this name here is ./test",
                      err)
        self.fails("classify", "-m", self.model, "./test", says="./test")

    def test_what_cannot_be(self):
        self.fails("classify", "-m", self.model, "--size", "8x8", "test", says="sides must be 16")
        self.fails("classify", "-m", self.model, "--start", "10", "test", says="before the start")
        self.fails("live", "-m", self.model, "--size", "8x8", "test", says="sides must be 16")
        self.fails("live", "--camera-fps", "0", "test", code=2, says="camera-fps")


if __name__ == "__main__":
    main()

"""What movinet reads from, beside files: the test picture, cameras, screens, servers.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import unittest

from command import main, need
from watching import SourceTest

FAKE = os.environ.get("MOVINET_FAKE_CAMERA")


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


class Graph(SourceTest):
    @need("ffmpeg")
    def test_own_pace_and_end(self):
        """What FFmpeg makes has a clock of its own, like a file."""
        process = self.live("lavfi:color=c=0x00f000:s=96x64:r=10")
        for line in self.answers(process, 3):
            self.assertEqual(line["classes"][0]["label"], "green")
            self.assertAlmostEqual(line["time"] * 10, round(line["time"] * 10), places=6)
        self.assertEqual(self.interrupt(process), "")
        out, err = self.run_movinet("live", "-m", self.model, "-d", "none",
                                    "lavfi:color=c=0x00f000:s=96x64:r=10:d=0.5")
        self.assertIn('"answer"', out)
        self.assertEqual(err, "")


@unittest.skipUnless(FAKE, "no Video4Linux here")
class Cameras(SourceTest):
    """By tests/support/fake_camera.c, which stands between movinet and the devices."""

    def setUp(self):
        super().setUp()
        self.cameras = self.path("cameras")
        os.mkdir(self.cameras)
        self.env.update(LD_PRELOAD=FAKE, MOVINET_FAKE_CAMERAS=self.cameras)
        # What is loaded before the sanitizers' own library is not theirs to complain of.
        self.env["ASAN_OPTIONS"] = self.env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"

    def plug_in(self, number, words=""):
        return self.write(f"cameras/video{number}", words)

    def test_none(self):
        out, _ = self.run_movinet("cameras")
        self.assertIn("No camera was found", out)
        for hint in ("rpicam-vid", "libcamerify", "movinet live test"):
            self.assertIn(hint, out)
        self.assertEqual(json.loads(self.run_movinet("cameras", "-f", "json")[0]), [])

    def test_list(self):
        self.plug_in(2, "mjpg")
        self.plug_in(5, "denied")
        self.plug_in(10, "unicam")
        out, _ = self.run_movinet("cameras")
        self.assertIn('/dev/video2  A "fake" camera  usb-fake-1.2\n'
                      "  yuyv422   96x64, 640x480 at 30, 15, 5; 1920x1080 at 5\n"
                      "  mjpeg     96x64, 640x480 at 30, 15, 5; 1920x1080 at 5\n", out)
        self.assertIn("usermod -aG video", out)
        for line in out.splitlines():
            self.assertLessEqual(len(line), 100)
        cameras = json.loads(self.run_movinet("cameras", "--format", "json")[0])
        self.assertEqual([c["device"] for c in cameras],
                         ["/dev/video2", "/dev/video5", "/dev/video10"])
        self.assertEqual(cameras[0]["trouble"], None)
        self.assertIn("permission denied", cameras[1]["trouble"])
        self.assertIn("rpicam-vid", cameras[2]["trouble"])
        self.assertEqual(cameras[2]["formats"][0]["name"], None)
        self.assertEqual(cameras[0]["formats"][1]["sizes"][2],
                         {"width": 1920, "height": 1080, "rates": [5.0], "rates_between": False})

    @need("ffmpeg")
    def test_first_that_works(self):
        self.plug_in(0, "unicam")
        self.plug_in(1, "denied")
        self.plug_in(3)
        process = self.start("live", "-m", self.model, "--display", "none")
        for line in self.answers(process, 3):
            self.assertEqual(line["classes"][0]["label"], "green")
        self.assertEqual(self.interrupt(process), "")

    @need("ffmpeg")
    def test_classify(self):
        self.plug_in(0)
        out, _ = self.run_movinet("classify", "-m", self.model, "--duration", "1", "--size",
                                  "96x64", "--camera-fps", "15", "/dev/video0")
        self.assertIn("5 frames", out)
        self.assertIn("green", out)

    @need("ffmpeg")
    def test_unplugged_and_back(self):
        self.plug_in(0)
        process = self.live("/dev/video0", "--camera-fps", "30")
        first = self.answers(process, 2)
        os.remove(self.plug_in(0))
        self.assertIn(b"note: /dev/video0: reading failed: no such device",
                      process.stderr.readline())
        self.plug_in(0)
        later = [line for line in self.answers(process, 8) if line["answer"] > 8]
        self.assertGreater(later[-1]["time"], first[-1]["time"])
        self.interrupt(process)

    @need("ffmpeg")
    def test_another_number(self):
        """Whoever asked for the first camera gets it where it comes back."""
        self.plug_in(0)
        process = self.live("camera")
        self.answers(process, 2)
        os.remove(self.plug_in(0))
        self.plug_in(1)
        self.answers(process, 8)
        self.interrupt(process)

    @need("ffmpeg")
    def test_nothing_comes(self):
        self.plug_in(0, "silent")
        process = self.live("/dev/video0")
        self.wait_for(self.path("cameras/video0.on"))
        self.assertEqual(self.interrupt(process), "")
        self.fails("live", "-m", self.model, "--patience", "0.2", "/dev/video0",
                   says="/dev/video0: nothing has come for 0.2 seconds")

    @need("ffmpeg")
    def test_what_cannot_be(self):
        live = "live", "-m", self.model, "--display", "none"
        self.fails(*live, says="camera: there is none; movinet cameras")
        self.fails(*live, "/dev/video7", says="/dev/video7: no such camera")
        self.plug_in(0, "mjpg")
        self.plug_in(1, "denied")
        self.plug_in(2, "busy")
        self.fails(*live, "--size", "800x600",
                   says="/dev/video0: gives no 800x600; it gives 96x64, 640x480, 1920x1080")
        self.fails(*live, "--size", "1920x1080", "--camera-fps", "30", says="it gives 5")
        self.fails(*live, "--input-format", "h264",
                   says="/dev/video0: gives no h264; it gives yuyv422, mjpeg")
        self.fails(*live, "/dev/video1", says="permission denied")
        self.fails(*live, "/dev/video2", says="busy")


if __name__ == "__main__":
    main()

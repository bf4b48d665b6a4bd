"""movinet live for a long time: its memory stays as it is.

A clip that begins again and again, twenty times as fast as it is, until so many seconds of
it have been seen: MOVINET_SOAK (1800 under sanitizers in tools/check), here 200.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import signal
import unittest

from command import FEATURES, Test, main, make_clip, need_clips

SECONDS = float(os.environ.get("MOVINET_SOAK", 200))
SPEED = 20


def resident(process):
    """Bytes in memory."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


class Soak(Test):
    def soak(self, source, *more):
        # What was freed is not to be kept for long, or it would look like growth.
        self.env["ASAN_OPTIONS"] = "quarantine_size_mb=4:malloc_context_size=4"
        process = self.start("live", "-m", self.small_model("labels"), "--display", "none",
                             "--speed", str(SPEED), "--loop", "--smooth", "0.2", "--hold", "0.2",
                             "--threshold", "0.4", *more, source)
        at_third, line, answers = 0, {"time": 0}, 0
        while line["time"] < SECONDS:
            text = process.stdout.readline()
            self.assertTrue(text)
            line = json.loads(text)
            answers += "answer" in line
            if not at_third and line["time"] > SECONDS / 3:
                at_third = resident(process)
        at_end = resident(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        print(f"{answers} answers, {at_third >> 10} KiB after a third, {at_end >> 10} at the end")
        self.assertLess(at_end, at_third + (6 << 20))
        self.assertGreater(answers, SECONDS / 2) # of 5 a second; others may use the machine

    @need_clips
    def test_answers(self):
        make_clip(self.path("clip.mkv"), "-c:v", "mpeg2video", seconds=30)
        self.soak(self.path("clip.mkv"))

    @need_clips
    @unittest.skipUnless("overlay" in FEATURES, "built without overlay")
    def test_recording(self):
        make_clip(self.path("clip.mkv"), "-c:v", "mpeg2video", seconds=30)
        self.soak(self.path("clip.mkv"), "--record", "all.mkv", "--save-events", "events")


if __name__ == "__main__":
    main()

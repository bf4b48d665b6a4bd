"""movinet live as the tests beside this file watch it. SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import signal
import time

from command import Test


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

    def wait_for(self, path):
        """Until there is such a file."""
        for _ in range(6000):
            if os.path.exists(path):
                return
            time.sleep(0.01)
        self.fail(f"no {path}")

    def interrupt(self, process):
        """Ctrl-C: it must end well. Returns what it wrote to stderr."""
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        return err.decode()

    def labels(self, process, *labels):
        """Answers until each of these labels was the best one, in this order; all of them."""
        found = []
        for label in labels:
            while True:
                found += self.answers(process, 1)
                if found[-1]["classes"][0]["label"] == label:
                    break
        return found

"""A display of its own for a test (Xvfb), and what is on it. SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import struct
import subprocess


def have_display():
    return shutil.which("Xvfb") is not None


class Display:
    """An X server without a screen that anybody sees; its picture is a file in the folder."""

    def __init__(self, folder, width, height):
        self.path = os.path.join(folder, "Xvfb_screen0")
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp",
             "-noreset", "-fbdir", folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        self.name = ":" + self.server.stdout.readline().strip()

    def picture(self):
        return Picture(self.path)

    def end(self):
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()


class Picture:
    """What is on the display: the X server's own file of it (XWD)."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        header = struct.unpack(">25I", data[:100])
        self.width, self.height, self.stride = header[4], header[5], header[12]
        self.pixels = data[header[0] + header[19] * 12:]

    def at(self, x, y):
        i = int(y) * self.stride + int(x) * 4
        b, g, r = self.pixels[i:i + 3]
        return r, g, b

    def row(self, y, begin, end):
        return [self.at(x, y) for x in range(begin, end)]

    def save(self, path):
        """For whoever wants to look at it."""
        with open(path, "wb") as file:
            file.write(b"P6 %d %d 255\n" % (self.width, self.height))
            for y in range(self.height):
                for x in range(self.width):
                    file.write(bytes(self.at(x, y)))

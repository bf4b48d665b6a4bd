"""Installs this build into an empty folder and uses it as a stranger would:
public header, pkg-config, libraries, examples, man page, completion.

    python3 -B test_install.py BUILD MAKE_MODEL CC [ffmpeg] [cli]

SPDX-License-Identifier: Apache-2.0
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, MAKE_MODEL, CC = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3]
FEATURES = sys.argv[4:]
SOURCE_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLES = sorted(glob.glob(os.path.join(SOURCE_ROOT, "examples", "*.c")))
ENV = dict(os.environ, LC_ALL="C")
ENV.pop("LD_LIBRARY_PATH", None)  # meson test's own: it names the build folder


def text_of(*words, env=None):
    done = subprocess.run(words, env=env or ENV, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        raise AssertionError(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="movinet-install-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.dest = os.path.join(cls.folder, "dest")
        text_of("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", cls.dest)
        (pc,) = cls.find("libmovinet.pc")
        cls.libraries = os.path.dirname(os.path.dirname(pc))
        # The staged root stands for /; what else is there comes from the system.
        cls.pkg_env = dict(ENV, PKG_CONFIG_PATH=os.path.dirname(pc),
                           PKG_CONFIG_SYSROOT_DIR=cls.dest)
        cls.run_env = dict(ENV, LD_LIBRARY_PATH=cls.libraries)

    @classmethod
    def find(cls, name):
        return [os.path.join(folder, name) for folder, _, names in os.walk(cls.dest)
                if name in names]

    def pkg_config(self, *words):
        return text_of("pkg-config", *words, "libmovinet", env=self.pkg_env).split()

    def path(self, name):
        return os.path.join(self.folder, name)

    def build(self, source, name, *libraries):
        program = self.path(name)
        text_of(CC, "-Wall", "-Werror", source, "-o", program, "-pthread",
                *self.pkg_config("--cflags"), *libraries)
        return program

    def build_examples(self, kind, *libraries):
        for source in EXAMPLES:
            name = os.path.basename(source)[:-2]
            yield name, self.build(source, f"{name}-{kind}", *libraries)

    def static_libraries(self):
        """The archive, and shared what it asks for: of FFmpeg's and libcurl's own
        needs not everything can be had."""
        needs = self.pkg_config("--print-requires-private")
        return (os.path.join(self.libraries, "libmovinet.a"),
                *text_of("pkg-config", "--libs", *needs).split(), "-lm")

    def test_only_the_public_header(self):
        headers = [path for path in glob.glob(self.dest + "/**/*.h", recursive=True)]
        self.assertEqual([path.split("/include/")[1] for path in headers], ["movinet/movinet.h"])

    def test_header_alone(self):
        (header,) = self.find("movinet.h")
        for language, standard in (("c", "c11"), ("c", "c17"), ("c++", "c++17")):
            if language == "c++" and not shutil.which("c++"):
                continue
            text_of("c++" if language == "c++" else CC, "-x", language, f"-std={standard}",
                    "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", header)

    def test_exported_names(self):
        library = os.path.join(self.libraries, "libmovinet.so")
        names = [line.split()[-1] for line in text_of("nm", "-D", "--defined-only",
                                                      library).splitlines()]
        self.assertIn("movinet_model_open", names)
        self.assertEqual([name for name in names if not name.startswith("movinet_")], [])

    def test_names_in_the_archive(self):
        archive = os.path.join(self.libraries, "libmovinet.a")
        lines = text_of("nm", "-g", "--defined-only", archive).splitlines()
        names = [line.split()[-1] for line in lines if len(line.split()) == 3]
        self.assertEqual([name for name in names if not name.startswith(("mv", "movinet_", "tfl"))
                          and not name.startswith("_")], [])

    def test_version(self):
        source = self.path("version.c")
        with open(source, "w", encoding="ascii") as file:
            file.write("#include <movinet/movinet.h>\n#include <stdio.h>\n"
                       "int main(void)\n{\n    puts(movinet_version());\n}\n")
        (version,) = self.pkg_config("--modversion")
        program = self.build(source, "version", *self.pkg_config("--libs"))
        self.assertEqual(text_of(program, env=self.run_env).strip(), version)
        program = self.build(source, "version-static", *self.static_libraries())
        self.assertEqual(text_of(program).strip(), version)
        self.assertNotIn("libmovinet", text_of("ldd", program))

    @unittest.skipUnless("cli" in FEATURES, "built without the command")
    def test_command_and_its_pages(self):
        for name in ("movinet", "movinet.1", "movinet.bash"):
            (path,) = self.find(name)
            self.assertGreater(os.path.getsize(path), 1000)
        (program,) = self.find("movinet")
        (version,) = self.pkg_config("--modversion")
        self.assertEqual(text_of(program, "--version", env=self.run_env), f"movinet {version}\n")

    def test_examples(self):
        for kind, libraries in (("shared", self.pkg_config("--libs")),
                                ("static", self.static_libraries())):
            for name, program in self.build_examples(kind, *libraries):
                done = subprocess.run([program], env=self.run_env, check=False,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertTrue(done.stderr.startswith(b"usage: " + name.encode()))
                done = subprocess.run([program, *["/no/where"] * 3][:4 - (name == "classify")],
                                      env=self.run_env, check=False, stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 1)
                self.assertIn(b"/no/where", done.stderr)

    @unittest.skipUnless("ffmpeg" in FEATURES and shutil.which("ffmpeg"), "no ffmpeg")
    def test_examples_on_a_video(self):
        model, clip = self.path("model.tflite"), self.path("clip.mkv")
        text_of(MAKE_MODEL, "labels", model)
        text_of("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
                "color=c=0x00f000:s=96x64:r=10:d=2", "-c:v", "ffv1", clip)
        for kind, libraries in (("shared", self.pkg_config("--libs")),
                                ("static", self.static_libraries())):
            programs = dict(self.build_examples(kind, *libraries))
            lines = text_of(programs["classify"], model, clip, env=self.run_env).splitlines()
            self.assertEqual(len(lines), 10)
            self.assertRegex(lines[-1], r"^ +1\.8 s +100 %  green$")
            out = text_of(programs["two_streams"], model, clip, clip, env=self.run_env)
            self.assertEqual(out, f"{clip}: green, 100 %\n" * 2)


    def test_heavy_libraries_come_when_they_are_used(self):
        needs = text_of("ldd", os.path.join(self.libraries, "libmovinet.so"))
        for name in ("libavcodec", "libavformat", "libswscale", "libcurl", "libzip", "libpango",
                     "libcairo", "libSDL"):
            self.assertNotIn(name, needs)

    @unittest.skipUnless("ffmpeg" in FEATURES and shutil.which("ffmpeg"), "no ffmpeg")
    def test_modules_move_along(self):
        """What is installed may be moved; a part of it alone says what is missing."""
        model, clip, moved = (self.path(name) for name in ("m.tflite", "c.mkv", "elsewhere"))
        text_of(MAKE_MODEL, "labels", model)
        text_of("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
                "color=c=0x00f000:s=96x64:r=10:d=1", "-c:v", "ffv1", clip)
        shutil.copytree(self.libraries, moved, symlinks=True)
        shutil.move(os.path.join(self.libraries, "movinet"), self.path("hidden"))
        self.addCleanup(shutil.move, self.path("hidden"), os.path.join(self.libraries, "movinet"))
        program = dict(self.build_examples("moved", *self.pkg_config("--libs")))["classify"]
        env = dict(ENV, LD_LIBRARY_PATH=moved)
        self.assertRegex(text_of(program, model, clip, env=env), "green$")
        os.remove(os.path.join(moved, "movinet", "movinet-ffmpeg.so"))
        done = subprocess.run([program, model, clip], env=env, check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"c\.mkv: cannot read videos: movinet-ffmpeg\.so is missing")
        self.assertEqual(done.stderr.count("\n"), 1)
        with open(os.path.join(moved, "movinet", "movinet-ffmpeg.so"), "wb") as file:
            file.write(b"damaged")
        done = subprocess.run([program, model, clip], env=env, check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "cannot load .*movinet-ffmpeg.so")


if __name__ == "__main__":
    if not shutil.which("pkg-config") or not shutil.which("meson") or not shutil.which("nm"):
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)

"""movinet models: what is installed and what is known.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os

from command import FEATURES, Test, main


class Models(Test):
    def install(self, name, content=b"12345"):
        os.makedirs(self.models, exist_ok=True)
        with open(os.path.join(self.models, name), "wb") as file:
            file.write(content)

    def test_nothing_installed(self):
        out, err = self.run_movinet("models")
        self.assertEqual(err, "")
        self.assertIn(self.models, out)
        for name in ("a0", "a1", "a2"):
            self.assertRegex(out, rf"(?m)^  {name} .*movinet pull {name}$")

    def test_installed(self):
        self.install("movinet_a1_stream_int8_k600.tflite")
        self.install("my own.tflite")
        self.install("a0.tar.gz.part")
        out, _ = self.run_movinet("models")
        self.assertRegex(out, r"(?m)^  a1 .* 5 bytes  installed$")
        self.assertRegex(out, r"(?m)^  my own.tflite +5 bytes  installed$")
        self.assertNotIn(".part", out)
        for line in out.splitlines()[1:]:
            self.assertLessEqual(len(line), 80)

    def test_json(self):
        self.install("movinet_a1_stream_int8_k600.tflite")
        out, _ = self.run_movinet("models", "--format", "json")
        models = {model["name"]: model for model in json.loads(out)}
        inside = {"camera-motion"} if "model" in FEATURES else set()
        self.assertEqual(set(models), {"a0", "a1", "a2"} | inside)
        self.assertFalse(models["a0"]["installed"])
        self.assertTrue(models["a1"]["installed"])
        self.assertTrue(os.path.exists(models["a1"]["path"]))
        self.assertTrue(models["a2"]["url"].startswith("https://"))

    def test_xdg_data_home(self):
        self.env["XDG_DATA_HOME"] = self.path("data")
        out, _ = self.run_movinet("models")
        self.assertIn(self.path("data") + "/movinet/models", out)

    def test_no_home(self):
        del self.env["HOME"]
        self.fails("models", says="HOME")


if __name__ == "__main__":
    main()

"""What the README tells people to paste works as it stands."""

import os
import re
import subprocess
import unittest

from support.shop import ROOT, Shop


class ReadmeTest(unittest.TestCase):
    def test_the_buyers_path_can_be_pasted(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            section = file.read().split("## Buy something", 1)[1].split("\n## ", 1)[0]
        script = re.search(r"```sh\n(.*?)```", section, re.S)[1]
        with Shop() as shop:
            answer = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script],
                env={**os.environ, "SHOP": shop.url},
                capture_output=True,
                text=True,
                timeout=60,
            )
        self.assertEqual((answer.returncode, answer.stderr), (0, ""), answer.stdout)
        self.assertIn('"confirmed"', answer.stdout)
        self.assertRegex(answer.stdout, r"(?m)^1001$")


if __name__ == "__main__":
    unittest.main()

import os
import time
import unittest

import machine


class MachineTest(unittest.TestCase):
    def test_reads_the_cpu_time_of_a_process(self):
        before = machine.cpu_seconds(os.getpid())
        own = time.process_time()
        while time.process_time() - own < 0.02:
            pass
        self.assertAlmostEqual(machine.cpu_seconds(os.getpid()) - before, 0.02, delta=0.015)

    def test_says_what_was_measured_on(self):
        described = machine.describe()
        for name in ("time", "processor", "cores", "kernel", "memoryGiB"):
            self.assertTrue(described[name], name)


if __name__ == "__main__":
    unittest.main()

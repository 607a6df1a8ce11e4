import unittest

from counts import parse_strace, per_request

TABLE = """% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.000600           1      1010           epoll_wait
 30.00    0.000300           1      1000        10 recvfrom
  9.00    0.000090           0      1000           sendto
  1.00    0.000010           0         4           futex
------ ----------- ----------- --------- --------- ----------------
100.00    0.001000           0      3014        10 total
"""


class CountsTest(unittest.TestCase):
    def test_reads_the_calls_and_neither_errors_nor_the_total(self):
        self.assertEqual(parse_strace(TABLE), {"epoll_wait": 1010, "recvfrom": 1000, "sendto": 1000, "futex": 4})

    def test_divides_by_the_requests_without_what_an_idle_process_does(self):
        total, words = per_request(parse_strace(TABLE), 1000, {"epoll_wait": 10, "futex": 4})
        self.assertAlmostEqual(total, 3)
        self.assertEqual(words, "epoll_wait 1.00, recvfrom 1.00, sendto 1.00")


if __name__ == "__main__":
    unittest.main()

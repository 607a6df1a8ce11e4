"""The anatomy of a scenario: one shop for all tests of a class, and a buyer of its own for each."""

import unittest

from support.shop import Shop

# The two books are compared this soon after the last change; the default is for a shop, not for a test.
QUICK = {"KONTOR_ORDER__INVARIANTS_SETTLE": "100ms"}


class ShopTestCase(unittest.TestCase):
    """`shop` runs with SETTINGS (environment) until the class is over; `admin` is its staff, `buyer` new each time."""

    SETTINGS = {}

    @classmethod
    def setUpClass(cls):
        cls.shop = Shop(cls.SETTINGS).start()
        cls.addClassCleanup(cls.shop.__exit__)
        cls.admin = cls.shop.admin()

    def setUp(self):
        self.buyer = self.shop.client()

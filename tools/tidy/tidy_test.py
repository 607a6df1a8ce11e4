"""Planted violations: each rule must find its own, and must let the allowed form pass."""

import os
import subprocess
import sys
import tempfile
import unittest

import layers
import rules
import sizes
import tree
from source import Source

HERE = os.path.dirname(os.path.abspath(__file__))


def cpp(text, path="services/order/domain.cpp"):
    return [str(finding) for finding in rules.check_cpp(Source(path, text))]


class BannedCode(unittest.TestCase):
    BANNED = (
        "auto t = std::chrono::steady_clock::now();",
        "auto t = time(nullptr);",
        "auto t = std::time( 0 );",
        "gettimeofday(&tv, nullptr);",
        "std::random_device device;",
        "int n = rand();",
        "std::thread worker(run);",
        "std::jthread worker(run);",
        "auto f = std::async(run);",
        "std::this_thread::sleep_for(1s);",
        "usleep(10);",
        'auto* home = std::getenv("HOME");',
        "boost::asio::steady_timer timer(io);",
        "std::regex pattern;",
        "#include <iostream>\n",
        "co_await client->Call({.id = id});",
        "co_await client->Call(context,\n    {id});",
        "co_await state_->over;",
        "const auto landing = co_await *ticket.waiting;",
        "auto x = ready ? co_await left : right;",
        "auto x = co_await ready() ? left : right;",
        "#define TWICE(x) ((x) * 2)\n",
        "class OrderManager {};",
        "using namespace kontor;\n",
    )

    def test_each_banned_form_is_found_once(self):
        for text in self.BANNED:
            with self.subTest(text):
                found = cpp("int before;\n" + text)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith("services/order/domain.cpp:2: "), found)

    def test_allowed_forms_pass(self):
        for text in (
            "auto t = clock.now();",
            "row.time(0);",
            "// std::thread in a comment",
            'log("std::thread time(0) rand()");',
            'auto sql = R"(select time(0), rand())";',
            "std::thread::id owner;",
            "auto expiry_time = lifetime(5);",
            "co_await client->Call(context, std::move(request));",
            "co_await over; co_await *wake;",
            "co_await client->Call(context, [] { return 1; });",
            "if (co_await ready()) { x = a ? b : c; }",
            "char quote = '\"'; int million = 1'000'000;",
            "#define KONTOR_ON 1\n",
            "using namespace std::chrono_literals;\n",
        ):
            with self.subTest(text):
                self.assertEqual(cpp(text), [])

    def test_the_owner_and_the_tests_may(self):
        clock = "auto t = std::chrono::system_clock::now();"
        self.assertEqual(cpp(clock, "chassis/runtime/clock.cpp"), [])
        self.assertEqual(cpp(clock, "services/order/domain_test.cpp"), [])
        self.assertEqual(len(cpp(clock, "chassis/http/server.cpp")), 1)
        self.assertEqual(len(cpp("std::this_thread::sleep_for(1s);", "services/order/domain_test.cpp")), 1)

    def test_a_header_says_pragma_once(self):
        self.assertEqual(len(cpp("int a;", "money/money.hpp")), 1)
        self.assertEqual(cpp("#pragma once\nint a;", "money/money.hpp"), [])


class Text(unittest.TestCase):
    def check(self, text, path="docs/guide.md"):
        return [str(finding) for finding in rules.check_text(Source(path, text))]

    def test_notes_and_machine_paths_are_found(self):
        self.assertEqual(len(self.check("first\n// TODO: later\n")), 1)
        self.assertIn("docs/guide.md:2:", self.check("first\nsee /home/ann/kontor\n")[0])
        self.assertEqual(len(self.check('open("/tmp/x")', "chassis/store/file.cpp")), 1)

    def test_tests_and_addresses_may(self):
        self.assertEqual(self.check('open("/tmp/x")', "chassis/store/file_test.cpp"), [])
        self.assertEqual(self.check("https://shop.example/home/page and ./tmp/x and ${DATA}/work/y"), [])


class Sizes(unittest.TestCase):
    def messages(self, text, path="services/order/domain.cpp"):
        return [finding.message for finding in sizes.check(Source(path, text))]

    def lengths(self, text):
        return [length for _, length in sizes.functions(Source("a.cpp", text))]

    def test_limits_stand_exactly_where_they_are_said(self):
        self.assertEqual(self.messages("int a;\n" * 500), [])
        self.assertEqual(len(self.messages("int a;\n" * 501)), 1)
        self.assertEqual(self.messages("a" * 120), [])
        self.assertEqual(len(self.messages("a" * 121)), 1)
        self.assertEqual(self.messages("void f() {\n" + "  g();\n" * 68 + "}\n"), [])
        self.assertEqual(len(self.messages("void f() {\n" + "  g();\n" * 69 + "}\n")), 1)
        self.assertEqual(len(self.messages("def f():\n" + "    g()\n" * 70, "tools/tidy/a.py")), 1)

    def test_functions_are_told_from_scopes_and_initialisers(self):
        self.assertEqual(self.lengths("namespace a {\nclass B : C<void(int)> {\n void f() const {\n }\n};\n}\n"), [2])
        self.assertEqual(self.lengths("template <class T>\ntask<T> f(T t)\n{\n if (t) {\n }\n}\n"), [6])
        self.assertEqual(self.lengths("struct Row { int a; };\nconst Row kRows[] = {\n{1},\n{2},\n};\n"), [])
        self.assertEqual(self.lengths("A::A() : b_{1}, c_(2) {\n f();\n}\n"), [1, 3])
        self.assertEqual(self.lengths("auto f = [](int a) {\n return a;\n};\nint g() { return 1; }\n"), [3, 1])
        self.assertEqual(self.lengths("#define X {\nenum class E { a };\nvoid f() {\n auto s = \"}\"; // }\n}\n"), [3])


class Tree(unittest.TestCase):
    def test_names_kinds_and_blobs(self):
        for path in ("chassis/store/sql_utils.cpp", "services/common/a.cpp", "docs/a.docx", "money/Money.cpp"):
            self.assertEqual(len(list(tree.check(path, 10))), 1, path)
        self.assertEqual(len(list(tree.check("web/logo.png", 301 * 1024))), 1)
        for path in ("Makefile", "tools/setup", ".ci/run", "chassis/base/error.hpp", "docs/commonplace.md"):
            self.assertEqual(list(tree.check(path, 10)), [], path)


GRAPH = """
money:
contracts/kontor/api:
chassis/base:
chassis/http: chassis/base
contracts: chassis/*
services/*: chassis/* money contracts
apps/*: services/*/module.hpp services/*/settings.pb.h
chassis/testing: chassis/*
*_test.cpp: chassis/testing
"""


class Layers(unittest.TestCase):
    def check(self, path, *includes, graph=GRAPH):
        text = "".join(f'#include {name if name[0] == "<" else chr(34) + name + chr(34)}\n' for name in includes)
        return [str(finding) for finding in layers.check(layers.Graph(graph), [Source(path, text)])]

    def test_arrows_of_the_graph_pass(self):
        self.assertEqual(self.check("chassis/http/server.cpp", "chassis/base/error.hpp", "chassis/http/server.hpp"), [])
        contract = "kontor/inventory/v1/inventory.kontor.hpp"
        order = ("money/money.hpp", contract, "services/order/settings.pb.h", "<vector>")
        self.assertEqual(self.check("services/order/handlers.hpp", *order), [])
        own = ("services/order/module.hpp", "services/order/settings.pb.h")
        self.assertEqual(self.check("apps/kontor/main.cpp", *own), [])
        self.assertEqual(self.check("chassis/http/http_test.cpp", "chassis/testing/fixture.hpp"), [])

    def test_an_include_without_arrow_names_file_and_line(self):
        found = self.check("services/order/handlers.cpp", "money/money.hpp", "services/inventory/store.hpp")
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith("services/order/handlers.cpp:2: "), found)
        for path, include in (
            ("chassis/base/error.cpp", "chassis/http/server.hpp"),
            ("chassis/http/server.cpp", "kontor/order/v1/order.kontor.hpp"),
            ("chassis/http/server.cpp", "chassis/testing/fixture.hpp"),
            ("services/order/store.cpp", "chassis/testing/fixture.hpp"),
            ("apps/kontor/main.cpp", "services/order/store.hpp"),
            ("services/order/store.cpp", "store.hpp"),
            ("elsewhere/a.cpp", "money/money.hpp"),
        ):
            self.assertEqual(len(self.check(path, include)), 1, path)

    def test_the_graph_itself_may_not_point_down(self):
        self.assertIn("layers.txt:1", self.check("a.cpp", graph="chassis/base: chassis/http\nchassis/http:\n")[0])

    def test_services_cannot_be_allowed_to_include_each_other(self):
        self.assertIn("layers.txt:1", self.check("a.cpp", graph="services/*: services/*\n")[0])

    def test_vendor_headers_stay_in_sources(self):
        asio = "<boost/asio/ip/tcp.hpp>"
        self.assertEqual(self.check("chassis/http/server.cpp", asio, "chassis/http/session_detail.hpp"), [])
        self.assertEqual(self.check("chassis/http/session_detail.hpp", asio), [])
        self.assertEqual(len(self.check("chassis/http/server.hpp", asio)), 1)
        self.assertEqual(len(self.check("chassis/http/server.hpp", "chassis/http/session_detail.hpp")), 1)

    def test_a_commented_include_is_none(self):
        source = Source("money/money.cpp", '// #include "chassis/http/server.hpp"\n')
        self.assertEqual(list(layers.check(layers.Graph(GRAPH), [source])), [])


class CommandLine(unittest.TestCase):
    def test_a_planted_tree_fails_and_a_clean_one_passes(self):
        with tempfile.TemporaryDirectory() as root:
            self.write(root, "tools/tidy/layers.txt", GRAPH)
            self.write(root, "services/order/store.cpp", '#include "services/order/store.hpp"\n')
            self.assertEqual(self.run_tidy(root), (0, ""))
            self.write(root, "services/order/store.cpp", '#include "services/cart/store.hpp"\nint a = rand();\n')
            code, output = self.run_tidy(root, "--layers")
            self.assertEqual(code, 1)
            self.assertIn("services/order/store.cpp:1: ", output)
            self.assertNotIn("rand", output)
            self.assertIn("services/order/store.cpp:2: `rand(`", self.run_tidy(root)[1])

    def write(self, root, path, text):
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def run_tidy(self, root, *options):
        command = [sys.executable, "-B", os.path.join(HERE, "main.py"), "--root", root, *options]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        return result.returncode, result.stdout


if __name__ == "__main__":
    unittest.main()

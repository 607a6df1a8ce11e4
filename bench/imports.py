"""Import of a product file of 100,000 rows, against the same rows read and stored by SQLite alone without any rule."""

import csv
import os
import sqlite3
import tempfile
import time

import catalogue_rows
from machine import peak_rss_mib
from report import Aim
from servers import BenchShop
from support.buyer import expect
from support.shop import wait_for

PRODUCTS, VARIANTS, IMAGES = 20_000, 5, 3
CASE = (
    f"import: a file of {PRODUCTS * VARIANTS:,} rows, {PRODUCTS:,} products, "
    f"{VARIANTS} variants and {IMAGES} images each"
)


def import_file(admin, path):
    """Uploads a product file, waits for the end of its job; returns the job. Refused rows end the run."""
    with open(path, "rb") as file:
        content = file.read()
    headers = {"Content-Type": "text/csv"}
    job = expect(admin.call("POST", "/v1/admin/imports?setStock=true", raw=content, headers=headers, timeout=300), 202)

    def ended():
        answer = expect(admin.get(f"/v1/admin/imports/{job['id']}"), 200)
        return answer if answer["state"] != "running" else None

    done = wait_for(ended, 300, "the import")
    if done["state"] != "done" or done["errorsTotal"]:
        raise SystemExit(f"bench: the import ended as {done}")
    return done


def measure(bench):
    rounds = min(bench.rounds, 3)  # seconds long each: three say enough
    with tempfile.TemporaryDirectory(prefix="kontor-bench-") as folder:
        file = os.path.join(folder, "products.csv")
        rows = catalogue_rows.write(file, PRODUCTS, VARIANTS, IMAGES)
        rates, cpu, peaks, alone = [], [], [], []
        for number in range(rounds):
            alone.append(rows / _plain_import(file, os.path.join(folder, f"plain-{number}.db")))
            elapsed, cpu_seconds, peak = _shop_import(file, rows)
            rates.append(rows / elapsed)
            cpu.append(cpu_seconds * 1e6 / rows)
            peaks.append(peak)
    add = bench.report.add
    add(CASE, "SQLite alone", "rows (Python's csv, one table, one commit)", "/s", alone)
    add(CASE, "kontor", "rows", "/s", rates, ("SQLite alone", alone), Aim(">=", 20_000))
    add(CASE, "kontor", "CPU of the shop each", "µs", cpu)
    add(CASE, "kontor", "peak RSS", "MiB", peaks)


def _shop_import(file, rows):
    with BenchShop(catalogue="") as shop:
        admin = shop.admin()
        cpu = shop.cpu_seconds()
        began = time.monotonic()
        job = import_file(admin, file)
        elapsed = time.monotonic() - began
        if job["rows"] != rows:
            raise SystemExit(f"bench: the file has {rows} rows, the import read {job['rows']}")
        return elapsed, shop.cpu_seconds() - cpu, peak_rss_mib(shop.process.pid)


def _plain_import(file, path):
    began = time.monotonic()
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL")
    columns = ", ".join(f"c{number}" for number in range(len(catalogue_rows.COLUMNS)))
    database.execute(f"CREATE TABLE rows ({columns})")
    marks = ", ".join("?" for _ in catalogue_rows.COLUMNS)
    database.execute("BEGIN")
    with open(file, newline="", encoding="utf-8") as text:
        reader = csv.reader(text)
        next(reader)
        database.executemany(f"INSERT INTO rows VALUES ({marks})", reader)
    database.execute("COMMIT")
    database.close()
    elapsed = time.monotonic() - began
    os.unlink(path)
    return elapsed

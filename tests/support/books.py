"""The sandbox's ledger and ours, read from the files of a stopped shop by other eyes than the shop's own."""

import os
import sqlite3


def rows(data, store, sql):
    database = sqlite3.connect(os.path.join(data, store + ".db"))
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def edit(data, store, *statements):
    """Changes rows behind the shop's back; foreign keys and checks are not asked."""
    database = sqlite3.connect(os.path.join(data, store + ".db"))
    try:
        database.execute("PRAGMA ignore_check_constraints = ON")
        changed = [database.execute(sql).rowcount for sql in statements]
        database.commit()
        return changed
    finally:
        database.close()


def differences(data):
    """What the two books and the orders disagree on, once everything has ended: nothing."""
    found = []
    ledger = {
        ref: (state, authorized, captured, refunded)
        for ref, state, authorized, captured, refunded in rows(
            data, "sandbox", "SELECT ref, state, authorized, captured, refunded FROM entry WHERE state <> 'unknown'"
        )
    }
    ours = {
        ref: (authorized, captured, refunded)
        for ref, authorized, captured, refunded in rows(
            data, "payment", "SELECT ref, authorized, captured, refunded FROM payment"
        )
    }
    for ref, (state, *amounts) in ledger.items():
        if tuple(amounts) != ours.get(ref):
            found.append(f"{ref}: the provider says {state} {amounts}, we say {ours.get(ref)}")
    alone = {ref: amounts for ref, amounts in ours.items() if any(amounts) and ref not in ledger}
    found += [f"{ref}: {amounts} are in our book alone" for ref, amounts in alone.items()]
    standing = dict(
        rows(data, "order", "SELECT checkout_id, total FROM orders WHERE status IN ('confirmed', 'completed')")
    )
    for ref, total in standing.items():
        if ledger.get(ref, ("", 0))[1] != total:
            found.append(f"{ref}: its order costs {total}, the provider holds {ledger.get(ref)}")
    for ref, (state, authorized, captured, refunded) in ledger.items():
        if authorized - refunded > 0 and ref not in standing:
            found.append(f"{ref}: the provider holds {authorized - refunded} ({state}) for no order")
        if captured > authorized:
            found.append(f"{ref}: {captured} taken of {authorized}")
    taken = rows(data, "sandbox", "SELECT ref, COUNT(*) FROM operation WHERE kind = 'capture' GROUP BY ref")
    found += [f"{ref}: captured {times} times" for ref, times in taken if times > 1]
    return found

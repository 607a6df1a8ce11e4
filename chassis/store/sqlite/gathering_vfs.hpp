#pragma once

namespace kontor::store::sqlite {

/// The name of a VFS that is the system's, but for the write-ahead logs it opens: what is written there is gathered in
/// memory and goes to the file in one piece before the log is synced, read or measured.
///
/// SQLite writes each page of a commit to its log by two system calls. Nobody else reads them before the commit has
/// synced the log, so it is safe for connections that sync at every commit (synchronous = FULL or EXTRA), and for no
/// others. A write that fails (a full disk) is reported by the sync. Thread-safe.
const char* gatheringVfs();

}  // namespace kontor::store::sqlite

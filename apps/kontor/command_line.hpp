#pragma once

namespace kontor {

/// Reads the words after `kontor` and runs the command they name. Returns the exit code: 0 done, 1 the command failed
/// (its reason is on standard error), 2 the words were not understood.
int runCommandLine(int argc, char** argv);

}  // namespace kontor

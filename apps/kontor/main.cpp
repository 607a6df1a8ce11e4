#include "apps/kontor/command_line.hpp"

int main(int argc, char** argv) { return kontor::runCommandLine(argc, argv); }

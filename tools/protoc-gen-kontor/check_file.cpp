#include "tools/protoc-gen-kontor/checks.hpp"
namespace kontor::generator {
void checkFile(const FileDescriptor&, Faults&) {}
void checkTogether(const std::vector<const FileDescriptor*>&, Faults&) {}
}

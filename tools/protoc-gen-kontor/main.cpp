// protoc-gen-kontor: turns contracts into interfaces, faces, clients, method tables and JSON codecs. See README.md.
#include <google/protobuf/compiler/code_generator.h>
#include <google/protobuf/compiler/plugin.h>
#include <google/protobuf/io/printer.h>
#include <google/protobuf/io/zero_copy_stream.h>

#include <memory>

#include "tools/protoc-gen-kontor/checks.hpp"
#include "tools/protoc-gen-kontor/emit_file.hpp"

namespace kontor::generator {
namespace {

using google::protobuf::compiler::GeneratorContext;

class Generator final : public google::protobuf::compiler::CodeGenerator {
 public:
  bool GenerateAll(const std::vector<const FileDescriptor*>& files, const std::string& parameter,
                   GeneratorContext* context, std::string* error) const final {
    if (!parameter.empty() && parameter != "check") {
      *error = "unknown parameter \"" + parameter + "\": only \"check\" is known, which checks and writes nothing";
      return false;
    }
    Faults faults;
    for (const FileDescriptor* file : files) {
      if (hasCodecs(*file)) checkFile(*file, faults);
    }
    checkTogether(files, faults);
    if (!faults.empty()) {
      *error = faults.text();
      return false;
    }
    for (const FileDescriptor* file : files) {
      if (parameter.empty()) write(*file, *context);
    }
    return true;
  }

  bool Generate(const FileDescriptor* file, const std::string& parameter, GeneratorContext* context,
                std::string* error) const final {
    return GenerateAll({file}, parameter, context, error);
  }

  std::uint64_t GetSupportedFeatures() const final { return FEATURE_PROTO3_OPTIONAL; }

 private:
  static void write(const FileDescriptor& file, GeneratorContext& context) {
    if (!hasCodecs(file)) return;
    const Generated generated = generate(file);
    writeFile(stemOf(file) + ".kontor.hpp", generated.header, context);
    writeFile(stemOf(file) + ".kontor.cpp", generated.source, context);
  }

  static void writeFile(const std::string& name, const std::string& text, GeneratorContext& context) {
    const std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> stream(context.Open(name));
    google::protobuf::io::Printer printer(stream.get(), '$');
    printer.PrintRaw(text);
  }
};

}  // namespace
}  // namespace kontor::generator

int main(int argc, char** argv) {
  const kontor::generator::Generator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chassis/http/message.hpp"
#include "chassis/rpc/method.hpp"
#include "services/gateway/staleness.hpp"

namespace google::protobuf {
class FieldDescriptor;
}
namespace kontor::rpc {
class Directory;
}

namespace kontor::gateway {

/// A field of a request that the gateway fills from a header, or of an answer that it sends as one.
struct HeaderField {
  std::string header;
  const google::protobuf::FieldDescriptor* field;
};

/// One verb and path, and what answers it: a contract's method or a page of the gateway's own.
struct Route {
  std::string verb;
  std::string path;  // the template, also what metrics and logs show
  std::vector<std::string> variables;

  /// Of a contract: the method, its service, and what of the table is looked up once.
  const rpc::Method* method = nullptr;
  std::shared_ptr<rpc::Service> service;
  const rpc::HttpBinding* binding = nullptr;
  std::vector<HeaderField> header_fields;
  /// The body's field when it is a file (kontor.type.v1.File) or one field of the request; null otherwise.
  const google::protobuf::FieldDescriptor* body_field = nullptr;
  /// The answer's field of type kontor.type.v1.File, which is then the whole body; null when the answer is JSON.
  const google::protobuf::FieldDescriptor* answer_file = nullptr;
  /// The fields of such an answer that go out as headers.
  std::vector<HeaderField> answer_headers;
  /// Where spooled files of answers lie.
  std::filesystem::path spool;
  /// Of a method whose answers may be kept, since they are the same for every caller: what makes them stale.
  std::unique_ptr<Staleness> staleness;

  /// Of a page: answers from the head alone. `values` are the template's variables.
  using Page = std::function<http::Response(const http::RequestHead&, const std::vector<std::string>& values)>;
  Page page;
};

/// A contract as the gateway serves it: its table, and what answers (null where only the table is of interest).
struct Contract {
  std::span<const rpc::Method> table;
  std::shared_ptr<rpc::Service> service;
};

/// Every contract of the shop, each with its face or client. Internal methods are among the rows; `routesOf` skips
/// them.
std::vector<Contract> publicContracts(rpc::Directory& directory);
/// The same without anything to call, for what is written from the tables alone.
std::vector<Contract> publicTables();

/// A route for each HTTP binding of each method that clients may call at all. `spool` is the folder of the files that
/// services answer with.
std::vector<std::unique_ptr<Route>> routesOf(const std::vector<Contract>& contracts,
                                             const std::filesystem::path& spool = {});

}  // namespace kontor::gateway

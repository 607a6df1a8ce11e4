#include "services/gateway/pages.hpp"

#include <algorithm>

#include "chassis/base/assert.hpp"
#include "chassis/base/error.hpp"
#include "chassis/http/conditional.hpp"
#include "chassis/http/static_files.hpp"
#include "services/gateway/docs_page.hpp"
#include "services/gateway/openapi.hpp"
#include "services/gateway/pages.embed.hpp"
#include "services/gateway/route.hpp"
#include "services/gateway/router.hpp"

namespace kontor::gateway {
namespace {

// Pages bring their own style and load scripts, pictures and data from this origin alone.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri "
    "'none'; "
    "form-action 'none'; frame-ancestors 'none'";
// A picture may come from anybody's catalogue: an SVG among them must not run anything.
constexpr std::string_view kMediaPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

std::unique_ptr<Route> page(std::string path, Route::Page answer) {
  auto route = std::make_unique<Route>();
  route->verb = "GET";
  route->path = std::move(path);
  route->variables = variableNames(route->path);
  route->page = std::move(answer);
  return route;
}

/// A page whose bytes never change while the process runs: one copy for all who ask.
std::unique_ptr<Route> fixed(std::string path, std::string_view type, std::string text) {
  auto bytes = std::make_shared<const std::string>(std::move(text));
  return page(std::move(path),
              [bytes, type, tag = http::entityTag(*bytes)](const http::RequestHead& head, const auto&) {
                http::Response response;
                response.add("ETag", tag).add("Cache-Control", "no-cache").add("Content-Security-Policy", kPagePolicy);
                if (http::noneMatchNames(head.header("If-None-Match"), tag)) {
                  response.status = 304;
                  return response;
                }
                response.add("Content-Type", type);
                response.body = bytes;
                return response;
              });
}

http::Response media(const std::vector<http::StaticFiles>& folders, const http::RequestHead& head,
                     std::string_view path) {
  for (const http::StaticFiles& folder : folders) {
    try {
      http::Response response = folder.serve(head, path);
      response.add("Content-Security-Policy", kMediaPolicy);
      return response;
    } catch (const Error& error) {
      if (error.code() != Code::kNotFound) throw;
    }
  }
  throw notFound("picture", path);
}

}  // namespace

std::string_view embeddedPage(std::string_view name) {
  const auto* found =
      std::find_if(kPages.begin(), kPages.end(), [name](const auto& entry) { return entry.first == name; });
  KONTOR_ASSERT(found != kPages.end(), "there is no page of this name in pages/");
  return found->second;
}

std::vector<std::unique_ptr<Route>> pageRoutes(std::string_view version,
                                               const std::vector<std::string>& media_folders) {
  constexpr std::string_view kHtml = "text/html; charset=utf-8";
  constexpr std::string_view kScript = "text/javascript; charset=utf-8";
  const std::string description = openApi(version);
  std::vector<std::unique_ptr<Route>> routes;
  routes.push_back(fixed("/", kHtml, std::string(embeddedPage("index.html"))));
  routes.push_back(fixed("/assets/products.js", kScript, std::string(embeddedPage("products.js"))));
  routes.push_back(fixed("/assets/action.js", kScript, std::string(embeddedPage("action.js"))));
  routes.push_back(fixed("/docs", kHtml, docsPage(description)));
  routes.push_back(fixed("/openapi.json", "application/json", description));
  routes.push_back(fixed("/sandbox/actions/{id}", kHtml, std::string(embeddedPage("action.html"))));
  std::vector<http::StaticFiles> folders(media_folders.begin(), media_folders.end());
  routes.push_back(page("/media/**", [folders](const http::RequestHead& head, const std::vector<std::string>& values) {
    return media(folders, head, values.at(0));
  }));
  return routes;
}

}  // namespace kontor::gateway

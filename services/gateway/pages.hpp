#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::gateway {

struct Route;

/// A file of pages/, compiled in; asserts that there is one of that name.
std::string_view embeddedPage(std::string_view name);

/// The gateway's own pages: "/", "/docs", "/openapi.json", "/assets/…", "/media/…" out of `media_folders` in order, and
/// the bank page of the sandbox. `version` is the shop's.
std::vector<std::unique_ptr<Route>> pageRoutes(std::string_view version, const std::vector<std::string>& media_folders);

}  // namespace kontor::gateway

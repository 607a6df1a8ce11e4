# What others wrote, found once; a module names what it uses under LIBRARIES.
# docs/dependencies.md says why each is here, tools/setup installs it.
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS headers)  # Boost::headers: Asio, Beast
find_package(simdjson REQUIRED CONFIG)                       # simdjson::simdjson
find_package(yaml-cpp REQUIRED CONFIG)                       # yaml-cpp
find_package(OpenSSL REQUIRED)                               # OpenSSL::SSL, OpenSSL::Crypto
find_package(SQLite3 REQUIRED)                               # SQLite::SQLite3
find_package(ZLIB REQUIRED)                                  # ZLIB::ZLIB
find_package(prometheus-cpp REQUIRED CONFIG COMPONENTS core) # prometheus-cpp::core
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium) # PkgConfig::sodium
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc) # PkgConfig::jemalloc

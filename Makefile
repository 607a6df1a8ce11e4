# The short commands, thin over CMakePresets.json. `make` lists them.
# What a target lacks is installed by tools/setup, which does nothing when nothing is missing.

PORT ?= 8080
# 0: any free port
OPS ?= 0
DATA ?= ./data
# A product file (Shopify CSV) to load into a new data folder
CATALOG ?=
PROFILE ?= deploy/profiles/embedded.yaml
JOBS ?= $(shell nproc)
# How long each fuzz target runs
SECONDS ?= 60
# 0: another one each time; any other: the same inputs each time
FUZZ_SEED ?= 0
TARGETS ?=
# Of the simulation: how many seeds, or which one, and at how many steps a fault strikes
SEEDS ?= 1000
SEED ?=
STRIDE ?=

configure = cmake --preset $(1) >/dev/null
build = cmake --build --preset $(1) -j $(JOBS) --target
empty :=
chassis = $(subst $(empty) ,|,$(notdir $(wildcard chassis/*)))

.DEFAULT_GOAL := help
.PHONY: help run build test check asan sim lint release-contracts bench clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' Makefile

run: build ## build and start the whole shop; PORT=8080 OPS= DATA=./data CATALOG=file.csv
	@build/release/bin/kontor serve --config $(PROFILE) --port $(PORT) --ops $(OPS) --data $(DATA) $(if $(CATALOG),--catalog $(CATALOG))

build: ## build bin/kontor (build/release)
	@tools/setup build run
	@$(call configure,release)
	@$(call build,release) kontor

test: ## build everything (build/release) and run every test
	@tools/setup test
	@$(call configure,release)
	@$(call build,release) all
	@ctest --preset release -j $(JOBS)

check: ## the quick loop, no servers: build and run unit tests (build/dev); MODULE=order for one module
	@tools/setup test
	@$(call configure,dev)
	@$(call build,dev) $(if $(MODULE),$(MODULE)_test,all)
	@ctest --preset unit -j $(JOBS) $(if $(MODULE),-R '^$(MODULE)_test/')

asan: ## every test under the address and undefined-behaviour sanitizers (build/asan)
	@tools/setup test
	@$(call configure,asan)
	@$(call build,asan) all
	@ctest --preset asan -j $(JOBS)

tsan: ## the chassis, which owns the threads, under the thread sanitizer (build/tsan)
	@tools/setup test
	@$(call configure,tsan)
	@$(call build,tsan) kontor_chassis_tests
	@ctest --preset tsan -j $(JOBS) -R '^($(chassis))_test/'

sim: ## the whole shop under kills and power cuts, in virtual time: SEEDS=1000, or one again: SEED=17; STRIDE=1 (tests/simulation)
	@tools/setup test
	@$(call configure,release)
	@$(call build,release) simulation_test
	@SIM_SEEDS=$(SEEDS) SIM_SEED=$(SEED) SIM_STRIDE=$(STRIDE) build/release/bin/simulation_test \
	  --gtest_filter='Simulation.$(if $(SEED),Nothing*,$(if $(STRIDE),AFault*,*))'

fuzz: ## every parser of foreign bytes under libFuzzer, SECONDS=60 each; TARGETS="rest_fuzz" for some (build/fuzz)
	@tools/setup fuzz
	@$(call configure,fuzz)
	@$(call build,fuzz) kontor_fuzz
	@tools/fuzz build/fuzz $(SECONDS) $(FUZZ_SEED) $(TARGETS)

lint: ## format, tidy, layers and contracts of the whole tree, clang-tidy on changed files (LINT_BASE=commit, LINT_FILES="a.cpp b.cpp")
	@tools/setup lint
	@tools/lint

release-contracts: ## a part of a release: what stands in contracts/ now is promised (contracts/released.txt)
	@tools/setup lint
	@/usr/bin/python3 -B tools/contracts/main.py --release

bench: ## all figures of this machine, each beside its reference (docs/figures.md); BENCH=reads,checkout ROUNDS=5
	@tools/setup build bench
	@$(call configure,release)
	@$(call build,release) kontor bench_drivers
	@python3 bench/figures.py build/release/bin

clean: ## remove what was built; data stays
	@rm -rf build

# The few commands that people type. Everything else is CMake and scripts/.
#
#   make demo    set up, build, investigate the sample breach, say where to look
#   make test    set up, build, run all tests
#   make spark   tries the Spark job on Spark itself (needs Java 17)
#   make formats hands the report's files to programs and schemas that others made
#   make browser tries the page in a real browser; make browser-bench says how fast it is
#   make compare DIR=...   hold our readers against independent ones on a folder of mail
#   make accuracy DATA=...   precision and recall on labelled source and on generated mail (docs/accuracy.md)
#   make bare    the same in an empty Debian 12 root, so that a missing install step shows

BUILD := build/release

.PHONY: demo test build setup bare browser browser-bench formats spark asan fuzz format check-format tidy bench compare accuracy train clean

demo: build
	$(BUILD)/dislodge demo

test: build
	cmake --build --preset release
	ctest --preset release

# The release binary alone: what a user needs.
build: setup
	cmake --preset release >/dev/null
	cmake --build --preset release --target dislodge

setup:
	@scripts/setup

# One clang tree with address and undefined sanitizers serves the tests and the fuzz targets.
asan: setup
	cmake --preset asan >/dev/null
	cmake --build --preset asan
	ctest --preset asan -j2

fuzz:
	scripts/fuzz --seconds 180

bench: setup
	cmake --preset bench >/dev/null
	cmake --build --preset bench
	scripts/bench

compare: setup
	cmake --preset bench >/dev/null
	cmake --build --preset bench --target compare_listing read_text
	scripts/compare build/bench/bench/compare_listing "$(DIR)"
	scripts/compare_files.py build/bench/bench/read_text "$(DIR)"

# DATA: labelled files in the layout of Samsung/CredData. CLEAN, if given: a folder of messages without secrets.
accuracy: build
ifdef DATA
	bench/accuracy/score.py --scanner $(BUILD)/dislodge $(DATA)
endif
	bench/accuracy/mail.py --scanner $(BUILD)/dislodge
ifdef CLEAN
	bench/accuracy/mail.py --scanner $(BUILD)/dislodge --clean $(CLEAN)
endif
ifdef CATALOGUES
	bench/accuracy/peers.py --scanner $(BUILD)/dislodge $(CATALOGUES)
endif

# Weighs anew what is assigned to names; needs DATA.
train: setup
	cmake --preset bench >/dev/null
	cmake --build --preset bench --target accuracy_train
	rm -rf out/made && bench/accuracy/generate.py --seed 1 out/made
	build/bench/bench/accuracy_train --leave-one-out --findings out/left-out.jsonl \
	  --out src/secret/assignment_weights.inc $(DATA) out/made
	bench/accuracy/score.py --findings out/left-out.jsonl $(DATA)

format:
	scripts/format --write

check-format:
	scripts/format --check
	scripts/includes

tidy:
	scripts/tidy

# The page in Debian's chromium, by Playwright. PICTURES=docs/pictures keeps a picture of each view.
browser: build
	command -v chromium >/dev/null || { echo "browser: apt-get install chromium npm" >&2; exit 2; }
	cd tests/browser && npm ci --no-audit --no-fund && npm test

# STIX, MISP, SARIF, OCSF, OpenGraph, Timesketch, Navigator and Playbook-NG files of the sample breach, each read by
# what reads such files elsewhere. The SARIF schema is the one of the standard that Microsoft's matchers for jest carry;
# SARIF_SCHEMA=FILE for another.
formats: SARIF_SCHEMA ?= build/formats/sarif-2.1.0-rtm.5.json
formats: build
	test -d build/formats || { python3 -m venv build/formats && build/formats/bin/pip install -q -r tests/report/consumers.txt; }
	test -f $(SARIF_SCHEMA) || { cd build/formats && npm pack --silent @microsoft/jest-sarif@1.0.0-beta.0 >/dev/null && \
	  tar xzf microsoft-jest-sarif-*.tgz --strip-components=3 package/lib/schemas/sarif-2.1.0-rtm.5.json; }
	$(BUILD)/dislodge demo --out build/formats/demo >/dev/null
	build/formats/bin/python tests/report/consumers.py build/formats/demo/report --sarif-schema $(SARIF_SCHEMA)
	for kind in har-theft cloned-repository metadata-only; do \
	  at=build/formats/$$kind; rm -rf $$at; mkdir -p $$at; echo "$$kind"; \
	  $(BUILD)/dislodge drill -q --kind $$kind --seed 7 --size small $$at/drill >/dev/null && \
	  $(BUILD)/dislodge new -q $$at/case --key-file $$at/key >/dev/null 2>&1 && \
	  $(BUILD)/dislodge add -q $$at/case $$at/drill/evidence --key-file $$at/key >/dev/null && \
	  $(BUILD)/dislodge investigate -q $$at/case --key-file $$at/key >/dev/null && \
	  $(BUILD)/dislodge report -q $$at/case --key-file $$at/key -o $$at/report >/dev/null && \
	  build/formats/bin/python tests/report/consumers.py $$at/report --sarif-schema $(SARIF_SCHEMA) || exit 1; \
	done

# The Spark job on Spark's own local cluster; pyspark is installed beside the build, Java must be there.
spark: build
	test -d build/spark || { python3 -m venv build/spark && build/spark/bin/pip install -q pyspark==4.3.0; }
	build/spark/bin/python tests/scale/spark_job_test.py $(BUILD)/dislodge $(CURDIR)

# First paint and interactions on the sample breach and on a case with 100,000 secrets and a million memberships, which is
# made first (some minutes). LARGE=DIR keeps it there.
browser-bench: build
	command -v chromium >/dev/null || { echo "browser-bench: apt-get install chromium npm" >&2; exit 2; }
	cd tests/browser && npm ci --no-audit --no-fund && node bench.mjs --large $(LARGE)

bare:
	scripts/bare

clean:
	rm -rf build out

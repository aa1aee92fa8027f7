# Every target installs what it needs first; see scripts/.
.PHONY: demo test serve bench lint build fuzz

demo: build
	scripts/demo.sh

build:
	scripts/setup.sh
	swift build -c release --product maxine

serve: build
	.build/release/maxine serve

# The parts alone, then the release binary as a user runs it: killed, starved of disk, lied to.
test: build
	swift build --build-tests
	swift test --disable-xctest --skip-build --skip IntegrationTests
	MAXINE_TEST_BINARY=$(CURDIR)/.build/release/maxine \
	    swift test --disable-xctest --skip-build --no-parallel --filter IntegrationTests

lint:
	scripts/lint.sh

bench: build
	swift build -c release --product FastLaneBenchmark
	scripts/bench.sh

fuzz:
	scripts/setup.sh
	scripts/fuzz.sh $(SECONDS_EACH)

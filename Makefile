# Every target installs what it needs first; see scripts/.
.PHONY: demo test serve bench bench-journal lint build fuzz

demo: build
	scripts/demo.sh

build:
	scripts/setup.sh
	swift build -c release --product maxine

serve: build
	.build/release/maxine serve

test: build
	swift build --build-tests
	scripts/test.sh

lint:
	scripts/lint.sh

bench: build
	swift build -c release --product FastLaneBenchmark
	swift build -c release --product PolicyBenchmark
	scripts/bench.sh

# The journal alone, beside other ways to keep a record; then verification of ten million records.
bench-journal:
	scripts/setup.sh
	swift build -c release --product JournalBenchmark
	.build/release/JournalBenchmark
	.build/release/JournalBenchmark verify 10000000

fuzz:
	scripts/setup.sh
	scripts/fuzz.sh $(SECONDS_EACH)

# Every target installs what it needs first; see scripts/.
.PHONY: demo test check serve bench bench-audit lint build fuzz attack tamper sweep

demo: build
	scripts/demo.sh

build:
	scripts/setup.sh
	swift build -c release --product maxine

serve: build
	.build/release/maxine serve

test: build
	scripts/test.sh

check:
	scripts/setup.sh
	scripts/check.sh

lint:
	scripts/lint.sh

bench: build
	swift build -c release --product FastLaneBenchmark
	scripts/bench.sh

bench-audit: build
	swift build -c release --product LogMaker
	scripts/bench-audit.sh $(RECORDS)

fuzz:
	scripts/setup.sh
	scripts/fuzz.sh $(SECONDS_EACH)

attack: build
	swift build -c release --product Attack
	.build/release/Attack

tamper:
	scripts/setup.sh
	scripts/tamper.sh

sweep: build
	scripts/sweep.sh $(EVERY)

# Every target installs what it needs first; see scripts/.
.PHONY: demo test serve bench lint build fuzz

demo: build
	scripts/demo.sh

build:
	scripts/setup.sh
	swift build -c release --product maxine

serve: build
	.build/release/maxine serve

test:
	scripts/setup.sh
	swift build --build-tests
	swift test --disable-xctest --skip-build

lint:
	scripts/lint.sh

bench: build
	scripts/bench.sh

fuzz:
	scripts/setup.sh
	scripts/fuzz.sh $(SECONDS_EACH)

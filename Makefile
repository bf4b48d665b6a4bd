# A thin face on meson. `make demo` and `make check` install what is missing
# (Debian packages only, as root or with sudo), build, and do what they say.
BUILD ?= build
PREFIX ?= /usr/local
SHARED ?= ../shared
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
names = $(shell sed 's/\#.*//' $(1))

.PHONY: all build demo check check-arm check-wasm check-web wasm page install clean packages \
  packages-check packages-arm packages-wasm packages-web

all: build

define install-missing
@missing=""; for p in $(call names,$(1)); do \
  dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
done; \
if [ -n "$$missing" ]; then \
  echo "installing:$$missing"; \
  $(SUDO) apt-get update -qq && \
  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
fi
endef

packages:
	$(call install-missing,packages.txt)

packages-check: packages
	$(call install-missing,packages-check.txt)

packages-arm: packages
	$(call install-missing,packages-arm.txt)

packages-wasm:
	$(call install-missing,packages-wasm.txt)

packages-web:
	$(call install-missing,packages-web.txt)

$(BUILD)/build.ninja: | packages
	meson setup $(BUILD) --prefix $(PREFIX)

build: packages $(BUILD)/build.ninja
	@ninja -C $(BUILD)

demo: build
	@tools/demo $(BUILD)/src/movinet $(SHARED)

check: packages-check
	@tools/check

check-arm: packages-arm
	@tools/check-arm

wasm: packages packages-wasm
	@tools/build-wasm build-wasm

# MODELS="a0.tflite …": more than the project's own, the first is the one that it begins with.
page: wasm
	@node --no-warnings web/build-page.mjs build-page $(MODELS) models/camera-motion.tflite

check-wasm: packages packages-wasm
	@tools/check-wasm

check-web: packages packages-wasm
	@$(MAKE) --no-print-directory packages-web || echo 'what needs a missing package of packages-web.txt is skipped'
	@tools/check-web

install: build
	$(SUDO) meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) build-*

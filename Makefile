# The commands of the project: `make run`, `make test`, `make bench`.

MAPA := target/release/mapa
DEMO := var/demo
STORE := var/city.gpkg
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)

.PHONY: run build test bench screenshots clean tools

# Builds what is stale, makes and imports the demonstration city where there is none, and serves it.
run: build $(STORE)
	@exec $(MAPA) serve --store $(STORE)

build: tools web/dist/index.html
	@cargo build --release --quiet

# Everything that `run` needs, each missing piece told by name.
tools:
	@for tool in cargo node npm; do \
	  command -v $$tool >/dev/null || { echo "mapa: $$tool is missing; install Rust (cargo), Node 20 or later and npm" >&2; exit 1; }; \
	done

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@cd web && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	@cd web && npm run --silent build
	@touch $@

$(DEMO)/manifest.json: | build
	@$(MAPA) demo --out $(DEMO)

# The store appears whole under its name, or not at all.
$(STORE): | build $(DEMO)/manifest.json
	@rm -f $(STORE).import*
	@$(MAPA) import --store $(STORE).import --photos $(STORE:.gpkg=.photos) $(DEMO)/*.toml >var/import.txt
	@tail -n 2 var/import.txt
	@mv $(STORE).import $(STORE)

test: tools web/dist/index.html
	@tests/tools.sh
	@cd web && npm run --silent check
	cargo test --quiet
	tests/page.sh

# Benchmarks, of whole servers beside peers too; results are kept by hand in benches/RESULTS.md with the machine they were
# measured on.
bench: build var/bench/bin/martin
	@tests/tools.sh
	cargo bench --quiet
	tests/page.sh --first-map

# The tile server that ours is measured beside, at the version that the results name.
var/bench/bin/martin:
	cargo install martin --version 1.14.0 --locked --no-default-features --features postgres,mbtiles,metrics --root var/bench

# Screenshots of the page over the demonstration city, in var/shots.
screenshots: build $(STORE)
	tests/page.sh --shots var/shots

clean:
	rm -rf target var web/dist web/node_modules

# What one does with this repository; `just` alone lists it.

python := ".venv/bin/python"

# List the recipes
default:
    @just --list

# Make the virtual environment, with everything for development
init:
    python3 -m venv .venv
    {{python}} -m pip install --upgrade pip
    {{python}} -m pip install --editable '.[dev]'

# Run the tests; arguments go to pytest (-n auto --dist loadfile: on all cores)
test *arguments:
    {{python}} -m pytest {{arguments}}

# Run tests over random input with new examples, many of them; those that failed come first the next time
explore *arguments:
    HYPOTHESIS_PROFILE=explore {{python}} -m pytest {{arguments}}

# Check style and types
lint:
    .venv/bin/ruff check src tests
    .venv/bin/ruff format --check src tests
    .venv/bin/mypy

# Bring the code into shape
format:
    .venv/bin/ruff check --fix src tests
    .venv/bin/ruff format src tests

# Serve the demonstration data
serve *arguments:
    .venv/bin/whence demo {{arguments}}

# Run the benchmarks
bench *arguments:
    for file in benchmarks/*.py; do {{python}} "$file" {{arguments}}; done

# Run every example in README.md and docs/
docs:
    {{python}} -m pytest tests/test_readme.py

# Everything a change must pass, from a fresh virtual environment
ci:
    .ci/run

# Two commands: `make demo` shows the product, `make test` runs every check.
PYTHON ?= python3

.PHONY: demo test lint soak bench clean help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/  /'

demo: ## set up, make a demonstration dataset, open JupyterLab on it
	@$(PYTHON) tools/dev.py demo $(ARGS)

test: ## set up and run every check
	@$(PYTHON) tools/dev.py test $(ARGS)

lint: ## the static checks only
	@$(PYTHON) tools/dev.py test --only lint

soak: ## long kill, fault and load campaigns
	@$(PYTHON) tools/dev.py soak $(ARGS)

clean: ## remove what the targets above made
	rm -rf .venv .setup .demo node_modules .yarn lib visionlens_jlab/labextension coverage .coverage

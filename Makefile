# Thin verbs around plain `pulumi`: each brings first whatever this machine lacks.
STACK ?= dev
export STACK

VERBS := up down preview refresh test unit bench images toolchain

.DEFAULT_GOAL := help
.PHONY: help $(VERBS)

help: ## list the verbs
	@echo "make VERB [STACK=name]     (the stack is 'dev' unless named)"
	@echo "  up         bring up the pipeline and see a change flow on every shard"
	@echo "  down       remove everything of the stack; its configuration stays"
	@echo "  preview    show what 'up' would change"
	@echo "  refresh    compare the stack's state with what really runs"
	@echo "  test       format, lint, types, unit tests, then end to end"
	@echo "  unit       the quick part of 'test'; needs no Docker engine"
	@echo "  bench      measure it beside its limits and peers; PARTS=\"up latency\" ROUNDS=3 choose"
	@echo "  images     build the container images from packages"
	@echo "  toolchain  bring engine, Pulumi CLI, plugins and images, and write .cdc/env"

$(VERBS):
	@tools/toolchain/bootstrap.sh $@

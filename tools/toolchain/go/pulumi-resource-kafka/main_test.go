package main

import (
	"testing"

	"cdc-pipeline/toolchain/internal/npmnames"
)

func TestNamesAreThoseOfTheNpmPackage(t *testing.T) {
	npmnames.Compare(t, provider(), "@pulumi/kafka")
}

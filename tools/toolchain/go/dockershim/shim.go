// Package shim opens the Terraform docker provider's internal package.
//
// Go lets only packages below the provider's own import path use its internal
// packages, so this module takes a path below it (see replace in ../go.mod).
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// NewProvider returns the Terraform docker provider, calling itself version.
func NewProvider(version string) *schema.Provider { return provider.New(version)() }

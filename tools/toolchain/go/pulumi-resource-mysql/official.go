package main

import (
	"context"
	"slices"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// bridgeKeys are what the official plugin, which is bridged from Terraform, writes
// into a state beside the resource's own properties.
var bridgeKeys = []string{"id", "__meta", "__defaults"}

// takesOfficialStates lets a stack come back from the official plugin: what that
// one wrote into the state is passed over instead of being refused as unknown.
func takesOfficialStates(inner p.Provider) p.Provider {
	outer := inner
	outer.Check = func(ctx context.Context, r p.CheckRequest) (p.CheckResponse, error) {
		r.State, r.Inputs = own(r.State), own(r.Inputs)
		return inner.Check(ctx, r)
	}
	outer.Diff = func(ctx context.Context, r p.DiffRequest) (p.DiffResponse, error) {
		r.State, r.OldInputs, r.Inputs = own(r.State), own(r.OldInputs), own(r.Inputs)
		return inner.Diff(ctx, r)
	}
	outer.Read = func(ctx context.Context, r p.ReadRequest) (p.ReadResponse, error) {
		r.Properties, r.Inputs = own(r.Properties), own(r.Inputs)
		return inner.Read(ctx, r)
	}
	outer.Update = func(ctx context.Context, r p.UpdateRequest) (p.UpdateResponse, error) {
		r.State, r.OldInputs, r.Inputs = own(r.State), own(r.OldInputs), own(r.Inputs)
		return inner.Update(ctx, r)
	}
	outer.Delete = func(ctx context.Context, r p.DeleteRequest) error {
		r.Properties, r.OldInputs = own(r.Properties), own(r.OldInputs)
		return inner.Delete(ctx, r)
	}
	return outer
}

func own(m property.Map) property.Map {
	kept := map[string]property.Value{}
	for key, value := range m.All {
		if !slices.Contains(bridgeKeys, key) {
			kept[key] = value
		}
	}
	return property.NewMap(kept)
}

// pulumi-resource-mysql serves mysql:index/database:Database and user:User
// with the property names of the npm package @pulumi/mysql. That
// package's own plugin is not to be had as a Go module, so this one talks to the
// server itself.
package main

import (
	"context"
	"fmt"
	"os"

	"cdc-pipeline/toolchain/internal/lifeline"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// version is that of the npm package whose names are spoken here.
const version = "3.3.2"

func main() {
	lifeline.WatchOrExit()
	if err := p.RunProvider(context.Background(), "mysql", version, provider()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func provider() p.Provider {
	inferred := infer.Provider(infer.Options{
		Config: infer.Config(&Config{}),
		Resources: []infer.InferredResource{
			infer.Resource(&Database{}), infer.Resource(&User{}),
		},
	})
	// A new endpoint or password is another way to the same server. The library
	// would replace the provider, and with it drop and create every database.
	diff := inferred.DiffConfig
	inferred.DiffConfig = func(ctx context.Context, req p.DiffRequest) (p.DiffResponse, error) {
		resp, err := diff(ctx, req)
		for name, change := range resp.DetailedDiff {
			change.Kind = withoutReplace[change.Kind]
			resp.DetailedDiff[name] = change
		}
		return resp, err
	}
	return takesOfficialStates(inferred)
}

var withoutReplace = map[p.DiffKind]p.DiffKind{
	p.Add: p.Add, p.AddReplace: p.Add,
	p.Delete: p.Delete, p.DeleteReplace: p.Delete,
	p.Update: p.Update, p.UpdateReplace: p.Update,
	p.Stable: p.Stable,
}

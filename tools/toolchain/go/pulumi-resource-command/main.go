// pulumi-resource-command serves command:local:Command with the property names of
// the npm package @pulumi/command. That package's own plugin is not to be had as
// a Go module. Its functions and its remote commands are left out.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"cdc-pipeline/toolchain/internal/lifeline"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// version is that of the npm package whose names are spoken here.
const version = "1.2.1"

func main() {
	// Commands are in process groups of their own, which the engine does not know
	// of: whatever ends the plugin has to end them first.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	lifeline.Watch(ctx, stop)
	r := &runner{ends: ctx}
	go func() {
		<-ctx.Done()
		r.running.Wait()
		os.Exit(1)
	}()
	if err := p.RunProvider(context.Background(), "command", version, provider(r)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func provider(r *runner) p.Provider {
	inferred := infer.Provider(infer.Options{
		Resources: []infer.InferredResource{infer.Resource(&Command{runner: r})},
	})
	// The library looks up "triggers[0]" where the schema has "triggers", and so
	// misses that a changed trigger is a replacement.
	diff := inferred.Diff
	inferred.Diff = func(ctx context.Context, req p.DiffRequest) (p.DiffResponse, error) {
		resp, err := diff(ctx, req)
		for name, change := range resp.DetailedDiff {
			if name == "triggers" || strings.HasPrefix(name, "triggers[") || strings.HasPrefix(name, "triggers.") {
				change.Kind = replacing[change.Kind]
				resp.DetailedDiff[name] = change
			}
		}
		return resp, err
	}
	return inferred
}

var replacing = map[p.DiffKind]p.DiffKind{
	p.Add: p.AddReplace, p.AddReplace: p.AddReplace,
	p.Delete: p.DeleteReplace, p.DeleteReplace: p.DeleteReplace,
	p.Update: p.UpdateReplace, p.UpdateReplace: p.UpdateReplace,
}

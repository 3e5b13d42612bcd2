// pulumi-language-nodejs is the language host that lets the Pulumi engine run
// Node.js programs and plugins. It starts the entry points that the npm package
// @pulumi/pulumi brings along (cmd/run, cmd/run-policy-pack, cmd/run-plugin) and
// does no more than hand them what the engine says.
//
// The engine's side of the contract: LanguageRuntime in
// github.com/pulumi/pulumi/sdk/v3/proto/go.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"cdc-pipeline/toolchain/internal/lifeline"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	if len(os.Args) < 2 {
		return fmt.Errorf("pulumi-language-nodejs is started by the Pulumi CLI: it needs the engine's address as its last argument")
	}
	// The CLI interrupts its plugins when it ends, and it may die without a word.
	// Either way the node processes have to go before the host does.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	h := newHost(ctx, os.Args[len(os.Args)-1])
	lifeline.Watch(ctx, stop)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(s, h)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(server.Port)

	select {
	case err = <-server.Done:
	case <-ctx.Done():
	}
	stop()
	h.children.Wait()
	return err
}

// host implements LanguageRuntime.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	engine   string          // address of the engine
	ctx      context.Context // ends with the host
	children sync.WaitGroup  // node and npm processes under way

	programs    context.Context // ends when the engine cancels the update
	endPrograms context.CancelFunc
}

func newHost(ctx context.Context, engine string) *host {
	h := &host{engine: engine, ctx: ctx}
	h.programs, h.endPrograms = context.WithCancel(ctx)
	return h
}

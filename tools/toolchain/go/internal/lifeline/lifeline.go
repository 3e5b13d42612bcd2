// Package lifeline ends a plugin whose engine has died without a word. Pulumi's
// own library looks every five minutes, and then leaves the plugin running.
package lifeline

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
)

const lookEvery = 10 * time.Second

// Watch calls gone, once, when the engine does not answer any more. The engine's
// address is the plugin's last argument; a plugin that was started without one,
// by hand, is not watched.
func Watch(ctx context.Context, gone func()) {
	address := os.Args[len(os.Args)-1]
	if _, _, err := net.SplitHostPort(address); err != nil {
		return
	}
	if err := rpcutil.Healthcheck(ctx, address, lookEvery, gone); err != nil {
		fmt.Fprintf(os.Stderr, "cannot watch the engine at %s: %v\n", address, err)
	}
}

// WatchOrExit ends the process when the engine is gone.
func WatchOrExit() { Watch(context.Background(), func() { os.Exit(1) }) }

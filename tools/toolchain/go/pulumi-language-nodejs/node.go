package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/blang/semver"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// oldestNode is the first Node.js that runs TypeScript without a flag.
var oldestNode = semver.MustParse("22.18.0")

const nodeRemedy = "run `npm ci` and put the project's node_modules/.bin first on PATH"

// stopGrace is the time a child has to end by itself after an interrupt; the CLI
// kills the host 5 s after having interrupted it.
const stopGrace = 3 * time.Second

// probe prints the version of node and where it finds a module, in one start.
const probe = `let path; try { path = require.resolve(process.argv[1]) } catch {}
console.log(JSON.stringify({ version: process.versions.node, path }))`

// findModule returns the file that node loads for module when asked from dir.
// Errors: no node on PATH, a node that is too old, module not installed.
func findModule(ctx context.Context, dir, module string) (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return "", fmt.Errorf("Node.js %s or newer is needed, but there is no node on PATH: %s", oldestNode, nodeRemedy)
	}
	cmd := exec.CommandContext(ctx, node, "-e", probe, module)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("cannot start %s in %s: %w", node, dir, err)
	}
	var found struct{ Version, Path string }
	if err := json.Unmarshal(out, &found); err != nil {
		return "", fmt.Errorf("%s does not answer like Node.js: %w", node, err)
	}
	version, err := semver.Parse(found.Version)
	if err != nil {
		return "", fmt.Errorf("%s has an unreadable version %q: %w", node, found.Version, err)
	}
	if version.LT(oldestNode) {
		return "", fmt.Errorf("Node.js %s or newer is needed, but %s is %s: %s", oldestNode, node, version, nodeRemedy)
	}
	if found.Path == "" {
		return "", fmt.Errorf("the npm package @pulumi/pulumi is not installed for %s: run `npm ci` there", dir)
	}
	return found.Path, nil
}

// options are the runtime options of Pulumi.yaml that this host knows.
type options struct {
	nodeArgs []string // nodeargs: arguments for node itself
	env      []string // what typescript and tsconfig ask of cmd/run
}

func readOptions(info *pulumirpc.ProgramInfo) options {
	var o options
	values := info.GetOptions().AsMap()
	if args, ok := values["nodeargs"].(string); ok {
		o.nodeArgs = strings.Fields(args)
	}
	if ts, ok := values["typescript"].(bool); !ok || ts {
		o.env = append(o.env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if config, ok := values["tsconfig"].(string); ok {
		o.env = append(o.env, "PULUMI_NODEJS_TSCONFIG_PATH="+filepath.Join(info.GetRootDirectory(), config))
	}
	return o
}

// command prepares a child that is interrupted when ctx ends and killed if it
// does not heed that. It stays in the host's process group, so that the CLI
// reaches it even if the host is killed.
func command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopGrace
	return cmd
}

// run starts the child, waits for it and returns its exit code. Whatever keeps
// it from exiting by itself is an error.
func (h *host) run(cmd *exec.Cmd) (int, error) {
	h.children.Add(1)
	defer h.children.Done()
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// either returns a context that ends with a or b, whichever is first.
func either(a, b context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(a)
	stop := context.AfterFunc(b, func() { cancel(context.Cause(b)) })
	return ctx, func() { stop(); cancel(nil) }
}

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// RunPlugin runs a plugin that is written for Node.js (a policy pack, a provider)
// and streams its output and its exit code. The engine ends it by ending the call.
func (h *host) RunPlugin(req *pulumirpc.RunPluginRequest, server grpc.ServerStreamingServer[pulumirpc.RunPluginResponse]) error {
	ctx, done := either(server.Context(), h.ctx)
	defer done()

	dir := req.GetInfo().GetProgramDirectory()
	module, pwd, args := "@pulumi/pulumi/cmd/run-plugin", req.GetPwd(), append([]string{dir}, req.GetArgs()...)
	if req.GetKind() == "analyzer" {
		// @pulumi/policy reads the pack's package.json from the working directory.
		module, pwd, args = "@pulumi/pulumi/cmd/run-policy-pack", dir, append(req.GetArgs(), dir)
	}
	entry, err := findModule(ctx, dir, module)
	if err != nil {
		return err
	}
	streams, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer streams.Close()

	opts := readOptions(req.GetInfo())
	cmd := command(ctx, pwd, "node", append(append(opts.nodeArgs, entry), args...)...)
	cmd.Env = append(append(os.Environ(), opts.env...), req.GetEnv()...)
	cmd.Stdout, cmd.Stderr = serialized(stdout, stderr)
	code, err := h.run(cmd)
	if err != nil {
		return fmt.Errorf("the plugin in %s ended abnormally: %w", dir, err)
	}
	return server.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)},
	})
}

// InstallDependencies runs npm for the program: exactly what the lock file says
// if there is one.
func (h *host) InstallDependencies(req *pulumirpc.InstallDependenciesRequest, server grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse]) error {
	ctx, done := either(server.Context(), h.programs)
	defer done()

	streams, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, req.GetIsTerminal())
	if err != nil {
		return err
	}
	defer streams.Close()

	dir := req.GetInfo().GetProgramDirectory()
	verb := "install"
	if _, err := os.Stat(filepath.Join(dir, "package-lock.json")); err == nil {
		verb = "ci"
	}
	fmt.Fprintf(stdout, "npm %s in %s\n", verb, dir)
	cmd := command(ctx, dir, "npm", verb)
	cmd.Stdout, cmd.Stderr = serialized(stdout, stderr)
	code, err := h.run(cmd)
	if err != nil {
		return fmt.Errorf("npm %s in %s ended abnormally: %w", verb, dir, err)
	}
	if code != 0 {
		return fmt.Errorf("npm %s in %s failed with exit code %d", verb, dir, code)
	}
	return nil
}

// serialized makes two writers to one gRPC stream safe for the two goroutines
// that os/exec copies a child's output with: a stream takes one sender at a time.
func serialized(a, b io.Writer) (io.Writer, io.Writer) {
	lock := &sync.Mutex{}
	return lockedWriter{lock, a}, lockedWriter{lock, b}
}

type lockedWriter struct {
	lock *sync.Mutex
	to   io.Writer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.to.Write(p)
}

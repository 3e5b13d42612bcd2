package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// saidItAll is cmd/run's exit code for "the user has been told what is wrong"
// (nodeJSProcessExitedAfterLoggingUserActionableMessage).
const saidItAll = 32

// Run executes the program against the engine's resource monitor. The program
// inherits the host's standard streams, which the CLI shows to the user.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	ctx, done := either(ctx, h.programs)
	defer done()

	info := req.GetInfo()
	entry, err := findModule(ctx, info.GetProgramDirectory(), "@pulumi/pulumi/cmd/run")
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	config, err := configEnv(req)
	if err != nil {
		return nil, err
	}
	opts := readOptions(info)
	args := append(append(opts.nodeArgs, entry), runArgs(h.engine, req)...)
	cmd := command(ctx, info.GetProgramDirectory(), "node", args...)
	cmd.Env = append(append(os.Environ(), opts.env...), config...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr

	code, err := h.run(cmd)
	switch {
	case ctx.Err() != nil || code == saidItAll:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case err != nil:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the Pulumi program ended abnormally: %v", err)}, nil
	case code != 0:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the Pulumi program exited with code %d", code)}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

// runArgs are the arguments of cmd/run.
func runArgs(engine string, req *pulumirpc.RunRequest) []string {
	info := req.GetInfo()
	args := []string{
		"--monitor", req.GetMonitorAddress(),
		"--engine", engine,
		"--project", req.GetProject(),
		"--stack", req.GetStack(),
		"--root-directory", info.GetRootDirectory(),
		"--pwd", req.GetPwd(),
		"--parallel", strconv.Itoa(int(req.GetParallel())),
	}
	if org := req.GetOrganization(); org != "" {
		args = append(args, "--organization", org)
	}
	if req.GetDryRun() {
		args = append(args, "--dry-run")
	}
	entry := info.GetEntryPoint()
	if entry == "" {
		entry = "."
	}
	return append(append(args, entry), req.GetArgs()...)
}

// configEnv passes the configuration on. @pulumi/pulumi wants an object and a
// list, where Go's JSON has null for a stack without configuration.
func configEnv(req *pulumirpc.RunRequest) ([]string, error) {
	values, secret := req.GetConfig(), req.GetConfigSecretKeys()
	if values == nil {
		values = map[string]string{}
	}
	if secret == nil {
		secret = []string{}
	}
	config, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	keys, err := json.Marshal(secret)
	if err != nil {
		return nil, err
	}
	return []string{"PULUMI_CONFIG=" + string(config), "PULUMI_CONFIG_SECRET_KEYS=" + string(keys)}, nil
}

// Cancel interrupts the running program. Plugins are left alone: the engine asks
// each of them by itself, and they may be in the middle of an operation.
func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.endPrograms()
	return &emptypb.Empty{}, nil
}

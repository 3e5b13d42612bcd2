package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// fakeNode puts a shell script called node on an otherwise empty PATH.
func fakeNode(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, "node"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestFindModule(t *testing.T) {
	for _, c := range []struct{ script, path, err string }{
		{"", "", "there is no node on PATH: run `npm ci`"},
		{`echo '{"version":"22.17.9"}'`, "", "Node.js 22.18.0 or newer is needed, but "},
		{`echo '{"version":"24.1.0"}'`, "", "@pulumi/pulumi is not installed for"},
		{`echo 'hello'`, "", "does not answer like Node.js"},
		{`exit 1`, "", "cannot start"},
		{`echo '{"version":"22.18.0","path":"/x/run.js"}'`, "/x/run.js", ""},
	} {
		fakeNode(t, c.script)
		path, err := findModule(t.Context(), t.TempDir(), "@pulumi/pulumi/cmd/run")
		if path != c.path || (err == nil) != (c.err == "") {
			t.Errorf("%s: %s %v", c.script, path, err)
		}
		if err != nil && (!strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v", c.script, err)
		}
	}
}

func TestAStackWithoutConfiguration(t *testing.T) {
	env, err := configEnv(&pulumirpc.RunRequest{})
	if err != nil || !slices.Equal(env, []string{"PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]"}) {
		t.Errorf("%q %v", env, err)
	}
}

func TestRunArgs(t *testing.T) {
	got := strings.Join(runArgs("engine:1", &pulumirpc.RunRequest{
		MonitorAddress: "monitor:2", Project: "cdc", Stack: "dev", Pwd: "/p", Parallel: 4, DryRun: true, Args: []string{"x"},
		Info: &pulumirpc.ProgramInfo{RootDirectory: "/r", EntryPoint: "index.ts"},
	}), " ")
	want := "--monitor monitor:2 --engine engine:1 --project cdc --stack dev --root-directory /r --pwd /p --parallel 4 --dry-run index.ts x"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRuntimeOptions(t *testing.T) {
	values, err := structpb.NewStruct(map[string]any{"typescript": false, "nodeargs": "--a  --b=1"})
	if err != nil {
		t.Fatal(err)
	}
	o := readOptions(&pulumirpc.ProgramInfo{Options: values})
	if !slices.Equal(o.nodeArgs, []string{"--a", "--b=1"}) || o.env != nil {
		t.Errorf("%+v", o)
	}
	if o := readOptions(&pulumirpc.ProgramInfo{}); !slices.Equal(o.env, []string{"PULUMI_NODEJS_TYPESCRIPT=true"}) {
		t.Errorf("without options: %+v", o)
	}
}

// run runs a fake program: the script answers the probe, then goes on.
func run(t *testing.T, h *host, script string) *pulumirpc.RunResponse {
	t.Helper()
	fakeNode(t, `if [ "$1" = -e ]; then echo '{"version":"24.0.0","path":"/run.js"}'; exit; fi`+"\n"+script)
	r, err := h.Run(t.Context(), &pulumirpc.RunRequest{Info: &pulumirpc.ProgramInfo{ProgramDirectory: t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestExitCodes(t *testing.T) {
	for code, want := range map[int]*pulumirpc.RunResponse{
		0:  {},
		32: {Bail: true},
		7:  {Error: "the Pulumi program exited with code 7"},
	} {
		r := run(t, newHost(t.Context(), "engine:1"), fmt.Sprintf("exit %d", code))
		if r.GetBail() != want.GetBail() || r.GetError() != want.GetError() {
			t.Errorf("%d: %v", code, r)
		}
	}
	r := run(t, newHost(t.Context(), "engine:1"), "kill -9 $$")
	if !strings.Contains(r.GetError(), "killed") {
		t.Errorf("a program that is killed: %v", r)
	}
}

func TestCancelEndsAStubbornProgram(t *testing.T) {
	h := newHost(t.Context(), "engine:1")
	file := filepath.Join(t.TempDir(), "pid")
	done := make(chan *pulumirpc.RunResponse, 1)
	go func() { done <- run(t, h, "trap '' INT\necho $$ > "+file+"\nwhile :; do :; done") }()
	var pid int
	for deadline := time.Now().Add(5 * time.Second); pid == 0; time.Sleep(20 * time.Millisecond) {
		text, _ := os.ReadFile(file) // until it is there
		fmt.Sscan(string(text), &pid)
		if time.Now().After(deadline) {
			t.Fatal("the program has not started")
		}
	}
	if _, err := h.Cancel(context.Background(), &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	select {
	case r := <-done:
		if !r.GetBail() {
			t.Errorf("got %v", r)
		}
	case <-time.After(stopGrace + 5*time.Second):
		t.Error("the program goes on")
	}
	if syscall.Kill(pid, 0) == nil {
		t.Errorf("process %d is left", pid)
	}
}

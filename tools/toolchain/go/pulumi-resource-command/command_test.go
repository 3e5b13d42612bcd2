package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cdc-pipeline/toolchain/internal/npmnames"

	"github.com/blang/semver"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/integration"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

const urn = resource.URN("urn:pulumi:dev::cdc::command:local:Command::probe")

func server(t *testing.T) integration.Server {
	t.Helper()
	s, err := integration.NewServer(t.Context(), "command", semver.MustParse(version),
		integration.WithProvider(provider(&runner{ends: context.Background()})))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func inputs(pairs map[string]any) property.Map {
	m := map[string]property.Value{}
	for name, v := range pairs {
		m[name] = asValue(v)
	}
	return property.NewMap(m)
}

func asValue(v any) property.Value {
	switch v := v.(type) {
	case string:
		return property.New(v)
	case bool:
		return property.New(v)
	case []any:
		var list []property.Value
		for _, e := range v {
			list = append(list, asValue(e))
		}
		return property.New(list)
	case map[string]any:
		return property.New(inputs(v))
	}
	panic(v)
}

// create checks and creates; it fails the test on the way.
func create(t *testing.T, s integration.Server, in map[string]any) (string, property.Map) {
	t.Helper()
	checked := check(t, s, in)
	r, err := s.Create(p.CreateRequest{Urn: urn, Properties: checked})
	if err != nil {
		t.Fatal(err)
	}
	return r.ID, r.Properties
}

func check(t *testing.T, s integration.Server, in map[string]any) property.Map {
	t.Helper()
	r, err := s.Check(p.CheckRequest{Urn: urn, Inputs: inputs(in)})
	if err != nil || len(r.Failures) > 0 {
		t.Fatal(err, r.Failures)
	}
	return r.Inputs
}

func want(t *testing.T, state property.Map, name, text string) {
	t.Helper()
	if got := state.Get(name); !got.IsString() || got.AsString() != text {
		t.Errorf("%s: got %v, want %q", name, got, text)
	}
}

func TestNamesAreThoseOfTheNpmPackage(t *testing.T) {
	root := npmnames.Root(t, "@pulumi/command")
	if !strings.Contains(npmnames.Read(t, root, "package.json"), `"version": "`+version+`"`) {
		t.Errorf("the npm package is not %s", version)
	}
	code := npmnames.Read(t, root, "local", "command.js")
	if !strings.Contains(code, "__pulumiType = 'command:local:Command'") {
		t.Error("the npm package has another token")
	}
	schema, err := server(t).GetSchema(p.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"addPreviousOutputInEnv", "create", "delete", "dir", "environment",
		"interpreter", "logging", "stdin", "stdout", "stderr", "triggers", "update"} {
		if !strings.Contains(code, `resourceInputs["`+name+`"]`) {
			t.Errorf("the npm package has no %s", name)
		}
		if !strings.Contains(schema.Schema, `"`+name+`"`) {
			t.Errorf("the provider has no %s", name)
		}
	}
}

func TestCreateUsesEverythingDeclared(t *testing.T) {
	dir := t.TempDir()
	_, state := create(t, server(t), map[string]any{
		"create":      `cat; echo "$GREETING $1"; pwd >&2`,
		"stdin":       "from stdin\n",
		"environment": map[string]any{"GREETING": "hello"},
		"dir":         dir,
		"interpreter": []any{"/bin/sh", "-e", "-c"},
	})
	want(t, state, "stdout", "from stdin\nhello ")
	want(t, state, "stderr", dir)
}

func TestUpdateRunsUpdateElseCreateWithThePreviousOutput(t *testing.T) {
	s := server(t)
	in := map[string]any{"create": `echo "first[$PULUMI_COMMAND_STDOUT]"`}
	id, state := create(t, s, in)
	want(t, state, "stdout", "first[]")

	update := func(in map[string]any, state property.Map) property.Map {
		r, err := s.Update(p.UpdateRequest{ID: id, Urn: urn, State: state, Inputs: check(t, s, in)})
		if err != nil {
			t.Fatal(err)
		}
		return r.Properties
	}
	again := update(map[string]any{"create": `echo "again[$PULUMI_COMMAND_STDOUT]"`}, state)
	want(t, again, "stdout", "again[first[]]")
	in["update"] = `echo "update[$PULUMI_COMMAND_STDOUT]"`
	want(t, update(in, state), "stdout", "update[first[]]")
	in["addPreviousOutputInEnv"] = false
	want(t, update(in, state), "stdout", "update[]")
}

func TestDeleteRunsDelete(t *testing.T) {
	s := server(t)
	file := filepath.Join(t.TempDir(), "gone")
	id, state := create(t, s, map[string]any{"create": "echo made", "delete": `echo "$PULUMI_COMMAND_STDOUT" > ` + file})
	if err := s.Delete(p.DeleteRequest{ID: id, Urn: urn, Properties: state}); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "made\n" {
		t.Errorf("delete wrote %q (%v)", text, err)
	}
}

func TestDiff(t *testing.T) {
	s := server(t)
	in := map[string]any{"create": "true", "triggers": []any{"a"}}
	id, state := create(t, s, in)
	diff := func(in map[string]any) p.DiffResponse {
		r, err := s.Diff(p.DiffRequest{ID: id, Urn: urn, State: state, OldInputs: check(t, s, in), Inputs: check(t, s, in)})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := diff(in); r.HasChanges {
		t.Errorf("the same inputs make a difference: %v", r.DetailedDiff)
	}
	if r := diff(map[string]any{"create": "true", "triggers": []any{"b"}}); r.DetailedDiff["triggers[0]"].Kind != p.UpdateReplace {
		t.Errorf("a changed trigger is no replacement: %v", r.DetailedDiff)
	}
	if r := diff(map[string]any{"create": "false", "triggers": []any{"a"}}); r.DetailedDiff["create"].Kind != p.Update {
		t.Errorf("a changed command is no update: %v", r.DetailedDiff)
	}
}

func TestFailureTellsStatusCommandAndOutput(t *testing.T) {
	s := server(t)
	_, err := s.Create(p.CreateRequest{Urn: urn, Properties: check(t, s, map[string]any{"create": "echo out; echo err >&2; exit 3"})})
	if err == nil {
		t.Fatal("a failed command is a success")
	}
	for _, part := range []string{`exit status 3: running "echo out; echo err >&2; exit 3"`, "out\n", "err\n"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in: %v", part, err)
		}
	}
}

func TestPreviewRunsNothing(t *testing.T) {
	s := server(t)
	file := filepath.Join(t.TempDir(), "made")
	if _, err := s.Create(p.CreateRequest{Urn: urn, DryRun: true, Properties: check(t, s, map[string]any{"create": "touch " + file})}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("preview ran the command")
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, in := range map[string]map[string]any{
		"assetPaths":   {"assetPaths": []any{"*"}},
		"archivePaths": {"archivePaths": []any{"*"}},
		"logging":      {"logging": "loud"},
	} {
		r, err := server(t).Check(p.CheckRequest{Urn: urn, Inputs: inputs(in)})
		if err != nil || len(r.Failures) != 1 || r.Failures[0].Property != name {
			t.Errorf("%s: %v %v", name, r.Failures, err)
		}
	}
}

func TestWhatIsLeftBehindDoesNotHoldTheCommand(t *testing.T) {
	start := time.Now()
	_, state := create(t, server(t), map[string]any{"create": "sleep 60 & echo $!"})
	if took := time.Since(start); took > 2*stopGrace {
		t.Errorf("took %s", took)
	}
	pid, err := strconv.Atoi(state.Get("stdout").AsString())
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("the process left behind is gone: %v", err)
	}
}

func TestCancelEndsTheWholeGroup(t *testing.T) {
	s := server(t)
	file := filepath.Join(t.TempDir(), "pids")
	failed := make(chan error, 1)
	in := check(t, s, map[string]any{"create": `trap "" TERM; sh -c 'trap "" TERM; echo $$ > ` + file + `; sleep 60; true'; true`})
	go func() {
		_, err := s.Create(p.CreateRequest{Urn: urn, Properties: in})
		failed <- err
	}()
	var pid int
	for deadline := time.Now().Add(5 * time.Second); pid == 0; time.Sleep(20 * time.Millisecond) {
		text, _ := os.ReadFile(file) // until it is there
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		if time.Now().After(deadline) {
			t.Fatal("the command has not started")
		}
	}
	if err := s.Cancel(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-failed:
		if err == nil || !strings.Contains(err.Error(), "cancelled") {
			t.Errorf("got %v", err)
		}
	case <-time.After(3 * stopGrace):
		t.Fatal("the command goes on after a cancellation")
	}
	for deadline := time.Now().Add(2 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("process %d is left", pid)
		}
	}
}

func TestLinesAreLoggedAsTheyCome(t *testing.T) {
	var lines []string
	s := &stream{lock: &sync.Mutex{}, line: func(l string) { lines = append(lines, l) }}
	for _, piece := range []string{"one\ntw", "o\n\n", strings.Repeat("x", 3*longestLine), "\nlast"} {
		if n, err := s.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
	}
	s.flush()
	x := strings.Repeat("x", longestLine)
	if got, want := strings.Join(lines, "|"), strings.Join([]string{"one", "two", x, x, x, "last"}, "|"); got != want {
		t.Errorf("got %d lines: %.80s", len(lines), got)
	}
}

func TestALongLineDoesNotHang(t *testing.T) {
	_, state := create(t, server(t), map[string]any{"create": "head -c 1000000 /dev/zero | tr '\\0' x; printf '\\377'"})
	if out := state.Get("stdout").AsString(); out != strings.Repeat("x", 1000000)+"\uFFFD" {
		t.Errorf("got %d bytes", len(out))
	}
}

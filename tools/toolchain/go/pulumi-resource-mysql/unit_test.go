package main

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"cdc-pipeline/toolchain/internal/npmnames"

	"github.com/go-sql-driver/mysql"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

func TestNamesAreThoseOfTheNpmPackage(t *testing.T) {
	root := npmnames.Root(t, "@pulumi/mysql")
	if !strings.Contains(npmnames.Read(t, root, "package.json"), `"version": "`+version+`"`) {
		t.Errorf("the npm package is not %s", version)
	}
	for file, names := range map[string][]string{
		"database": {"defaultCharacterSet", "defaultCollation", "name"},
		"user":     {"authPlugin", "host", "password", "plaintextPassword", "tlsOption", "user"},
		"provider": {"authenticationPlugin", "endpoint", "maxConnLifetimeSec", "maxOpenConns", "password", "tls", "username"},
	} {
		code := npmnames.Read(t, root, file+".js")
		if file != "provider" && !strings.Contains(code, "'mysql:index/"+file+":") {
			t.Errorf("%s: the npm package has another token", file)
		}
		for _, name := range names {
			if !strings.Contains(code, `resourceInputs["`+name+`"]`) {
				t.Errorf("%s: the npm package has no %s", file, name)
			}
		}
	}
}

func TestIdentifier(t *testing.T) {
	for in, want := range map[string]string{"shop": "`shop`", "a`b": "`a``b`", "a.b": "`a.b`"} {
		if got := identifier(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestDriftKnowsAliases(t *testing.T) {
	for _, c := range []struct{ declared, actual, want string }{
		{"utf8", "utf8mb3", "utf8"},
		{"utf8_general_ci", "utf8mb3_general_ci", "utf8_general_ci"},
		{"UTF8MB4", "utf8mb4", "UTF8MB4"},
		{"utf8mb4", "latin1", "latin1"},
	} {
		if got := drift(&c.declared, c.actual, false); *got != c.want {
			t.Errorf("%v: got %s", c, *got)
		}
	}
	if drift(nil, "latin1", false) != nil {
		t.Error("what is not declared drifts")
	}
	if *drift(nil, "latin1", true) != "latin1" {
		t.Error("an import does not read")
	}
}

func TestStartingUp(t *testing.T) {
	if !startingUp(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}) {
		t.Error("connection refused")
	}
	if startingUp(&mysql.MySQLError{Number: 1045, Message: "Access denied"}) || startingUp(errors.New("no such host")) {
		t.Error("waits for what waiting does not mend")
	}
}

func TestErrorsKeepSecrets(t *testing.T) {
	err := withoutSecrets(errors.New("syntax error near 'hunter2'"), []string{"", "hunter2"})
	if err.Error() != "syntax error near '[secret]'" {
		t.Error(err)
	}
}

func TestAServerThatIsNotThereIsNamedAfterABoundedTime(t *testing.T) {
	defer func(d time.Duration) { connectWithin = d }(connectWithin)
	connectWithin = time.Second
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	endpoint := listener.Addr().String()
	listener.Close()
	s := configured(t, map[string]property.Value{"endpoint": property.New(endpoint), "username": property.New("root")})
	start := time.Now()
	_, err = s.Create(p.CreateRequest{Urn: urn("database", "Database"), Properties: properties(map[string]any{"name": "x"})})
	if err == nil || !strings.Contains(err.Error(), "create database x: MySQL server at "+endpoint+" cannot be reached") ||
		strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took < connectWithin || took > connectWithin+5*time.Second {
		t.Errorf("gave up after %s", took)
	}
}

func TestConfigurationMayBeUnknownAtPreview(t *testing.T) {
	s := server(t)
	r, err := s.CheckConfig(p.CheckRequest{Urn: "urn:pulumi:dev::cdc::pulumi:providers:mysql::m", Inputs: property.NewMap(map[string]property.Value{
		"endpoint": property.New(property.Computed), "username": property.New("root"),
		"password": property.New(property.Computed), "maxOpenConns": property.New("3"),
	})})
	if err != nil || len(r.Failures) > 0 {
		t.Fatal(err, r.Failures)
	}
	if !r.Inputs.Get("endpoint").IsComputed() {
		t.Errorf("endpoint is %v", r.Inputs.Get("endpoint"))
	}
}

func TestPasswordsAreSecretWithoutBeingMarked(t *testing.T) {
	in := check(t, server(t), "user", "User", map[string]any{"user": "u", "plaintextPassword": "hunter2"})
	if !in.Get("plaintextPassword").Secret() {
		t.Error("plaintextPassword is in clear")
	}
	if in.Get("host").AsString() != "localhost" || in.Get("tlsOption").AsString() != "NONE" {
		t.Errorf("defaults are missing: %v", in)
	}
}

func TestAChangedEndpointReplacesNothing(t *testing.T) {
	old := map[string]property.Value{"endpoint": property.New("a:1"), "username": property.New("root")}
	now := map[string]property.Value{"endpoint": property.New("a:2"), "username": property.New("root")}
	r, err := server(t).DiffConfig(p.DiffRequest{
		Urn:   "urn:pulumi:dev::cdc::pulumi:providers:mysql::m",
		State: property.NewMap(old), OldInputs: property.NewMap(old), Inputs: property.NewMap(now),
	})
	if err != nil || r.DetailedDiff["endpoint"].Kind != p.Update {
		t.Errorf("%v %v", r, err)
	}
}

func TestChecksRefuse(t *testing.T) {
	s := server(t)
	for _, c := range []struct {
		file, class, property string
		in                    map[string]any
	}{
		{"user", "User", "password", map[string]any{"user": "u", "password": "a", "plaintextPassword": "b"}},
		{"user", "User", "tlsOption", map[string]any{"user": "u", "tlsOption": "MAYBE"}},
		{"user", "User", "user", map[string]any{}},
		{"database", "Database", "name", map[string]any{"name": strings.Repeat("x", 65)}},
	} {
		r, err := s.Check(p.CheckRequest{Urn: urn(c.file, c.class), Inputs: properties(c.in)})
		if err != nil || len(r.Failures) != 1 || r.Failures[0].Property != c.property {
			t.Errorf("%s %s: %v %v", c.class, c.property, r.Failures, err)
		}
	}
}

func TestDatabaseNameIsMadeUpOnceAndKept(t *testing.T) {
	s := server(t)
	first := check(t, s, "database", "Database", map[string]any{})
	name := first.Get("name").AsString()
	if !strings.HasPrefix(name, "probe-") || len(name) != len("probe-")+7 {
		t.Errorf("made up %q", name)
	}
	r, err := s.Check(p.CheckRequest{Urn: urn("database", "Database"), State: first})
	if err != nil || r.Inputs.Get("name").AsString() != name {
		t.Errorf("%s became %v (%v)", name, r.Inputs, err)
	}
}

func TestUnknownInputsStayUnknown(t *testing.T) {
	in := check(t, server(t), "user", "User", map[string]any{
		"user": property.Computed, "host": property.Computed, "plaintextPassword": property.Computed,
	})
	for _, name := range []string{"user", "host", "plaintextPassword"} {
		if !in.Get(name).HasComputed() {
			t.Errorf("%s is %v", name, in.Get(name))
		}
	}
}

func TestAStateOfTheOfficialPluginIsTaken(t *testing.T) {
	in := check(t, server(t), "user", "User", map[string]any{"user": "u", "host": "%", "plaintextPassword": "p"})
	official := in.Set("id", property.New("u@%")).Set("__meta", property.New("{}")).Set("__defaults", property.New([]property.Value{}))
	r, err := server(t).Diff(p.DiffRequest{ID: "u@%", Urn: urn("user", "User"), State: official, OldInputs: official, Inputs: in})
	if err != nil || r.HasChanges {
		t.Errorf("%v %v", r, err)
	}
}

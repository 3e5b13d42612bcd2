package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/blang/semver"
	"github.com/go-sql-driver/mysql"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/integration"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

func ptr[T any](v T) *T { return &v }

func urn(file, class string) resource.URN {
	return resource.URN(fmt.Sprintf("urn:pulumi:dev::cdc::mysql:index/%s:%s::probe", file, class))
}

func server(t *testing.T) integration.Server {
	t.Helper()
	// Not t.Context(): that has ended when the clean-up deletes what was created.
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	s, err := integration.NewServer(ctx, "mysql", semver.MustParse(version), integration.WithProvider(provider()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func configured(t *testing.T, config map[string]property.Value) integration.Server {
	t.Helper()
	s := server(t)
	if err := s.Configure(p.ConfigureRequest{Args: property.NewMap(config)}); err != nil {
		t.Fatal(err)
	}
	return s
}

// realServer is a provider for the MySQL server of the environment, and an own
// connection to look behind its back. Without one the test is skipped.
func realServer(t *testing.T) (integration.Server, *sql.DB) {
	t.Helper()
	env := map[string]string{}
	for _, name := range []string{"CDC_TEST_MYSQL_ENDPOINT", "CDC_TEST_MYSQL_USER", "CDC_TEST_MYSQL_PASSWORD"} {
		if env[name] = os.Getenv(name); env[name] == "" {
			t.Skipf("needs a MySQL server to play with: %s is not set", name)
		}
	}
	config := mysql.NewConfig()
	config.Net, config.Addr = "tcp", env["CDC_TEST_MYSQL_ENDPOINT"]
	config.User, config.Passwd = env["CDC_TEST_MYSQL_USER"], env["CDC_TEST_MYSQL_PASSWORD"]
	config.InterpolateParams = true
	connector, err := mysql.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return configured(t, map[string]property.Value{
		"endpoint": property.New(config.Addr),
		"username": property.New(config.User),
		"password": property.New(config.Passwd).WithSecret(true),
	}), db
}

// must runs a statement behind the provider's back.
func must(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func properties(pairs map[string]any) property.Map {
	m := map[string]property.Value{}
	for name, v := range pairs {
		m[name] = asValue(v)
	}
	return property.NewMap(m)
}

func asValue(v any) property.Value {
	if list, ok := v.([]any); ok {
		var values []property.Value
		for _, e := range list {
			values = append(values, asValue(e))
		}
		return property.New(values)
	}
	value, err := property.Any(v)
	if err != nil {
		panic(err)
	}
	return value
}

func check(t *testing.T, s integration.Server, file, class string, in map[string]any) property.Map {
	t.Helper()
	r, err := s.Check(p.CheckRequest{Urn: urn(file, class), Inputs: properties(in)})
	if err != nil || len(r.Failures) > 0 {
		t.Fatal(err, r.Failures)
	}
	return r.Inputs
}

// life is one resource under test, with what the engine remembers of it.
type life struct {
	t           *testing.T
	s           integration.Server
	file, class string
	id          string
	in, state   property.Map
}

// born creates the resource, and proves that a second run has nothing to do.
func born(t *testing.T, s integration.Server, file, class string, in map[string]any) *life {
	t.Helper()
	l := &life{t: t, s: s, file: file, class: class, in: check(t, s, file, class, in)}
	if r, err := s.Create(p.CreateRequest{Urn: urn(file, class), Properties: l.in, DryRun: true}); err != nil || r.ID != "" {
		t.Fatalf("preview of create: %q %v", r.ID, err)
	}
	r, err := s.Create(p.CreateRequest{Urn: urn(file, class), Properties: l.in})
	if err != nil {
		t.Fatal(err)
	}
	l.id, l.state = r.ID, r.Properties
	t.Cleanup(l.dies)
	l.unchanged("after create", in)
	l.noDrift()
	return l
}

func (l *life) diff(in map[string]any) p.DiffResponse {
	l.t.Helper()
	r, err := l.s.Diff(p.DiffRequest{
		ID: l.id, Urn: urn(l.file, l.class), State: l.state, OldInputs: l.in, Inputs: check(l.t, l.s, l.file, l.class, in),
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l *life) unchanged(when string, in map[string]any) {
	l.t.Helper()
	if r := l.diff(in); r.HasChanges {
		l.t.Errorf("%s the same inputs make a difference: %v", when, r.DetailedDiff)
	}
}

// update changes the resource in place and proves that this settles it.
func (l *life) update(in map[string]any) {
	l.t.Helper()
	for name, d := range l.diff(in).DetailedDiff {
		if withoutReplace[d.Kind] != d.Kind {
			l.t.Errorf("%s is a replacement", name)
		}
	}
	checked := check(l.t, l.s, l.file, l.class, in)
	r, err := l.s.Update(p.UpdateRequest{ID: l.id, Urn: urn(l.file, l.class), State: l.state, OldInputs: l.in, Inputs: checked})
	if err != nil {
		l.t.Fatal(err)
	}
	l.in, l.state = checked, r.Properties
	l.unchanged("after update", in)
	l.noDrift()
}

func (l *life) read() p.ReadResponse {
	l.t.Helper()
	r, err := l.s.Read(p.ReadRequest{ID: l.id, Urn: urn(l.file, l.class), Properties: l.state, Inputs: l.in})
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l *life) noDrift() {
	l.t.Helper()
	r := l.read()
	if r.ID != l.id || !property.New(r.Inputs).Equals(property.New(l.in)) {
		l.t.Errorf("a refresh sees a change:\n%v\n%v", r.Inputs, l.in)
	}
}

// drifts refreshes and expects a property to have become something else.
func (l *life) drifts(name, want string) {
	l.t.Helper()
	r := l.read()
	if got := show(r.Inputs.Get(name)); got != want {
		l.t.Errorf("a refresh sees %s: %s, want %s", name, got, want)
	}
	l.in, l.state = r.Inputs, r.Properties
}

// gone refreshes after an outside deletion, and deletes, twice.
func (l *life) gone() {
	l.t.Helper()
	if r := l.read(); r.ID != "" {
		l.t.Errorf("a refresh does not see that it is gone: %v", r)
	}
	l.dies()
	l.dies()
}

func (l *life) dies() {
	l.t.Helper()
	if err := l.s.Delete(p.DeleteRequest{ID: l.id, Urn: urn(l.file, l.class), Properties: l.state}); err != nil {
		l.t.Errorf("delete: %v", err)
	}
}

func show(v property.Value) string {
	if v.IsArray() {
		var parts []string
		for _, e := range v.AsArray().All {
			parts = append(parts, show(e))
		}
		return strings.Join(parts, ",")
	}
	if v.IsBool() {
		return fmt.Sprint(v.AsBool())
	}
	if v.IsString() {
		return v.AsString()
	}
	return fmt.Sprint(v)
}

// reconfigured is a provider that logs in as someone else.
func reconfigured(t *testing.T, user, password string) integration.Server {
	t.Helper()
	return configured(t, map[string]property.Value{
		"endpoint": property.New(os.Getenv("CDC_TEST_MYSQL_ENDPOINT")),
		"username": property.New(user),
		"password": property.New(password).WithSecret(true),
	})
}

// login proves that a password works.
func login(t *testing.T, user, password string) {
	t.Helper()
	r := reconfigured(t, user, password)
	if _, err := r.Read(p.ReadRequest{ID: "none", Urn: urn("database", "Database")}); err != nil {
		t.Errorf("login of %s: %v", user, err)
	}
}

package main

import (
	"strings"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
)

func TestDatabaseLife(t *testing.T) {
	s, db := realServer(t)
	in := map[string]any{"name": "test`db", "defaultCharacterSet": "utf8", "defaultCollation": "utf8_general_ci"}
	l := born(t, s, "database", "Database", in)

	in["defaultCharacterSet"], in["defaultCollation"] = "utf8mb4", "utf8mb4_bin"
	l.update(in)
	must(t, db, "ALTER DATABASE `test``db` CHARACTER SET latin1")
	l.drifts("defaultCharacterSet", "latin1")
	l.update(in)
	delete(in, "defaultCharacterSet")
	delete(in, "defaultCollation")
	l.update(in)

	_, err := s.Create(p.CreateRequest{Urn: urn("database", "Database"), Properties: l.in})
	if err == nil || !strings.Contains(err.Error(), "database exists") {
		t.Errorf("creating what is there: %v", err)
	}
	must(t, db, "DROP DATABASE `test``db`")
	l.gone()
}

func TestDatabaseWithoutOptions(t *testing.T) {
	s, db := realServer(t)
	l := born(t, s, "database", "Database", map[string]any{"name": "test_plain"})
	must(t, db, "ALTER DATABASE test_plain CHARACTER SET latin1")
	l.noDrift() // what is not declared is not looked after

	r, err := s.Read(p.ReadRequest{ID: "test_plain", Urn: urn("database", "Database")})
	if err != nil || show(r.Inputs.Get("defaultCharacterSet")) != "latin1" || show(r.Inputs.Get("name")) != "test_plain" {
		t.Errorf("import: %v %v", r, err)
	}
	l.dies()
	l.gone()
}

func TestUserLife(t *testing.T) {
	s, db := realServer(t)
	in := map[string]any{"user": "test'u@x", "host": "%", "plaintextPassword": `pa'ss"\word`}
	l := born(t, s, "user", "User", in)
	login(t, "test'u@x", `pa'ss"\word`)
	if !l.state.Get("plaintextPassword").Secret() {
		t.Error("the password is in the state in clear")
	}

	in["plaintextPassword"] = "other"
	l.update(in)
	login(t, "test'u@x", "other")
	in["tlsOption"] = "SSL"
	l.update(in)
	must(t, db, "ALTER USER ?@? REQUIRE NONE", "test'u@x", "%")
	l.drifts("tlsOption", "NONE")
	if r := l.read(); !r.Inputs.Get("plaintextPassword").Secret() || !r.Properties.Get("plaintextPassword").Secret() {
		t.Error("a refresh uncovers the password")
	}

	_, err := s.Create(p.CreateRequest{Urn: urn("user", "User"), Properties: l.in})
	if err == nil || !strings.Contains(err.Error(), "exists already") || strings.Contains(err.Error(), "other") {
		t.Errorf("creating what is there: %v", err)
	}
	must(t, db, "DROP USER ?@?", "test'u@x", "%")
	_, err = s.Update(p.UpdateRequest{ID: l.id, Urn: urn("user", "User"), State: l.state, Inputs: l.in})
	if err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("altering what is gone: %v", err)
	}
	l.gone()
}

func TestUserWithAuthPlugin(t *testing.T) {
	s, db := realServer(t)
	l := born(t, s, "user", "User", map[string]any{"user": "test_plugin", "authPlugin": "caching_sha2_password"})
	must(t, db, "ALTER USER test_plugin@localhost IDENTIFIED WITH sha256_password BY 'x'")
	l.drifts("authPlugin", "sha256_password")
	l.dies()
	l.gone()
}

func TestWrongPasswordIsToldAtOnce(t *testing.T) {
	s, _ := realServer(t)
	born(t, s, "user", "User", map[string]any{"user": "test_login", "host": "%", "plaintextPassword": "right"})
	wrong := reconfigured(t, "test_login", "wrong-password")
	_, err := wrong.Read(p.ReadRequest{ID: "x", Urn: urn("database", "Database")})
	if err == nil || !strings.Contains(err.Error(), "Access denied") || strings.Contains(err.Error(), "wrong-password") {
		t.Errorf("got %v", err)
	}
}

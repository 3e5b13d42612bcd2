package main

import (
	"database/sql"
	"strings"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/integration"
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

// grantee is an account to give privileges to.
func grantee(t *testing.T, s integration.Server, name string) *life {
	return born(t, s, "user", "User", map[string]any{"user": name, "host": "%", "plaintextPassword": "x"})
}

func grantOf(user, database string, privileges ...any) map[string]any {
	return map[string]any{"user": user, "host": "%", "database": database, "privileges": privileges}
}

func TestGrantOnTheServer(t *testing.T) {
	s, db := realServer(t)
	grantee(t, s, "test_g1")
	in := grantOf("test_g1", "*", "select", "REPLICATION SLAVE", "Replication Client", "FLUSH_TABLES")
	l := born(t, s, "grant", "Grant", in)
	if l.id != "test_g1@%:*" {
		t.Errorf("id %s", l.id)
	}
	l.unchanged("in another order", grantOf("test_g1", "*", "FLUSH_TABLES", "REPLICATION CLIENT", "SELECT", "REPLICATION SLAVE"))

	must(t, db, "GRANT RELOAD, BINLOG_ADMIN ON *.* TO test_g1@'%'")
	must(t, db, "REVOKE SELECT ON *.* FROM test_g1@'%'")
	l.drifts("privileges", "BINLOG_ADMIN,FLUSH_TABLES,RELOAD,REPLICATION CLIENT,REPLICATION SLAVE")
	l.update(in)

	in["grant"] = true
	l.update(in)
	in["grant"] = false
	l.update(in)
	in["privileges"] = []any{"ALL"}
	l.update(in)
	must(t, db, "REVOKE SHUTDOWN ON *.* FROM test_g1@'%'")
	if r := l.read(); strings.Contains(show(r.Inputs.Get("privileges")), allPrivileges) {
		t.Errorf("ALL less one is still %v", r.Inputs.Get("privileges"))
	}
	in["privileges"] = []any{"SELECT"}
	l.update(in)
	l.dies()
	if now := grants(t, db, "test_g1"); len(now) != 1 || !strings.HasPrefix(now[0], "GRANT USAGE ON *.*") {
		t.Errorf("after delete: %q", now)
	}
	l.gone()
}

func TestGrantOnADatabase(t *testing.T) {
	s, db := realServer(t)
	user := grantee(t, s, "test_g2")
	born(t, s, "database", "Database", map[string]any{"name": "test_shop"})
	in := grantOf("test_g2", "test_shop", "ALL PRIVILEGES")
	l := born(t, s, "grant", "Grant", in)

	in["privileges"] = []any{"SELECT", "INSERT"}
	l.update(in)
	in["privileges"] = []any{"SELECT", "DELETE"}
	in["grant"] = true
	l.update(in)
	must(t, db, "REVOKE GRANT OPTION ON test_shop.* FROM test_g2@'%'")
	l.drifts("grant", "false")
	must(t, db, "REVOKE DELETE ON test_shop.* FROM test_g2@'%'")
	l.drifts("privileges", "SELECT")
	l.update(in)

	if r := l.diff(grantOf("test_g2", "other", "SELECT")); r.DetailedDiff["database"].Kind != p.UpdateReplace {
		t.Errorf("another database is no replacement: %v", r.DetailedDiff)
	}
	must(t, db, "DROP USER test_g2@'%'")
	l.gone()
	user.gone()
}

func TestGrantOnATable(t *testing.T) {
	s, db := realServer(t)
	grantee(t, s, "test_g3")
	born(t, s, "database", "Database", map[string]any{"name": "test_tables"})
	must(t, db, "CREATE TABLE test_tables.orders (id INT, note TEXT)")
	in := grantOf("test_g3", "test_tables", "SELECT", "INSERT")
	in["table"] = "orders"
	l := born(t, s, "grant", "Grant", in)
	must(t, db, "GRANT UPDATE (note) ON test_tables.orders TO test_g3@'%'")
	l.drifts("privileges", "INSERT,SELECT,UPDATE (`note`)")
	l.update(in)
	in["privileges"] = []any{"ALL"}
	l.update(in)
	in["privileges"] = []any{"SELECT"}
	l.update(in)
	must(t, db, "DROP TABLE test_tables.orders")
	l.dies()
	l.gone()
}

func TestGrantToNobody(t *testing.T) {
	s, _ := realServer(t)
	_, err := s.Create(p.CreateRequest{Urn: urn("grant", "Grant"), Properties: check(t, s, "grant", "Grant", grantOf("test_nobody", "*", "SELECT"))})
	if err == nil || !strings.Contains(err.Error(), "the account does not exist") {
		t.Errorf("got %v", err)
	}
}

func grants(t *testing.T, db *sql.DB, user string) []string {
	t.Helper()
	lines, err := showGrants(t.Context(), db, user, "%")
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

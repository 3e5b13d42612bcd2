package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// held is what an account holds on one level.
type held struct {
	privileges []string // normalized
	grant      bool     // WITH GRANT OPTION
	dynamic    []string // those of the privileges that components have registered
}

func (h held) nothing() bool { return len(h.privileges) == 0 && !h.grant }

// What ALL PRIVILEGES stands for below the server.
var (
	allOfTable = []string{
		"ALTER", "CREATE", "CREATE VIEW", "DELETE", "DROP", "INDEX", "INSERT", "REFERENCES", "SELECT",
		"SHOW VIEW", "TRIGGER", "UPDATE",
	}
	allOfDatabase = append([]string{
		"ALTER ROUTINE", "CREATE ROUTINE", "CREATE TEMPORARY TABLES", "EVENT", "EXECUTE", "LOCK TABLES",
	}, allOfTable...)
)

// oneByOne spells ALL PRIVILEGES out: revoking it as such would take away what
// is to stay, too.
func (h held) oneByOne(on GrantArgs) []string {
	switch {
	case !slices.Contains(h.privileges, allPrivileges):
		return h.privileges
	case value(on.Table, "*") == "*":
		return allOfDatabase
	default:
		return allOfTable
	}
}

// held asks the server; an account that does not exist holds nothing.
func (g GrantArgs) held(ctx context.Context) (held, error) {
	db, err := database(ctx)
	if err != nil {
		return held{}, fmt.Errorf("%s: %w", g.what("read"), err)
	}
	lines, err := showGrants(ctx, db, g.User, g.host())
	const noSuchGrant = 1141
	if isCode(err, noSuchGrant) {
		return held{}, nil
	}
	now := parseGrants(lines, g.on())
	if err == nil && g.on() == "*.*" && slices.Contains(normalized(g.Privileges), allPrivileges) {
		// SHOW GRANTS lists every single one of ALL PRIVILEGES on *.*.
		var all bool
		if all, err = holdsAll(ctx, db, g.User, g.host()); all {
			now.privileges = []string{allPrivileges}
		}
	}
	if err != nil {
		return held{}, fmt.Errorf("%s: %w", g.what("read"), err)
	}
	return now, nil
}

func showGrants(ctx context.Context, db *sql.DB, user, host string) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SHOW GRANTS FOR ?@?", user, host)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}

// holdsAll says whether the account has every built-in privilege on the server:
// mysql.user has a column for each.
func holdsAll(ctx context.Context, db *sql.DB, user, host string) (bool, error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM mysql.user WHERE User = ? AND Host = ?", user, host)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil || !rows.Next() {
		return false, err
	}
	cells := make([]sql.RawBytes, len(columns))
	targets := make([]any, len(columns))
	for i := range cells {
		targets[i] = &cells[i]
	}
	if err := rows.Scan(targets...); err != nil {
		return false, err
	}
	for i, name := range columns {
		if strings.HasSuffix(name, "_priv") && name != "Grant_priv" && string(cells[i]) != "Y" {
			return false, nil
		}
	}
	return true, rows.Err()
}

package main

import (
	"context"
	"fmt"
	"strings"
)

// exec runs one statement. What names it for the person who reads the error, and
// secrets are blotted out of what the server quotes of the statement.
func exec(ctx context.Context, what string, secrets []string, statement string, args ...any) error {
	db, err := database(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if _, err := db.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("%s: %w", what, withoutSecrets(err, secrets))
	}
	return nil
}

func withoutSecrets(err error, secrets []string) error {
	text := err.Error()
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[secret]")
		}
	}
	return redacted{error: err, text: text}
}

// redacted reads otherwise than the error that it still is.
type redacted struct {
	error
	text string
}

func (r redacted) Error() string { return r.text }
func (r redacted) Unwrap() error { return r.error }

// identifier quotes a name of a database, a table, a character set and so on.
func identifier(name string) string {
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// account is a user as MySQL knows it, for messages and as an id.
func account(user, host string) string { return user + "@" + host }

// splitAccount undoes account. A host has no @, a user may have one.
func splitAccount(id string) (user, host string, err error) {
	at := strings.LastIndex(id, "@")
	if at < 0 {
		return "", "", fmt.Errorf("%q is not the id of a MySQL user: it has to be user@host", id)
	}
	return id[:at], id[at+1:], nil
}

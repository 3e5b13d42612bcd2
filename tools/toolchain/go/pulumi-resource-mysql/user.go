package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// User is mysql:index/user:User.
type User struct{}

// UserArgs are its inputs; only another user or host makes another account.
type UserArgs struct {
	User              string  `pulumi:"user" provider:"replaceOnChanges"`
	Host              *string `pulumi:"host,optional" provider:"replaceOnChanges"`
	AuthPlugin        *string `pulumi:"authPlugin,optional"`
	Password          *string `pulumi:"password,optional" provider:"secret"`
	PlaintextPassword *string `pulumi:"plaintextPassword,optional" provider:"secret"`
	TLSOption         *string `pulumi:"tlsOption,optional"`
}

// UserState are its outputs.
type UserState struct{ UserArgs }

// Annotate names the resource as the npm package does.
func (*User) Annotate(a infer.Annotator) { a.SetToken("index/user", "User") }

// Annotate gives the defaults of the npm package.
func (u *UserArgs) Annotate(a infer.Annotator) {
	a.SetDefault(&u.Host, "localhost")
	a.SetDefault(&u.TLSOption, "NONE")
}

// tlsOptions are the values of tlsOption, by what mysql.user calls them.
var tlsOptions = map[string]string{"": "NONE", "ANY": "SSL", "X509": "X509"}

// Check refuses what could only fail at the server, in the middle of an update.
func (User) Check(ctx context.Context, req infer.CheckRequest) (r infer.CheckResponse[UserArgs], err error) {
	r.Inputs, r.Failures, err = infer.DefaultCheck[UserArgs](ctx, req.NewInputs)
	if err != nil {
		return r, err
	}
	var ways []string
	for _, name := range []string{"authPlugin", "password", "plaintextPassword"} {
		if _, given := req.NewInputs.GetOk(name); given {
			ways = append(ways, name)
		}
	}
	if len(ways) > 1 {
		r.Failures = append(r.Failures, p.CheckFailure{
			Property: ways[0], Reason: "give only one of " + strings.Join(ways, " and "),
		})
	}
	if option := r.Inputs.tlsOption(); !slices.Contains([]string{"NONE", "SSL", "X509"}, option) {
		r.Failures = append(r.Failures, p.CheckFailure{
			Property: "tlsOption", Reason: fmt.Sprintf("NONE, SSL or X509 are allowed, got %q", option),
		})
	}
	return r, nil
}

func (u UserArgs) host() string      { return value(u.Host, "localhost") }
func (u UserArgs) tlsOption() string { return strings.ToUpper(value(u.TLSOption, "NONE")) }
func (u UserArgs) password() string  { return value(u.PlaintextPassword, value(u.Password, "")) }

// statement is CREATE USER or ALTER USER with everything that is declared.
func (u UserArgs) statement(verb string) (string, []any) {
	text, args := verb+" USER ?@?", []any{u.User, u.host()}
	if u.AuthPlugin != nil {
		text += " IDENTIFIED WITH " + identifier(*u.AuthPlugin)
	} else if u.PlaintextPassword != nil || u.Password != nil {
		text += " IDENTIFIED BY ?"
		args = append(args, u.password())
	}
	return text + " REQUIRE " + u.tlsOption(), args
}

func (u UserArgs) exec(ctx context.Context, verb string) error {
	text, args := u.statement(verb)
	what := strings.ToLower(verb) + " user " + account(u.User, u.host())
	err := exec(ctx, what, []string{u.password()}, text, args...)
	const cannotUser = 1396 // all that MySQL says is "Operation CREATE USER failed"
	if isCode(err, cannotUser) {
		state := map[string]string{"CREATE": "exists already; import or drop it", "ALTER": "does not exist; run a refresh"}
		return fmt.Errorf("%w (it %s)", err, state[verb])
	}
	return err
}

// Create makes the account; one that is there already is an error.
func (User) Create(ctx context.Context, req infer.CreateRequest[UserArgs]) (r infer.CreateResponse[UserState], err error) {
	r.Output.UserArgs = req.Inputs
	if req.DryRun {
		return r, nil
	}
	r.ID = account(req.Inputs.User, req.Inputs.host())
	return r, req.Inputs.exec(ctx, "CREATE")
}

// Update alters the account in place; its grants stay.
func (User) Update(ctx context.Context, req infer.UpdateRequest[UserArgs, UserState]) (r infer.UpdateResponse[UserState], err error) {
	r.Output.UserArgs = req.Inputs
	if req.DryRun {
		return r, nil
	}
	return r, req.Inputs.exec(ctx, "ALTER")
}

// Read sees a dropped account, another plugin where one is declared, and another
// TLS option. A changed password cannot be seen.
func (User) Read(ctx context.Context, req infer.ReadRequest[UserArgs, UserState]) (r infer.ReadResponse[UserArgs, UserState], err error) {
	user, host, err := splitAccount(req.ID)
	if err != nil {
		return r, err
	}
	db, err := database(ctx)
	if err != nil {
		return r, err
	}
	var plugin, tls string
	err = db.QueryRowContext(ctx, "SELECT plugin, ssl_type FROM mysql.user WHERE User = ? AND Host = ?", user, host).Scan(&plugin, &tls)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("read user %s: %w", req.ID, err)
	}
	in := req.Inputs
	in.User, in.Host = user, &host
	if in.AuthPlugin != nil && *in.AuthPlugin != plugin {
		in.AuthPlugin = &plugin
	}
	option, known := tlsOptions[tls]
	if !known {
		option = tls // SPECIFIED: a cipher, issuer or subject that someone has set
	}
	if option != in.tlsOption() {
		in.TLSOption = &option
	}
	return infer.ReadResponse[UserArgs, UserState]{ID: req.ID, Inputs: in, State: UserState{in}}, nil
}

// Delete drops the account with its grants.
func (User) Delete(ctx context.Context, req infer.DeleteRequest[UserState]) (infer.DeleteResponse, error) {
	user, host, err := splitAccount(req.ID)
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, exec(ctx, "drop user "+req.ID, nil, "DROP USER IF EXISTS ?@?", user, host)
}

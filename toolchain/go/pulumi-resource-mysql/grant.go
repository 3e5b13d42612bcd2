package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Grant is mysql:index/grant:Grant: all that one account holds on one level (the
// server, a database or a table). Roles are not supported.
type Grant struct{}

// GrantArgs are its inputs; another account or level makes another grant.
type GrantArgs struct {
	User       string   `pulumi:"user,optional" provider:"replaceOnChanges"`
	Host       *string  `pulumi:"host,optional" provider:"replaceOnChanges"`
	Database   string   `pulumi:"database" provider:"replaceOnChanges"`
	Table      *string  `pulumi:"table,optional" provider:"replaceOnChanges"`
	Privileges []string `pulumi:"privileges,optional"`
	Grant      *bool    `pulumi:"grant,optional"`
	TLSOption  *string  `pulumi:"tlsOption,optional"`
}

// GrantState are its outputs.
type GrantState struct{ GrantArgs }

// Annotate names the resource as the npm package does.
func (*Grant) Annotate(a infer.Annotator) { a.SetToken("index/grant", "Grant") }

// Annotate gives the defaults of the npm package.
func (g *GrantArgs) Annotate(a infer.Annotator) {
	a.SetDefault(&g.Host, "localhost")
	a.SetDefault(&g.Table, "*")
	a.SetDefault(&g.Grant, false)
	a.SetDefault(&g.TLSOption, "NONE")
}

// Check refuses what is not supported, and stores privileges in one spelling and
// order, so that neither shows up as a change.
func (Grant) Check(ctx context.Context, req infer.CheckRequest) (r infer.CheckResponse[GrantArgs], err error) {
	r.Inputs, r.Failures, err = infer.DefaultCheck[GrantArgs](ctx, req.NewInputs.Delete("role", "roles"))
	if err != nil {
		return r, err
	}
	fail := func(property, reason string) {
		r.Failures = append(r.Failures, p.CheckFailure{Property: property, Reason: reason})
	}
	for _, name := range []string{"role", "roles"} {
		if _, given := req.NewInputs.GetOk(name); given {
			fail(name, "roles are not supported by this provider: grant privileges to a user")
		}
	}
	if _, given := req.NewInputs.GetOk("user"); !given {
		fail("user", "a user is needed")
	}
	if option := value(r.Inputs.TLSOption, "NONE"); !strings.EqualFold(option, "NONE") {
		fail("tlsOption", "MySQL 8 and newer take it from the user: set tlsOption of the User")
	}
	if list := req.NewInputs.Get("privileges"); !list.HasComputed() && !list.HasSecrets() {
		if err := checkPrivileges(r.Inputs.Privileges); err != nil {
			fail("privileges", err.Error())
		}
		r.Inputs.Privileges = normalized(r.Inputs.Privileges)
	}
	return r, nil
}

func (g GrantArgs) host() string { return value(g.Host, "localhost") }

// on is the level in SQL. The names are patterns to MySQL (_ and %), here as with
// the npm package's own plugin.
func (g GrantArgs) on() string {
	part := func(name string) string {
		if name == "*" || name == "" {
			return "*"
		}
		return identifier(name)
	}
	return part(g.Database) + "." + part(value(g.Table, "*"))
}

func (g GrantArgs) id() string {
	return account(g.User, g.host()) + ":" + strings.TrimSuffix(g.on(), ".*")
}

func (g GrantArgs) what(verb string) string {
	return fmt.Sprintf("%s privileges on %s, user %s", verb, g.on(), account(g.User, g.host()))
}

// give adds what is declared, and only adds.
func (g GrantArgs) give(ctx context.Context) error {
	if err := checkPrivileges(g.Privileges); err != nil {
		return fmt.Errorf("%s: %w", g.what("grant"), err)
	}
	text := "GRANT " + strings.Join(g.Privileges, ", ") + " ON " + g.on() + " TO ?@?"
	if value(g.Grant, false) {
		text += " WITH GRANT OPTION"
	}
	err := exec(ctx, g.what("grant"), nil, text, g.User, g.host())
	const wouldCreateUser = 1410
	if isCode(err, wouldCreateUser) {
		return fmt.Errorf("%w (the account does not exist)", err)
	}
	return err
}

func (g GrantArgs) take(ctx context.Context, privileges []string) error {
	if len(privileges) == 0 {
		return nil
	}
	text := "REVOKE " + strings.Join(privileges, ", ") + " ON " + g.on() + " FROM ?@?"
	return exec(ctx, g.what("revoke"), nil, text, g.User, g.host())
}

// takeGrantOption takes away the right to pass on what is held. MySQL forgets the
// registered privileges there: these are taken whole, and before, since it cannot
// revoke them after.
func (g GrantArgs) takeGrantOption(ctx context.Context, dynamic []string) error {
	if err := g.take(ctx, dynamic); err != nil {
		return err
	}
	return g.take(ctx, []string{"GRANT OPTION"})
}

// Create gives the privileges; what is held already is no error.
func (Grant) Create(ctx context.Context, req infer.CreateRequest[GrantArgs]) (r infer.CreateResponse[GrantState], err error) {
	r.Output.GrantArgs = req.Inputs
	if req.DryRun {
		return r, nil
	}
	r.ID = req.Inputs.id()
	return r, req.Inputs.give(ctx)
}

// Update gives first and takes the rest away after that, so that what stays
// declared is held all the time, also when the second step fails.
func (Grant) Update(ctx context.Context, req infer.UpdateRequest[GrantArgs, GrantState]) (r infer.UpdateResponse[GrantState], err error) {
	in := req.Inputs
	r.Output.GrantArgs = in
	if req.DryRun {
		return r, nil
	}
	before, err := in.held(ctx)
	if err != nil {
		return r, err
	}
	if err := in.give(ctx); err != nil {
		return r, err
	}
	if !slices.Contains(in.Privileges, allPrivileges) {
		if err := in.take(ctx, without(before.oneByOne(in), in.Privileges)); err != nil {
			return r, err
		}
	}
	if before.grant && !value(in.Grant, false) {
		if err := in.takeGrantOption(ctx, before.dynamic); err != nil {
			return r, err
		}
		return r, in.give(ctx)
	}
	return r, nil
}

// Read sees a dropped account, and privileges that were added or taken away.
func (Grant) Read(ctx context.Context, req infer.ReadRequest[GrantArgs, GrantState]) (r infer.ReadResponse[GrantArgs, GrantState], err error) {
	in := req.Inputs
	if in.Database == "" {
		return r, fmt.Errorf("a mysql Grant cannot be imported: declare it, granting what is held already changes nothing")
	}
	now, err := in.held(ctx)
	if err != nil || now.nothing() {
		return r, err
	}
	if !slices.Equal(now.privileges, normalized(in.Privileges)) {
		in.Privileges = now.privileges
	}
	if now.grant != value(in.Grant, false) {
		in.Grant = &now.grant
	}
	return infer.ReadResponse[GrantArgs, GrantState]{ID: req.ID, Inputs: in, State: GrantState{in}}, nil
}

// Delete takes away all that the account holds on the level.
func (Grant) Delete(ctx context.Context, req infer.DeleteRequest[GrantState]) (infer.DeleteResponse, error) {
	g := req.State.GrantArgs
	now, err := g.held(ctx)
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	if err := g.take(ctx, now.privileges); err != nil || !now.grant {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, g.takeGrantOption(ctx, nil)
}

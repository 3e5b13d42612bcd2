package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const longestName = 64 // characters in a database's name

// Database is mysql:index/database:Database.
type Database struct{}

// DatabaseArgs are its inputs. Character set and collation are the server's
// defaults when they are not given, and then no drift of theirs is looked for.
// (The npm package documents utf8, which MySQL 9 is about to drop.)
type DatabaseArgs struct {
	Name                *string `pulumi:"name,optional" provider:"replaceOnChanges"`
	DefaultCharacterSet *string `pulumi:"defaultCharacterSet,optional"`
	DefaultCollation    *string `pulumi:"defaultCollation,optional"`
}

// DatabaseState are its outputs.
type DatabaseState struct{ DatabaseArgs }

// Annotate names the resource as the npm package does.
func (*Database) Annotate(a infer.Annotator) { a.SetToken("index/database", "Database") }

// Check makes up a name where none is given: the resource's, and a random end so
// that a replacement can exist beside its predecessor.
func (Database) Check(ctx context.Context, req infer.CheckRequest) (r infer.CheckResponse[DatabaseArgs], err error) {
	r.Inputs, r.Failures, err = infer.DefaultCheck[DatabaseArgs](ctx, req.NewInputs)
	if err != nil {
		return r, err
	}
	if _, given := req.NewInputs.GetOk("name"); !given {
		if old := req.OldInputs.Get("name"); old.IsString() {
			name := old.AsString()
			r.Inputs.Name = &name
		} else if name, err := resource.NewUniqueHex(req.Name+"-", 7, longestName); err != nil {
			return r, err
		} else {
			r.Inputs.Name = &name
		}
	}
	if n := r.Inputs.Name; n != nil && len([]rune(*n)) > longestName {
		r.Failures = append(r.Failures, p.CheckFailure{
			Property: "name", Reason: fmt.Sprintf("%q is longer than %d characters", *n, longestName),
		})
	}
	return r, nil
}

func (a DatabaseArgs) options() string {
	var text string
	if set := a.DefaultCharacterSet; set != nil {
		text += " CHARACTER SET " + identifier(*set)
	}
	if collation := a.DefaultCollation; collation != nil {
		text += " COLLATE " + identifier(*collation)
	}
	return text
}

// Create makes the database; one that is there already is an error.
func (Database) Create(ctx context.Context, req infer.CreateRequest[DatabaseArgs]) (r infer.CreateResponse[DatabaseState], err error) {
	r.Output.DatabaseArgs = req.Inputs
	if req.DryRun {
		return r, nil
	}
	r.ID = *req.Inputs.Name
	return r, exec(ctx, "create database "+r.ID, nil, "CREATE DATABASE "+identifier(r.ID)+req.Inputs.options())
}

// Update changes the defaults for tables to come; existing tables stay.
func (Database) Update(ctx context.Context, req infer.UpdateRequest[DatabaseArgs, DatabaseState]) (r infer.UpdateResponse[DatabaseState], err error) {
	r.Output.DatabaseArgs = req.Inputs
	options := req.Inputs.options()
	if req.DryRun || options == "" {
		return r, nil
	}
	return r, exec(ctx, "alter database "+req.ID, nil, "ALTER DATABASE "+identifier(req.ID)+options)
}

// Read compares what is declared with what is there. An import, which declares
// nothing, gets everything.
func (Database) Read(ctx context.Context, req infer.ReadRequest[DatabaseArgs, DatabaseState]) (r infer.ReadResponse[DatabaseArgs, DatabaseState], err error) {
	db, err := database(ctx)
	if err != nil {
		return r, err
	}
	var set, collation string
	err = db.QueryRowContext(ctx, "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME"+
		" FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = ?", req.ID).Scan(&set, &collation)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("read database %s: %w", req.ID, err)
	}
	in, imported := req.Inputs, req.Inputs.Name == nil
	in.Name = &req.ID
	in.DefaultCharacterSet = drift(in.DefaultCharacterSet, set, imported)
	in.DefaultCollation = drift(in.DefaultCollation, collation, imported)
	return infer.ReadResponse[DatabaseArgs, DatabaseState]{ID: req.ID, Inputs: in, State: DatabaseState{in}}, nil
}

// Delete drops the database and all that is in it.
func (Database) Delete(ctx context.Context, req infer.DeleteRequest[DatabaseState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, exec(ctx, "drop database "+req.ID, nil, "DROP DATABASE IF EXISTS "+identifier(req.ID))
}

// drift returns the declared value as long as the actual one means the same.
func drift(declared *string, actual string, imported bool) *string {
	if declared == nil && !imported {
		return nil
	}
	if declared != nil && fullName(*declared) == fullName(actual) {
		return declared
	}
	return &actual
}

// fullName resolves MySQL's alias utf8, in character sets and in collations.
func fullName(name string) string {
	name = strings.ToLower(name)
	if name == "utf8" || strings.HasPrefix(name, "utf8_") {
		return "utf8mb3" + strings.TrimPrefix(name, "utf8")
	}
	return name
}

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Command is command:local:Command.
type Command struct{ runner *runner }

// CommandArgs are its inputs.
type CommandArgs struct {
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
	Create                 *string           `pulumi:"create,optional"`
	Delete                 *string           `pulumi:"delete,optional"`
	Dir                    *string           `pulumi:"dir,optional"`
	Environment            map[string]string `pulumi:"environment,optional"`
	Interpreter            []string          `pulumi:"interpreter,optional"`
	Logging                *string           `pulumi:"logging,optional"`
	Stdin                  *string           `pulumi:"stdin,optional"`
	Triggers               *[]any            `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Update                 *string           `pulumi:"update,optional"`
}

// CommandState are its outputs.
type CommandState struct {
	CommandArgs
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// Annotate names the resource as the npm package does.
func (*Command) Annotate(a infer.Annotator) { a.SetToken("local", "Command") }

// Annotate gives the default of the npm package.
func (c *CommandArgs) Annotate(a infer.Annotator) { a.SetDefault(&c.AddPreviousOutputInEnv, true) }

const (
	logStdout = "stdout"
	logStderr = "stderr"
	logBoth   = "stdoutAndStderr"
	logNone   = "none"
)

// Check refuses the properties of the npm package that are not supported.
func (*Command) Check(ctx context.Context, req infer.CheckRequest) (r infer.CheckResponse[CommandArgs], err error) {
	var unsupported []p.CheckFailure
	inputs := req.NewInputs
	for _, name := range []string{"assetPaths", "archivePaths"} {
		if _, given := inputs.GetOk(name); given {
			inputs = inputs.Delete(name)
			unsupported = append(unsupported, p.CheckFailure{
				Property: name, Reason: "not supported by this provider: read the files in the program",
			})
		}
	}
	r.Inputs, r.Failures, err = infer.DefaultCheck[CommandArgs](ctx, inputs)
	r.Failures = append(r.Failures, unsupported...)
	allowed := []string{logStdout, logStderr, logBoth, logNone}
	if l := r.Inputs.Logging; l != nil && !slices.Contains(allowed, *l) {
		r.Failures = append(r.Failures, p.CheckFailure{
			Property: "logging", Reason: fmt.Sprintf("%s are allowed, got %q", strings.Join(allowed, ", "), *l),
		})
	}
	return r, err
}

// Create runs `create`.
func (c *Command) Create(ctx context.Context, req infer.CreateRequest[CommandArgs]) (r infer.CreateResponse[CommandState], err error) {
	r.Output.CommandArgs = req.Inputs
	if r.ID, err = resource.NewUniqueHex(req.Name, 8, 0); err != nil || req.DryRun {
		return r, err
	}
	return r, c.runner.run(ctx, req.Inputs.Create, &r.Output)
}

// Update runs `update`, or `create` again where there is none.
func (c *Command) Update(ctx context.Context, req infer.UpdateRequest[CommandArgs, CommandState]) (r infer.UpdateResponse[CommandState], err error) {
	r.Output = CommandState{CommandArgs: req.Inputs, Stdout: req.State.Stdout, Stderr: req.State.Stderr}
	if req.DryRun {
		return r, nil
	}
	command := req.Inputs.Update
	if command == nil {
		command = req.Inputs.Create
	}
	return r, c.runner.run(ctx, command, &r.Output)
}

// Delete runs `delete`.
func (c *Command) Delete(ctx context.Context, req infer.DeleteRequest[CommandState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, c.runner.run(ctx, req.State.Delete, &req.State)
}

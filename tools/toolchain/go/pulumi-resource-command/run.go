package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
)

// stopGrace is the time a command has to end by itself when it is cancelled, and
// the time its output stays open for processes that it has left behind.
const stopGrace = 3 * time.Second

// runner runs commands and knows which are under way.
type runner struct {
	ends    context.Context // ends with the plugin
	running sync.WaitGroup
}

// run runs a command as state says and puts its output there, without the last
// newline. A command that is not given is not run.
func (r *runner) run(ctx context.Context, command *string, state *CommandState) error {
	if command == nil {
		return nil
	}
	r.running.Add(1)
	defer r.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.ends, cancel)()

	interpreter := state.Interpreter
	if len(interpreter) == 0 {
		interpreter = []string{"/bin/sh", "-c"}
	}
	cmd := exec.CommandContext(ctx, interpreter[0], append(interpreter[1:len(interpreter):len(interpreter)], *command)...)
	cmd.Env = environment(state)
	if state.Dir != nil {
		cmd.Dir = *state.Dir
	}
	if state.Stdin != nil {
		cmd.Stdin = strings.NewReader(*state.Stdin)
	}
	inGroup(cmd)

	var stdout, stderr, both bytes.Buffer
	lock := &sync.Mutex{}
	logger := p.GetLogger(ctx)
	streams := []*stream{
		{lock: lock, into: []*bytes.Buffer{&stdout, &both}},
		{lock: lock, into: []*bytes.Buffer{&stderr, &both}},
	}
	if logs(state.Logging, logStdout) {
		streams[0].line = logger.Info
	}
	if logs(state.Logging, logStderr) {
		streams[1].line = logger.Info
	}
	cmd.Stdout, cmd.Stderr = streams[0], streams[1]

	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) && ctx.Err() == nil {
		err = nil // it has succeeded, and left something running that holds its output
	}
	if ctx.Err() != nil {
		killGroup(cmd)
		err = fmt.Errorf("cancelled (%w)", err)
	}
	lock.Lock() // a process left behind may still write
	defer lock.Unlock()
	streams[0].flush()
	streams[1].flush()
	if err != nil {
		return fmt.Errorf("%w: running %q:\n%s", err, *command, text(both.Bytes()))
	}
	state.Stdout = strings.TrimSuffix(text(stdout.Bytes()), "\n")
	state.Stderr = strings.TrimSuffix(text(stderr.Bytes()), "\n")
	return nil
}

func environment(state *CommandState) []string {
	env := os.Environ()
	for name, value := range state.Environment {
		env = append(env, name+"="+value)
	}
	if add := state.AddPreviousOutputInEnv; add == nil || *add {
		if state.Stdout != "" {
			env = append(env, "PULUMI_COMMAND_STDOUT="+state.Stdout)
		}
		if state.Stderr != "" {
			env = append(env, "PULUMI_COMMAND_STDERR="+state.Stderr)
		}
	}
	return env
}

func logs(logging *string, stream string) bool {
	return logging == nil || *logging == logBoth || *logging == stream
}

// inGroup puts the command into a process group of its own, so that all it has
// started is stopped with it.
func inGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = stopGrace
}

// killGroup ends what has not heeded the signal of inGroup.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		// An empty group is what we want: the error says no more than that.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}

// longestLine bounds what is held back while waiting for the end of a line.
const longestLine = 16 << 10 // bytes

// stream collects one output of a command and passes its lines on as they come;
// very long ones in pieces.
type stream struct {
	lock *sync.Mutex
	into []*bytes.Buffer
	line func(string) // nil: not logged
	rest []byte
}

func (s *stream) Write(output []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, buffer := range s.into {
		buffer.Write(output)
	}
	if s.line == nil {
		return len(output), nil
	}
	s.rest = append(s.rest, output...)
	for {
		end := bytes.IndexByte(s.rest, '\n')
		switch {
		case end >= 0 && end <= longestLine:
			s.say(s.rest[:end])
			s.rest = s.rest[end+1:]
		case len(s.rest) > longestLine:
			s.say(s.rest[:longestLine])
			s.rest = s.rest[longestLine:]
		default:
			return len(output), nil
		}
	}
}

// flush passes on what has no newline at its end.
func (s *stream) flush() {
	s.say(s.rest)
	s.rest = nil
}

func (s *stream) say(line []byte) {
	if s.line != nil && len(line) > 0 {
		s.line(text(line))
	}
}

// text makes output fit for the engine, which takes UTF-8 only.
func text(output []byte) string { return strings.ToValidUTF8(string(output), "\uFFFD") }

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// connectWithin bounds how long an operation waits for a server that is starting.
var connectWithin = 20 * time.Second

const (
	retryEvery  = 500 * time.Millisecond
	dialTimeout = 5 * time.Second
)

// Config is the provider's configuration. The npm package's `proxy` is left out:
// it fills that from ALL_PROXY, and connections here are always direct.
type Config struct {
	Endpoint             string  `pulumi:"endpoint"`
	Username             string  `pulumi:"username"`
	Password             *string `pulumi:"password,optional" provider:"secret"`
	AuthenticationPlugin *string `pulumi:"authenticationPlugin,optional"`
	TLS                  *string `pulumi:"tls,optional"`
	MaxConnLifetimeSec   *int    `pulumi:"maxConnLifetimeSec,optional"`
	MaxOpenConns         *int    `pulumi:"maxOpenConns,optional"`

	db *sql.DB
}

// Configure prepares the connection pool; it does not connect yet.
func (c *Config) Configure(context.Context) error {
	options := mysql.NewConfig()
	options.User, options.Passwd = c.Username, value(c.Password, "")
	options.Net, options.Addr = "tcp", c.Endpoint
	if strings.HasPrefix(c.Endpoint, "/") {
		options.Net = "unix"
	}
	options.TLSConfig = value(c.TLS, "false")
	options.Timeout = dialTimeout
	// Account names and passwords cannot be sent as real parameters; the driver
	// quotes them into the statement, for this mode, whatever the server's is.
	options.InterpolateParams = true
	options.Params = map[string]string{"sql_mode": "'TRADITIONAL'"}
	options.AllowCleartextPasswords = value(c.AuthenticationPlugin, "native") == "cleartext"
	// A server that goes away is reported once, by us.
	options.Logger = &mysql.NopLogger{}

	connector, err := mysql.NewConnector(options)
	if err != nil {
		return fmt.Errorf("mysql provider: %w", err)
	}
	if c.db != nil {
		c.db.Close()
	}
	c.db = sql.OpenDB(connector)
	c.db.SetMaxOpenConns(value(c.MaxOpenConns, 5))
	c.db.SetConnMaxLifetime(time.Duration(value(c.MaxConnLifetimeSec, 0)) * time.Second)
	return nil
}

// database returns the pool of the provider in use, once its server answers.
func database(ctx context.Context) (*sql.DB, error) {
	c := infer.GetConfig[*Config](ctx)
	if c.db == nil {
		return nil, errors.New("mysql provider: not configured")
	}
	deadline := time.Now().Add(connectWithin)
	for {
		err := c.db.PingContext(ctx)
		if err == nil {
			return c.db, nil
		}
		var answer *mysql.MySQLError
		switch early := startingUp(err); {
		case !early && errors.As(err, &answer):
			return nil, fmt.Errorf("MySQL server at %s refused %q: %w", c.Endpoint, c.Username, err)
		case !early:
			return nil, fmt.Errorf("MySQL server at %s cannot be reached: %w", c.Endpoint, err)
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("MySQL server at %s cannot be reached: %w (tried for %s)", c.Endpoint, err, connectWithin)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(retryEvery):
		}
	}
}

// startingUp says whether err is what a server answers that is not ready yet: it
// refuses connections, or a proxy in front of it accepts and drops them.
func startingUp(err error) bool {
	for _, early := range []error{
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF,
		driver.ErrBadConn, mysql.ErrInvalidConn,
	} {
		if errors.Is(err, early) {
			return true
		}
	}
	const shutdownInProgress = 1053
	return isCode(err, shutdownInProgress)
}

func isCode(err error, code uint16) bool {
	var answer *mysql.MySQLError
	return errors.As(err, &answer) && answer.Number == code
}

func value[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

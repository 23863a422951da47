// Command bodhi is the gateway: one program that serves, migrates, sets itself up and checks itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // the image is empty, and small hosts have no zones: organizations' zones must work there, too

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"

	"github.com/bodhi-gateway/bodhi/app"
	"github.com/bodhi-gateway/bodhi/app/price"
)

// version is set by the build (-ldflags -X main.version=…).
var version = "dev"

// commands is the whole command line; each command has a file of its own.
type commands struct {
	Config string `help:"Configuration file (YAML). Environment variables and flags win over it." type:"path" placeholder:"bodhi.yaml"`

	Serve     serveCmd     `cmd:"" help:"Serve the dashboard, the proxy and the worker."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the database schema up to date, or show where it stands."`
	Bootstrap bootstrapCmd `cmd:"" help:"Set up an organization without a browser; safe to repeat."`
	Demo      demoCmd      `cmd:"" help:"Make a company with a believable history, to look at."`
	Doctor    doctorCmd    `cmd:"" help:"Check the configuration, and the database, providers, Redis and mail server it names."`
	Verify    verifyCmd    `cmd:"" help:"Prove that the books balance and the audit chain is whole."`
	RotateKek rotateCmd    `cmd:"" name:"rotate-kek" help:"Put everything that is encrypted under another master key, while the gateway serves."`
	Price     priceCmd     `cmd:"" help:"Price a provider's recorded answer, read from standard input."`
	Backup    backupCmd    `cmd:"" help:"Write everything to one file, while the gateway serves. The master key is not in it."`
	Restore   restoreCmd   `cmd:"" help:"Fill an empty database, of either kind, from a backup."`
	Console   consoleCmd   `cmd:"" help:"Print a link into the operator console: it works once, for 15 minutes."`
	Suspense  suspenseCmd  `cmd:"" help:"What lost nodes may have spent: list it, release it."`
	Sandbox   sandboxCmd   `cmd:"" help:"Run the built-in sandbox provider as a server of its own."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
	ReadPDF   readPDFCmd   `cmd:"" name:"read-pdf" hidden:"" help:"Read one PDF from standard input: the gateway runs this itself, apart from everything else."`

	Login    loginCmd    `cmd:"" group:"From any machine" help:"Keep a gateway's address and a token for the commands below."`
	Logout   logoutCmd   `cmd:"" group:"From any machine" help:"Forget them."`
	Whoami   whoamiCmd   `cmd:"" group:"From any machine" help:"Show whose token it is and what it may do."`
	Chat     chatCmd     `cmd:"" group:"From any machine" help:"Ask a model, with a virtual key; the answer is printed as it comes."`
	Key      keyCmd      `cmd:"" group:"From any machine" help:"Virtual keys."`
	Budget   budgetCmd   `cmd:"" group:"From any machine" help:"Budgets."`
	Usage    usageCmd    `cmd:"" group:"From any machine" help:"What was used and what it cost."`
	Cache    cacheCmd    `cmd:"" group:"From any machine" help:"Kept answers: their policies, what they saved; clear them."`
	Prompt   promptCmd   `cmd:"" group:"From any machine" help:"Stored prompts: what they say, and which version a label is at."`
	Health   healthCmd   `cmd:"" group:"From any machine" help:"Targets: their breakers and outages; take one out of service."`
	Batch    batchCmd    `cmd:"" group:"From any machine" help:"Batches: many requests that nobody waits for."`
	Route    routeCmd    `cmd:"" group:"From any machine" help:"Routes: aliases, rules, canaries."`
	Member   memberCmd   `cmd:"" group:"From any machine" help:"Members."`
	Team     teamCmd     `cmd:"" group:"From any machine" help:"Teams."`
	Token    tokenCmd    `cmd:"" group:"From any machine" help:"Management tokens."`
	Billing  billingCmd  `cmd:"" group:"From any machine" help:"The plan and the people who count."`
	Audit    auditCmd    `cmd:"" group:"From any machine" help:"The audit log."`
	Export   exportCmd   `cmd:"" group:"From any machine" help:"Print the organization's set-up as one YAML document: names, no ids, no secrets."`
	Diff     diffCmd     `cmd:"" group:"From any machine" help:"Show what apply would change; exits with 1 if anything, 2 if that cannot be told."`
	Apply    applyCmd    `cmd:"" group:"From any machine" help:"Make the organization be what a YAML document says; safe to repeat."`
	Import   importCmd   `cmd:"" group:"From any machine" help:"Take over keys, people or another gateway's configuration."`
	Template templateCmd `cmd:"" group:"From any machine" help:"Blueprints to begin with, and the schema of one."`
	Support  supportCmd  `cmd:"" group:"From any machine" help:"Support access: let whoever runs the installation look, for a while."`
	API      apiCmd      `cmd:"" name:"api" group:"From any machine" help:"Call any path of the management API."`
	Setup    setupCmd    `cmd:"" group:"From any machine" help:"Point a coding agent at the gateway."`

	Completion kongcompletion.Completion `cmd:"" help:"Print what the shell needs to complete these commands."`
}

// env is what every command gets to work with.
type env struct {
	ctx    context.Context
	out    io.Writer
	wrong  io.Writer // standard error
	config func(overrides map[string]string) (app.Config, error)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process, whatever the command is doing about the first
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// serving is as much of the command line as a server needs: making all of it takes a tenth of the time until it serves.
type serving struct {
	Config string   `help:"Configuration file (YAML). Environment variables and flags win over it." type:"path" placeholder:"bodhi.yaml"`
	Serve  serveCmd `cmd:"" help:"Serve the dashboard, the proxy and the worker."`
}

// run is main without the process: 0 is success, 1 a failure that is explained on stderr, 2 a wrong command line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "serve" {
		var c serving
		return runOf(ctx, &c, &c.Config, args, stdout, stderr)
	}
	var c commands
	return runOf(ctx, &c, &c.Config, args, stdout, stderr)
}

// runOf is run by one of the two command lines; file is where it puts the configuration's name.
func runOf(ctx context.Context, c any, file *string, args []string, stdout, stderr io.Writer) int {
	exited := -1
	parser, err := kong.New(c, kong.Name("bodhi"), kong.Writers(stdout, stderr), kong.UsageOnError(), kong.Vars{"families": price.Families},
		kong.Exit(func(code int) { exited = code }),
		kong.Description("Bodhi Gateway: one door between a company and every LLM provider, with budgets that hold."))
	if err != nil {
		fmt.Fprintln(stderr, "bodhi:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kongcompletion.Register(parser)
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "bodhi: %v. See bodhi --help.\n", err)
		return 2
	}
	e := &env{ctx: ctx, out: stdout, wrong: stderr, config: func(overrides map[string]string) (app.Config, error) {
		return app.LoadConfig(serverEnviron(), *file, overrides)
	}}
	err = command.Run(e)
	if errors.Is(err, context.Canceled) { // a script must not go on as if it were done
		err = fmt.Errorf("interrupted before it was done: %w", err)
	}
	if err != nil {
		fmt.Fprintf(stderr, "bodhi: %v\n", err)
		return exitCode(err)
	}
	return 0
}

// serverEnviron is the environment without what belongs to the remote commands.
func serverEnviron() []string {
	return slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return remoteVariables[name]
	})
}

// logger writes to stderr as the configuration says.
func logger(c app.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

type versionCmd struct{}

func (versionCmd) Run(e *env) error {
	_, err := fmt.Fprintln(e.out, version)
	return err
}

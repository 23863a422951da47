package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type auditCmd struct {
	List   auditListCmd   `cmd:"" default:"withargs" help:"List audit entries, newest first."`
	Show   auditShowCmd   `cmd:"" help:"Show an entry with what it changed."`
	Export auditExportCmd `cmd:"" help:"Write entries as CSV or JSON lines."`
	Verify auditVerifyCmd `cmd:"" help:"Prove that the organization's chain of entries is whole."`
}

// auditFilter narrows a list of entries.
type auditFilter struct {
	remoteFlags
	Actor  string `help:"Part of who acted."`
	Action string `help:"An action such as key.created, or all of a kind: key."`
	Target string `help:"The changed thing's id, or part of its name."`
	Via    string `help:"The door: web, api, cli, scim, mail, job, operator."`
	From   string `help:"From this day or time on." placeholder:"TIME"`
	To     string `help:"Until this day or time." placeholder:"TIME"`
	Text   string `help:"Part of anything in it."`
}

func (f auditFilter) query() url.Values {
	q := url.Values{}
	for name, v := range map[string]string{"actor": f.Actor, "action": f.Action, "target": f.Target, "via": f.Via, "from": f.From, "to": f.To, "text": f.Text} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return q
}

type auditListCmd struct {
	auditFilter
	Most *int `help:"How many at most; 0 is all. Without it a table has 50, and JSON all."`
}

func (c auditListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, bounded(e, c.remoteFlags, c.Most, 50, api.Audit().All(e.ctx, c.query())), "No entry matches.", []string{"TIME", "ACTION", "TARGET", "WHO", "VIA", "ID"}, func(a client.AuditEntry) []string {
		return []string{day(a.At), a.Action, a.TargetName, a.Actor, a.Via, a.ID}
	})
}

type auditShowCmd struct {
	remoteFlags
	ID string `arg:"" help:"The entry's id (aud_…)."`
}

func (c auditShowCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	a, err := api.Audit().Show(e.ctx, c.ID, nil)
	if err != nil {
		return err
	}
	return c.printOne(e.out, a, "Entry", a.ID, "Time", day(a.At), "Action", a.Action, "Target", a.TargetName, "Target id", a.Target, "Who", a.Actor, "Role then", a.Role, "Via", a.Via,
		"Before", compact(a.Before), "After", compact(a.After), "Address", a.IP, "Program", a.UserAgent, "Request", a.RequestID)
}

func compact(b json.RawMessage) string {
	if string(b) == "null" {
		return ""
	}
	return string(b)
}

type auditExportCmd struct {
	auditFilter
	Format string `help:"csv or jsonl." enum:"csv,jsonl" default:"jsonl"`
	Output string `help:"File to write; without it standard output." short:"o" type:"path"`
}

func (c auditExportCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	q := c.query()
	q.Set("format", c.Format)
	body, err := api.Audit().Export(e.ctx, q)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	if c.Output == "" {
		_, err = io.Copy(e.out, body)
		return err
	}
	f, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, body)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("the export broke off: %w", errors.Join(err, os.Remove(c.Output)))
	}
	_, err = fmt.Fprintf(e.out, "Wrote %d bytes to %s.\n", n, c.Output)
	return err
}

type auditVerifyCmd struct{ remoteFlags }

func (c auditVerifyCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	v, err := api.Audit().Verify(e.ctx, nil)
	if err != nil {
		return err
	}
	if err := c.printOne(e.out, v, "Whole", fmt.Sprint(v.OK), "Entries", count(v.Entries), "Problem", v.Problem); err != nil {
		return err
	}
	if !v.OK {
		return errors.New("the chain is broken")
	}
	return nil
}

// apiCmd reaches what has no command of its own.
type apiCmd struct {
	remoteFlags
	Method string `arg:"" help:"get, post, put, patch or delete." enum:"get,post,put,patch,delete,GET,POST,PUT,PATCH,DELETE"`
	Path   string `arg:"" help:"Path below /api/v1, such as /limits?limit=10."`
	Data   string `help:"The JSON body, or - to read it from standard input."`
}

func (c apiCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	path, text, _ := strings.Cut(strings.TrimPrefix(c.Path, "/api/v1"), "?")
	query, err := url.ParseQuery(text)
	if err != nil {
		return fmt.Errorf("the query of %q cannot be read: %w", c.Path, err)
	}
	var in any
	if c.Data != "" {
		body := []byte(c.Data)
		if c.Data == "-" {
			if body, err = io.ReadAll(io.LimitReader(e.stdin(), 1<<20)); err != nil {
				return err
			}
		}
		if !json.Valid(body) {
			return errors.New("--data is not JSON")
		}
		in = json.RawMessage(body)
	}
	var out json.RawMessage
	if err := api.Raw(e.ctx, strings.ToUpper(c.Method), "/"+strings.TrimPrefix(path, "/"), query, in, &out); err != nil {
		return err
	}
	if len(out) == 0 {
		return nil
	}
	return printJSON(e.out, out)
}

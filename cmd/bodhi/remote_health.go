package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type healthCmd struct {
	List    healthListCmd    `cmd:"" help:"List targets with their breakers, availability and latency of 24 hours."`
	Outages healthOutagesCmd `cmd:"" help:"List outages of targets within 30 days."`
	Outage  healthOutageCmd  `cmd:"" help:"Acknowledge an outage, note something about it, or resolve it."`
	Open    healthOpenCmd    `cmd:"" help:"Take a target out of service."`
	Close   healthCloseCmd   `cmd:"" help:"Put a target back into service."`
}

type healthListCmd struct{ remoteFlags }

func (c healthListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.Health().All(e.ctx, nil), "There are no connections.", []string{"TARGET", "STATE", "CAUSE", "AVAILABLE", "ATTEMPTS", "FIRST BYTE", "NEXT LOOK"}, func(t client.HealthTarget) []string {
		available, first := "", ""
		if t.Attempts > 0 {
			available = fmt.Sprintf("%d.%d %%", t.Availability/10, t.Availability%10)
		}
		if t.FirstByteMS > 0 {
			first = fmt.Sprintf("%d ms", t.FirstByteMS)
		}
		return []string{targetName(t.Connection, t.Model), t.State, t.Cause, available, fmt.Sprint(t.Attempts), first, momentOf(t.Until)}
	})
}

func targetName(connection, model string) string {
	if model == "" {
		return connection
	}
	return connection + "/" + model
}

func momentOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type healthOutagesCmd struct{ remoteFlags }

func (c healthOutagesCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	names := map[string]string{}
	if !c.JSON {
		for t, err := range api.Health().All(e.ctx, nil) {
			if err != nil {
				return err
			}
			names[t.ConnectionID] = t.Connection
		}
	}
	return printAll(c.remoteFlags, e.out, api.Health().AllOutages(e.ctx, nil), "There were no outages.", []string{"ID", "CONNECTION", "MODEL", "CAUSE", "BEGAN", "ENDED", "ACKNOWLEDGED", "RESOLVED"}, func(o client.Outage) []string {
		return []string{o.ID, cmp.Or(names[o.ConnectionID], o.ConnectionID), o.Model, o.Cause, momentOf(&o.Began), momentOf(o.Ended), o.AcknowledgedBy, o.ResolvedBy}
	})
}

type healthOutageCmd struct {
	remoteFlags
	ID   string `arg:"" help:"The outage's id (out_…)."`
	Do   string `arg:"" enum:"acknowledge,note,resolve" help:"acknowledge, note or resolve."`
	Text string `help:"What to note."`
}

func (c healthOutageCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	var o client.Outage
	switch in := (client.HealthRemarkInput{Text: c.Text}); c.Do {
	case "acknowledge":
		o, err = api.Health().Acknowledge(e.ctx, c.ID)
	case "note":
		o, err = api.Health().Note(e.ctx, c.ID, in)
	default:
		o, err = api.Health().Resolve(e.ctx, c.ID, in)
	}
	if err != nil {
		return err
	}
	return c.printOne(e.out, o, "Outage", o.ID, "Connection", o.ConnectionID, "Model", o.Model, "Cause", o.Cause, "Began", momentOf(&o.Began), "Ended", momentOf(o.Ended),
		"Acknowledged by", o.AcknowledgedBy, "Resolved by", o.ResolvedBy, "Notes", fmt.Sprint(len(o.Notes)))
}

// aTarget names a target as routes do.
type aTarget struct {
	remoteFlags
	Target string `arg:"" help:"A connection, or connection/model."`
}

// input finds the connection's id: the API takes no names, which may change.
func (c aTarget) input(e *env, api *client.Client, reason string) (client.HealthTargetInput, error) {
	name, model, _ := strings.Cut(c.Target, "/")
	for t, err := range api.Health().All(e.ctx, nil) {
		if err != nil {
			return client.HealthTargetInput{}, err
		}
		if t.Connection == name {
			return client.HealthTargetInput{ConnectionID: t.ConnectionID, Model: model, Reason: reason}, nil
		}
	}
	return client.HealthTargetInput{}, exitError{exitMissing, fmt.Errorf("there is no connection %q; bodhi health list shows them", name)}
}

type healthOpenCmd struct {
	aTarget
	Reason string `help:"Why, for the others."`
}

func (c healthOpenCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	in, err := c.input(e, api, c.Reason)
	if err != nil {
		return err
	}
	return c.done(e, api.Health().Open(e.ctx, in), "Taken out of service, on every node within a second.")
}

type healthCloseCmd struct{ aTarget }

func (c healthCloseCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	in, err := c.input(e, api, "")
	if err != nil {
		return err
	}
	return c.done(e, api.Health().Close(e.ctx, in), "Back in service.")
}

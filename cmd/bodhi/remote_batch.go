package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type batchCmd struct {
	List    batchListCmd    `cmd:"" help:"List batches, the newest first."`
	Show    batchShowCmd    `cmd:"" help:"Say how far a batch is."`
	Create  batchCreateCmd  `cmd:"" help:"Make a batch of lines of JSON, or of a table whose rows fill in a prompt."`
	Pause   batchPauseCmd   `cmd:"" help:"Pause a batch: what is under way comes to its end."`
	Resume  batchResumeCmd  `cmd:"" help:"Go on with a batch that is paused."`
	Cancel  batchCancelCmd  `cmd:"" help:"Cancel a batch."`
	Results batchResultsCmd `cmd:"" help:"Write the results of a batch to standard output, as lines of JSON."`
	Delete  batchDeleteCmd  `cmd:"" help:"Delete a batch that is over, with its results."`

	Schedule scheduleCmd `cmd:"" help:"Schedules, which make batches of the same requests again and again."`
	Hours    hoursCmd    `cmd:"" help:"Say when off-peak hours are, or change them."`
}

type batchListCmd struct{ remoteFlags }

func (c batchListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.Batches().All(e.ctx, nil), "There are no batches.", []string{"ID", "NAME", "STATE", "DONE", "FAILED", "OF", "COST USD", "CREATED"}, func(b client.Batch) []string {
		return []string{b.ID, b.Name, b.State, fmt.Sprint(b.Done), fmt.Sprint(b.Failed), fmt.Sprint(b.Total), b.CostUSD, momentOf(&b.CreatedAt)}
	})
}

// aBatch names a batch.
type aBatch struct {
	remoteFlags
	ID string `arg:"" help:"The batch's id (batch_…)."`
}

// do calls the API and prints the batch as it stands then.
func (c aBatch) do(e *env, call func(api client.BatchesAPI) (client.Batch, error)) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	b, err := call(api.Batches())
	if err != nil {
		return err
	}
	return c.printBatch(e.out, b)
}

func (c remoteFlags) printBatch(out io.Writer, b client.Batch) error {
	return c.printOne(out, b, "Batch", b.ID, "Name", b.Name, "State", b.State, "Why", b.Why, "Done", fmt.Sprint(b.Done), "Failed", fmt.Sprint(b.Failed), "Not asked", fmt.Sprint(b.Undone), "Of", fmt.Sprint(b.Total),
		"Cost in USD", b.CostUSD, "Ended", momentOf(b.EndedAt))
}

type batchShowCmd struct{ aBatch }

func (c batchShowCmd) Run(e *env) error {
	return c.do(e, func(api client.BatchesAPI) (client.Batch, error) { return api.Show(e.ctx, c.ID, nil) })
}

type batchPauseCmd struct{ aBatch }

func (c batchPauseCmd) Run(e *env) error {
	return c.do(e, func(api client.BatchesAPI) (client.Batch, error) { return api.Pause(e.ctx, c.ID) })
}

type batchCancelCmd struct{ aBatch }

func (c batchCancelCmd) Run(e *env) error {
	return c.do(e, func(api client.BatchesAPI) (client.Batch, error) { return api.Cancel(e.ctx, c.ID) })
}

type batchResumeCmd struct {
	aBatch
	MaxCost string `help:"What it may cost from now on in all, in USD."`
}

func (c batchResumeCmd) Run(e *env) error {
	return c.do(e, func(api client.BatchesAPI) (client.Batch, error) {
		return api.Resume(e.ctx, c.ID, client.ResumeInput{CapUSD: c.MaxCost})
	})
}

type batchCreateCmd struct {
	remoteFlags
	File      string `arg:"" help:"Lines of JSON (.jsonl), or a table (.csv)."`
	Key       string `required:"" help:"The key whose budgets pay (key_…)."`
	Name      string `help:"Its name."`
	Model     string `help:"Of a table: the model that is asked."`
	System    string `help:"Of a table: instructions. {{column}} is the row's value."`
	Prompt    string `help:"Of a table: what each row asks."`
	IDColumn  string `help:"Of a table: the column by which results are found."`
	MaxOutput int64  `help:"Of a table: the longest answer, in tokens."`
	MaxCost   string `help:"What it may cost, in USD; it pauses there."`
	Priority  string `enum:"low,normal,high" default:"normal" help:"low, normal or high."`
	StartAt   string `help:"Not before this moment, such as 2026-12-01T22:00:00Z."`
	MayWait   bool   `help:"It may wait a day: what its provider answers for half the price then is handed over to it."`
	OffPeak   bool   `help:"In off-peak hours alone."`
	Preview   bool   `help:"Only say what it would ask, and cost at most."`
}

func (c batchCreateCmd) Run(e *env) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	format := "jsonl"
	if strings.EqualFold(filepath.Ext(c.File), ".csv") {
		format = "csv"
	}
	api, err := c.client()
	if err != nil {
		return err
	}
	in := client.BatchInput{Name: c.Name, Key: c.Key, Format: format, Text: string(text), Model: c.Model, System: c.System, Prompt: c.Prompt, IDColumn: c.IDColumn, MaxOutput: c.MaxOutput, CapUSD: c.MaxCost,
		Priority: c.Priority, StartAt: c.StartAt, Native: c.MayWait, OffPeak: c.OffPeak}
	if c.Preview {
		p, err := api.Batches().Preview(e.ctx, in)
		if err != nil {
			return err
		}
		return c.printOne(e.out, p, "Requests", fmt.Sprint(p.Lines), "Endpoint", p.Endpoint, "At most, in USD", p.MostUSD)
	}
	b, err := api.Batches().Create(e.ctx, in)
	if err != nil {
		return err
	}
	return c.printBatch(e.out, b)
}

type batchResultsCmd struct{ aBatch }

func (c batchResultsCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	body, err := api.Batches().Results(e.ctx, c.ID, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(e.out, body)
	return errors.Join(err, body.Close())
}

type batchDeleteCmd struct{ aBatch }

func (c batchDeleteCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return c.done(e, api.Batches().Delete(e.ctx, c.ID), "Deleted "+c.ID+".")
}

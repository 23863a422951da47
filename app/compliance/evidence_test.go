package compliance_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// asked is a month in which requests went to a connection that is there, to one that is not any more, and to none.
type asked struct{}

func (asked) Zone(context.Context, org.Actor) (*time.Location, error) { return time.UTC, nil }

func (asked) Query(context.Context, org.Actor, usage.Query) (usage.Result, error) {
	row := func(name string, n int64) usage.Row {
		return usage.Row{Values: []usage.Value{{ID: name, Name: name}}, Totals: usage.Totals{Requests: n}}
	}
	return usage.Result{Rows: []usage.Row{row("old-account", 7), row("aws", 5), row("", 3)}}, nil
}

func (asked) List(context.Context, org.Actor) ([]provider.ConnectionRecord, error) {
	return []provider.ConnectionRecord{{Name: "aws", Kind: provider.Bedrock, BaseURL: "https://bedrock-runtime.eu-central-1.amazonaws.com"}}, nil
}

// Whoever deletes a connection does not make undone that its provider processed the month's data.
func TestEvidenceNamesSubprocessorsWhoseConnectionIsGone(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC))
	s := compliance.New(compliance.Parts{Clock: now, Sources: compliance.Sources{Usage: asked{}, Connections: asked{}}})
	e, err := s.Evidence(t.Context(), org.System(id.NewOrg(id.NewSource(now.Now, nil)), "a test"), compliance.Subprocessors, "2026-10")
	if err != nil || len(e.Sheets) != 2 {
		t.Fatalf("%+v, %v", e, err)
	}
	var got []string
	for _, s := range e.Sheets {
		for _, row := range s.Rows {
			got = append(got, strings.Join(row, ", "))
		}
	}
	want := []string{"aws, AWS Bedrock, https://bedrock-runtime.eu-central-1.amazonaws.com:443, eu-central-1, not said, in use, 5",
		"old-account, unknown, unknown, unknown, not said, deleted or renamed, 7", "eu-central-1, 1, 5", "unknown, 1, 7"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

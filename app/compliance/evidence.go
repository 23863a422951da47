package compliance

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Topic is what a piece of evidence is about. It stands in addresses, so it never changes.
type Topic string

// The topics.
const (
	Processing    Topic = "processing"    // what was processed where, what was found, erased and kept
	Access        Topic = "access"        // who may do what, and what they hold
	Allocation    Topic = "costs"         // whose the month's costs are
	Purposes      Topic = "purposes"      // what models were asked for
	Subprocessors Topic = "subprocessors" // who else processes the data, where
)

// Topics are all topics, in the order that choices list them.
var Topics = []Topic{Processing, Access, Allocation, Purposes, Subprocessors}

// Title is the topic for headings.
func (t Topic) Title() string {
	switch t {
	case Processing:
		return "Data processing"
	case Access:
		return "Who has access"
	case Allocation:
		return "Cost allocation"
	case Purposes:
		return "Models by purpose"
	}
	return "Sub-processors"
}

// Evidence is one month's answer to what auditors ask: tables of words and figures, as they were read.
type Evidence struct {
	Topic    Topic
	Lead     string
	From, To time.Time // the month, in the organization's zone
	MadeAt   time.Time
	Sheets   []Sheet
}

// Sheet is one table. The first column names its row; Figures of the last columns are numbers.
type Sheet struct {
	Title   string
	Note    string
	Columns []string
	Rows    [][]string
	Figures int
}

// Usage says what was asked and spent. *usage.Service implements it.
type Usage interface {
	Query(ctx context.Context, a org.Actor, q usage.Query) (usage.Result, error)
	Zone(ctx context.Context, a org.Actor) (*time.Location, error)
}

// Sources are where evidence is read.
type Sources struct {
	Usage       Usage
	Connections interface {
		List(ctx context.Context, a org.Actor) ([]provider.ConnectionRecord, error)
	}
	Members interface {
		Members(ctx context.Context, a org.Actor) ([]org.Member, error)
	}
	Keys interface {
		Find(ctx context.Context, a org.Actor, q key.Query) (key.Page, error)
	}
	Facts interface {
		Days(ctx context.Context, a org.Actor) (int, error)
	}
	Log interface {
		Retention(ctx context.Context, a org.Actor) (int, error)
	}
}

// Month is a month as addresses write it, "2026-11"; "" is the one that now lies in. A month that has not begun is refused.
func (s *Service) Month(ctx context.Context, actor org.Actor, text string) (from, to time.Time, err error) {
	if err := actor.Require(org.Admin); err != nil {
		return from, to, err
	}
	zone, err := s.Sources.Usage.Zone(ctx, actor)
	if err != nil {
		return from, to, err
	}
	now := s.Clock.Now().In(zone)
	from = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, zone)
	if text != "" {
		if from, err = time.ParseInLocation("2006-01", text, zone); err != nil || from.After(now) || from.Year() < 2000 {
			return from, to, fault.Field("month", "Write a month that has begun, such as "+now.Format("2006-01")+".")
		}
	}
	return from, from.AddDate(0, 1, 0), nil
}

// Evidence reads one topic's figures of a month.
func (s *Service) Evidence(ctx context.Context, actor org.Actor, t Topic, month string) (Evidence, error) {
	from, to, err := s.Month(ctx, actor, month)
	if err != nil {
		return Evidence{}, err
	}
	read := map[Topic]func(context.Context, org.Actor, *Evidence) error{Processing: s.processing, Access: s.access, Allocation: s.allocation, Purposes: s.purposes, Subprocessors: s.subprocessors}[t]
	if read == nil {
		return Evidence{}, fault.Field("topic", "Choose processing, access, costs, purposes or subprocessors.")
	}
	e := Evidence{Topic: t, From: from, To: to, MadeAt: s.Clock.Now().UTC()}
	if err := read(ctx, actor, &e); err != nil {
		return Evidence{}, fmt.Errorf("evidence: %s: %w", t, err)
	}
	return e, nil
}

// usedBy is a sheet of the month's usage by up to two dimensions.
func (s *Service) usedBy(ctx context.Context, actor org.Actor, e *Evidence, title string, columns []string, by ...usage.Dim) error {
	r, err := s.Sources.Usage.Query(ctx, actor, usage.Query{From: e.From, To: e.To, By: by, Top: 1000})
	if err != nil {
		return err
	}
	sheet := Sheet{Title: title, Columns: append(columns, "Requests", "Tokens in", "Tokens out", "Cost, USD"), Figures: 4}
	for _, row := range r.Rows {
		var line []string
		for i := range by {
			name := "all others"
			if !row.Others {
				name = row.Values[i].Name
			}
			if name == "" {
				name = "not said"
			}
			line = append(line, name)
		}
		sheet.Rows = append(sheet.Rows, append(line, strconv.FormatInt(row.Requests, 10), strconv.FormatInt(row.Input, 10), strconv.FormatInt(row.Output, 10), row.Cost.Decimal().StringFixed(6)))
	}
	e.Sheets = append(e.Sheets, sheet)
	return nil
}

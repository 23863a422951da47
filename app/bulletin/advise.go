package bulletin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// What advice needs before it is given. All of it is computed from the reader's own figures.
const (
	leastFailed   = 10 // failures of one connection
	failedPercent = 3
	// A prompt cache that reads less than missPercent of a model's input, over at least leastInput tokens, is worth a look:
	// answers to agents and chats with long beginnings are usually read from it by more than half.
	leastInput  = 1_000_000
	missPercent = 20
	// leastAsked is how many answered requests without one from the gateway's own cache make it worth considering.
	leastAsked = 1000
)

// save tells what caches saved. Usage is divided by connection and model, because prices are.
func (x *making) save() error {
	r, err := x.pairs()
	if err != nil {
		return err
	}
	s := &Savings{}
	if s.Provider, s.Known, err = x.Pricing.Saved(x.ctx, x.eyes, r); err != nil {
		return err
	}
	s.Hits, _, err = x.hits()
	x.out.Savings = s
	return err
}

func (x *making) pairs() (usage.Result, error) {
	return x.query(func(q *usage.Query) { q.By = []usage.Dim{usage.Connection, usage.Model} })
}

// hits counts what the gateway's own cache answered, and all answers.
func (x *making) hits() (hits, answered int64, err error) {
	r, err := x.query(func(q *usage.Query) { q.By = []usage.Dim{usage.Cache} })
	for _, row := range r.Rows {
		if !row.Others && (row.Values[0].ID == "hit" || row.Values[0].ID == "semantic") {
			hits += row.Requests
		}
	}
	return hits, r.Total.Answered(), err
}

// advise says what is worth doing, what saves most first.
func (x *making) advise() error {
	finds := []func() error{x.cheaper, x.failing, x.misses}
	if x.report.Kind == Quarterly {
		finds = append(finds, x.candidates, x.unlimited)
	}
	for _, find := range append(finds, x.idle) {
		if err := find(); err != nil {
			return err
		}
	}
	slices.SortStableFunc(x.out.Advice, func(a, b Advice) int { return int(min(1, max(-1, b.Saves-a.Saves))) })
	x.out.Advice = x.out.Advice[:min(mostAdvice, len(x.out.Advice))]
	return nil
}

func (x *making) say(title, text, path string, saves money.USD) {
	x.out.Advice = append(x.out.Advice, Advice{Title: title, Text: text, Path: path, Saves: saves})
}

// cheaper is the same model at a lower price, for what was really used.
func (x *making) cheaper() error {
	r, err := x.pairs()
	if err != nil {
		return err
	}
	found, err := x.Pricing.Cheaper(x.ctx, x.eyes, r)
	for _, c := range found {
		x.say(fmt.Sprintf("%s costs less at %s", c.Model, c.To),
			fmt.Sprintf("What went to %s costs %s at today's prices, %s at %s: the tokens that were used, fresh, cached and written, at both prices. It is the same model. Whether it answers as quickly there, or whether another model would do as well, is not in these figures.", c.From, dollars(c.Here), dollars(c.There), c.To),
			"/savings", c.Here-c.There)
	}
	return err
}

// dollars is an amount in words.
func dollars(a money.USD) string { return a.Format(2) + " USD" }

func (x *making) failing() error {
	for _, row := range x.parts[usage.Connection].Rows {
		if row.Others || row.Values[0].ID == "" || row.Failed < leastFailed || row.Failed*100 < failedPercent*row.Requests {
			continue
		}
		x.say(fmt.Sprintf("%d of %d requests to %s failed", row.Failed, row.Requests, called(usage.Connection, row.Values[0])),
			"A second target or retries would have answered some of them.", "/reliability", 0)
	}
	return nil
}

// misses are models whose provider has a prompt cache that hardly anything was read from.
func (x *making) misses() error {
	for _, row := range x.parts[usage.Model].Rows {
		if row.Others || row.Values[0].ID == "" || row.Input < leastInput || row.Cached == 0 || row.Cached*100 >= missPercent*row.Input {
			continue
		}
		x.say(fmt.Sprintf("Only %d %% of the input of %s came from its provider's cache", row.Cached*100/row.Input, row.Values[0].ID),
			"Prompts that begin alike are cheaper from the second one on. Put what stays the same first, and what changes last.", "/savings", 0)
	}
	return nil
}

// candidates says that nothing was answered by the gateway's own cache.
func (x *making) candidates() error {
	hits, answered, err := x.hits()
	if err == nil && hits == 0 && answered >= leastAsked {
		x.say("The gateway's cache answered nothing", fmt.Sprintf("%s requests were answered, each by a provider. Where apps ask the same twice, a cache policy answers the second time at no cost.", money.Grouped(answered)), "/cache", 0)
	}
	return err
}

// unlimited are teams that spend without a budget of their own.
func (x *making) unlimited() error {
	var free []string
	var sum money.USD
	for _, row := range x.parts[usage.Team].Rows {
		if row.Others || row.Values[0].ID == "" || row.Cost <= 0 {
			continue
		}
		node, err := usage.Team.Node(row.Values[0].ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(x.budgets, func(e budget.Entry) bool { return e.Scope.Kind() == org.TeamScope && e.Scope.Node() == node }) {
			free, sum = append(free, called(usage.Team, row.Values[0])), sum+row.Cost
		}
	}
	if len(free) == 0 {
		return nil
	}
	const most = 5
	names := strings.Join(free[:min(most, len(free))], ", ")
	if len(free) > most {
		names += fmt.Sprintf(" and %d more", len(free)-most)
	}
	x.say("Teams that spend without a budget of their own", names+": "+dollars(sum)+" in this quarter. Only the limits above them bind.", "/budgets/new", 0)
	return nil
}

// idle are keys that nobody used for a month: each is a risk for nothing.
func (x *making) idle() error {
	n, err := x.Keys.Count(x.ctx, x.eyes)
	if err != nil || n.Idle == 0 {
		return err
	}
	title := "1 key lies unused"
	if n.Idle > 1 {
		title = fmt.Sprintf("%s keys lie unused", money.Grouped(int64(n.Idle)))
	}
	x.say(title, "Nobody used it for 30 days. What nobody needs can only be lost.", "/keys?unused=yes", 0)
	return nil
}

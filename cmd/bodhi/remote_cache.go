package main

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type cacheCmd struct {
	List    cacheListCmd    `cmd:"" help:"List cache policies: which answers are kept, for whom and how long."`
	Entries cacheEntriesCmd `cmd:"" help:"List kept answers, without what is in them."`
	Likes   cacheLikesCmd   `cmd:"" help:"Kept answers that were found for questions worded differently, and whether they were right."`
	Saved   cacheSavedCmd   `cmd:"" help:"What kept answers saved."`
	Clear   cacheClearCmd   `cmd:"" help:"Clear kept answers: nobody is given them any more within a second, on any node."`
}

type cacheListCmd struct{ remoteFlags }

func (c cacheListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.CachePolicies().All(e.ctx, nil), "There are no cache policies, so nothing is kept.", []string{"ID", "NAME", "OF", "MODE", "SHARED BY", "FOR", "THEN STALE", "FOR OUTAGES"}, func(p client.CachePolicy) []string {
		sharing := p.Sharing
		if p.Sharing == "organization" && !p.Approved {
			sharing = "team, until an admin agrees"
		}
		return []string{p.ID, p.Name, p.ScopeLabel, p.Mode, sharing, p.TTL, p.Stale, p.LastResort}
	})
}

type cacheEntriesCmd struct {
	remoteFlags
	Model   string `help:"Only of this model."`
	Sharing string `help:"Only what these share: user, team, organization."`
	Hits    bool   `help:"The most used first; else the newest."`
	Most    *int   `help:"How many at most; 0 is all. Without it a table has 100, and JSON all."`
}

func (c cacheEntriesCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{}
	for name, v := range map[string]string{"model": c.Model, "sharing": c.Sharing} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if c.Hits {
		q.Set("sort", "hits")
	}
	return printAll(c.remoteFlags, e.out, bounded(e, c.remoteFlags, c.Most, 100, api.Cache().AllEntries(e.ctx, q)), "Nothing is kept.", []string{"KEY", "MODEL", "SHARED BY", "HITS", "SAVED (USD)", "BYTES", "MADE", "UNTIL"}, func(x client.CacheEntry) []string {
		return []string{x.Key, x.Model, x.SharedBy, count(x.Hits), x.SavedUSD, count(x.Bytes), day(x.MadeAt), day(x.KeptUntil)}
	})
}

type cacheSavedCmd struct {
	remoteFlags
	Days int    `help:"Of how many days up to now." default:"30"`
	By   string `help:"Divided by: day, model, team, member." enum:"day,model,team,member" default:"day"`
}

func (c cacheSavedCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{"days": {fmt.Sprint(c.Days)}}
	if c.By != "day" {
		q.Set("by", c.By)
	}
	s, err := api.Cache().Savings(e.ctx, q)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, s)
	}
	rows := func(yield func(client.CacheSaving, error) bool) {
		total := s.Total
		total.Of = "total"
		for _, r := range append(s.Rows, total) {
			if !yield(r, nil) {
				return
			}
		}
	}
	return printAll(c.remoteFlags, e.out, rows, "", []string{"OF", "HITS", "MISSES", "SAVED (USD)", "SAVED (ms)"}, func(r client.CacheSaving) []string {
		return []string{r.Of, count(r.Hits), count(r.Misses), r.SavedUSD, count(r.SavedTime)}
	})
}

type cacheClearCmd struct {
	remoteFlags
	Key    string `help:"One answer, by its key." placeholder:"KEY" xor:"what"`
	Model  string `help:"Answers of a model, as it was asked for or as it answered." placeholder:"NAME" xor:"what"`
	Prompt string `help:"Answers to a prompt: the last message, as it was sent." placeholder:"TEXT" xor:"what"`
	Scope  string `help:"What a member, key, team or the organization shares, by its id; me is your own." placeholder:"ID" xor:"what"`
	Member string `help:"What a member's requests paid for, by the member's id." placeholder:"ID" xor:"what"`
	All    bool   `help:"Everything." xor:"what"`
}

func (c cacheClearCmd) Run(e *env) error {
	in := client.ClearInput{What: "all"}
	for what, value := range map[string]string{"entry": c.Key, "model": c.Model, "prompt": c.Prompt, "node": c.Scope, "member": c.Member} {
		if value != "" {
			in = client.ClearInput{What: what, Value: value}
		}
	}
	if in.What == "all" && !c.All {
		return exitError{exitWrong, errors.New("say what to clear: --key, --model, --prompt, --scope, --member or --all")}
	}
	api, err := c.client()
	if err != nil {
		return err
	}
	cleared, err := api.Cache().Clear(e.ctx, in)
	if err != nil {
		return err
	}
	return c.printOne(e.out, cleared, "Cleared", plural(int(cleared.Entries), "answer")+" that were listed, and what nodes hold beside them")
}

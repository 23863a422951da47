package journal

import (
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func (c *codec) attempt(a *ledger.Attempt) {
	c.bareAttempt(a)
	words(c, &a.Asked, &a.Endpoint, &a.Client, &a.Cache)
}

func (c *codec) bareAttempt(a *ledger.Attempt) {
	c.moneyAttempt(a)
	words(c, &a.Tags)
	number(c, &a.Held.Tokens)
	number(c, &a.Held.Requests)
	for i := range a.Stakes {
		number(c, &a.Stakes[i].Measure)
	}
}

func (c *codec) moneyAttempt(a *ledger.Attempt) {
	ident(c, &a.ID)
	ident(c, &a.Request)
	number(c, &a.Number)
	c.chain(&a.Chain)
	c.time(&a.At)
	number(c, &a.Held.Money)
	c.stakes(&a.Stakes)
	ident(c, &a.Connection)
	words(c, &a.Provider, &a.Kind, &a.Model, &a.PriceVersion)
}

func (c *codec) settlement(s *ledger.Settlement) {
	c.moneySettlement(s)
	number(c, &s.Tokens)
	number(c, &s.Requests)
	for _, n := range []*int64{&s.Usage.CacheReadImage, &s.Usage.InputVideo, &s.Usage.OutputVideo, &s.Usage.Citations} {
		number(c, n)
	}
}

func (c *codec) mediaSettlement(s *ledger.Settlement) {
	c.settlement(s)
	number(c, &s.Usage.Images)
	number(c, &s.Usage.AudioSeconds)
	number(c, &s.Usage.Characters)
}

func (c *codec) moneySettlement(s *ledger.Settlement) {
	ident(c, &s.Attempt)
	words(c, &s.State)
	c.usage(&s.Usage)
	number(c, &s.Cost)
	number(c, &s.InputCost)
	number(c, &s.Status)
	words(c, &s.Class, &s.Note)
	number(c, &s.FirstByte)
	number(c, &s.Duration)
	c.time(&s.At)
}

func (c *codec) request(r *ledger.Request) {
	ident(c, &r.ID)
	c.chain(&r.Chain)
	c.time(&r.At)
	words(c, &r.Family, &r.Endpoint)
	c.flag(&r.Stream)
	words(c, &r.Asked, &r.Model, &r.Provider, &r.Route, &r.Client, &r.Tags, &r.EndUser, &r.Session, &r.Cache)
	number(c, &r.Attempts)
	number(c, &r.Status)
	words(c, &r.Code, &r.Message)
	c.usage(&r.Usage)
	number(c, &r.Cost)
	words(c, &r.Decisions)
	number(c, &r.FirstByte)
	number(c, &r.Duration)
	number(c, &r.Overhead)
}

func (c *codec) refusal(r *ledger.Refusal) {
	ident(c, &r.Budget)
	number(c, &r.Measure)
	number(c, &r.Need)
	number(c, &r.Limit)
	number(c, &r.Spent)
	number(c, &r.Held)
}

func (c *codec) screened(r *ledger.Request) {
	c.request(r)
	c.refusal(&r.Refusal)
	ident(c, &r.Screened.Incident)
	words(c, &r.Screened.Action, &r.Screened.Found)
}

func (c *codec) recalled(r *ledger.Request) {
	c.screened(r)
	number(c, &r.Saved)
	number(c, &r.SavedTime)
}

func (c *codec) tried(r *ledger.Request) {
	c.recalled(r)
	ident(c, &r.Trial.Experiment)
	number(c, &r.Trial.Variant)
	number(c, &r.Trial.Bucket)
	c.flag(&r.Trial.Failed)
	c.flag(&r.Trial.Unanswered)
}

func (c *codec) chain(v *org.Chain) {
	ident(c, &v.Org)
	ident(c, &v.Department)
	ident(c, &v.Team)
	ident(c, &v.Member)
	ident(c, &v.Key)
}

func (c *codec) usage(u *llm.Usage) {
	for _, n := range []*int64{&u.Input, &u.CacheRead, &u.CacheWrite5m, &u.CacheWrite1h, &u.InputAudio, &u.CacheReadAudio,
		&u.InputImage, &u.Output, &u.Reasoning, &u.OutputAudio, &u.OutputImage, &u.WebSearches, &u.VideoSeconds,
		&u.ServerToolCalls} {
		number(c, n)
	}
}

func (c *codec) stakes(v *[]ledger.Stake) {
	n := len(*v)
	number(c, &n)
	if c.reading {
		// Each account takes at least 17 bytes, so a wild count cannot make us allocate more than the record is long.
		if n < 0 || n > len(c.b)/17 {
			c.bad = true
			return
		}
		if n > 0 {
			*v = make([]ledger.Stake, n)
		}
	}
	for i := range *v {
		ident(c, &(*v)[i].Budget)
		number(c, &(*v)[i].Start)
	}
}

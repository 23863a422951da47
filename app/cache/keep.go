package cache

import (
	"context"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Taken is an answer as it went to its client, for Keep.
type Taken struct {
	Body, End []byte
	Beats     []Beat
	Usage     llm.Usage
	Model     string
	Provider  string
	Cost      money.USD
	Took      time.Duration
	// Private says that the provider marked it for its first client alone.
	Private bool
}

// Keep keeps an answer, if it is one to keep; why says why not. It seals the answer and puts it into memory; the store has it
// soon after. The bytes are the caller's no longer.
func (d *Desk) Keep(ctx context.Context, s *Slot, t *Taken) (why string) {
	if int64(len(t.Body)+len(t.End)) > s.rule.MaxBytes {
		return "it is larger than the policy " + s.rule.Name + " keeps"
	}
	if t.Private && s.rule.Sharing != User {
		return "its provider marks it as private"
	}
	a := &Answer{Family: s.call.Family, Stream: s.call.Stream, Type: kindOf(s.call), Usage: t.Usage, Body: t.Body, End: t.End, Beats: t.Beats}
	if s.call.Operation == llm.Chat {
		if why = d.unfit(s.call, a); why != "" {
			return why
		}
	}
	if len(a.Body) == 0 || a.Stream == (len(a.End) == 0) {
		return "it is not whole"
	}
	e := &Entry{Key: s.Key, Org: s.chain.Org, Sharing: s.rule.Sharing, Node: s.node, Member: s.chain.Member, Asked: s.call.Model, Model: t.Model, Provider: t.Provider,
		Cost: t.Cost, Took: t.Took, Made: d.Clock.Now().UTC().Truncate(time.Microsecond), Epoch: s.epoch}
	e.Fresh = e.Made.Add(s.ttl)
	e.Stale = e.Fresh.Add(s.rule.Stale)
	if s.ttl == s.rule.TTL { // a client that wants it kept shorter has it so
		e.Kept = e.Made.Add(s.rule.LastResort)
	}
	if text := lastWords(s.call); text != "" {
		e.Prompt = d.PromptOf(text)
		a.Prompt = shortened(text)
	}
	var err error
	if e.Sealed, err = d.Vault.Seal(ctx, e.Org, table, column, e.Key.String(), secret.New(string(a.encode()))); err != nil {
		return "it cannot be sealed"
	}
	if d.book(e.Org).over(e) {
		return "somebody cleared the cache meanwhile"
	}
	d.shelve(ctx, s, e)
	d.memory.Set(e)
	if d.Store != nil {
		d.writer.put(e)
	}
	return ""
}

// unfit says why an answer is nothing to give again.
func (d *Desk) unfit(c *llm.Call, a *Answer) string {
	deltas, err := d.deltas(c, a)
	if err != nil {
		return "it is not whole"
	}
	finished, said := false, false
	for i := range deltas {
		switch x := &deltas[i]; x.Kind {
		case llm.CallBegin:
			return "it calls a tool"
		case llm.RefusalDelta:
			return "the model refused"
		case llm.TextDelta:
			said = said || x.Text != ""
		case llm.MediaDelta:
			return "it is no text"
		case llm.Finish:
			if x.Reason != llm.Stopped && x.Reason != llm.StopSequence {
				return "the model had not finished"
			}
			finished = true
		}
	}
	if !finished || !said {
		return "it says nothing"
	}
	return ""
}

// PromptOf is the keyed hash of a prompt by which its entries are found: of the last thing that was said, without blanks around it.
func (d *Desk) PromptOf(text string) Key {
	_, sum := d.MAC.Sum("prompt\n" + strings.TrimSpace(text))
	return sum
}

// lastWords is the text of a conversation's last turn; "" where there is none.
func lastWords(c *llm.Call) string {
	if c.Operation != llm.Chat {
		return ""
	}
	talk, err := c.Conversation()
	if err != nil || len(talk.Turns) == 0 {
		return ""
	}
	var b strings.Builder
	for _, p := range talk.Turns[len(talk.Turns)-1].Parts {
		if p.Kind == llm.Text {
			b.WriteString(p.Text)
		}
	}
	return strings.TrimSpace(b.String())
}

// mostShown is how much of a prompt is kept for the page of entries.
const mostShown = 2000

func shortened(s string) string {
	if len(s) > mostShown {
		s = strings.ToValidUTF8(s[:mostShown], "") + "…"
	}
	return s
}

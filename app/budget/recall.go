package budget

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
)

const (
	// recallEvery is how long one account's lease is not called back again by this node.
	recallEvery = 100 * time.Millisecond
	// scarceFor is how long an account that was called back is leased from hand to mouth: what a node takes ahead of
	// need is what another one would have to call back next.
	scarceFor = 2 * time.Second
	// recallTopic begins the topics of recalls. They name who asks and for which account, so that a burst of recalls of
	// one account merges into one.
	recallTopic = "recall"
)

// recallPauses are the waits between asking the bank again after a recall, half a second in all. The first are short:
// the others give back as soon as they hear of it.
var recallPauses = [...]time.Duration{15, 25, 40, 70, 100, 120, 130}

// call is one request's attempt to get lease that lies idle on other nodes.
type call struct{ tries int }

// recall is asked when this node's leases and what is free do not suffice. It gives the accounts to call back and how
// long to wait before the bank is asked again; no wait means that nobody has anything to give, or that the request has
// waited long enough. The caller holds mu.
func (t *Treasury) recall(d *desk, bind []*purse, w Want, c *call) (tell []live.Topic, wait time.Duration) {
	if c.tries == len(recallPauses) {
		return nil, 0
	}
	others := t.renew.Load() // a new session is about to begin, and will be lent what this one is not
	for _, p := range bind {
		b := d.book.Balance(p.account)
		if p.soft() || !p.seen || b.Free() >= w.Floor.Of(p.rule.Measure) || p.pool.Leased <= max(0, b.Granted-p.posted) {
			continue
		}
		others = true
		p.scarce = t.Clock.Now().Add(scarceFor)
		if !p.recheck { // one timer for all that wait, so that they make one trip together
			p.recheck = true
			time.AfterFunc(recallPauses[c.tries]*time.Millisecond, func() { d.mu.Lock(); p.recheck, p.fresh = false, false; d.mu.Unlock() })
		}
		if p.called || t.Bus == nil {
			continue
		}
		p.called = true
		time.AfterFunc(recallEvery, func() { d.mu.Lock(); p.called = false; d.mu.Unlock() })
		tell = append(tell, recallOf(t.node, p.rule.Org, p.account))
	}
	if !others {
		return nil, 0
	}
	wait = recallPauses[c.tries] * time.Millisecond
	c.tries++
	return tell, wait
}

// fits reports whether at least the floor could be held now.
func (d *desk) fits(bind []*purse, w Want) bool {
	return !slices.ContainsFunc(bind, func(p *purse) bool {
		return !p.soft() && d.book.Balance(p.account).Free() < w.Floor.Of(p.rule.Measure)
	})
}

// tell publishes recalls. One that is lost costs the asker its half second.
func (t *Treasury) tell(ctx context.Context, topics []live.Topic) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for _, topic := range topics {
		t.recalls.Add(1)
		if err := t.Bus.Publish(ctx, topic); err != nil {
			t.Log.Warn("leases of other nodes could not be called back", "error", err)
			return
		}
	}
}

// spare is how much the next ask takes ahead of need.
func (p *purse) spare(amount ledger.Units, now time.Time) ledger.Units {
	if now.Before(p.scarce) {
		return 0
	}
	return max(0, amount)
}

// answerRecalls gives this node's free lease of an account back as soon as another node calls for it.
func (t *Treasury) answerRecalls(ctx context.Context) {
	if t.Bus == nil {
		return
	}
	for topic := range t.Bus.Subscribe(ctx) {
		if from, o, a, ok := parseRecall(topic); ok && from != t.node {
			t.yield(ctx, o, a)
		}
	}
}

func (t *Treasury) yield(ctx context.Context, o id.Org, a ledger.Account) {
	v, ok := t.desks.Load(o)
	if !ok {
		return
	}
	d := v.(*desk)
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.purses[a]
	if p == nil {
		return
	}
	p.scarce = t.Clock.Now().Add(scarceFor)
	if d.giveBack(p, money.Max); p.asking {
		t.travel(ctx, d)
	}
}

func recallOf(node id.Node, o id.Org, a ledger.Account) live.Topic {
	return live.Topic(fmt.Sprintf("%s:%s:%s:%s:%d", recallTopic, node, o, a.Budget, a.Start))
}

func parseRecall(topic live.Topic) (from id.Node, o id.Org, a ledger.Account, ok bool) {
	parts := strings.Split(string(topic), ":")
	if len(parts) != 5 || parts[0] != recallTopic {
		return from, o, a, false
	}
	var errs [4]error
	from, errs[0] = id.ParseNode(parts[1])
	o, errs[1] = id.ParseOrg(parts[2])
	a.Budget, errs[2] = id.ParseBudget(parts[3])
	a.Start, errs[3] = strconv.ParseInt(parts[4], 10, 64)
	return from, o, a, errs == [4]error{}
}

// rest waits a while, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

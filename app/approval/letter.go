package approval

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Writers write the room's letters, for notify.Courier.
func (s *Service) Writers() map[notify.Kind]notify.Writer {
	return map[notify.Kind]notify.Writer{notify.Asked: s.writeCall, notify.Decided: s.writeDecided}
}

// writeCall calls one person to decide. The link is made of their own summons.
func (s *Service) writeCall(ctx context.Context, e notify.Event, to org.Member) (mail.Letter, error) {
	x, err := s.Store.SummonsTo(ctx, e.Org, to.ID, e.Details[requestDetail])
	if errors.Is(err, ErrNotFound) || err == nil && !x.UsedAt.IsZero() {
		return mail.Letter{}, mail.ErrMoot
	}
	if err != nil {
		return mail.Letter{}, err
	}
	c, err := s.open(ctx, org.Actor{}, x)
	if fault.Is(err, fault.NotFound) { // decided, expired, or not theirs any more
		return mail.Letter{}, mail.ErrMoot
	}
	if err != nil {
		return mail.Letter{}, err
	}
	who, what, facts := c.Words()
	return mail.Letter{
		Subject: who + " asks for " + what,
		Heading: who + " asks for " + what,
		Text:    []string{"Somebody in your part of " + c.Organization.Name + " needs your decision. The link shows it once more and decides when you press a button there; no log-in is needed."},
		Facts:   facts,
		Action:  mail.Action{Label: "Look and decide", URL: s.Herald.link(x)},
		Foot: []string{"To grant more or less than was asked for, log in: " + s.Herald.Links.PublicURL + "/approvals",
			"The link is yours alone and works once. You get this because you may decide it in " + c.Organization.Name + "."},
	}, nil
}

// Words are who asks, for what, and the facts, as letters and the page of a link say them.
func (c Call) Words() (who, what string, facts []mail.Fact) {
	if c.Budget != nil {
		r := *c.Budget
		what = budget.Amount(r.Measure, r.Amount) + " more for " + r.Label
		facts = []mail.Fact{{Label: "Budget", Value: named(r.Label, r.Name)}, {Label: "Why", Value: r.Reason}, {Label: "Until", Value: "the end of the period"}}
		if !r.Until.IsZero() {
			facts[2].Value = Moment(r.Until, c.Organization)
		}
		if r.Kind == budget.Borrow {
			what = "borrowing " + budget.Amount(r.Measure, r.Amount) + " for " + r.Label
			facts[2] = mail.Fact{Label: "From", Value: "the budget's next period"}
		}
		return r.AskedBy, what, append(facts, mail.Fact{Label: "Decide by", Value: Moment(c.ExpiresAt, c.Organization)})
	}
	if c.Limit != nil {
		r := *c.Limit
		facts = []mail.Fact{{Label: "Rate limit", Value: named(r.Label, r.Name)}, {Label: "Why", Value: r.Reason}, {Label: "Until", Value: Moment(r.Until, c.Organization)},
			{Label: "Decide by", Value: Moment(c.ExpiresAt, c.Organization)}}
		return r.AskedBy, r.Unit.Count(r.Add) + " more for " + r.Label, facts
	}
	v := *c.Policy
	facts = append(v.Facts(c.Organization), mail.Fact{Label: "Decide by", Value: Moment(c.ExpiresAt, c.Organization)})
	return v.AskedBy, "the model " + v.Model, facts
}

// Facts are a request in words: the key, what is against it, why it is wanted, how far it goes.
func (v View) Facts(o org.Organization) []mail.Fact {
	out := []mail.Fact{{Label: "Key", Value: v.Subject.Name + ", team " + v.Subject.Team}, {Label: "Why", Value: v.Reason}, {Label: "Needs it because", Value: strings.Join(v.Reasons, "; ")}}
	if v.Cost > 0 {
		out = append(out, mail.Fact{Label: "One request costs up to", Value: "$" + v.Cost.String()})
	}
	return append(out, mail.Fact{Label: "Until", Value: Moment(v.Until, o)}, mail.Fact{Label: "At most", Value: v.Most()})
}

// Most is how much a grant allows beside its time: "$5.00 in all, 10 requests".
func (b Bounds) Most() string {
	var out []string
	if b.Amount > 0 {
		out = append(out, budget.Amount(0, b.Amount)+" in all")
	}
	switch {
	case b.Times == 1:
		out = append(out, "1 request")
	case b.Times > 1:
		out = append(out, strconv.FormatInt(b.Times, 10)+" requests")
	}
	if len(out) == 0 {
		return "any number of requests"
	}
	return strings.Join(out, ", ")
}

// Moment is a time in the organization's zone, spelled out.
func Moment(t time.Time, o org.Organization) string {
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone).Format("Mon 2 Jan 2006, 15:04 MST")
}

func named(label, name string) string {
	if name == "" || name == label {
		return label
	}
	return label + ", " + name
}

// writeDecided tells the asker what came of it.
func (s *Service) writeDecided(ctx context.Context, e notify.Event, _ org.Member) (mail.Letter, error) {
	about := e.Details[requestDetail]
	switch Matter(e.Details[matterDetail]) {
	case OfBudget:
		return s.writeBudgetAnswer(ctx, e.Org, about)
	case OfLimit:
		return s.writeLimitAnswer(ctx, e.Org, about)
	}
	return s.writeAnswer(ctx, e.Org, about)
}

func (s *Service) writeAnswer(ctx context.Context, in id.Org, about string) (mail.Letter, error) {
	which, err := id.ParseApproval(about)
	if err != nil {
		return mail.Letter{}, err
	}
	a, err := s.Store.Get(ctx, in, which)
	if errors.Is(err, ErrNotFound) || err == nil && a.State != Approved && a.State != Denied { // revoked before anybody was told
		return mail.Letter{}, mail.ErrMoot
	}
	if err != nil {
		return mail.Letter{}, err
	}
	o, err := s.Orgs.Organization(ctx, in)
	if err != nil {
		return mail.Letter{}, err
	}
	facts := []mail.Fact{{Label: "Model", Value: a.Model}, {Label: "Decided by", Value: a.DecidedBy}}
	text := "Send the same request again with the same key: it passes within seconds."
	if a.State == Denied {
		text = "The policy stays as it is for you. Use another model, or talk to whoever decided."
	} else {
		facts = append(facts, mail.Fact{Label: "Until", Value: Moment(a.Until, o)}, mail.Fact{Label: "At most", Value: a.Most()})
	}
	return s.answer(a.State != Denied, "the model "+a.Model, text, a.Note, facts), nil
}

func (s *Service) writeBudgetAnswer(ctx context.Context, in id.Org, about string) (mail.Letter, error) {
	which, err := id.ParseAsk(about)
	if err != nil {
		return mail.Letter{}, err
	}
	r, err := s.Budgets.Request(ctx, org.System(in, "a letter about a request"), which)
	if fault.Is(err, fault.NotFound) || err == nil && r.DecidedAt.IsZero() {
		return mail.Letter{}, mail.ErrMoot
	}
	if err != nil {
		return mail.Letter{}, err
	}
	facts := []mail.Fact{{Label: "Budget", Value: named(r.Label, r.Name)}, {Label: "Asked for", Value: budget.Amount(r.Measure, r.Amount)}, {Label: "Decided by", Value: r.DecidedBy}}
	text := "What was granted counts from the next request on. The budget's page says how much it is."
	if r.State == budget.Denied {
		text = "The budget stays as it is. Talk to whoever decided if that is a problem."
	}
	return s.answer(r.State == budget.Approved, "more of "+r.Label, text, r.Note, facts), nil
}

func (s *Service) writeLimitAnswer(ctx context.Context, in id.Org, about string) (mail.Letter, error) {
	which, err := id.ParseWish(about)
	if err != nil {
		return mail.Letter{}, err
	}
	r, err := s.Limits.Request(ctx, org.System(in, "a letter about a request"), which)
	if fault.Is(err, fault.NotFound) || err == nil && r.DecidedAt.IsZero() {
		return mail.Letter{}, mail.ErrMoot
	}
	if err != nil {
		return mail.Letter{}, err
	}
	facts := []mail.Fact{{Label: "Rate limit", Value: named(r.Label, r.Name)}, {Label: "Asked for", Value: r.Unit.Count(r.Add) + " more"}, {Label: "Decided by", Value: r.DecidedBy}}
	text := "Send the same request again: it passes within seconds. The limit's page says how much was added, and until when."
	if r.State == limit.Denied {
		text = "The limit stays as it is. Slow down, or talk to whoever decided."
	}
	return s.answer(r.State == limit.Approved, "more for "+r.Label, text, r.Note, facts), nil
}

func (s *Service) answer(yes bool, what, text, note string, facts []mail.Fact) mail.Letter {
	word := "Denied"
	if yes {
		word = "Approved"
	}
	if note != "" {
		facts = append(facts, mail.Fact{Label: "Their words", Value: note})
	}
	return mail.Letter{Subject: word + ": " + what, Heading: word + ": " + what, Text: []string{text}, Facts: facts,
		Action: mail.Action{Label: "See your requests", URL: s.Herald.Links.PublicURL + "/approvals"}, Foot: []string{"You get this because you asked for it."}}
}

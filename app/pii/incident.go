package pii

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// reach is the actor's part of their organization; the first line of every method about incidents.
func reach(a org.Actor) (Reach, error) {
	if err := a.Require(org.Viewer); err != nil {
		return Reach{}, err
	}
	r := Reach{Org: a.Org, Member: a.Member}
	r.Teams, r.All = a.Reads()
	return r, nil
}

// Missing refuses an id that names no incident within reach.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such incident.")
}

// Incidents lists incidents within the actor's reach, newest first.
func (s *Service) Incidents(ctx context.Context, a org.Actor, q Query) (Page, error) {
	r, err := reach(a)
	if err != nil {
		return Page{}, err
	}
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	limit := min(q.Limit, MaxLimit)
	q.Limit = limit + 1 // one more says whether there is a next page
	list, err := s.Store.Incidents(ctx, r, q)
	if err != nil {
		return Page{}, fmt.Errorf("pii: incidents: %w", err)
	}
	p := Page{Incidents: list}
	if len(list) > limit {
		p.Incidents = list[:limit]
		p.Next = p.Incidents[limit-1].ID
	}
	return p, nil
}

// Incident gives one within the actor's reach, or Missing.
func (s *Service) Incident(ctx context.Context, a org.Actor, i id.Finding) (Incident, error) {
	r, err := reach(a)
	if err != nil {
		return Incident{}, err
	}
	found, err := s.Store.Incident(ctx, r, i)
	if errors.Is(err, ErrNotFound) {
		return Incident{}, Missing()
	}
	if err != nil {
		return Incident{}, fmt.Errorf("pii: incident: %w", err)
	}
	return found, nil
}

// Trial is what a text would come to.
type Trial struct {
	// Found by the detectors and patterns that are on, with what the rules of the chain do about it.
	Found []Found
	// Others are what detectors that are off everywhere on the chain would find.
	Others []Found
	Action Action
	Why    string // the refusal's reason, "" if nothing is blocked
	Text   string // as it would leave; "" if it would not
}

// maxTrial is the longest text that may be tried, in bytes.
const maxTrial = 64 << 10

// Try says what would become of a text on its way, as a request below a chain or as the answer to one, as the rules are now. Nothing
// of it is kept. The caller found the chain among what the actor may see.
func (s *Service) Try(ctx context.Context, actor org.Actor, chain org.Chain, way Way, text string) (Trial, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Trial{}, err
	}
	if chain.Org != actor.Org {
		return Trial{}, noScope()
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if strings.TrimSpace(text) == "" {
		return Trial{}, fault.Field("text", "Paste a text to try.")
	}
	if len(text) > maxTrial {
		return Trial{}, fault.Field("text", fmt.Sprintf("Try at most %d KiB at once.", maxTrial>>10))
	}
	all, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return Trial{}, fmt.Errorf("pii: try: %w", err)
	}
	records := make([]Record, len(all))
	for i, l := range all {
		records[i] = l.Record()
	}
	book := NewBook(s.Clock)
	if err := book.Load(records); err != nil {
		return Trial{}, fmt.Errorf("pii: try: %w", err)
	}
	return book.try(ctx, chain, way, text), nil
}

// try screens a text the way a message would be.
func (b *Book) try(ctx context.Context, chain org.Chain, way Way, text string) Trial {
	bound := b.For(chain)
	body := []byte(`{"content":` + llm.Quote(text) + `}`)
	r := Result{}
	if bound.Any() {
		r = bound.pass(ctx, piecesOf(body), way, nil)
	}
	out := Trial{Found: r.Found, Action: r.Action, Text: text}
	if r.Body != nil {
		inside := r.Body[len(`{"content":"`) : len(r.Body)-len(`"}`)]
		out.Text = string(unescape(nil, inside))
	}
	if r.Action == Block {
		_, out.Why, _ = r.blocker([...]string{"request", "answer"}[way])
		out.Text = ""
	}
	on, _, _ := bound.wanted(way)
	for _, h := range Find(nil, []byte(text), nil, All&^on, maxHits) {
		out.Others = counted(out.Others, h.Kind)
	}
	return out
}

func counted(list []Found, k Kind) []Found {
	for i := range list {
		if list[i].kind == k {
			list[i].Count++
			return list
		}
	}
	return append(list, Found{Detector: k.Name(), Count: 1, kind: k})
}

// Words say what was found and how often: "2 e-mail addresses".
func (f Found) Words() string {
	f.kind = kindNamed(f.Detector, f.Own) // it may be read back from a record
	return f.words()
}

func kindNamed(name string, own bool) Kind {
	for _, k := range Kinds {
		if !own && k.Name() == name {
			return k
		}
	}
	return kindCount
}

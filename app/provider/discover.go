package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// Found is a server that was found on this machine without anybody naming it.
type Found struct {
	Kind    Kind
	BaseURL string // the kind's own
	Models  []string
}

// Names says in a sentence what was found, with at most so many models.
func (f Found) Names(most int) string {
	if len(f.Models) == 0 {
		return "It answers at " + f.BaseURL + " and has no models yet."
	}
	out := "It answers at " + f.BaseURL + " with " + strings.Join(f.Models[:min(most, len(f.Models))], ", ")
	if more := len(f.Models) - most; more > 0 {
		out += fmt.Sprintf(" and %d more", more)
	}
	return out + "."
}

// finder remembers for a little while what was found: pages ask, and the machine is the same for all organizations.
type finder struct {
	mu    sync.Mutex
	at    time.Time
	found *Found
}

const (
	// foundFor is how long a look counts. Somebody who starts Ollama sees it within that time.
	foundFor = 20 * time.Second
	// findTime bounds a look: it is on this machine, or it is not there.
	findTime = 700 * time.Millisecond
)

// Discover looks for an Ollama on the gateway's own machine, for those who may connect it. It finds nothing where the
// operator does not allow connections to the machine itself, and nothing that the organization has connected already.
func (s *Service) Discover(ctx context.Context, actor org.Actor) (Found, bool, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Found{}, false, err
	}
	o, _ := OfferingOf(Ollama)
	if !actor.Role.AtLeast(MayChange) {
		return Found{}, false, nil
	}
	if _, err := s.URLs.CheckURL(o.BaseURL); err != nil {
		return Found{}, false, nil // not a failure: this installation keeps away from its own machine
	}
	there, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return Found{}, false, err
	}
	if slices.ContainsFunc(there, func(r ConnectionRecord) bool {
		return Origin(r.Kind, r.BaseURL) == Origin(Ollama, "")
	}) {
		return Found{}, false, nil
	}
	if f := s.look(ctx, o); f != nil {
		return *f, true, nil
	}
	return Found{}, false, nil
}

func (s *Service) look(ctx context.Context, o Offering) *Found {
	s.finder.mu.Lock()
	defer s.finder.mu.Unlock()
	now := s.Clock.Now()
	if !s.finder.at.IsZero() && now.Sub(s.finder.at) < foundFor {
		return s.finder.found
	}
	asked, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	models, err := s.Prober.Probe(asked, &Connection{Kind: o.Kind, Name: string(o.Kind)})
	if ctx.Err() != nil {
		return nil // the person went away: nothing was learnt
	}
	s.finder.at, s.finder.found = now, nil
	if err == nil {
		s.finder.found = &Found{Kind: o.Kind, BaseURL: o.BaseURL, Models: presentable(models)}
	}
	return s.finder.found
}

package usageweb_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// traffic is a day of which every figure can be worked out by hand: 40 answers, of which 3 after a failure, 2 failures, 4 refusals.
func (s *scene) traffic(t *testing.T) {
	t.Helper()
	for i := range 40 {
		f := fact{team: s.acme.Team, member: s.acme.Members[org.Developer].ID, model: "m1", cost: money.Cent, used: llm.Usage{Input: 100, Output: 300}, took: 1400 * time.Millisecond}
		switch {
		case i < 3:
			f.failed = []string{"overloaded", "rate_limit"}[i%2 : i%2+1]
		case i >= 36:
			f.took = 30 * time.Second
		}
		s.book(t, f)
	}
	for range 2 {
		s.book(t, fact{team: s.acme.Team, member: s.acme.Members[org.Developer].ID, model: "m1", down: true, took: time.Second})
	}
	for range 4 {
		s.book(t, fact{team: s.acme.AwayTeam, member: s.acme.Members[org.Lead].ID, code: "budget_exhausted"})
	}
}

func TestReliabilityIsWhatOneCountsByHand(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.traffic(t)
	p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/reliability")
	for _, has := range []string{"95.2 %", "40 of 42", "2 failed, 4 refused, 3 rescued.", "half of all within 1.3 s", "30 s", "Overloaded", "The provider&#39;s rate limit", "The provider&#39;s own error", "shaky", "fallback",
		"/requests?from=", "status=failed", "Half of all answers came within 1.3 s", "Slowest on"} {
		if p.Status != 200 || !p.Has(has) {
			t.Errorf("%d without %q", p.Status, has)
		}
	}
	if t.Failed() {
		t.Log(p.Body)
	}
	own := webtest.As(t, s.site, s.acme.Members[org.Lead]).Get("/reliability?team=" + s.acme.Team.String())
	if own.Status != 200 || !own.Has("2 failed, 0 refused, 3 rescued.") {
		t.Errorf("one team: %d", own.Status)
	}
	if p := webtest.As(t, s.site, s.acme.Outsider).Get("/reliability"); p.Status != 200 || p.Has("shaky") || !p.Has("Nothing was asked") {
		t.Errorf("somebody without requests: %d", p.Status)
	}
	for query, says := range map[string]string{"?tag%3Aproject=x": "cannot be narrowed to a tag", "?colour=red": "Usage can be narrowed to", "?range=days&from=x": "from is a day like", "?team=x": "is not the id of a team"} {
		if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/reliability" + query); p.Status != 200 || !p.Has(says) {
			t.Errorf("%s: %d", query, p.Status)
		}
	}
}

func TestModelsStandSideBySide(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.connect("up", "down")
	if err := s.prices.Load([]price.Override{s.override(0, "m1", time.Time{}, time.Time{}, perMillion(t, "1.25", "0.125", "10"))}); err != nil {
		t.Fatal(err)
	}
	s.traffic(t)
	for range 25 {
		s.book(t, fact{team: s.acme.AwayTeam, member: s.acme.Members[org.Lead].ID, model: "m2", via: "down", cost: 5 * money.Cent, used: llm.Usage{Input: 100, Output: 75}, took: 400 * time.Millisecond})
	}
	p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/models/compare")
	// m1: 40 answers, 300 tokens each, in three quarters of 1.4 or 30 seconds: 12,000 in 127.8 s. m2: 75 in 0.3 s.
	for _, has := range []string{"m1", "at up", "m2", "at down", "$1.25", "out $10.00", "4.8 %", "2 of 42", "93.9", "250.0", "1.3 s", "95 %: 30 s", "430 ms", "m2 at down", "connection=down", "$0.05"} {
		if p.Status != 200 || !p.Has(has) {
			t.Errorf("%d without %q", p.Status, has)
		}
	}
	if t.Failed() {
		t.Log(p.Body)
	}
	own := webtest.As(t, s.site, s.acme.Members[org.Developer]).Get("/models/compare")
	if own.Status != 200 || own.Has("m2") || !own.Has("m1") {
		t.Errorf("a developer: %d", own.Status)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/models/compare?model=m2&sort=requests"); !p.Has("Model: m2") || strings.Contains(p.Body, "at up") {
		t.Error("narrowed to one model")
	}
}

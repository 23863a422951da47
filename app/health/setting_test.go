package health

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

func TestTheNarrowerRuleCountsAndTheRestIsTheWiderOnes(t *testing.T) {
	t.Parallel()
	acme, other, own, plain := id.NewOrg(ids), id.NewOrg(ids), id.NewConnection(ids), id.NewConnection(ids)
	var b Book
	if b.For(acme, own) != Defaults() || b.Checked() != nil {
		t.Error("an empty book gives no defaults")
	}
	err := b.Load([]Setting{
		{Org: acme, Connection: own, Rules: Rules{Row: 3, CoolDown: 7 * time.Minute}, Check: time.Minute},
		{Org: acme, Rules: Rules{Row: 5, Successes: 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	want.Row, want.Successes = 5, 2
	if got := b.For(acme, plain); got != want {
		t.Errorf("a connection without its own: %+v", got)
	}
	want.Row, want.CoolDown, want.MaxCoolDown = 3, 7*time.Minute, 7*time.Minute // never below the first
	if got := b.For(acme, own); got != want {
		t.Errorf("a connection with its own: %+v", got)
	}
	if got := b.For(other, own); got != Defaults() {
		t.Errorf("another tenant's: %+v", got)
	}
	if all := b.Checked(); len(all) != 1 || all[0].Connection != own || all[0].Check != time.Minute {
		t.Errorf("looked at: %+v", all)
	}
}

func TestABreakerGoesByItsConnectionsRules(t *testing.T) {
	t.Parallel()
	s := newScene(t, Defaults())
	var b Book
	s.config.Rules = b.For
	if err := b.Load([]Setting{{Org: s.at.Org, Connection: s.at.Connection, Rules: Rules{Row: 2, CoolDown: time.Second, MaxCoolDown: time.Second}}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if !s.try(Report{Outcome: Bad}) {
			t.Fatal("left alone too early")
		}
	}
	if s.try(Report{Outcome: Good}) {
		t.Fatal("still asked after two failures")
	}
	s.now = s.now.Add(time.Second)
	for range 2 {
		if !s.try(Report{Outcome: Good}) {
			t.Fatal("not asked after a second")
		}
	}
}

func TestEveryMistakeOfARuleIsNamed(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		in    Input
		wider Rules
		whole bool
		says  string
	}{
		"too short a window":              {Input{Window: "1s"}, Rules{}, false, "from 5s to 10m"},
		"no time":                         {Input{CoolDown: "soon"}, Rules{}, false, "from 1s to 10m"},
		"too many failures":               {Input{Failures: 1001}, Rules{}, false, "1 to 1000 failures"},
		"more than all":                   {Input{Percent: 101}, Rules{}, false, "1 to 100 percent"},
		"too long":                        {Input{MaxCoolDown: "1h"}, Rules{}, false, "to 30m"},
		"too often":                       {Input{Check: "1s"}, Rules{}, false, "from 10s to 1h"},
		"looks at everything":             {Input{Check: "1m"}, Rules{}, true, "for each connection by itself"},
		"nothing":                         {Input{}, Rules{}, false, "Nothing is set"},
		"shrinks":                         {Input{CoolDown: "2m", MaxCoolDown: "1m"}, Rules{}, false, "cannot be shorter"},
		"shrinks below the wider":         {Input{MaxCoolDown: "1m"}, Rules{CoolDown: 2 * time.Minute}, false, "cannot be shorter"},
		"longer than what holds for all":  {Input{CoolDown: "6m"}, Rules{}, false, "cannot be shorter"},
		"fine":                            {Input{CoolDown: "6m", MaxCoolDown: "6m", Check: "30s"}, Rules{}, false, ""},
		"fine, with a space and a second": {Input{Window: "1m 30s"}, Rules{}, true, ""},
	} {
		_, _, err := x.in.read(x.wider, x.whole)
		if (err == nil) != (x.says == "") || err != nil && !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _, err := Input{Window: "1s", Percent: 900, CoolDown: "x"}.read(Rules{}, false)
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not all are told: %v", err)
	}
}

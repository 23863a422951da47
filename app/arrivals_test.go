package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	iphone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1"
)

func TestPeopleAreToldOfALogInFromWhereTheyNeverWere(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx, began := t.Context(), a.clock.Now()
	m := x.Members[org.Developer]
	titles := func() (out []string) {
		all, _, err := a.inbox.List(ctx, x.Actor(org.Developer), notify.Query{})
		must(t, err)
		for _, n := range all {
			if n.Kind == notify.SignIn {
				out = append(out, n.Title)
			}
		}
		return out
	}
	for i, c := range []struct {
		what, agent, ip string
		after           time.Duration
		want            string // "" = no news
	}{
		{"the first of all", firefox, "198.51.100.7", 0, ""},
		{"the same again", firefox, "198.51.100.7", time.Hour, ""},
		{"a newer version, and the provider's next address", strings.ReplaceAll(firefox, "140", "141"), "198.51.7.9", 2 * time.Hour, ""},
		{"another browser", iphone, "198.51.100.7", 3 * time.Hour, "Somebody logged in as you to Gamma from a new browser: Safari on iPhone, 198.51.100.7"},
		{"that browser again", iphone, "198.51.100.7", 4 * time.Hour, ""},
		{"another network", firefox, "203.0.113.5", 5 * time.Hour, "Somebody logged in as you to Gamma from a new network: Firefox on Linux, 203.0.113.5"},
		{"both", "curl/8", "2001:db8::1", 6 * time.Hour, "Somebody logged in as you to Gamma from a new browser and network: curl, 2001:db8::1"},
		{"within the same range", "curl/8", "2001:db8:1::1", 7 * time.Hour, ""},
		{"after half a year it is new again", firefox, "198.51.100.7", 7*time.Hour + identity.Remembered + time.Minute, "Somebody logged in as you to Gamma from a new browser and network: Firefox on Linux, 198.51.100.7"},
	} {
		a.clock = moment(began.Add(c.after))
		a.people.Clock, a.notices.Clock = a.clock, a.clock
		before := titles()
		_, err := a.people.Enter(ctx, org.Actor{IP: c.ip, UserAgent: c.agent, RequestID: "req_1"}, m.Org, m.ID, identity.ByPassword)
		must(t, err)
		fresh := slices.DeleteFunc(titles(), func(s string) bool { return slices.Contains(before, s) })
		if c.want == "" && len(fresh) != 0 || c.want != "" && !slices.Equal(fresh, []string{c.want}) {
			t.Errorf("%d, %s: told %q, want %q", i, c.what, fresh, c.want)
		}
	}
	for role := range x.Members {
		if role == org.Developer {
			continue
		}
		all, _, err := a.inbox.List(ctx, x.Actor(role), notify.Query{})
		must(t, err)
		if slices.ContainsFunc(all, func(n notify.Notice) bool { return n.Kind == notify.SignIn }) {
			t.Errorf("%s hears of it: %v", role, all)
		}
	}
}

func TestALogInThatIsNotWrittenDownIsNotTold(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	m := x.Members[org.Developer]
	enter := func(agent string) error {
		_, err := a.people.Enter(t.Context(), org.Actor{IP: "198.51.100.7", UserAgent: agent, RequestID: "req_1"}, m.Org, m.ID, identity.ByPassword)
		return err
	}
	must(t, enter(firefox))
	tell := a.people.Arrived
	a.people.Arrived = func(ctx context.Context, b identity.Arrival) error {
		return errors.Join(tell(ctx, b), errors.New("the process dies"))
	}
	if enter(iphone) == nil {
		t.Error("no error")
	}
	if got := a.told(t, x, notify.SignIn); len(got) != 0 {
		t.Errorf("told of a log-in that did not happen: %v", got)
	}
	a.people.Arrived = tell
	must(t, enter(iphone)) // what did not happen is not remembered
	if got := a.told(t, x, notify.SignIn); len(got) != 1 {
		t.Errorf("told: %v", got)
	}
}

package notifyweb_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// to are the letters that a person got, in their order.
func (x *office) to(r org.Role) (out []string) {
	for _, l := range x.sink.letters() {
		if strings.Contains(header(l, "To"), x.acme.Members[r].Email) {
			out = append(out, l)
		}
	}
	return out
}

// pass lets time pass, as the schedule sees it.
func (x *office) pass(t *testing.T, minutes int) {
	t.Helper()
	for range minutes {
		x.Clock.Advance(time.Minute)
		x.work(t)
	}
}

func TestAnHourlyDigestGathersAndWhatIsUrgentDoesNotWait(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newOffice(t, d)
		lead := x.acme.Members[org.Lead].ID
		must(t, db.NewEventStore(d).SetPreferences(t.Context(), x.acme.Org.ID, lead, notify.Preferences{Digest: notify.Hourly}, x.Clock.Now()))
		now := x.Clock.Now()
		x.Clock.Advance(now.Truncate(time.Hour).Add(time.Hour + 10*time.Minute).Sub(now)) // ten past
		x.tell(t, "a")
		x.pass(t, 20)
		x.tell(t, "b")
		x.pass(t, 20)
		if got := x.to(org.Lead); len(got) != 0 {
			t.Fatalf("before the hour: %q", got)
		}
		must(t, x.post.Announce(t.Context(), notify.Event{Org: x.acme.Org.ID, Kind: notify.SignIn, Members: []id.Member{lead}, Title: "somebody logged in", Href: "/account/security", Once: "c"}))
		x.pass(t, 1)
		if got := x.to(org.Lead); len(got) != 1 || header(got[0], "Subject") != "somebody logged in" {
			t.Fatalf("what is urgent: %q", got)
		}
		x.pass(t, 15) // past the hour
		got := x.to(org.Lead)
		if len(got) != 2 || header(got[1], "Subject") != "2 things happened that concern you" || strings.Count(got[1], "of its budget: a") == 0 || strings.Count(got[1], "of its budget: b") == 0 {
			t.Errorf("at the hour: %q", got)
		}
		if n := len(x.to(org.Admin)); n != 2 {
			t.Errorf("who wants no digest got %d letters", n)
		}
	})
}

func TestBetweenTwoLettersOfAKindLiesTheRestThatOneChose(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newOffice(t, d)
		must(t, db.NewEventStore(d).SetPreferences(t.Context(), x.acme.Org.ID, x.acme.Members[org.Lead].ID, notify.Preferences{CoolDown: 60}, x.Clock.Now()))
		for i, after := range []int{0, 10, 20, 29} { // at 0, 10, 30 and 59 minutes
			x.pass(t, after)
			x.tell(t, string(rune('a'+i)))
			x.work(t)
		}
		if got := x.to(org.Lead); len(got) != 1 || !strings.Contains(header(got[0], "Subject"), ": a") {
			t.Fatalf("within the hour: %q", got)
		}
		x.pass(t, 2)
		got := x.to(org.Lead)
		if len(got) != 2 || header(got[1], "Subject") != "3 things happened that concern you" {
			t.Errorf("after it: %q", got)
		}
		if n := len(x.to(org.Admin)); n != 4 {
			t.Errorf("who wants no rest got %d letters", n)
		}
	})
}

// What leaves, what waits, and what is written down about trouble, holds no address, no signing key, and no figure of another
// team.
func TestNothingThatLeavesHoldsASecretOrAnotherTeamsFigure(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newOffice(t, d)
		var log bytes.Buffer
		x.courier.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		mine, others := x.acme.Team, x.acme.Other
		var keys []secret.String
		for _, kind := range []notify.ChannelKind{notify.Webhook, notify.Slack, notify.Teams} {
			_, key := x.channel(t, kind, notify.ChannelInput{Team: mine})
			keys = append(keys, key)
		}
		figure := map[id.Team]string{mine: "$11.11", others: "$77.77"}
		announce := func(once string) {
			for team, spent := range figure {
				must(t, x.post.Announce(t.Context(), notify.Event{Org: x.acme.Org.ID, Kind: notify.Anomaly, Team: team, Title: "it spent " + spent, Href: "/teams/" + team.String() + "/usage",
					Once: team.String() + once, Details: map[string]string{"spent_usd": spent}, Members: map[id.Team][]id.Member{mine: {x.acme.Members[org.Lead].ID}, others: {x.acme.Members[org.Admin].ID}}[team]}))
			}
			must(t, x.post.Announce(t.Context(), notify.Event{Org: x.acme.Org.ID, Kind: notify.SignIn, Members: []id.Member{x.acme.Members[org.Developer].ID}, Title: "personal-4d1e", Href: "/account/security", Once: once}))
		}
		var said strings.Builder
		jobs := func() {
			for _, j := range x.jobs {
				text, err := json.Marshal(j)
				must(t, err)
				said.Write(text)
			}
		}
		announce("1")
		jobs()
		x.work(t)
		taken := x.far.taken()
		if len(taken) != 3 {
			t.Fatalf("%d messages, want the team's own at each of 3 channels: %+v", len(taken), taken)
		}
		for _, p := range taken {
			if !strings.Contains(p.body, "$11.11") {
				t.Errorf("%s: %s", p.path, p.body)
			}
		}
		x.far.script = []int{500, 302, 0} // errors, of which addresses would be a part
		announce("2")
		jobs()
		x.work(t)
		for _, p := range x.far.got {
			fmt.Fprint(&said, p.body, p.header)
			if strings.Contains(p.body, "$77.77") || strings.Contains(p.body, others.String()) || strings.Contains(p.body, "personal-4d1e") {
				t.Errorf("%s hears of what is not its team's: %s", p.path, p.body)
			}
		}
		if got := strings.Join(x.to(org.Lead), ""); !strings.Contains(got, "$11.11") || strings.Contains(got, "$77.77") || strings.Contains(got, "personal-4d1e") {
			t.Errorf("the lead's letters: %s", got)
		}
		list, _, err := x.channels.Deliveries(t.Context(), x.acme.Actor(org.Admin), notify.DeliveryQuery{Limit: 100})
		must(t, err)
		troubled := 0
		for _, one := range list {
			if one.Problem != "" {
				troubled++
			}
			fmt.Fprintf(&said, "%+v", one)
		}
		if troubled != 3 {
			t.Errorf("%d deliveries in trouble, so their words prove little", troubled)
		}
		fmt.Fprint(&said, strings.Join(x.sink.letters(), ""), log.String())
		if strings.Contains(said.String(), canary) {
			t.Error("an address is told")
		}
		for _, k := range keys {
			if part := strings.TrimPrefix(k.Reveal(), "whsec_"); part != "" && strings.Contains(said.String(), part) {
				t.Error("a signing key is told")
			}
		}
	})
}

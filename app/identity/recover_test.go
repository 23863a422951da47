package identity_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func recovery(t *testing.T, d *db.DB) (*webtest.House, *identity.Recovery, *mailtest.Office) {
	t.Helper()
	h := webtest.NewHouse(t, d)
	o := mailtest.New(t, d, h.Clock, h.IDs, h.Master)
	r := &identity.Recovery{People: h.Identity, Store: db.NewResetStore(d), Post: o.Post, Links: o.Links}
	o.Courier.Composers[identity.ResetKind] = r.Letter
	return h, r, o
}

var brandNew = secret.New("a brand new secret")

func TestAForgottenPasswordIsSetByMailOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r, office := recovery(t, d)
		x := h.Found(t, "Acme")
		if err := r.Forgot(t.Context(), from, " LEAD@acme.test "); err != nil {
			t.Fatal(err)
		}
		token := mailtest.Token(t, office.One(t, "lead@acme.test"))
		o, m, err := r.Peek(t.Context(), token)
		if err != nil || o.ID != x.Org.ID || m.Email != "lead@acme.test" {
			t.Fatalf("peek: %v %v %v", o, m, err)
		}
		if err := r.Set(t.Context(), from, token, secret.New("short")); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a short password: %v", err)
		}
		var wg sync.WaitGroup
		var won atomic.Int64
		for range 4 { // the link in several windows
			wg.Go(func() {
				if err := r.Set(t.Context(), from, token, brandNew); err == nil {
					won.Add(1)
				} else if !fault.Is(err, fault.NotFound) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("the link worked %d times", won.Load())
		}
		if _, err := h.Identity.LogIn(t.Context(), from, "lead@acme.test", secret.New(webtest.Password)); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the old password: %v", err)
		}
		if found, err := h.Identity.LogIn(t.Context(), from, "lead@acme.test", brandNew); err != nil || len(found) != 1 {
			t.Errorf("the new password: %v, %v", found, err)
		}
		if _, _, err := r.Peek(t.Context(), token); !fault.Is(err, fault.NotFound) {
			t.Errorf("the used link: %v", err)
		}
	})
}

func TestALinkToANewPasswordDies(t *testing.T) {
	t.Parallel()
	h, r, office := recovery(t, dbtest.SQLite(t))
	x, other := h.Found(t, "Acme"), h.Found(t, "Beta")
	ask := func() string {
		t.Helper()
		h.Clock.Advance(20 * time.Minute) // below the flood bound
		if err := r.Forgot(t.Context(), from, "developer@acme.test"); err != nil {
			t.Fatal(err)
		}
		return mailtest.Token(t, office.One(t, "developer@acme.test"))
	}
	dead := func(what, token string) {
		t.Helper()
		if err := r.Set(t.Context(), from, token, brandNew); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	first := ask()
	second := ask()
	dead("an older link", first)
	dead("a forged code", second[:len(second)-4]+"AAAA")
	dead("another organization's", other.Org.ID.UUID()+second[36:])
	h.Clock.Advance(30 * time.Minute)
	dead("a link after half an hour", second)
	third := ask()
	if err := h.Identity.RemoveMember(t.Context(), x.Actor(org.Admin), x.Members[org.Developer].ID); err != nil {
		t.Fatal(err)
	}
	dead("somebody who left", third)
}

func TestAskingTellsNothingAndFloodsNobody(t *testing.T) {
	t.Parallel()
	h, r, office := recovery(t, dbtest.SQLite(t))
	h.Found(t, "Acme")
	if err := r.Forgot(t.Context(), from, "nobody@acme.test"); err != nil {
		t.Errorf("an unknown address: %v", err)
	}
	if got := office.Deliver(t); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
	r.Allowed = nil
	letters := 0
	for n := range 12 { // from everywhere, so that no network is slowed down
		by := from
		by.IP = []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6", "192.0.2.8", "192.0.2.9", "192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13"}[n]
		if err := r.Forgot(t.Context(), by, "admin@acme.test"); err != nil {
			t.Fatal(err)
		}
		letters += len(office.Deliver(t))
	}
	if letters != 5 {
		t.Errorf("%d letters within an hour, want 5", letters)
	}
	tries := 0
	for ; tries < 50; tries++ {
		if err := r.Forgot(t.Context(), from, "nobody@acme.test"); fault.Is(err, fault.Limited) {
			break
		}
	}
	if tries > 5 {
		t.Errorf("asking is slowed down after %d tries", tries)
	}
	if err := r.Forgot(t.Context(), from, "not an address"); !fault.Is(err, fault.Invalid) {
		t.Errorf("not an address: %v", err)
	}
}

// One address in two organizations is two accounts: each gets its own letter, and each link sets one password.
func TestEveryMembershipOfAnAddressGetsItsOwnLetter(t *testing.T) {
	t.Parallel()
	h, r, office := recovery(t, dbtest.SQLite(t))
	for _, name := range []string{"Acme", "Beta"} {
		if _, err := h.Identity.AddMember(t.Context(), h.Found(t, name).Actor(org.Admin), identity.NewMember{Name: "Both", Email: "both@x.test", Role: org.Viewer}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Forgot(t.Context(), from, "both@x.test"); err != nil {
		t.Fatal(err)
	}
	letters := office.Deliver(t)
	if len(letters) != 2 {
		t.Fatalf("%d letters", len(letters))
	}
	// These two never had a password: the letter gives them their first one.
	if err := r.Set(t.Context(), from, mailtest.Token(t, letters[0]), brandNew); err != nil {
		t.Fatal(err)
	}
	if found, err := h.Identity.LogIn(t.Context(), from, "both@x.test", brandNew); err != nil || len(found) != 1 {
		t.Errorf("log-in: %v, %v", found, err)
	}
}

// Whoever had somebody's account may have let a program in, and its token outlives every browser.
func TestANewPasswordEndsWhatWasLetInOnTheDevicePage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, r, office := recovery(t, d)
		x := h.Found(t, "Acme")
		ctx, dev := t.Context(), x.Actor(org.Developer)
		confirmed := func(as org.Actor, in identity.NewDevice) secret.String {
			t.Helper()
			waits, code, err := h.Identity.StartDevice(ctx, org.Actor{IP: "192.0.2.5"}, in)
			if err == nil {
				err = h.Identity.DecideDevice(ctx, as, waits.Printed(), true, id.Team{})
			}
			if err != nil {
				t.Fatal(err)
			}
			return code
		}
		fetch := func(code secret.String) identity.Redeemed {
			t.Helper()
			got, err := h.Identity.FinishDevice(ctx, org.Actor{}, code)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		program, agent := fetch(confirmed(dev, identity.NewDevice{Program: "bodhi on laptop"})), fetch(confirmed(dev, identity.NewDevice{Agent: "claude_code"}))
		others := fetch(confirmed(x.Actor(org.Lead), identity.NewDevice{Program: "bodhi on laptop"}))
		waiting := confirmed(dev, identity.NewDevice{Program: "not fetched yet"})
		own, _, err := h.Identity.CreateToken(ctx, dev, identity.NewToken{Name: "my script", Personal: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Forgot(ctx, from, dev.Label); err != nil {
			t.Fatal(err)
		}
		if err := r.Set(ctx, from, mailtest.Token(t, office.One(t, dev.Label)), brandNew); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Identity.Holder(ctx, program.Access); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the command line is still logged in: %v", err)
		}
		if _, err := h.Agents.Refresh(ctx, org.Actor{}, agent.Refresh); err == nil {
			t.Error("the coding agent is still logged in")
		}
		h.Refresh(t)
		if _, err := h.Desk.Authenticate(agent.Access.Reveal()); err == nil {
			t.Error("the coding agent still asks models")
		}
		if _, err := h.Identity.FinishDevice(ctx, org.Actor{}, waiting); !errors.Is(err, identity.ErrDenied) {
			t.Errorf("what was confirmed before: %v", err)
		}
		for name, token := range map[string]secret.String{"a token that they made": own, "somebody else's log-in": others.Access} {
			if _, err := h.Identity.Holder(ctx, token); err != nil {
				t.Errorf("%s ended too: %v", name, err)
			}
		}
		entries, err := h.Audit.List(ctx, x.Actor(org.Admin), 0, 1)
		if err != nil || entries[0].Action != "member.password_reset" || !strings.Contains(fmt.Sprint(entries[0].After), "agents_logged_out") {
			t.Errorf("%+v, %v", entries, err)
		}
	})
}

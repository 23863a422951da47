package factor_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// noSession is the session of nobody.
var noSession id.Session

// phone is an authenticator app.
type phone struct {
	t   *testing.T
	h   *webtest.House
	key string
}

func (p phone) code(ahead time.Duration) string {
	p.t.Helper()
	out, err := totp.GenerateCode(p.key, p.h.Clock.Now().Add(ahead))
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// setUp gives the actor an app, and recovery codes.
func setUp(t *testing.T, h *webtest.House, actor org.Actor) (phone, []secret.String) {
	t.Helper()
	setup, err := h.Factors.BeginApp(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	p := phone{t, h, setup.Key.Reveal()}
	codes, err := h.Factors.ConfirmApp(t.Context(), actor, p.code(0))
	if err != nil {
		t.Fatal(err)
	}
	return p, codes
}

func TestAnAppCountsOnceItIsConfirmed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		actor := h.Found(t, "Acme").Actor(org.Developer)
		ctx := t.Context()
		setup, err := h.Factors.BeginApp(ctx, actor)
		if err != nil || !strings.HasPrefix(setup.URL.Reveal(), "otpauth://totp/Bodhi%20Gateway:developer@acme.test?") {
			t.Fatalf("%s, %v", setup.URL.Reveal(), err)
		}
		p := phone{t, h, setup.Key.Reveal()}
		if has, _ := h.Factors.Has(ctx, actor.Org, actor.Member); has {
			t.Fatal("an unconfirmed app counts")
		}
		if _, err := h.Factors.Check(ctx, actor.Org, actor.Member, p.code(0)); !fault.Is(err, fault.Invalid) {
			t.Fatalf("an unconfirmed app's code: %v", err)
		}
		if again, ok, err := h.Factors.PendingApp(ctx, actor); err != nil || !ok || again.Key.Reveal() != p.key {
			t.Fatalf("shown again: %v, %v", ok, err)
		}
		if _, err := h.Factors.ConfirmApp(ctx, actor, "000000"); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a wrong code: %v", err)
		}
		codes, err := h.Factors.ConfirmApp(ctx, actor, p.code(0))
		if err != nil || len(codes) != 10 {
			t.Fatalf("%d codes, %v", len(codes), err)
		}
		if has, _ := h.Factors.Has(ctx, actor.Org, actor.Member); !has {
			t.Fatal("a confirmed app does not count")
		}
		if _, err := h.Factors.BeginApp(ctx, actor); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a second app: %v", err)
		}
		if _, ok, _ := h.Factors.PendingApp(ctx, actor); ok {
			t.Fatal("a confirmed secret is shown again")
		}
	})
}

func TestCodesAreTakenWithALittleDriftAndOnce(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	actor := h.Found(t, "Acme").Actor(org.Developer)
	p, _ := setUp(t, h, actor)
	check := func(code string) error {
		_, err := h.Factors.Check(t.Context(), actor.Org, actor.Member, code)
		return err
	}
	if err := check(p.code(0)); !fault.Is(err, fault.Invalid) {
		t.Fatalf("the code that confirmed works again: %v", err)
	}
	for _, c := range []struct {
		what  string
		ahead time.Duration
		ok    bool
	}{
		{"two steps old", -60 * time.Second, false}, {"one step old", -30 * time.Second, true}, {"the same again", -30 * time.Second, false},
		{"now", 0, true}, {"one step old, after a newer one", -30 * time.Second, false}, {"one step early", 30 * time.Second, true}, {"two steps early", 60 * time.Second, false},
	} {
		if c.what == "two steps old" {
			h.Clock.Advance(5 * time.Minute)
		}
		code := p.code(c.ahead)
		if err := check(code[:3] + " " + code[3:]); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestOfManyAtOnceOneUsesTheCode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		actor := h.Found(t, "Acme").Actor(org.Developer)
		p, codes := setUp(t, h, actor)
		h.Clock.Advance(time.Minute)
		for what, code := range map[string]string{"app": p.code(0), "recovery": codes[0].Reveal()} {
			var in atomic.Int32
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					if _, err := h.Factors.Check(t.Context(), actor.Org, actor.Member, code); err == nil {
						in.Add(1)
					}
				})
			}
			wg.Wait()
			if in.Load() != 1 {
				t.Errorf("%s: %d got in", what, in.Load())
			}
		}
	})
}

func TestARecoveryCodeWorksOnceInAnySpelling(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	actor, other := x.Actor(org.Developer), x.Actor(org.Viewer)
	_, codes := setUp(t, h, actor)
	setUp(t, h, other)
	if _, err := h.Factors.Check(t.Context(), other.Org, other.Member, codes[3].Reveal()); err == nil {
		t.Fatal("somebody else's code works")
	}
	kind, err := h.Factors.Check(t.Context(), actor.Org, actor.Member, strings.ToUpper(strings.ReplaceAll(codes[3].Reveal(), "-", " ")))
	if err != nil || kind != factor.FromRecovery {
		t.Fatalf("%s, %v", kind, err)
	}
	if _, err := h.Factors.Check(t.Context(), actor.Org, actor.Member, codes[3].Reveal()); err == nil {
		t.Fatal("it works twice")
	}
	if has, _ := h.Factors.Mine(t.Context(), actor); has.CodesLeft != 9 {
		t.Fatalf("%d left", has.CodesLeft)
	}
	fresh, err := h.Factors.NewCodes(t.Context(), actor)
	if err != nil || len(fresh) != 10 {
		t.Fatal(err)
	}
	if _, err := h.Factors.Check(t.Context(), actor.Org, actor.Member, codes[4].Reveal()); err == nil {
		t.Fatal("a replaced code works")
	}
}

func TestGuessingCodesIsSlowedDownWhereverItComesFrom(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	actor := x.Actor(org.Developer)
	p, _ := setUp(t, h, actor)
	tries := 0
	var f *fault.Error
	for ; tries < 100; tries++ {
		_, err := h.Factors.Check(t.Context(), actor.Org, actor.Member, "000000")
		if errors.As(err, &f) && f.Kind == fault.Limited {
			break
		}
	}
	if tries != 10 || f.RetryAfter <= 0 {
		t.Fatalf("limited after %d tries for %v", tries, f.RetryAfter)
	}
	h.Clock.Advance(time.Minute)
	if _, err := h.Factors.Check(t.Context(), actor.Org, actor.Member, p.code(0)); err != nil {
		t.Fatalf("after the pause: %v", err)
	}
}

func TestSecretsAreNotReadableInTheDatabase(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	actor := h.Found(t, "Acme").Actor(org.Developer)
	p, codes := setUp(t, h, actor)
	store := db.NewFactorStore(h.DB)
	app, _, err := store.App(t.Context(), actor.Org, actor.Member)
	if err != nil || strings.Contains(string(app.Sealed), p.key) {
		t.Fatalf("the secret lies open: %v", err)
	}
	kept, err := store.Codes(t.Context(), actor.Org, actor.Member)
	if err != nil || len(kept) != 10 || strings.Contains(string(kept[0].MAC[:]), codes[0].Reveal()[:5]) {
		t.Fatalf("%v", err)
	}
	entries, err := h.Audit.List(t.Context(), org.System(actor.Org, "test"), 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Before+e.After, p.key) || strings.Contains(e.Before+e.After, codes[0].Reveal()) {
			t.Fatalf("the audit log tells: %+v", e)
		}
	}
}

func TestAnAdminResetsAMembersFactorAndEndsTheirSessions(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	ctx, admin, dev := t.Context(), x.Actor(org.Admin), x.Actor(org.Developer)
	p, codes := setUp(t, h, dev)
	sessions := db.NewSessionStore(h.DB)
	if err := sessions.CommitCtx(ctx, "laptop", []byte(`{"values":{"org":"`+dev.Org.String()+`","member":"`+dev.Member.String()+`"}}`), h.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	waits, device, err := h.Identity.StartDevice(ctx, org.Actor{IP: "192.0.2.5"}, identity.NewDevice{Program: "bodhi on laptop"})
	if err == nil {
		err = h.Identity.DecideDevice(ctx, dev, waits.Printed(), true, id.Team{})
	}
	if err != nil {
		t.Fatal(err)
	}
	program, err := h.Identity.FinishDevice(ctx, org.Actor{}, device)
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range org.Roles[1:] {
		if err := h.Factors.Reset(ctx, x.Actor(role), x.Outsider.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a %s resets: %v", role, err)
		}
	}
	if err := h.Factors.Reset(ctx, admin, admin.Member); !fault.Is(err, fault.Conflict) {
		t.Errorf("one's own: %v", err)
	}
	if err := h.Factors.Reset(ctx, h.Found(t, "Beta").Actor(org.Admin), dev.Member); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organization's admin: %v", err)
	}
	if err := h.Factors.Reset(ctx, admin, dev.Member); err != nil {
		t.Fatal(err)
	}
	h.Clock.Advance(time.Minute)
	for _, code := range []string{p.code(0), codes[0].Reveal()} {
		if _, err := h.Factors.Check(ctx, dev.Org, dev.Member, code); err == nil {
			t.Error("a code works after the reset")
		}
	}
	if _, alive, _ := sessions.FindCtx(ctx, "laptop"); alive {
		t.Error("a session lives after the reset")
	}
	if _, err := h.Identity.Holder(ctx, program.Access); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a command line is logged in after the reset: %v", err)
	}
	entries, err := h.Audit.List(ctx, admin, 0, 1)
	if err != nil || entries[0].Action != "factor.reset" || entries[0].TargetName != dev.Label || entries[0].Actor != admin.Label {
		t.Fatalf("audit: %+v, %v", entries, err)
	}
}

func TestTheLastFactorStaysWhereOneIsAskedFor(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	ctx, admin := t.Context(), x.Actor(org.Admin)
	if err := h.Identity.SetPolicy(ctx, admin, identity.Policy{SecondFactor: true}, noSession); err == nil || !strings.Contains(err.Error(), "of your own first") {
		t.Fatalf("asked by somebody who has none: %v", err)
	}
	setUp(t, h, admin)
	if err := h.Identity.SetPolicy(ctx, admin, identity.Policy{SecondFactor: true}, noSession); err != nil {
		t.Fatal(err)
	}
	if err := h.Factors.RemoveApp(ctx, admin); !fault.Is(err, fault.Conflict) {
		t.Fatalf("removed: %v", err)
	}
	if err := h.Identity.SetPolicy(ctx, admin, identity.Policy{}, noSession); err != nil {
		t.Fatal(err)
	}
	if err := h.Factors.RemoveApp(ctx, admin); err != nil {
		t.Fatal(err)
	}
	if has, _ := h.Factors.Mine(ctx, admin); has.Any() || has.CodesLeft != 0 {
		t.Fatalf("left over: %+v", has)
	}
}

func TestPasskeysNeedAName(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	for at, possible := range map[string]bool{"https://ai.example.com": true, "http://localhost:8080": true, "http://127.0.0.1:8080": false, "http://ai.example.com": false, "https://[2001:db8::1]": false} {
		h.Factors.PublicURL = at
		if why := h.Factors.PasskeysPossible(); (why == "") != possible {
			t.Errorf("%s: %q", at, why)
		}
		if _, err := h.Factors.BeginLogIn(); (err == nil) != possible {
			t.Errorf("%s: %v", at, err)
		}
	}
}

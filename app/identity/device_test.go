package identity_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestAProgramLogsInWithAPersonsConsent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, dev := t.Context(), x.Actor(org.Developer)
		waits, code, err := h.Identity.StartDevice(ctx, org.Actor{IP: "192.0.2.5"}, identity.NewDevice{Program: "bodhi on laptop\x1b[31m"})
		if err != nil || len(waits.UserCode) != 8 || waits.Program != "bodhi on laptop[31m" {
			t.Fatalf("%+v, %v", waits, err)
		}
		finish := func() error { _, err := h.Identity.FinishDevice(ctx, org.Actor{}, code); return err }
		if err := finish(); !errors.Is(err, identity.ErrPending) {
			t.Errorf("before anybody confirmed: %v", err)
		}
		if err := finish(); !errors.Is(err, identity.ErrSlowDown) {
			t.Errorf("at once again: %v", err)
		}
		if _, err := h.Identity.Holder(ctx, code); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the device's code as a token: %v", err)
		}
		before, _ := h.Audit.Verify(ctx, x.Org.ID)
		seen, err := h.Identity.Device(ctx, dev, " "+waits.Printed()[:4]+" "+waits.Printed()[5:])
		if err != nil || seen.IP != "192.0.2.5" {
			t.Fatalf("%+v, %v", seen, err)
		}
		if err := h.Identity.DecideDevice(ctx, dev, waits.Printed(), true, id.Team{}); err != nil {
			t.Fatal(err)
		}
		if err := h.Identity.DecideDevice(ctx, x.Actor(org.Admin), waits.Printed(), true, id.Team{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a second confirmation: %v", err)
		}
		var wg sync.WaitGroup
		tokens := make(chan secret.String, 8)
		for range 8 {
			wg.Go(func() {
				if got, err := h.Identity.FinishDevice(ctx, org.Actor{}, code); err == nil {
					tokens <- got.Access
				} else if !errors.Is(err, identity.ErrGrant) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(tokens) != 1 {
			t.Fatalf("%d tokens", len(tokens))
		}
		token := <-tokens
		a, err := h.Identity.Holder(ctx, token)
		if err != nil || a.Member != dev.Member || a.Role != org.Developer || a.Label != dev.Label {
			t.Errorf("%+v, %v", a, err)
		}
		if n, err := h.Audit.Verify(ctx, x.Org.ID); err != nil || n != before+2 {
			t.Errorf("%d entries, want %d: %v", n, before+2, err)
		}
		if err := h.Identity.RemoveMember(ctx, x.Actor(org.Admin), dev.Member); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Identity.Holder(ctx, token); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a leaver's token: %v", err)
		}
	})
}

func TestADeviceLogInEnds(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	ctx, dev := t.Context(), x.Actor(org.Developer)
	start := func() (identity.Device, secret.String) {
		t.Helper()
		d, code, err := h.Identity.StartDevice(ctx, org.Actor{IP: "192.0.2.5"}, identity.NewDevice{Program: "x"})
		if err != nil {
			t.Fatal(err)
		}
		return d, code
	}
	denied, code := start()
	if err := h.Identity.DecideDevice(ctx, dev, denied.Printed(), false, id.Team{}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Identity.FinishDevice(ctx, org.Actor{}, code); !errors.Is(err, identity.ErrDenied) {
		t.Errorf("refused: %v", err)
	}
	late, code := start()
	confirmed, used := start()
	if err := h.Identity.DecideDevice(ctx, dev, confirmed.Printed(), true, id.Team{}); err != nil {
		t.Fatal(err)
	}
	h.Clock.Advance(identity.DeviceLife)
	for name, c := range map[string]secret.String{"unconfirmed": code, "confirmed": used} {
		if _, err := h.Identity.FinishDevice(ctx, org.Actor{}, c); !errors.Is(err, identity.ErrExpired) {
			t.Errorf("%s, too late: %v", name, err)
		}
	}
	if err := h.Identity.DecideDevice(ctx, dev, late.Printed(), true, id.Team{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("confirming too late: %v", err)
	}
	fresh, _ := start()
	for range 12 {
		_, _ = h.Identity.Device(ctx, dev, "BBBBBBBB")
	}
	if _, err := h.Identity.Device(ctx, dev, fresh.Printed()); !fault.Is(err, fault.Limited) {
		t.Errorf("after a dozen guesses: %v", err)
	}
	if _, err := h.Identity.Device(ctx, x.Actor(org.Lead), fresh.Printed()); err != nil {
		t.Errorf("somebody else is not slowed down: %v", err)
	}
	token := x.Actor(org.Admin)
	token.Member = org.Actor{}.Member
	if err := h.Identity.DecideDevice(ctx, token, fresh.Printed(), true, id.Team{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a token confirms: %v", err)
	}
	for range 70 {
		_, _, _ = h.Identity.StartDevice(ctx, org.Actor{IP: "192.0.2.6"}, identity.NewDevice{Program: "x"})
	}
	if _, _, err := h.Identity.StartDevice(ctx, org.Actor{IP: "192.0.2.6"}, identity.NewDevice{Program: "x"}); !fault.Is(err, fault.Limited) {
		t.Errorf("seventy log-ins from one address: %v", err)
	}
}

// Whoever has one address of IPv6 has a whole /64 of them.
func TestDeviceLogInsAreCountedByNetwork(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	start := func(ip string) error {
		_, _, err := h.Identity.StartDevice(t.Context(), org.Actor{IP: ip}, identity.NewDevice{Program: "x"})
		return err
	}
	for i := range 60 {
		if err := start(fmt.Sprintf("2001:db8:1:1::%x", i)); err != nil {
			t.Fatalf("log-in %d: %v", i, err)
		}
	}
	if err := start("2001:db8:1:1:ffff::1"); !fault.Is(err, fault.Limited) {
		t.Errorf("the 61st address of one network: %v", err)
	}
	if err := start("2001:db8:1:2::1"); err != nil {
		t.Errorf("another network: %v", err)
	}
}

package identity

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// A program without a browser logs in by RFC 8628: it shows a short code, a member types or follows it on a device where
// they are logged in and confirms, and the program, which asks again and again, gets a personal token once. The danger is
// somebody else's code: a stranger sends theirs and hopes for a click. So the page says who asked, from where and when,
// nothing is confirmed by opening a link, and the code lives ten minutes.
//
// A coding agent logs in the same way and gets something else: not a token that acts as the member on the management API, but a
// session that only asks models, and spends for a team (Agents).

// Bounds of a device log-in. Interval and life are RFC 8628's examples, halved where nobody waits that long; a token of a
// command line lives ninety days, so that a forgotten laptop does not stay logged in for ever.
const (
	DeviceLife     = 10 * time.Minute
	DeviceInterval = 5 * time.Second
	deviceToken    = 90 * 24 * time.Hour
	deviceTries    = 10 // wrong codes of one member in DeviceLife
	deviceStarts   = 60 // log-ins begun from one network in DeviceLife: an office has one
	maxProgram     = 80
)

// DeviceState is how far a device log-in is.
type DeviceState string

// The states.
const (
	DevicePending  DeviceState = "pending"
	DeviceApproved DeviceState = "approved"
	DeviceDenied   DeviceState = "denied"
	DeviceUsed     DeviceState = "used"
)

// Device is one log-in of a program without a browser.
type Device struct {
	UserCode string // without its dash
	Public   string // finds the row; with the secret half it is what the program holds
	KeyID    secret.KeyID
	MAC      [32]byte
	Program  string // what asks, as it says itself
	IP       string
	State    DeviceState
	Org      id.Org // who confirmed
	Member   id.Member
	// Agent is how a coding agent calls itself ("claude_code"); "" for a program that wants the management API. Team is who
	// pays for it, chosen by whoever confirmed.
	Agent string
	Team  id.Team
	// For is the only organization whose members may confirm it; zero = any.
	For id.Org

	CreatedAt, ExpiresAt, PolledAt time.Time
}

// DeviceStore keeps device log-ins. *db.IdentityStore implements it.
type DeviceStore interface {
	AddDevice(ctx context.Context, d Device) error
	DeviceByCode(ctx context.Context, userCode string) (d Device, ok bool, err error)
	DeviceByPublic(ctx context.Context, public string) (d Device, ok bool, err error)
	// MoveDevice changes a state if it is still the one that was read; moved says whether it was.
	MoveDevice(ctx context.Context, d Device, from DeviceState) (moved bool, err error)
	DevicePolled(ctx context.Context, public string, at time.Time) error
	SweepDevices(ctx context.Context, before time.Time) error
}

// NewDevice is what a program says of itself when it begins a log-in.
type NewDevice struct {
	Program string
	Agent   string // see Device.Agent
	Slug    string // of the organization whose address the program was given; "" = any
}

// Redeemed is what a program gets for a log-in that was confirmed.
type Redeemed struct {
	Access secret.String
	Until  time.Time
	// Of coding agents: what renews it ("" = as before), who confirmed it, and the session's public part.
	Refresh        secret.String
	Email, Session string
}

// Agents opens the session of a coding agent for the member who let it in. *agent.Service implements it.
type Agents interface {
	Open(ctx context.Context, actor org.Actor, d Device) (Redeemed, error)
}

// StartDevice begins a log-in: the code for the person, and the secret for the program.
func (s *Service) StartDevice(ctx context.Context, stranger org.Actor, in NewDevice) (Device, secret.String, error) {
	place := network(stranger.IP)
	if wait := s.starts.wait(place); wait > 0 {
		f := fault.New(fault.Limited, "too_many_attempts", "Too many log-ins were started from this address. Wait a few minutes.")
		f.RetryAfter = wait
		return Device{}, secret.String{}, f
	}
	s.starts.count(place)
	only, err := s.meantFor(ctx, in.Slug)
	if err != nil {
		return Device{}, secret.String{}, fmt.Errorf("start device log-in: %w", err)
	}
	text, minted, err := secret.Mint(s.Random, secret.ManagementToken, "dev")
	if err != nil {
		return Device{}, text, fmt.Errorf("start device log-in: %w", err)
	}
	now := s.Clock.Now().UTC()
	d := Device{Public: minted.Public, Program: printable(in.Program), Agent: printable(in.Agent), For: only, IP: stranger.IP, State: DevicePending, CreatedAt: now, ExpiresAt: now.Add(DeviceLife)}
	d.KeyID, d.MAC = s.MAC.Sum(minted.Signed())
	if d.UserCode, err = s.userCode(); err != nil {
		return Device{}, secret.String{}, err
	}
	if err := s.Store.SweepDevices(ctx, now.Add(-DeviceLife)); err != nil {
		return Device{}, secret.String{}, fmt.Errorf("start device log-in: %w", err)
	}
	if err := s.Store.AddDevice(ctx, d); err != nil {
		return Device{}, secret.String{}, fmt.Errorf("start device log-in: %w", err)
	}
	return d, text, nil
}

// meantFor is the organization of an address. One that does not exist gets a log-in that nobody can confirm: a stranger is not
// told which addresses there are.
func (s *Service) meantFor(ctx context.Context, slug string) (id.Org, error) {
	if slug == "" {
		return id.Org{}, nil
	}
	o, err := s.Orgs.BySlug(ctx, slug)
	if fault.Is(err, fault.NotFound) {
		return id.NewOrg(s.IDs), nil
	}
	return o.ID, err
}

// printable is what a program says of itself, without what would disturb a page or a terminal.
func printable(text string) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	if r := []rune(text); len(r) > maxProgram {
		text = string(r[:maxProgram])
	}
	return text
}

// Device is the log-in that waits under a code, for the member who is to confirm it.
func (s *Service) Device(ctx context.Context, actor org.Actor, code string) (Device, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Device{}, err
	}
	if actor.Member.IsZero() {
		return Device{}, fault.New(fault.Forbidden, "forbidden", "Only people confirm log-ins.")
	}
	if wait := s.codes.wait(actor.Member.String()); wait > 0 {
		f := fault.New(fault.Limited, "too_many_attempts", "Too many wrong codes. Wait a few minutes, then start bodhi login again.")
		f.RetryAfter = wait
		return Device{}, f
	}
	d, ok, err := s.Store.DeviceByCode(ctx, ReadCode(code))
	if err != nil {
		return Device{}, fmt.Errorf("device log-in: %w", err)
	}
	if !ok || d.State != DevicePending || !s.Clock.Now().Before(d.ExpiresAt) || !d.For.IsZero() && d.For != actor.Org {
		s.codes.count(actor.Member.String())
		return Device{}, fault.Field("code", "No log-in waits under this code. Codes end after ten minutes and work once, and for members of the organization whose address the program was given; start the log-in again.")
	}
	return d, nil
}

// DecideDevice confirms or refuses a log-in. What is confirmed acts as the member; an agent spends for the team, one of the
// member's own.
func (s *Service) DecideDevice(ctx context.Context, actor org.Actor, code string, approve bool, team id.Team) error {
	d, err := s.Device(ctx, actor, code)
	if err != nil {
		return err
	}
	d.State, d.Org, d.Member = DeviceDenied, actor.Org, actor.Member
	action := "device.denied"
	if approve {
		d.State, action = DeviceApproved, "device.approved"
		if d.Team, err = payer(actor, d, team); err != nil {
			return err
		}
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		moved, err := s.Store.MoveDevice(ctx, d, DevicePending)
		if err != nil {
			return fmt.Errorf("decide device log-in: %w", err)
		}
		if !moved {
			return fault.New(fault.Conflict, "changed", "Somebody decided this log-in already.")
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: actor.Member.String(), TargetName: actor.Label,
			After: map[string]any{"program": d.Program, "from": d.IP}})
	})
}

package identity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topics of other rooms, published when the tree changes under what they compiled: whose keys work and where they spend,
// which budgets and limits bind and what their nodes are called.
const (
	KeysChanged    live.Topic = "keys"
	BudgetsChanged live.Topic = "budgets"
	LimitsChanged  live.Topic = "limits"
	// RoutesChanged has the data keys read again too.
	RoutesChanged live.Topic = "routes"
)

// Config is what Service works with. Welcome and Random may be nil: nothing to furnish, the system's randomness. So may
// Factors and Providers where nobody logs in, and Logins is Store where that can.
type Config struct {
	Orgs    org.Store
	Store   Store
	Logins  LoginStore
	Budgets Budgets
	Keys    DataKeys
	// MayDelete refuses to let an organization be deleted; nil refuses nothing.
	MayDelete func(ctx context.Context, o id.Org) error
	// MayFound refuses to have an organization founded on the page; nil refuses nothing. The command line is not asked.
	MayFound func() error
	Tx       work.Tx
	Audit    audit.Log
	Bus      live.Bus
	Clock    clock.Clock
	IDs      *id.Source
	MAC      *secret.MAC // master.MAC(identity.TokenPurpose)
	Hasher   *Hasher     // NewHasher(0)
	Welcome  Welcome
	Random   io.Reader
	Log      *slog.Logger

	Factors   Factors
	Providers Providers
	Agents    Agents // nil where no coding agent logs in
	Seats     Seats  // nil where nobody counts people
	// Arrived tells a member of a log-in from a new browser or network, inside its transaction; nil tells nobody.
	Arrived func(ctx context.Context, a Arrival) error
}

// Seats say whether there is room for one more person. *billing.Service implements it.
type Seats interface {
	// RoomForMember refuses, with a reason for people to read, inside the transaction that has just let somebody in.
	RoomForMember(ctx context.Context, o id.Org) error
}

// seated asks for room for whoever was just let in.
func (s *Service) seated(ctx context.Context, o id.Org) error {
	if s.Seats == nil {
		return nil
	}
	return s.Seats.RoomForMember(ctx, o)
}

// Service is sign-up, log-in, members, teams and tokens.
type Service struct {
	Config
	throttle *throttle
	codes    codes // wrong device codes, by member
	starts   codes // device log-ins begun, by address
}

// NewService makes the service. One per process: it counts failed log-ins in memory.
func NewService(c Config) *Service {
	if c.Hasher == nil {
		c.Hasher = NewHasher(0)
	}
	if c.Logins == nil {
		c.Logins, _ = c.Store.(LoginStore)
	}
	return &Service{Config: c, throttle: newThrottle(c.Clock), codes: codes{clock: c.Clock, most: deviceTries}, starts: codes{clock: c.Clock, most: deviceStarts}}
}

// Person is who a session's member is at this moment, for app/web. A member who left is Unauthenticated.
func (s *Service) Person(ctx context.Context, o id.Org, m id.Member) (org.Organization, org.Member, error) {
	member, err := s.Orgs.Member(ctx, o, m)
	if err != nil {
		return org.Organization{}, org.Member{}, fmt.Errorf("person: %w", err)
	}
	if !member.RemovedAt.IsZero() {
		return org.Organization{}, org.Member{}, fault.New(fault.Unauthenticated, "member_removed",
			"You are no longer a member of this organization.")
	}
	if !member.DisabledAt.IsZero() {
		return org.Organization{}, org.Member{}, fault.New(fault.Unauthenticated, "member_disabled",
			"Your membership is disabled. Ask an organization admin.")
	}
	organization, err := s.Orgs.Organization(ctx, o)
	if err != nil {
		return org.Organization{}, org.Member{}, fmt.Errorf("person: %w", err)
	}
	return organization, member, nil
}

// changed tells every node to read keys again. The change is committed; nodes that miss the hint poll.
func (s *Service) changed(ctx context.Context) { s.publish(ctx, KeysChanged) }

// treeChanged tells every node to read all again that was compiled from the tree.
func (s *Service) treeChanged(ctx context.Context) {
	for _, t := range []live.Topic{KeysChanged, BudgetsChanged, LimitsChanged} {
		s.publish(ctx, t)
	}
}

func (s *Service) publish(ctx context.Context, t live.Topic) {
	if err := s.Bus.Publish(ctx, t); err != nil && !errors.Is(err, context.Canceled) {
		s.Log.WarnContext(ctx, "change not published", "topic", string(t), "error", err)
	}
}

// inOrder takes steps until one fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

package bulletin

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// ErrNotFound and ErrTaken are a store's answers.
var (
	ErrNotFound = errors.New("bulletin: no such row")
	ErrTaken    = errors.New("bulletin: there is one already")
)

// Store keeps reports, editions and who got which. *db.BulletinStore implements it.
type Store interface {
	// Insert answers ErrTaken if the team, or the organization, has a report of this kind.
	Insert(ctx context.Context, r Report) error
	// Update changes everything but kind, team and beginning.
	Update(ctx context.Context, r Report) error
	Delete(ctx context.Context, o id.Org, r id.Report) error
	Get(ctx context.Context, o id.Org, r id.Report) (Report, error)
	List(ctx context.Context, o id.Org) ([]Report, error)
	// Active are the reports of all organizations that are not paused, with each organization's time zone.
	Active(ctx context.Context) ([]Zoned, error)
	// Claim moves After of a report to a later moment; false if it is not earlier: then another node has been there.
	Claim(ctx context.Context, o id.Org, r id.Report, slot time.Time) (bool, error)

	// AddEdition is false, changes nothing, and gives the one that is there, if the report has an edition for the same occasion.
	AddEdition(ctx context.Context, e Edition) (kept Edition, fresh bool, err error)
	Edition(ctx context.Context, o id.Org, e id.Edition) (Edition, error)
	// Editions are a page of those of a report, or of all without one, newest first, without what they say.
	Editions(ctx context.Context, o id.Org, q EditionQuery) ([]Edition, error)
	// AddDeliveries writes down who gets an edition.
	AddDeliveries(ctx context.Context, o id.Org, all []Delivery) error
	// DueCopies are copies of all organizations that are to be ordered by now, and Ordered says that one was; false if it was before.
	DueCopies(ctx context.Context, now time.Time, limit int) ([]DueCopy, error)
	Ordered(ctx context.Context, o id.Org, e id.Edition, m id.Member) (bool, error)
	// Stop has a member get no more of a report, and Resume undoes it; doing either twice is once. Stopped are who did.
	Stop(ctx context.Context, o id.Org, r id.Report, m id.Member, at time.Time) error
	Resume(ctx context.Context, o id.Org, r id.Report, m id.Member) error
	Stopped(ctx context.Context, o id.Org, r id.Report) ([]id.Member, error)
	// Deliveries are all copies of an edition with how each mail fares, by name.
	Deliveries(ctx context.Context, o id.Org, e id.Edition) ([]Delivery, error)
}

// Zoned is a report and its organization's time zone.
type Zoned struct {
	Report
	Zone string
}

// DueCopy is a copy whose time has come, of an edition about a team, or about the organization.
type DueCopy struct {
	Org     id.Org
	Edition id.Edition
	Member  id.Member
	Report  id.Report
	Kind    Kind
	Team    id.Team
}

// EditionQuery is a page of the archive.
type EditionQuery struct {
	Report id.Report // zero is all
	Teams  []id.Team // with All false: editions about these teams only
	All    bool      // those about the organization, too
	// Evidence has those of evidence among them.
	Evidence bool
	After    id.Edition // the last one of the page before
	Limit    int
}

// Orgs know the organization, its teams and its people. *db.OrgStore implements it.
type Orgs interface {
	Organization(ctx context.Context, o id.Org) (org.Organization, error)
	Team(ctx context.Context, o id.Org, t id.Team) (org.Team, error)
	Teams(ctx context.Context, o id.Org) ([]org.Team, error)
	Members(ctx context.Context, o id.Org) ([]org.Member, error)
	Member(ctx context.Context, o id.Org, m id.Member) (org.Member, error)
	// MemberByEmail leaves removed ones out.
	MemberByEmail(ctx context.Context, o id.Org, email string) (org.Member, error)
}

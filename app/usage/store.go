package usage

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// Ask is what a store adds up.
type Ask struct {
	Steps []Step // one after the other without gaps; their bounds are whole slots of Zone
	Zone  *time.Location
	By    []Dim
	Where []Filter // several may be about one dimension: all must hold
	Limit int      // groups of one step; more are ErrMany
}

// Cell is what one combination of values comes to in one step.
type Cell struct {
	Step   int
	Values [MaxDims]string // as Filter takes them, in the order of Ask.By
	Totals
}

// Store adds up what the ledger wrote. *db.UsageStore implements it.
type Store interface {
	// Sums adds up. facts says that it read single requests.
	Sums(ctx context.Context, r report.Reach, a Ask) (cells []Cell, facts bool, err error)
	// Names are what entities are called, by printed id; those that are gone are missing.
	Names(ctx context.Context, o id.Org, d Dim, ids []string) (map[string]string, error)
}

// Organizations knows an organization's time zone. *db.OrgStore implements it.
type Organizations interface {
	Organization(ctx context.Context, o id.Org) (org.Organization, error)
}

package usageweb

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Reports is what pages of usage ask the report room. *report.Service implements it.
type Reports interface {
	// TagKeys are the tag keys used in a span of days.
	TagKeys(ctx context.Context, a org.Actor, days report.Span) ([]string, error)
}

// Parts are what Handlers work with. All are required.
type Parts struct {
	Usage   *usage.Service
	Reports Reports
	Pricing Pricing
	People  People
	Keys    Keys
	Budgets Budgets
	Samples Samples
	Kept    *usage.Retention
	// Insights are what changes of routes came to.
	Insights Insights
}

// Package bulletin is the reports that come by themselves: each Monday to a team, on the 1st to those who run the company,
// daily while a budget is nearly used up, each quarter what could be saved. A Report says what goes to whom and when; an
// Edition is one of its numbers, about one period, made once however many nodes there are, and kept.
//
// People call them reports, and so do pages, URLs and the API. The room has a name of its own because package report answers a
// question that somebody asks now: the requests and what they cost.
//
// What a report says is read through usage's and budget's own questions, in the eyes of somebody who may see exactly what the
// report is about. So its totals are the ledger's, and a team's report cannot hold another team's number.
package bulletin

import (
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Kind is what a report is about. It is stored, so it never changes.
type Kind string

// The kinds.
const (
	Weekly    Kind = "weekly"    // a team's week, on Monday
	Monthly   Kind = "monthly"   // the organization's month, on the 1st
	Daily     Kind = "daily"     // the day before, while a budget is nearly used up
	Quarterly Kind = "quarterly" // what could be saved, on the first day of a quarter
)

// Kinds are all kinds, in the order that choices list them.
var Kinds = append([]Kind{Weekly, Monthly, Daily, Quarterly}, Evidences...)

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds, k) }

// Title is the kind for headings.
func (k Kind) Title() string {
	switch k {
	case Weekly:
		return "Weekly report"
	case Monthly:
		return "Monthly report"
	case Daily:
		return "Daily budget report"
	case Quarterly:
		return "Quarterly recommendations"
	}
	if t, ok := evidenceTitles[k]; ok {
		return "Evidence: " + t
	}
	return "Report"
}

// Goes says when, in words that a time of day follows.
func (k Kind) Goes() string {
	switch k.period() {
	case budget.Weekly:
		return "every Monday"
	case budget.Monthly:
		return "on the 1st of each month"
	case budget.Daily:
		return "every day while a budget is more than 90 % used"
	}
	return "on the first day of each quarter"
}

// Report is what goes out regularly.
type Report struct {
	ID   id.Report
	Org  id.Org
	Kind Kind
	// Team is whose figures it holds; zero is the whole organization's.
	Team id.Team
	// Hour is when it goes out, on the clocks of whoever gets it: 0 to 23. What it is about ends by the organization's.
	Hour int
	// Answering sends it to those who answer for the team or the organization at the time: its leads, else its department's
	// managers, else admins; of the organization the admins.
	Answering bool
	// Members get it besides, as long as they may see what it holds.
	Members []id.Member
	CSV     bool // attach the figures as a table
	PDF     bool // attach it as a document
	Paused  bool
	// After bounds what is due: only what should go out later than this is made.
	After     time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Edition is one number of a report.
type Edition struct {
	ID     id.Edition
	Org    id.Org
	Report id.Report // it may be gone
	Kind   Kind
	Team   id.Team
	// Occasion is what it was made for: the period's first day, or the minute in which somebody sent it. A report has one
	// edition for each.
	Occasion string
	From, To time.Time
	MadeAt   time.Time
	By       string // who sent it by hand; "" is the schedule
	CSV, PDF bool
	Content  Content
}

// Delivery is one copy of an edition. There is one for each member, so nobody gets it twice.
type Delivery struct {
	Edition id.Edition
	Member  id.Member
	Address string
	Name    string
	// DueAt is when it is ordered as a mail; zero = it was.
	DueAt time.Time
	// Status is how the mail fares, as of now.
	Status Status
	// Problem is why it has not arrived, in a mail server's words.
	Problem string
	SentAt  time.Time
}

// Status is how a mail fares.
type Status string

// The states. Orders of mails are forgotten after a while: what is older is only known to have been ordered.
const (
	Waiting   Status = "waiting"
	Sent      Status = "sent"
	Dropped   Status = "dropped"
	Forgotten Status = "ordered"
)

// MaxMembers is how many members can be chosen for one report, besides those who answer for it.
const MaxMembers = 1000

// DefaultHour is when reports go out unless somebody says otherwise.
const DefaultHour = 8

// NotFound refuses an id that names no report, another tenant's, or one that is not the asker's to see.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such report.")
}

// NoEdition is NotFound for editions.
func NoEdition() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such edition of a report.")
}

// MailKind is the kind of the mails that copies travel in. It is stored, so it never changes.
const MailKind = "report"

// Copy names one member's copy of an edition, for good: it is what a mail is ordered for, so that no second one is.
func Copy(e id.Edition, m id.Member) string { return "report " + e.UUID() + " " + m.UUID() }

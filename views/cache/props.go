// Package cache holds the pages of the cache: what it saves, its policies, and what is kept.
package cache

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// HomePage is what the cache saves.
type HomePage struct {
	Shell     layout.Shell
	Tabs      []ui.Tab
	Spans     []ui.Tab
	Figures   []ui.StatProps
	Chart     ui.SeriesProps
	Tables    []SavingTable
	Any       bool // something was looked up in this span
	Policies  bool // there is a policy to see
	CanCreate bool
	Groups    []LikeGroup
	Clear     *ClearBox // nil for those who may clear nothing
}

// SavingTable is savings by model, team or member.
type SavingTable struct {
	Title, Of string
	Rows      []SavingRow
}

// LikeGroup is like questions that one kept answer was found for.
type LikeGroup struct {
	Asked, Model, Href, Found, Served, Saved, Exact string
}

// SavingRow is what one of them saved.
type SavingRow struct {
	Name, Hits, Rate, Saved, Exact, Time string
}

// ClearBox clears by what an answer is about.
type ClearBox struct {
	All    bool // may clear everybody's
	What   string
	Value  string
	Error  string
	Form   string
	Whats  []ui.Option
	Recent []Cleared
}

// Cleared is something that was cleared.
type Cleared struct {
	At   ui.When
	What string
	By   string
}

// PoliciesPage is all policies that the reader may see.
type PoliciesPage struct {
	Shell     layout.Shell
	Tabs      []ui.Tab
	Rows      []Row
	CanCreate bool
	Presets   []Preset
}

// Preset is a policy to begin with.
type Preset struct{ Key, Name, About string }

// Row is one policy.
type Row struct {
	ID, Icon, Where, Name string
	Version               string // as it is shown: what is approved
	For                   string // models and purposes
	Does, Sharing, Time   string
	State                 ui.StatusProps
	CanChange, CanApprove bool
	Delete                ui.ConfirmProps
}

func (r Row) href() string { return "/cache-policies/" + r.ID }

// EditPage sets or changes a policy.
type EditPage struct {
	Shell                       layout.Shell
	Title, Action, Submit, Back string
	Place                       *ui.PickProps // nil when it sits somewhere already, then Where says it
	Where                       string
	Fields                      Fields
	Form                        string
	Errors                      map[string]string
}

// Fields are a policy as it was typed.
type Fields struct {
	Name, Models, Purposes, Mode, Sharing, TTL, Stale, LastResort, Warmest, MaxKB, Pace string
	Like, Threshold, Embedder, Judge                                                    string
	Tools, Binding                                                                      bool
	Version                                                                             string // of the policy that the form was filled from; "" for a new one
}

// EntriesPage is what is kept.
type EntriesPage struct {
	Shell                        layout.Shell
	Tabs                         []ui.Tab
	Rows                         []Entry
	Model, Prompt, Sharing, Sort string
	Active                       bool
	None                         ui.EmptyProps
	Pager                        ui.PagerProps
}

// Entry is one kept answer.
type Entry struct {
	Key, Short, Model, Asked, Provider, Sharing, Who, Hits, Saved, Exact, Size string
	Made, Until                                                                ui.When
}

// EntryPage is one of them.
type EntryPage struct {
	Shell          layout.Shell
	Facts          []ui.Fact
	Prompt, Answer string
	Shown          bool   // the content is the reader's to see
	Why            string // it is not shown
	Clear          *ui.ConfirmProps
	Key            string // of the entry, sent along
	Likes          string // where the like questions are that it was found for
	Pairs          []LikePair
}

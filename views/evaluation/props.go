// Package evaluation is the pages of datasets and evaluations.
package evaluation

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all datasets, and the newest runs.
type ListPage struct {
	Shell     layout.Shell
	Rows      []SetRow
	Runs      []RunRow
	CanCreate bool
}

// SetRow is one dataset of a list.
type SetRow struct {
	Name, Href, About, Rows, Seen string
	Updated                       ui.When
	Runs                          string
}

// RunRow is one run of a list.
type RunRow struct {
	Name, Href, Set, Best, Cost, Exact string
	State                              ui.StatusProps
	Started                            ui.When
	By                                 string
}

// EditPage is the form of a dataset.
type EditPage struct {
	Shell         layout.Shell
	Title, Action string
	Back, Submit  string
	Crumbs        []ui.Crumb
	File          bool // with the rows
	Fields        Fields
	Visibilities  []ui.Option
	Teams         []ui.Option
	Form          string
	Errors        map[string]string
}

// Fields are what was typed.
type Fields struct {
	Name, About, Visibility, Team, Format, Text string
	Question, Expected, Notes                   string // columns
}

// SetPage is one dataset.
type SetPage struct {
	Shell     layout.Shell
	Name      string
	About     string
	Href      string
	Facts     []ui.Fact
	Rows      []Line
	Pager     ui.PagerProps
	Runs      []RunRow
	CanChange bool
	CanRun    bool
	Delete    ui.ConfirmProps
	Error     string
}

// Line is a row of a dataset.
type Line struct {
	Number, Question, Expected, Notes string
}

// NewRunPage is the form that starts a run.
type NewRunPage struct {
	Shell    layout.Shell
	Set      string
	Href     string // of the dataset
	Rows     string
	Keys     []ui.Option
	Suggest  []string
	Fields   RunFields
	Estimate *Estimate
	Form     string
	Errors   map[string]string
}

// RunFields are what was typed.
type RunFields struct {
	Name, Key                   string
	Subjects                    []SubjectFields
	Exact, Contains, IgnoreCase bool
	Regex, Schema, Judge        bool
	Pattern, SchemaText         string
	JudgeModel, Rubric, Pass    string
	Cap, JudgeCap               string
}

// SubjectFields are one subject as it was typed.
type SubjectFields struct{ Model, Temperature, MaxOutput string }

// Estimate is what a run costs at most.
type Estimate struct {
	Rows       []EstimateRow
	Sum, Exact string
	Judge      string // "" without one
	JudgeExact string
}

// EstimateRow is one subject of an estimate.
type EstimateRow struct{ Model, Most, Exact string }

// RunPage is a run and what it came to.
type RunPage struct {
	Shell     layout.Shell
	Name      string
	Href      string
	Set       string
	SetHref   string
	State     ui.StatusProps
	Running   bool
	Why       string
	Sentences []Sentence
	Progress  ui.ProgressProps
	Figures   []ui.StatProps
	Standing  []Standing
	Judged    bool
	Compared  []Compared
	Answers   []Answers
	Only      []ui.Tab
	Nothing   bool // of Answers, because of what is shown only
	Pager     ui.PagerProps
	Facts     []ui.Fact
	Cancel    *ui.ConfirmProps
	Delete    *ui.ConfirmProps
	Again     string
}

// Sentence is a comparison in words.
type Sentence struct {
	Tone  ui.Tone
	Title string
}

// Standing is what one subject came to.
type Standing struct {
	Model, Parameters, Right, Share, Span, Mark, Failed, Unjudged string
	Cost, Exact, Each, EachExact, Judge, JudgeExact               string
	Median, P95                                                   string
}

// Compared is one subject beside the first.
type Compared struct {
	Model, Both, Only, First, Neither, Difference string
	Verdict                                       ui.StatusProps
}

// Answers are those to one row.
type Answers struct {
	Number, Question, Expected, Notes string
	Items                             []Answer
}

// Answer is one subject's.
type Answer struct {
	Model   string
	State   ui.StatusProps
	Text    string
	Cut     bool
	Refusal string
	Scores  []string
	Cost    string
	Exact   string
	Took    string
	Request string // link into the log
}

// Package prompt holds the pages of the prompt library.
package prompt

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is the library.
type ListPage struct {
	Shell          layout.Shell
	Search, Folder string
	Folders        []ui.Option
	Rows           []Row
	Filtered       bool
	CanCreate      bool
}

// Row is one prompt.
type Row struct {
	Name, Href, About, Folder, Seen, Labels, Requests, Cost, Exact, Rating string
	Kind                                                                   string
}

// ShowPage is one prompt.
type ShowPage struct {
	Try         Try
	Shell       layout.Shell
	Name, About string
	Href        string
	Facts       []ui.Fact
	CanChange   bool
	Delete      ui.ConfirmProps
	Versions    []VersionRow
	Labels      []LabelRow
	Label       LabelForm
	Shown       Version
	Snippets    []ui.Snippet
	Estimate    []ui.Fact // what a request costs, as far as that can be said beforehand
	EstimateOf  string
	Models      []ModelRow
	ModelsNote  string
	Opinions    []Opinion
	Rate        RateForm
	Error       string // of an act on this page
	UsageSpan   string
}

// Try fills a version in.
type Try struct {
	Version, Error string
	Open           bool
	Fields         []TryField
	Messages       []Message
}

// TryField is a variable as it was typed.
type TryField struct {
	Name, Value, Hint, Error string
	Required, Long           bool
	Options                  []string
}

// VersionRow is one version in the list of them.
type VersionRow struct {
	Number, Href, Labels, Message, By, Requests, Errors, Tokens, Cost, Exact, Mean string
	Half, Most                                                                     string // how long half and 95 of 100 answers took
	Shown                                                                          bool
	When                                                                           ui.When
	Delete                                                                         *ui.ConfirmProps
}

// ModelRow is how a model did with a version.
type ModelRow struct {
	Version, Model, Requests, Errors, Half, Most, First, Mean, Exact string
}

// LabelRow is one label.
type LabelRow struct {
	Name, Version, By string
	When              ui.When
	Protected         bool
	Remove            *ui.ConfirmProps
}

// LabelForm puts a label at a version.
type LabelForm struct {
	Name, Version string
	Versions      []ui.Option
	MayProtect    bool
	Protect       string // "on", "off", or "" for as it is
	Errors        map[string]string
}

// Version is what a version says, and what it changed.
type Version struct {
	Number   string
	Messages []Message
	Vars     []Variable
	YAML     string
	Against  string
	Lines    []Line
}

// Message is one of its messages.
type Message struct{ ID, Role, Text string }

// Variable is one of its variables.
type Variable struct{ Name, Type, Required, Default, About string }

// Line is a line of a difference.
type Line struct{ Sign, Text string }

// Opinion is what somebody says.
type Opinion struct {
	By, Stars, Comment, Version string
	When                        ui.When
}

// RateForm is the reader's own opinion.
type RateForm struct {
	Stars, Comment string
	Version        string
	Errors         map[string]string
}

// EditPage makes a prompt or a version, or changes what is said about one.
type EditPage struct {
	Shell                      layout.Shell
	Title, Sub, Action, Submit string
	Crumbs                     []ui.Crumb
	Back                       string
	About                      bool // with name, folder, visibility
	Fixed                      bool // the name and the kind are
	Content                    bool // with what it says
	Fields                     Fields
	Try                        Try // a look at what is typed, before it is saved
	Estimate                   []ui.Fact
	Visibilities, Teams        []ui.Option
	Form                       string
	Errors                     map[string]string
}

// Fields are a prompt as it was typed.
type Fields struct {
	Name, Kind, AboutText, Folder, Visibility, Team            string
	Model, System, Text, Temperature, MaxOutput, More, Message string
	Vars                                                       []VarField
	Production                                                 bool
}

// VarField is a variable as it was typed.
type VarField struct {
	Name, Type, About, Default, Max, Options string
	Required                                 bool
	Spare                                    bool // an empty row, to be filled in
}

// Said reports whether a row says anything.
func (v VarField) Said() bool { return v.Name+v.About+v.Default+v.Max+v.Options != "" }

// Summary is what is seen of a row that is folded.
func (v VarField) Summary() string {
	switch {
	case v.Spare:
		return "Add a variable"
	case v.Name == "":
		return "A variable without a name"
	case v.Required:
		return v.Name + ": " + v.kind() + ", required"
	}
	return v.Name + ": " + v.kind()
}

func (v VarField) kind() string {
	for _, t := range types {
		if t.Value == v.Type {
			return strings.ToLower(t.Label[:1]) + t.Label[1:]
		}
	}
	return v.Type
}

// StartersPage is the starter set.
type StartersPage struct {
	Shell  layout.Shell
	Rows   []Starter
	MayAdd bool
}

// Starter is one of it.
type Starter struct {
	Name, About, Folder, Model string
	There                      string // where it is already
	Messages                   []Message
	YAML                       string
}

// ImportPage reads a file.
type ImportPage struct {
	Shell               layout.Shell
	Text                string
	Visibility, Team    string
	Visibilities, Teams []ui.Option
	Production          bool // what is new gets this label
	Form                string
	Errors              map[string]string
}

// Package price is the pages of prices: the catalogue, and a tenant's own.
package price

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is the page of all prices.
type ListPage struct {
	Shell     layout.Shell
	CanSee    bool // a tenant's own prices
	CanChange bool
	Own       []Own
	Query     string
	Provider  string
	Providers []ui.Option
	Models    []Model
	More      string // where the list goes on, "" at its end
	First     string // where it begins, "" at its beginning
	Refresh   []ui.Fact
	Trouble   string // why the last refresh was not taken into use
}

// Own is a price of the tenant's own.
type Own struct {
	ID, Model, For string
	State          ui.StatusProps
	Prices         []Line
	From, Until    ui.When
	Note           string
	End            ui.ConfirmProps
	Ended          bool
}

// Href is the page of the price.
func (o Own) Href() string { return "/prices/" + o.ID }

// Line is a class and its price.
type Line struct{ Class, Price string }

// Model is a model of the catalogue. Prices are dollars per million tokens, "" if there is none.
type Model struct {
	ID, Name, Provider     string
	Input, Cached, Output  string
	More                   []Line
	Context                string
	Marks                  []Mark
	Unpriced, IsDeprecated bool
}

// Mark is something to know about a price: long inputs, dates, times of day.
type Mark struct{ Label, Title string }

// EditPage adds or changes a price.
type EditPage struct {
	Shell    layout.Shell
	Title    string
	Action   string
	Submit   string
	Existing bool
	For      string // in words, of an existing one
	Targets  []ui.Option
	Fields   Fields
	Classes  []Class
	Errors   Errors
	Zone     string
	End      *ui.ConfirmProps
	Suggest  []string
}

// Fields are what was typed.
type Fields struct {
	Target, Model, From, Until, Note string
	Version                          string // of the price that the form was filled from; "" for a new one
}

// Class is the input of one class's price.
type Class struct {
	Name, Label, Value, Error string
	PerMillion                bool
	Required                  bool
	Rare                      bool // few models have it
}

func (c Class) suffix() string {
	if c.PerMillion {
		return "per million"
	}
	return "each"
}

// Errors are what is wrong with each field; "" is nothing.
type Errors struct{ Form, Target, Model, From, Until, Note string }

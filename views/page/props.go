// Package page is pages that belong to no room: what the installation says about itself.
package page

import "github.com/bodhi-gateway/bodhi/views/layout"

// ErrorRow is one code.
type ErrorRow struct{ Part, Code, Status, When, Href string }

// ErrorsPage is the list of errors, or one of them.
type ErrorsPage struct {
	layout.Shell
	Only string
	Rows []ErrorRow
}

// Member is a parameter or a field.
type Member struct{ Name, Kind, Text, Values string }

// Operation is one call of the API.
type Operation struct {
	ID, Method, Path, Summary, Needs, Audit, Status string
	Parameters, Request, Answer                     []Member
	RequestExample, AnswerExample, Curl             string
}

func (o Operation) anchor() string { return "op-" + o.ID }

// Resource is what an API is about: keys, budgets.
type Resource struct {
	Name       string
	Operations []Operation
}

func (r Resource) anchor() string { return "resource-" + r.Name }

// APIPage is the reference of the management API.
type APIPage struct {
	layout.Shell
	Server, Document string
	Resources        []Resource
}

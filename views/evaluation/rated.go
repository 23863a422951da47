package evaluation

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// RatedPage makes a dataset of rated requests: what is chosen, and what it comes to.
type RatedPage struct {
	Shell        layout.Shell
	Fields       RatedFields
	Form         string
	Errors       map[string]string
	Visibilities []ui.Option
	Teams        []ui.Option
	// Found are the rated requests, of which Count are rows; Left says why others are none.
	Found, Rows, Good, Bad string
	Count                  int
	Left                   []ui.Fact
}

// RatedFields are what was typed.
type RatedFields struct {
	Rating, Least, From, To, Model, Tag string
	Whole                               bool
	Name, Visibility, Team              string
}

var ratings = []ui.Option{{Value: "good", Label: "Good: the answer is what is expected"}, {Value: "bad", Label: "Bad: nothing is expected"}, {Value: "all", Label: "Both"}}

// hidden are the choices, for the form that makes the dataset.
func (f RatedFields) hidden() [][2]string {
	out := [][2]string{{"rating", f.Rating}, {"least", f.Least}, {"from", f.From}, {"to", f.To}, {"model", f.Model}, {"tag", f.Tag}}
	if f.Whole {
		out = append(out, [2]string{"whole", "1"})
	}
	return out
}
